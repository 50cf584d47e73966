"""`voidgen add` and `voidgen remove`."""

from pathlib import Path

import pytest
from tests.unit.program import write

from voidgen import nix
from voidgen.edit import change, nix_packages, text, void_packages
from voidgen.edit.nix_packages import Answer
from voidgen.errors import StepFailedError, raise_all
from voidgen.progress import Nobody
from voidgen.xbps.repodata import Listed, Repodata
from voidgen.xbps.snapshot import Index

CONFIG = '[image]\nname = "test"\n'


def changed_in_the_meantime(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"voidgen.toml": CONFIG})
    done = change.add(folder, "xbps", [], lambda _: True, Nobody())
    write(folder, {"voidgen.toml": f"{CONFIG}# mine\n"})
    change.write(done)


def _answered(folder: Path, patch: pytest.MonkeyPatch, answer: Answer) -> None:
    write(folder, {"voidgen.toml": CONFIG})
    patch.setattr(nix_packages, "ask", lambda *_: answer)
    change.add(folder, "nix", ["spotify"], lambda _: False, Nobody())


def unfree(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _answered(folder, patch, Answer(unfree={"spotify": ("unfree",)}))


def not_in_the_set(folder: Path, patch: pytest.MonkeyPatch) -> None:
    faults = {"spotify": (("the package set has no such package", "did you mean spot?"),)}
    _answered(folder, patch, Answer(faults))


def refused(_: Path, patch: pytest.MonkeyPatch) -> None:
    def instantiate(*_: object) -> None:
        output = "trace: evaluating\nerror: package 'spotify' is marked as broken"
        raise StepFailedError("nix-instantiate: failed", output=output)

    patch.setattr(nix, "instantiate", instantiate)
    nix_packages._refusal(["spotify"], {})  # noqa: SLF001


def refused_without_a_word(_: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(nix, "instantiate", lambda *_: ((), ""))
    nix_packages._refusal(["spotify"], {})  # noqa: SLF001


def written_in_a_way(folder: Path, patch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise ValueError("as of a TOML that tomlkit reads otherwise than Python")

    patch.setattr("tomlkit.parse", broken)
    text.add(f"nix = {{ packages = [ ] }}\n{CONFIG}", text.UNFREE, ["x"], folder / "voidgen.toml")


def no_package_of_void(folder: Path, _: pytest.MonkeyPatch) -> None:
    listed = Listed("bash-5_1", "x86_64", "sha256-x", 1, 1, ("sh",))
    packages = {"bash": listed, "htop": listed}
    index = Index("/repository", "x86_64", folder, "sha256-x", Repodata(packages, b""))
    raise_all(void_packages._missing(["sh", "htpo", "zzz"], (index,)))  # noqa: SLF001
