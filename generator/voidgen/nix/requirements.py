"""Which Nix a package set needs: nixpkgs says so in files of its own (nix/needs.nix)."""

from __future__ import annotations

from pathlib import Path

from voidgen.data.bundled_files import DATA
from voidgen.errors import StepFailedError
from voidgen.nix import refusal
from voidgen.system import process, untrusted


def question(tree: Path) -> list[str]:
    """Return the command that asks what the package set in the folder ``tree`` needs.

    The answer may come from a stranger's code: it can read only its own folder, and cannot fetch
    anything (``restrict-eval`` in nix.conf(5)).
    """
    code = DATA / "nix" / "needs.nix"
    return [
        *("nix-instantiate", "--eval", "--json", "--option", "restrict-eval", "true"),
        *("-I", f"code={code}", "-I", f"set={tree}"),
        *("--argstr", "code", str(code), "--argstr", "set", str(tree)),
        *("--expr", "{ code, set }: import (/. + code) (/. + set)"),
    ]


def answer(stdout: bytes) -> str:
    """Return the answer, as in "needs Nix 2.18 or later, but this is 2.8.0", or ""."""
    try:
        said = untrusted.parse_json(stdout)
    except ValueError:
        return ""  # Evaluating the set will show why it has no answer.
    return said if isinstance(said, str) else ""


def check(tree: Path) -> None:
    """Raise StepFailedError if this Nix cannot read the package set in the folder ``tree``."""
    done = process.ask(question(tree), cwd=Path("/"), check=False)
    lacks = answer(done.stdout)
    if lacks:
        raise StepFailedError(f"the package set {lacks}", refusal.NEWER_NIX)
