"""The checks of a booted image: those of any image, and those of its modules. Pure."""

from __future__ import annotations

import hashlib
import re
import shlex
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.boot import identity_checks
from voidgen.outcome.types import Outcome
from voidgen.plan.templating import nix
from voidgen.tree import PACKAGES_FLAKE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.boot.console import Answer
    from voidgen.boot.image import BootableIso
    from voidgen.plan.documents import PlanDocument

UP = 60
"""Seconds within which a service, and what needs one, must be up."""
LONGEST = 40
"""Maximum number of lines of a failed command's output to show."""


@frozen
class Check:
    """A ``command`` that sh runs as root, and what it must print; its exit status must be 0.

    ``prints`` is the whole output without blanks at the end, ``matches`` a regular expression found
    in it. It must hold within ``within`` seconds.
    """

    name: str
    command: str
    prints: str | None = ""
    matches: str | None = None
    within: int = 0

    def holds(self, answer: Answer) -> bool:
        """Return whether ``answer`` is the expected one."""
        if answer.status:
            return False
        if self.matches is not None:
            return re.search(self.matches, answer.said, re.MULTILINE) is not None
        return answer.said == (self.prints or "").rstrip()

    def outcome(self, answer: Answer) -> Outcome:
        """Return the outcome of ``answer``."""
        if self.holds(answer):
            return Outcome(self.name, "passed", answer.said.partition("\n")[0])
        about = {124: "hung", 0: "printed something unexpected"}
        return Outcome(
            self.name,
            "failed",
            about.get(answer.status, f"failed with status {answer.status}"),
            "\n".join(self._detail(answer)).expandtabs(4),
        )

    def _detail(self, answer: Answer) -> Iterator[str]:
        yield f"$ {self.command.strip()}"
        yield from _shortened(answer.said)
        yield from _shortened(answer.messages)
        yield from self._expected()

    def _expected(self) -> Iterator[str]:
        if self.matches is not None:
            yield f"expected to match: {self.matches}"
        elif self.prints:
            yield f"expected: {self.prints.rstrip()}"
        else:
            yield "expected: nothing"


def of_image(image: BootableIso) -> Iterator[Check]:
    """Yield the checks of any image, then those of its modules, in the image's order."""
    plan = image.plan
    modules = {one.name for one in plan.modules}
    services = [one.name for one in plan.services]
    yield _cmdline(plan)
    yield from (Check(*one) for one in identity_checks.of_image(plan.image))
    if "runit-live" in modules:
        yield LIVE_SETUP
    yield from map(_service, services)
    yield from map(_disabled, plan.disabled)
    if "nix-daemon" in services:
        yield _build(image)
    if "nix-daemon" in services and image.snapshot.closure:
        yield _closure(image)
        if "nix-profile" in modules:
            yield _profile(image)
            yield from _builds_offline(image)
    for one in plan.checks:
        name = f"{one.by.name}: {one.name}"
        yield Check(name, one.command, one.prints, one.matches, one.within)


def as_user(user: str, command: str) -> str:
    """Return ``command`` in a login shell of ``user``."""
    return f"su - {shlex.quote(user)} -c {shlex.quote(command)}"


LIVE_SETUP = Check(
    "live-setup: no part failed",
    "[ -s /run/live-setup/log ] || echo 'no part ran'\n"
    "grep -E '^[^ ]+ [^ ]+: (failed with status|ended after) ' /run/live-setup/log || :",
)
"""Matches the lines of runit-live's live-setup.sh."""


def _cmdline(plan: PlanDocument) -> Check:
    """Check that the boot menus pass all parameters to the kernel."""
    words = " ".join(map(shlex.quote, plan.image.cmdline))
    command = (
        "read -r line < /proc/cmdline\n"
        f"for word in {words}; do\n"
        '\tcase " $line " in *" $word "*) ;; *) echo "missing: $word" ;; esac\n'
        "done"
    )
    return Check("kernel command line", command)


def _service(name: str) -> Check:
    """Check that it is up and does not restart: runsv waits for a second between two starts."""
    folder = shlex.quote(f"/run/runit/runsvdir/current/{name}")
    command = (
        f"cd {folder} && sv -w {UP} check {folder} > /dev/null || exec sv status {folder}\n"
        "first=$(cat supervise/pid) && sleep 3 && second=$(cat supervise/pid)\n"
        f'[ "$first" = "$second" ] || echo "the service keeps ending"\n'
        f"sv status {folder}"
    )
    return Check(f"service {name}", command, None, r"\Arun: ")


def _disabled(name: str) -> Check:
    """Check that it has no link in the runlevel, or is down and is to stay so.

    sv(8) adds "normally up" or "want up" if runsv is going to start it.
    """
    folder = shlex.quote(f"/run/runit/runsvdir/current/{name}")
    command = f"! [ -e {folder} ] || exec sv status {folder}"
    return Check(f"service {name} is disabled", command, None, r"\A(?:\Z|down: [^,;]+(?:;|\Z))")


def _profile(image: BootableIso) -> Check:
    """Check the profile as the live user, through the daemon."""
    paths = {path for one in image.snapshot.packages.values() for path in one.outputs.values()}
    listed = as_user(image.user, "nix profile list")
    command = (
        f"listed=$({listed}) || exit\n"
        f"for path in {' '.join(sorted(paths))}; do\n"
        '\tcase $listed in *"$path"*) ;; *) echo "missing: $path" ;; esac\n'
        "done"
    )
    return Check("nix profile list", command, within=UP)


def _build(image: BootableIso) -> Check:
    """Check that the daemon builds a derivation that needs only a shell."""
    command = as_user(image.user, f"cat $({_nix_build('built')})")
    return Check("Nix builds for the live user", command, "built", within=UP)


def _builds_offline(image: BootableIso) -> Iterator[Check]:
    """Yield builds that need a package of the image's own set, if the image has that set.

    Nix's client runs in a separate network namespace, without a network. It looks up everything
    except store paths.
    """
    own = {one.name for one in image.plan.nix.packages if one.set is None}
    own &= image.snapshot.packages.keys()
    if not image.plan.nix.nixpkgs.startswith("./") or not own:
        return
    flakes = [one.path for one in image.plan.include if one.is_made_by(PACKAGES_FLAKE)]
    package = min(own).partition("^")[0]
    for flake in (*flakes, "nixpkgs") if flakes else ():
        set_ = f"(builtins.getFlake {nix(flake)}).legacyPackages.${{builtins.currentSystem}}"
        build = _nix_build(f"built with {flake}#{package}", f"package = {set_}.{package};")
        command = f"unshare -n {as_user(image.user, f'cat $({build})')}"
        name = f"Nix builds with {flake}#{package}, without a network"
        yield Check(name, command, f"built with {flake}#{package}", within=UP)


def _nix_build(says: str, needs: str = "") -> str:
    """Return `nix-build` of a derivation that was never built before and that outputs ``says``."""
    write = nix(f"echo {shlex.quote(says)} > $out")
    derivation = (
        'derivation { name = "check"; system = builtins.currentSystem; builder = "/bin/sh"; '
        f'args = [ "-c" {write} ]; time = builtins.currentTime; {needs} }}'
    )
    return f"nix-build --no-out-link --option substitute false -E {shlex.quote(derivation)}"


def _closure(image: BootableIso) -> Check:
    """Check that every path exists and is valid; compares their number and hash, as there are many.

    `nix-store --query` answers only for valid paths (nix-store(1)).
    """
    paths = sorted(image.snapshot.closure or ())
    sum_ = hashlib.sha256("".join(f"{path}\n" for path in paths).encode()).hexdigest()
    roots = {path for one in image.snapshot.packages.values() for path in one.outputs.values()}
    query = as_user(image.user, f"nix-store --query --requisites {' '.join(sorted(roots))}")
    command = (
        f'paths=$({query}) && [ -n "$paths" ] || exit 1\n'
        'for path in $paths; do [ -e "$path" ] || [ -L "$path" ] || echo "missing: $path"; done\n'
        'echo "$(echo "$paths" | wc -l) paths"\n'
        'echo "$paths" | LC_ALL=C sort | sha256sum'
    )
    return Check("closure is valid", command, f"{len(paths)} paths\n{sum_}  -", within=UP)


def _shortened(said: str) -> list[str]:
    lines = said.splitlines()
    left = len(lines) - LONGEST
    return lines if left <= 0 else [*lines[:LONGEST], f"... and {left} lines more"]
