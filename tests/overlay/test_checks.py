"""The modules' checks in the manifest (docs/reference/module-contents.md)."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from voidgen import project
from voidgen.data import bundled_files
from voidgen.overlay import catalogue
from voidgen.plan import render
from voidgen.schema import typed_json

MODULES = catalogue.load([bundled_files.catalogue()])
OPTIONS: dict[str, Any] = {
    "live-password": {"live-password": {"password": "none", "root-password": "locked"}},
    "persistence": {"persistence": {"label": "data"}},
    "ssh-server": {"ssh-server": {"authorized-keys": []}},
}
"""Options that have no default."""
CHECKED = [name for name, module in MODULES.items() if module.spec.checks]


def checks(folder: Path, modules: list[str], options: dict[str, Any]) -> list[dict[str, Any]]:
    overlay = {"modules": modules, "options": options}
    image = {"name": "test", "user": "anna", "keymap": "ch-fr_nodeadkeys"}
    text = tomlkit.dumps({"image": image, "mklive": {}, "overlay": overlay})
    (folder / "voidgen.toml").write_text(text)
    found = project.load(folder)
    rows: list[dict[str, Any]] = typed_json.plain(render.checks(found.plan))
    return rows


@pytest.mark.parametrize("name", CHECKED)
def test_shellcheck_accepts_the_commands(name: str, tmp_path: Path) -> None:
    # Another module provides the session that a login manager starts.
    modules = {"lightdm-live": ["cinnamon-live"], "sddm-live": ["kde-live"]}.get(name, [name])
    rows = checks(tmp_path, modules, OPTIONS.get(name, {}))
    ours = [row for row in rows if row["by"] == {"kind": "module", "name": name}]
    assert len(ours) == len(MODULES[name].spec.checks)
    for row in ours:
        done = subprocess.run(
            ["shellcheck", "-s", "sh", "-"],
            input=row["command"], capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{row['command']}\n{done.stdout}"
        assert "live " not in row["command"], "the user may have another name"


def test_checks_are_filled_in_and_in_the_order_of_the_modules(tmp_path: Path) -> None:
    options = {
        "live-user": {"groups": ["a group", "x"]},
        "gpu-detect": {"virtual-acceleration": True},
        "dconf-cinnamon": {"color-scheme": "default"},
    }
    rows = checks(tmp_path, ["gpu-detect", "live-user", "dconf-cinnamon"], options)
    names = [row["by"]["name"] for row in rows]
    assert names == sorted(names)
    by_name = {row["name"]: row for row in rows}
    assert by_name["the desktop's keyboard"]["prints"].strip() == "[('xkb', 'ch+fr_nodeadkeys')]"
    assert by_name["the desktop's colour scheme"]["prints"] == "'default'"
    assert by_name["OpenGL is rendered as the options say"]["prints"] == "software: 0"
    groups = by_name["the live user is in the groups that exist"]["command"]
    assert groups.startswith("for group in 'a group' x; do\n")
    assert "id -nG anna |" in groups
    assert {*rows[0]} == {"name", "by", "command", "prints", "matches", "within"}
