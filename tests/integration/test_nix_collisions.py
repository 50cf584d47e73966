"""Packages with the same paths: the first in voidgen.toml wins, and each collision is reported."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import Nix, manifest, track, write_project

OLD = """args: let new = import ./2026.10 args; in new // {
  old = (import ./2026.04 args).greet // { meta.priority = 1; };
}
"""
MADE = """args: let set = import ./2026.10 args; in
set // builtins.mapAttrs (name: script: derivation {
  inherit name;
  inherit (args) system;
  builder = "${set.busybox}/bin/sh";
  args = [ "-c" script ];
  PATH = "${set.busybox}/bin";
  outputs = if name == "two" then [ "out" "doc" ] else [ "out" ];
} // { meta.outputsToInstall = if name == "two" then [ "out" "doc" ] else [ "out" ]; }) {
  a = "mkdir -p $out/share/a $out/nix-support; echo a > $out/share/x; echo a > $out/nix-support/x";
  b = "mkdir -p $out/share/a $out/nix-support; echo a > $out/share/x; echo b > $out/nix-support/x";
  c = "mkdir -p $out/share; echo c > $out/share/' a \\"b\\" \\\\'; echo c > $out/share/a";
  d = "mkdir -p $out/share; echo d > $out/share/' a \\"b\\" \\\\'";
  two = "mkdir $out $doc; echo out > $out/x; echo doc > $doc/x";
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", nixpkgs="./packages/colliding.nix")


def ask(project: Path, text: str, *names: str) -> None:
    (project / "packages/colliding.nix").write_text(text)
    (project / "image/manifest.json").write_text(json.dumps(manifest(names)))
    track(project)


@pytest.mark.parametrize(
    ("names", "prelude"), [(("greet", "old"), "1.3"), (("old", "greet"), "1.2")]
)
def test_the_first_package_in_voidgen_toml_wins(
    nix: Nix, project: Path, names: tuple[str, str], prelude: str
) -> None:
    """Priorities in the packages themselves do not matter."""
    ask(project, OLD, *names)
    image = nix.build(project)
    profile = (image / "profile").resolve()
    said = subprocess.check_output([profile / "bin/greet", "--version"], text=True, env={})
    assert f"prelude {prelude}" in said
    elements = json.loads((profile / "manifest.json").read_text())["elements"]
    # Packages that a user adds have 5, which wins over these.
    assert [element["priority"] for element in elements] == [10, 11]
    first, second = names
    hidden = {"from": f"{first}^out", "hidden": f"{second}^out"}
    found = json.loads((image / "manifest.json").read_text())["collisions"]
    assert {"path": "bin/greet", **hidden} in found
    assert all({**one, **hidden} == one for one in found)
    log = nix.run("nix", "log", f"{project}#collisions")
    assert f"voidgen: bin/greet comes from {first}^out and hides the file of {second}^out" in log


def test_equal_files_and_files_outside_of_profiles_do_not_collide(nix: Nix, project: Path) -> None:
    ask(project, MADE, "a", "b")
    assert json.loads((nix.build(project) / "manifest.json").read_text())["collisions"] == []


def test_hostile_file_names_are_reported_as_they_are(nix: Nix, project: Path) -> None:
    ask(project, MADE, "c", "d")
    (found,) = json.loads((nix.build(project) / "manifest.json").read_text())["collisions"]
    assert found == {"path": 'share/ a "b" \\', "from": "c^out", "hidden": "d^out"}


FILE_FIRST = """voidgen: share/a is a file in c^out and a folder in a^out.
    Name a before c, so that its folder hides the file. Or remove one of these packages"""
TWICE = """voidgen: x is in two outputs of one package: two^doc and two^out.
    Name only one of its outputs: two^doc or two^out."""


@pytest.mark.parametrize(("names", "fault"), [(("c", "a"), FILE_FIRST), (("two",), TWICE)])
def test_a_collision_that_buildenv_refuses_names_both_packages(
    nix: Nix, project: Path, names: tuple[str, ...], fault: str
) -> None:
    ask(project, MADE, *names)
    said = nix.fail("nix", "build", "--no-link", "-L", f"{project}#profile")
    assert fault in nix.run("nix", "log", f"{project}#collisions")
    assert not re.search("building .*-profile-links", said)
