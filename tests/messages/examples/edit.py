"""`voidgen add` and `voidgen remove`."""

from pathlib import Path

import pytest
from tests.support.program import write

from voidgen.edit import change, nix_packages, text, void_packages
from voidgen.edit.nix_packages import Answer
from voidgen.edit.types import Consent
from voidgen.errors import StepFailedError, raise_all
from voidgen.nix import evaluation
from voidgen.progress import NoProgress
from voidgen.xbps.repodata import Listed, Repodata
from voidgen.xbps.snapshot import Index

CONFIG = '[image]\nname = "test"\n'


def changed_in_the_meantime(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"voidgen.toml": CONFIG})
    done = change.add(folder, "xbps", [], Consent(lambda *_: True), NoProgress())
    write(folder, {"voidgen.toml": f"{CONFIG}# mine\n"})
    change.write(done)


def _answered(folder: Path, patch: pytest.MonkeyPatch, answer: Answer) -> None:
    write(folder, {"voidgen.toml": CONFIG})
    patch.setattr(nix_packages, "ask", lambda *_: answer)
    change.add(folder, "nix", ["spotify"], Consent(lambda *_: False), NoProgress())


def unfree(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _answered(folder, patch, Answer(unfree={"spotify": ("unfree",)}))


def not_in_the_set(folder: Path, patch: pytest.MonkeyPatch) -> None:
    faults = {"spotify": (("the package set has no such package", "did you mean spot?"),)}
    _answered(folder, patch, Answer(faults))


def insecure(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _answered(folder, patch, Answer(insecure={"openssl-1.0.2u": ("its support ended",)}))


def all_at_once(folder: Path, patch: pytest.MonkeyPatch) -> None:
    faults = {"spotify": (("it is marked as broken", "choose another package"),)}
    unfree, insecure = {"steam": ("unfree",)}, {"openssl-1.0.2u": ("its support ended",)}
    _answered(folder, patch, Answer(faults, unfree, insecure, {"ag": "silver-searcher"}))


def _said(folder: Path, patch: pytest.MonkeyPatch, answers: list[object]) -> None:
    """Have the package set give these answers in turn; errors are raised."""

    def instantiate(*_: object) -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    write(folder, {"voidgen.toml": CONFIG})
    patch.setattr(evaluation, "instantiate", instantiate)
    patch.setattr(nix_packages, "folder", lambda *_: folder)
    change.add(folder, "nix", ["spotify"], Consent(lambda *_: False), NoProgress())


def _row(*, refused: bool = False) -> object:
    return nix_packages._Answer("spotify", (), refused, None, ())  # noqa: SLF001


def refused(folder: Path, patch: pytest.MonkeyPatch) -> None:
    output = "trace: evaluating\nerror: spotify is gone:\n       listen to the birds"
    error = StepFailedError("nix-instantiate: failed", output=output)
    _said(folder, patch, [([_row(refused=True)], ""), error])


def refused_without_a_reason(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _said(folder, patch, [([_row(refused=True)], ""), ((), "")])


def fails(folder: Path, patch: pytest.MonkeyPatch) -> None:
    error = StepFailedError("nix-instantiate: failed", output="error: infinite recursion")
    _said(folder, patch, [error, ((), ""), error])


def the_set_fails(folder: Path, patch: pytest.MonkeyPatch) -> None:
    error = StepFailedError("nix-instantiate: failed", output="error: syntax error")
    _said(folder, patch, [error, error])


def needs_broken(folder: Path, patch: pytest.MonkeyPatch) -> None:
    note = '{"asked": "spotify", "name": "libbap-1", "reason": "%s"}'
    said = "".join(f"trace: {note % reason}\n" for reason in ("broken", "unsupported", "odd"))
    _said(folder, patch, [([_row()], said)])


def not_editable(folder: Path, patch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise ValueError("as of a TOML that tomlkit reads otherwise than Python")

    patch.setattr("tomlkit.parse", broken)
    text.add(f"nix = {{ packages = [ ] }}\n{CONFIG}", text.UNFREE, ["x"], folder / "voidgen.toml")


def no_package_of_void(folder: Path, _: pytest.MonkeyPatch) -> None:
    listed = Listed("bash-5_1", "x86_64", "sha256-x", 1, 1, ("sh",))
    packages = {"bash": listed, "htop": listed}
    index = Index("/repository", "x86_64", folder, "sha256-x", Repodata(packages, b""))
    raise_all(void_packages._missing(["sh", "htpo", "zzz"], (index,)))  # noqa: SLF001
