"""Check that each host answers that the machine's Nix or the project downloads from.

Nix and git ask, because they use the proxies and certificates of their own settings.
"""

from __future__ import annotations

import re
import tempfile
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs

from attrs import frozen

from voidgen import project
from voidgen.config.void_repositories import Void
from voidgen.doctor.host import ENDED
from voidgen.doctor.nix_settings import ask_store, value
from voidgen.errors import WrongInputError
from voidgen.lock import pinned
from voidgen.nix import git_hosts
from voidgen.nix.limits import Limits
from voidgen.outcome.types import Outcome
from voidgen.system import network_faults, parallel
from voidgen.system.network_faults import host_of, place_of, proxy_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.config.types import Config
    from voidgen.doctor.host import Answer, Host
    from voidgen.system.network_faults import Kind

LIMITS = Limits(5, 5, attempts=1)
AT_ONCE = 8
FORGES = {
    # The first has commits of branches, the second the files.
    "github": ("api.github.com", "github.com"),
    "gitlab": ("gitlab.com",),
    "sourcehut": ("git.sr.ht",),
}
DOCKER = "registry-1.docker.io"
"""The registry of images whose name has no host."""
OFFLINE = "nix build --offline   # while there is no network, if nothing has to be downloaded"
NETWORK = "check the network, and if there is a proxy, http_proxy and https_proxy"


@frozen
class Source:
    """Something that is downloaded: what for, from which URL, and which program asks for it."""

    use: str
    url: str
    program: Literal["git", "nix", "store"] = "nix"


def check(host: Host, folder: Path | None, settings: Config | None) -> Iterator[Outcome]:
    """Ask each host once; those of the project in ``folder`` too, unless ``settings`` is None."""
    if host.ask(["nix", "--version"]).status != 0:
        return  # The check of Nix has failed already.
    sources: dict[str, list[Source]] = {}
    for source in _sources(host, folder, settings):
        sources.setdefault(place_of(source.url) or source.url, []).append(source)
    with tempfile.TemporaryDirectory(prefix="voidgen-") as cache:
        # Nix's own cache of answers would hide that a host is gone.
        ask = partial(_problem, host, cache)
        problems = parallel.each(ask, [each[0] for each in sources.values()], AT_ONCE)
    for (name, each), problem in zip(sources.items(), problems, strict=True):
        uses = ", ".join(dict.fromkeys(source.use for source in each))
        if not problem:
            yield Outcome(name, "passed", f"answers ({uses})")
            continue
        about, detail = problem
        if all(source.program == "store" for source in each):
            detail = OFFLINE
        yield Outcome(name, "warning", f"{about} ({uses})", detail)


def _sources(host: Host, folder: Path | None, settings: Config | None) -> Iterator[Source]:
    """Yield all sources that are not on this machine."""
    if settings:
        mklive = settings.mklive.source if settings.mklive else None
        sets = {name: one.source for name, one in settings.nix.every_set().items()}
        for name, reference in pinned.references(sets, mklive).items():
            yield from _of_reference(name, reference)
        if folder and mklive is not None:
            yield from _of_void(folder, settings)
        yield from (Source("[cache]", url, "store") for url in settings.cache.stores)
    for url in value(host, "substituters").split():
        yield Source("substituter", url, "store")


def _of_reference(name: str, reference: str) -> Iterator[Source]:
    place, _, query = reference.partition("?")
    kind, _, rest = place.partition(":")
    if kind in FORGES:
        for host in parse_qs(query).get("host", FORGES[kind]):
            yield Source(name, f"https://{host}/")
    elif kind.startswith("git+"):
        if host_of(url := place.removeprefix("git+")):
            yield Source(name, url, "git")
    elif rest.startswith("//") and kind.endswith(("http", "https")):
        yield Source(name, place.rpartition("+")[2])


def _of_void(folder: Path, settings: Config) -> Iterator[Source]:
    try:
        asked = project.load(folder).plan.resolution.repositories
        urls: Iterable[str] = [one.name for one in asked]
    except WrongInputError:
        urls = Void.of(settings).urls(settings.xbps.repositories)
    yield from (Source("repository", url) for url in urls if host_of(url))
    yield from (Source("mirror", url) for url in settings.xbps.mirrors if host_of(url))
    if settings.container.image != "flake":
        first, slash, _ = settings.container.image.partition("/")
        registry = first if slash and re.search(r"[.:]|^localhost$", first) else DOCKER
        yield Source("container image", f"https://{registry}/")


def _problem(host: Host, cache: str, source: Source) -> tuple[str, str] | None:
    """Return what is wrong, and what to do; None if the host answers, whatever it says.

    A substituter must also be one.
    """
    if source.program == "git":
        answer = host.ask(git_hosts.question(source.url), **git_hosts.ASKS_NOTHING)
    else:
        answer = ask_store(host, *LIMITS.options(), "--store", source.url, XDG_CACHE_HOME=cache)
    if fault := network_faults.fault_in(answer.err):
        through = f" through the proxy {fault.proxy}" if fault.proxy else ""
        shown: Mapping[Kind, str] = {
            "tls": "no secure connection",
            "login": "the proxy wants a login",
        }
        remedy = NETWORK if fault.remedy == network_faults.REMEDY else fault.remedy
        return f"{shown.get(fault.kind, 'no answer')}{through}", remedy
    return _other_problem(source, answer)


def _other_problem(source: Source, answer: Answer) -> tuple[str, str] | None:
    if answer.status == ENDED:
        proxy = proxy_of(source.url)
        return f"{answer.last}{f', through the proxy {proxy}' if proxy else ''}", NETWORK
    if source.program == "store" and answer.status != 0:
        return answer.last, OFFLINE
    return None
