"""What Nix may download for a project: from stores that it names, or nothing at all."""

from pathlib import Path

import pytest
from tests.support.program import write

from voidgen import config, project
from voidgen.nix.caches import NO_CACHES, Caches

OFFLINE = """[image]
name = "a"
[nix]
nixpkgs = "./set"
"""


def test_options() -> None:
    assert NO_CACHES.options() == []
    assert Caches(offline=True).options() == ["--option", "substitute", "false"]
    named = ["--option", "extra-substituters", "a b", "--option", "extra-trusted-public-keys", "k"]
    assert Caches(("a", "b"), ("k",)).options() == named


@pytest.mark.parametrize(
    ("text", "offline"),
    [
        (OFFLINE, True),
        (f"{OFFLINE}[mklive]\n", False),
        (f'{OFFLINE}[cache]\nstores = ["https://cache.example"]\n', False),
        (OFFLINE.replace("./set", "github:NixOS/nixpkgs"), False),
    ],
)
def test_a_project_with_all_in_its_folder_is_offline(
    tmp_path: Path, text: str, *, offline: bool
) -> None:
    write(tmp_path, {"voidgen.toml": text, "set/default.nix": "_: { }"})
    assert project.is_offline(config.load(tmp_path)) is offline
    assert project.load(tmp_path).caches.offline is offline
