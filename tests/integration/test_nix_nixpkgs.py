"""voidgen's Nix code on a real nixpkgs, whose checkout VOIDGEN_NIXPKGS names.

Tests only evaluate and read messages; they build nothing.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.integration.offline import INCLUDE, Nix, manifest, write_project
from tests.support.program import voidgen, write

CHECKOUT = os.environ.get("VOIDGEN_NIXPKGS", "")
pytestmark = pytest.mark.skipif(not CHECKOUT, reason="VOIDGEN_NIXPKGS names no checkout of nixpkgs")
RELEASE = (Path(CHECKOUT) / ".version").read_text().strip() if CHECKOUT else ""
only_26_11 = pytest.mark.skipif(RELEASE != "26.11", reason="expectations are those of 26.11")
only_20_09 = pytest.mark.skipif(RELEASE != "20.09", reason="expectations are those of 20.09")

UNFREE = ("google-chrome", "spotify", "discord", "vscode")


def expression(
    project: Path, names: Sequence[str], unfree: Sequence[str] = (), system: str = "x86_64-linux"
) -> list[str]:
    """Return a command that evaluates the image as `nix build` does before it builds."""
    data = manifest(names, unfree)
    data["image"]["system"] = system
    written = write_project(project, data)
    output = (
        f"(import {written}/image/nix {{ manifest = {written}/image/manifest.json;"
        f" include = {written}/image/include; nixpkgs = {CHECKOUT}; }}).packages.{system}"
    )
    wanted = "".join(f' "${{{output}.{name}.drvPath}}"' for name in (
        "default", "profile", "closure", "include"
    ))  # fmt: skip
    return ["nix-instantiate", "--eval", "--strict", "-E", f"[{wanted} ]"]


def test_free_packages_evaluate(nix: Nix, tmp_path: Path) -> None:
    said = nix.run(*expression(tmp_path / "project", ["hello", "git", "openssl^*", "curl^dev"]))
    assert said.count(".drv") == 4


def test_unfree_packages_evaluate_if_they_are_allowed(nix: Nix, tmp_path: Path) -> None:
    said = nix.run(*expression(tmp_path / "project", UNFREE, UNFREE))
    assert said.count(".drv") == 4
    assert len(INCLUDE) > 1


def test_unfree_packages_that_are_not_allowed_are_named(nix: Nix, tmp_path: Path) -> None:
    said = nix.fail(*expression(tmp_path / "project", UNFREE, ["spotify"]))
    for name in ("google-chrome", "discord", "vscode"):
        assert f'"{name}" is unfree' in said
    assert '"spotify" is unfree' not in said
    assert 'unfree = ["discord", "google-chrome", "spotify", "vscode"]' in said


@only_20_09
def test_missing_packages_are_reported_with_near_names(nix: Nix, tmp_path: Path) -> None:
    names = ["localsend", "mission-center", "firefoxx", "kdeApplications.kat", "gogle-chrome"]
    said = nix.fail(*expression(tmp_path / "project", names))
    for name in ("localsend", "mission-center", "firefoxx"):
        assert f'the package set (release 20.09) has no package "{name}"' in said
    assert "similar names: firefox" in said
    assert "similar names: kdeApplications.kate, kdeApplications.kpat" in said
    assert "similar names: google-chrome" in said


@only_20_09
def test_unfree_dependencies_are_named(nix: Nix, tmp_path: Path) -> None:
    said = nix.fail(*expression(tmp_path / "project", ["steam"], ["steam"]))
    for name in ("steam-original", "steam-runtime"):
        assert f'voidgen: steam needs "{name}", which is unfree' in said


@only_20_09
@pytest.mark.parametrize(
    ("name", "system", "reason"),
    [
        ("mht2htm", "x86_64-linux", "it is marked as broken"),
        ("openssl_1_0_2", "x86_64-linux", '"openssl-1.0.2u" is insecure and not allowed'),
        ("google-chrome", "aarch64-linux", "it does not support aarch64-linux"),
        ("matcha", "x86_64-linux", 'write "matcha-gtk-theme" instead'),
    ],
)
def test_other_refusals(nix: Nix, tmp_path: Path, name: str, system: str, reason: str) -> None:
    said = nix.fail(*expression(tmp_path / "project", [name], [name], system))
    assert f"{name} (asked for by voidgen.toml)" in said
    assert reason in said


@only_26_11
def test_six_faults_in_one_run(nix: Nix, tmp_path: Path) -> None:
    names = ["helo", "vscode", "zoom", "minio", "unnaturalscrollwheels", "a4term", "mistral-vibe"]
    said = nix.fail(*expression(tmp_path / "project", names))
    for line in (
        "voidgen: 7 of the 7 Nix packages",
        'the package set (release 26.11) has no package "helo"',
        '"vscode" is unfree',
        "it is marked as broken",
        '"minio-2025-10-15T17-29-55Z" is insecure',
        "it does not support x86_64-linux",
        'write "a4" instead',
        'voidgen: mistral-vibe needs "textual-speedups", which is unfree',
    ):
        assert line in said


@pytest.mark.parametrize("host", ["aarch64-linux", "i686-linux", "x86_64-linux"])
def test_tools_are_built_for_the_hosts_system(nix: Nix, tmp_path: Path, host: str) -> None:
    data = manifest(["hello"])
    data["image"]["system"] = "aarch64-linux"
    project = write_project(tmp_path / "project", data)
    packages = (
        f"(import {project}/image/nix {{ manifest = {project}/image/manifest.json;"
        f" include = {project}/image/include; nixpkgs = {CHECKOUT}; mklive = {project}; }})"
        f".packages.{host}"
    )
    systems = "map (one: one.system) [ p.container p.xbps p.mklive p.default ]"
    wanted = f"with p.container; [ imageName imageTag drvPath p.xbps.drvPath ({systems}) ]"
    words = ["nix-instantiate", "--eval", "--strict", "--json", "-E"]
    name, tag, *rest = json.loads(nix.run(*words, f"let p = {packages}; in {wanted}"))
    # The tag is the hash of the content, by which an engine identifies the image.
    assert (name, len(tag)) == ("voidgen-container", 32)
    *derivations, systems_of = rest
    assert all(path.endswith(".drv") for path in derivations)
    assert systems_of == [host, host, host, "aarch64-linux"]


def test_an_unfree_package_is_reported_with_its_unfree_dependencies(
    empty_nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert empty_nix
    # The user's own setting must not apply to an image.
    monkeypatch.setenv("NIXPKGS_ALLOW_UNFREE", "1")
    write(
        tmp_path,
        {
            "voidgen.toml": '[image]\nname = "x"\n[nix]\nnixpkgs = "./set"\n',
            "set/default.nix": f"args: import {CHECKOUT} args\n",
        },
    )
    ran = voidgen("add", "nix", "hello", "vscode", "steam", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    told = {line.split()[1] for line in ran.err.splitlines() if " is unfree (license: " in line}
    original = "steam-original" if RELEASE == "20.09" else "steam-unwrapped"
    assert {"vscode", "steam", original} <= told
    assert "hello" not in told
    ran = voidgen("add", "nix", "hello", "vscode", "steam", "--unfree", cwd=tmp_path)
    assert ran.status == 0
    assert f'"{original}"' in (tmp_path / "voidgen.toml").read_text()
    ran = voidgen("add", "nix", "hellp", cwd=tmp_path)
    assert ran.status == 2
    assert "similar names: hello" in ran.err
