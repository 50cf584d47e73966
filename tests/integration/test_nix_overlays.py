"""Overlays of a project: their packages in the image, in `voidgen add`, and on the live system."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.integration.offline import SYSTEM, Nix, track
from tests.support.program import voidgen

if TYPE_CHECKING:
    from pathlib import Path

OVERLAY = """final: prev: {
  mine = import ./mine.nix final;
  greet = prev.greet // { version = "2.1-own"; };
}
"""
MINE = """pkgs: derivation {
  name = "mine-1.0";
  system = "%s";
  builder = "${pkgs.busybox}/bin/busybox";
  args = [ "sh" "-c" "${pkgs.busybox}/bin/busybox mkdir -p $out/bin && echo > $out/bin/mine" ];
} // { pname = "mine"; version = "1.0"; meta = { }; }
"""


@pytest.fixture
def project(example: Path) -> Path:
    """The offline example with an overlay, generated."""
    (example / "nix").mkdir()
    (example / "nix/overlay.nix").write_text(OVERLAY)
    (example / "nix/mine.nix").write_text(MINE % SYSTEM)
    toml = example / "voidgen.toml"
    text = toml.read_text()
    text = text.replace("[nix]\n", '[nix]\noverlays = ["nix/overlay.nix"]\n', 1)
    toml.write_text(text.replace("packages = [\n", 'packages = [\n  "mine",\n', 1))
    track(example)
    ran = voidgen("generate", cwd=example)
    assert ran.status == 0, ran.err
    track(example)
    return example


def test_the_image_has_packages_of_an_overlay(nix: Nix, project: Path) -> None:
    image = nix.build(project)
    packages = json.loads((image / "manifest.json").read_bytes())["packages"]
    versions = {one["name"]: one["version"] for one in packages}
    assert versions["mine"] == "1.0"
    assert versions["greet"] == "2.1-own"
    assert (image / "profile/bin/mine").exists()


def test_the_live_systems_flake_has_the_overlay(nix: Nix, project: Path, tmp_path: Path) -> None:
    image = nix.build(project)
    live = tmp_path / "live"
    subprocess.run(["cp", "-RL", image / "include/etc/voidgen/packages", live], check=True)
    subprocess.run(["chmod", "-R", "u+w", live], check=True)
    found = nix.run(
        "nix", "eval", "--raw", "--no-update-lock-file",
        f"path:{live}#legacyPackages.{SYSTEM}.mine.outPath",
    )  # fmt: skip
    assert found in (image / "store-paths").read_text()


def test_add_checks_names_of_the_overlay(project: Path) -> None:
    assert voidgen("remove", "nix", "mine", cwd=project).status == 0
    assert voidgen("add", "nix", "mine", cwd=project).status == 0
    ran = voidgen("add", "nix", "mines", cwd=project)
    assert ran.status == 2
    assert "similar names: mine" in ran.err


def fail_to_add(project: Path, overlay: str) -> str:
    (project / "nix/overlay.nix").write_text(overlay)
    assert voidgen("remove", "nix", "mine", cwd=project).status == 0
    ran = voidgen("add", "nix", "mine", cwd=project)
    assert ran.status in {1, 2}
    return ran.err


def test_an_overlay_reads_nothing_outside_of_the_project(project: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    said = fail_to_add(project, f'final: prev: {{ mine = throw (builtins.readFile "{secret}"); }}')
    assert "hidden" not in said
    assert "is forbidden in restricted mode" in said
    (project / "nix/link").symlink_to(secret)
    (project / "nix/overlay.nix").write_text(
        "final: prev: { mine = throw (builtins.readFile ./link); }"
    )
    ran = voidgen("add", "nix", "mine", cwd=project)
    assert "hidden" not in ran.err
    assert "is forbidden in restricted mode" in ran.err


def test_an_overlay_sees_no_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIDGEN_SHOWN", "hidden")
    overlay = 'final: prev: { mine = throw "<${builtins.getEnv "VOIDGEN_SHOWN"}>"; }'
    said = fail_to_add(project, overlay)
    assert "<>" in said


def test_an_error_is_shown_with_its_line(nix: Nix, project: Path) -> None:
    said = fail_to_add(project, "final: prev:\n{\n  mine = ;\n}\n")
    assert "nix/overlay.nix:3:10" in said
    track(project)
    assert "nix/overlay.nix:3:10" in nix.fail("nix", "build", "--no-link", project)


def test_a_file_that_is_no_overlay(nix: Nix, project: Path) -> None:
    (project / "nix/overlay.nix").write_text("{ mine = 1; }\n")
    said = nix.fail("nix", "build", "--no-link", project)
    assert "nix/overlay.nix is not an overlay of nixpkgs, but a set." in said
    assert "Begin it with `final: prev:`" in said


def test_a_file_that_git_does_not_track(project: Path) -> None:
    shutil.rmtree(project / ".git")
    subprocess.run(["git", "init", "--quiet", project], check=True)
    ran = voidgen("generate", cwd=project)
    assert "nix/overlay.nix: git does not track this file" in ran.err
    assert ran.status == 2
