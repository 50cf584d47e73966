"""Check whether mklive runs in Nix's sandbox: by Nix's settings, and by a build."""

from __future__ import annotations

import platform
import re
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.doctor import sandbox_program
from voidgen.doctor.remedies import lines
from voidgen.nix import installed, refusal, uid_range
from voidgen.schema import typed_json
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from voidgen.doctor.host import Host

EXPRESSION = """{ program, feature }:
derivation {
  name = "voidgen-sandbox";
  system = builtins.currentSystem;
  builder = builtins.path { path = program; };
  requiredSystemFeatures = [ feature ];
  allowSubstitutes = false;
}"""
"""It never has an output: only the exit status of its builder counts.

Nix builds it where it builds the ISO.
"""

_FILTERED = "its filter refuses setuid bits, so a library of voidgen keeps them"
_UNFILTERED = "it does not filter system calls"
_SENT = re.compile(r"^building '.*' on '(.*)'", re.MULTILINE)
"""How Nix says that it builds on another machine."""
_ON_BUILDER = re.compile(
    r"^(?:error: build of '.*' on '.*' failed|cannot build on '.*'): (?:error: )?(.*)$",
    re.MULTILINE,
)
"""How Nix says why another machine does not build."""
_DAEMON = "your settings are right: does Nix's daemon have others, or need a restart?"


@frozen
class Trial:
    """Whether mklive can run in the sandbox.

    ``fault`` is why not, "" if it can; ``remedy`` the commands against it. ``is_set_up`` if Nix's
    settings allow it. ``note`` is what else was found, or was not tried.
    """

    fault: str = ""
    remedy: str = ""
    is_set_up: bool = True
    note: str = ""


def attempt(host: Host, arch: str) -> Trial:
    """Read Nix's settings and, if they allow it, build a derivation that needs a second.

    ``arch`` is the image's.
    """
    family = host.family()
    may_filter = uid_range.may_filter(arch)
    wanted = uid_range.SETTINGS if may_filter else (*uid_range.SETTINGS, uid_range.NO_FILTER)
    answer = host.ask(installed.VERSION)
    version = installed.version_in(answer.out)
    if answer.status != 0 or version is None:
        return Trial(f"nix: {answer.last}", lines("nix", family), is_set_up=False)
    if why := uid_range.too_old(version):
        return Trial(why, lines("newer-nix", family), is_set_up=False)
    argv = uid_range.question(version)
    answer = host.ask(argv)
    try:
        settings = typed_json.read(answer.out, uid_range.Settings)
    except GarbledError as error:
        why = answer.last if answer.status else f"voidgen cannot read what it printed ({error})"
        fault = f"{' '.join(argv[:3])}: {why}"
        return Trial(fault, _settings(wanted, family), is_set_up=False)
    builder = settings.builder(host.read)
    missing = settings.missing(may_filter=may_filter)
    if missing and not builder:
        what = f"nix.conf lacks {', '.join(missing)}"
        return Trial(what, _settings(missing, family), is_set_up=False)
    return _build(host, family, wanted, builder)


def _build(host: Host, family: str, wanted: Collection[str], builder: str) -> Trial:
    """Build the derivation; ``builder`` is the machine that should build it, "" for this one."""
    if platform.machine() != sandbox_program.MACHINE:
        return Trial(note=f"a build was not tried: voidgen has no program for {platform.machine()}")
    with tempfile.TemporaryDirectory(prefix="voidgen-") as folder:
        file = Path(folder, "voidgen-program")
        file.write_bytes(sandbox_program.program())
        file.chmod(0o755)
        given = {"program": str(file), "feature": uid_range.FEATURE}
        words = [word for name, value in given.items() for word in ("--argstr", name, value)]
        answer = host.ask(["nix-build", "--no-out-link", "--expr", EXPRESSION, *words])
    status, sent = builder_status(answer.err), _SENT.search(answer.err)
    where = f"Nix builds it on {sent[1]}: " if sent else ""
    if status == sandbox_program.DONE:
        return Trial(note=f"{where}{_UNFILTERED}")
    if status == sandbox_program.FILTERED and uid_range.NO_FILTER not in wanted:
        return Trial(note=f"{where}{_FILTERED}")
    if sandbox_program.FIRST <= status < sandbox_program.DONE:
        step = sandbox_program.STEPS[status - sandbox_program.FIRST].name
        why = f"a build cannot {step}"
    elif found := _ON_BUILDER.search(answer.err):
        why = found[1]
    else:
        why = " ".join(refusal.message(answer.err)) or answer.last
    if builder:
        return Trial(f"{why} (Nix builds it on {builder})", _on_builder(builder, wanted))
    return Trial(f"{why} ({_DAEMON})", _settings(wanted, family))


def _on_builder(builder: str, wanted: Iterable[str]) -> str:
    """Return what to do if another machine, ``builder``, cannot be reached or lacks settings."""
    url, conf = shlex.quote(builder), "; ".join(wanted)
    return f"nix store info --store {url}   # must answer; its nix.conf needs: {conf}"


def builder_status(said: str) -> int:
    """Return the exit status of a builder that failed, in what Nix said; 0 if it names none."""
    found = re.search(r"failed with exit code (\d+)", said)
    return int(found[1]) if found else 0


def _settings(missing: Iterable[str], family: str) -> str:
    """Return the commands that add lines to nix.conf."""
    conf = " ".join(map(shlex.quote, missing))
    return lines("nix-conf", family, conf=conf, nixos=" ".join(map(_nixos, missing)))


def _nixos(line: str) -> str:
    """Return a line of nix.conf as a setting of NixOS."""
    name, _, value = line.partition(" = ")
    words = " ".join(f'"{word}"' for word in value.split())
    return f"nix.settings.{name} = {value if value in {'true', 'false'} else f'[ {words} ]'};"
