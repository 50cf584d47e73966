"""Whether what Nix built is what a project would build now."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.documents import built_data, current
from tests.support.program import write

from voidgen.errors import StepFailedError
from voidgen.image import freshness
from voidgen.image.built_image import BuiltImage
from voidgen.nix import evaluation
from voidgen.progress import NoProgress
from voidgen.schema import typed_json

CONFIG = '[image]\nname = "x"\n[overlay]\nmodules = ["a"]\n[nix]\nnixpkgs = "github:o/r"\n'
HASH = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
LOCK = (
    '{"version":7,"root":"root","nodes":{"root":{"inputs":{"nixpkgs":"n"}},"n":{'
    '"original":{"type":"github","owner":"o","repo":"r"},'
    '"locked":{"type":"github","owner":"o","repo":"r","lastModified":1,'
    f'"narHash":"{HASH}","rev":"{"0" * 40}"}}}}}}}}'
)
Change = Callable[[Path, dict[str, Any]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, {"voidgen.toml": CONFIG, "flake.lock": LOCK})
    write(tmp_path, {"overlay-src/a/module.toml": 'summary = "a"\n'})
    write(tmp_path, {"overlay-src/a/files/etc/x": "1"})
    return tmp_path


def doubt(folder: Path, made: dict[str, Any]) -> str | None:
    image = typed_json.structure(made, BuiltImage)
    found = freshness.doubt_in(folder, image, folder / "result", NoProgress())
    return f"{found.what}: {found.remedy}" if found else None


def made(folder: Path) -> dict[str, Any]:
    found = current(built_data(), folder)
    found["built-from"]["inputs"] = {"nixpkgs": HASH}
    return found


def edit(**files: str) -> Change:
    names = {"config": "voidgen.toml", "file": "overlay-src/a/files/etc/x", "lock": "flake.lock"}

    def change(folder: Path, _: dict[str, Any]) -> None:
        write(folder, {names[name]: text for name, text in files.items()})

    return change


def without_record(_: Path, made: dict[str, Any]) -> None:
    del made["built-from"]


def other_code(_: Path, made: dict[str, Any]) -> None:
    made["built-from"]["code"] = "0" * 64


OLDER = "older than voidgen.toml and the modules: run `voidgen build`"
OTHER = "was built by another version of voidgen: run `voidgen build`"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (edit(), None),
        (edit(config=f"# A comment.\n{CONFIG}"), None),
        (edit(config=f'{CONFIG}[container]\nengine = "nix"\n'), None),
        (edit(config=CONFIG.replace('"x"', '"y"')), OLDER),
        (edit(file="2"), OLDER),
        (edit(lock=LOCK.replace("AAA=", "AAE=")), "older than flake.lock: run `voidgen build`"),
        (without_record, OTHER),
        (other_code, OTHER),
        (
            edit(config="["),
            (
                "may be older than voidgen.toml, which has errors: "
                "run `voidgen generate`, which shows them"
            ),
        ),
        (
            edit(lock="{"),
            (
                "may be older than flake.lock, which is damaged: "
                "restore it with git, or remove it and run `voidgen lock`"
            ),
        ),
    ],
)
def test_what_changed_since(folder: Path, change: Change, said: str | None) -> None:
    image = made(folder)
    change(folder, image)
    assert doubt(folder, image) == said


def test_a_folder_of_packages_is_evaluated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"voidgen.toml": CONFIG.replace("github:o/r", "./set"), "set/default.nix": ""})
    image = current(built_data(), folder)
    result = str((folder / "result").resolve())
    for path, said in ((result, None), ("/other", "older than ./set: run `voidgen build`")):
        monkeypatch.setattr(evaluation, "evaluate", lambda *_, path=path, **__: path)
        assert doubt(folder, image) == said

    def fail(*_: object, **__: object) -> str:
        raise StepFailedError("error")

    monkeypatch.setattr(evaluation, "evaluate", fail)
    said = "may be older than ./set, which does not evaluate: run `voidgen build`, which says why"
    assert doubt(folder, image) == said
