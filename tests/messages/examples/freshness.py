"""Doubts whether what Nix built is what the project would build now."""

import json
from pathlib import Path

import pytest
from tests.support.documents import built_data, current
from tests.support.program import write

from voidgen.errors import WrongInputError
from voidgen.image import freshness
from voidgen.image.built_image import BuiltImage
from voidgen.image.snapshot import Snapshot
from voidgen.progress import NoProgress
from voidgen.schema import typed_json

CONFIG = '[image]\nname = "x"\n'
SET = f'{CONFIG}[nix]\nnixpkgs = "./set"\n'
HASH = f"sha256-{'A' * 43}="


def _doubt(folder: Path, config: str, now: str | None = None, **built_from: object) -> None:
    """Raise the doubt about an image that was built from ``config``, and from ``built_from``.

    ``now`` is the voidgen.toml after that.
    """
    write(folder, {"voidgen.toml": config})
    made = current(built_data(), folder)
    made["built-from"] |= built_from
    write(folder, {"voidgen.toml": config if now is None else now})
    image = typed_json.structure(made, BuiltImage)
    found = freshness.doubt_in(folder, image, folder / "result", NoProgress())
    assert found
    raise WrongInputError(found)


def plan_changed(folder: Path, _: pytest.MonkeyPatch) -> None:
    _doubt(folder, CONFIG, CONFIG.replace("x", "y"))


def project_with_errors(folder: Path, _: pytest.MonkeyPatch) -> None:
    _doubt(folder, CONFIG, "[image]")


def another_voidgen(folder: Path, _: pytest.MonkeyPatch) -> None:
    _doubt(folder, CONFIG, code="0" * 64)


def other_inputs(folder: Path, _: pytest.MonkeyPatch) -> None:
    original = {"type": "github", "owner": "NixOS", "repo": "nixpkgs"}
    locked = {**original, "rev": "0" * 40, "lastModified": 1, "narHash": HASH}
    nodes = {
        "root": {"inputs": {"nixpkgs": "n"}},
        "n": {"original": {**original, "ref": "nixos-unstable"}, "locked": locked},
    }
    lock = {"version": 7, "root": "root", "nodes": nodes}
    write(folder, {"flake.lock": json.dumps(lock)})
    _doubt(folder, CONFIG, inputs={"nixpkgs": HASH.replace("AAA=", "AAE=")})


def damaged_lock(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"flake.lock": "{"})
    _doubt(folder, CONFIG)


def set_that_does_not_evaluate(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"set/default.nix": "("})
    _doubt(folder, SET)


def iso_of_a_project_with_errors(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"voidgen.toml": "["})
    found = freshness.doubt_of_iso(folder, Snapshot("x"), folder / "out/x.iso")
    assert found
    raise WrongInputError(found)
