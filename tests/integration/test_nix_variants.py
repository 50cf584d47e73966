"""Variants, built by the real Nix from one flake."""

import json
import shutil
from pathlib import Path

import pytest
from tests.integration.offline import Nix
from tests.support.program import voidgen

VARIANTS = """
[variants.small.nix]
packages.remove = ["countdown", "proverb-of-the-day"]
unfree = []

[variants.small.overlay.options.welcome]
message = "Small."

[variants.big.overlay]
modules.add = ["bluetooth"]
"""


@pytest.fixture
def varied(warm: Path) -> Path:
    """The offline example with two variants, generated."""
    file = warm / "voidgen.toml"
    file.write_text(file.read_text() + VARIANTS)
    ran = voidgen("generate", cwd=warm)
    assert (ran.status, ran.err) == (0, "")
    return warm


def manifest(folder: Path) -> dict[str, object]:
    made: dict[str, object] = json.loads((folder / "manifest.json").read_text())
    return made


def names(folder: Path) -> set[str]:
    packages = manifest(folder)["packages"]
    assert isinstance(packages, list)
    return {one["name"] for one in packages}


def test_nix_builds_each_image(varied: Path, nix: Nix) -> None:
    own, small, big = (nix.build(varied, one) for one in ("default", "small", "big"))
    assert names(own) - names(small) == {"countdown", "proverb-of-the-day"}
    assert names(own) == names(big)
    assert "Small." in (small / "include/usr/local/bin/welcome").read_text()
    assert not (own / "include/etc/sv/bluetoothd").exists()
    outputs = json.loads(nix.run("nix", "flake", "show", "--json", varied))["packages"]
    here = next(iter(outputs.values()))
    assert {one for one in here if "small" in one} == {
        "small", "small-closure", "small-collisions", "small-include", "small-profile",
    }  # fmt: skip


def test_a_variant_changes_nothing_in_the_own_image(varied: Path, warm: Path, nix: Nix) -> None:
    with_variants = nix.build(varied, "default")
    file = warm / "voidgen.toml"
    file.write_text(file.read_text().replace(VARIANTS, ""))
    ran = voidgen("generate", cwd=warm)
    assert ran.status == 0
    assert not (warm / "image/variants").exists()
    assert nix.build(warm, "default") == with_variants


def test_build_show_why_and_graph(varied: Path) -> None:
    ran = voidgen("build", "small", cwd=varied)
    assert ran.status == 0, ran.err
    assert ran.out.startswith("built ./result-small  (")
    assert ran.out.endswith("next: voidgen show --built small\n")
    assert voidgen("build", "--check", "small", cwd=varied).out == (
        "nothing to do: ./result-small is current\n"
    )
    assert not (varied / "result").exists()
    shown = voidgen("show", "--built", "small", cwd=varied)
    assert (shown.status, shown.err) == (0, "")
    assert "countdown" not in shown.out
    assert "offline-small" in voidgen("show", "small", cwd=varied).out
    assert voidgen("show", "--sizes", "small", cwd=varied).status == 0
    ran = voidgen("why", "greet", "--variant", "small", cwd=varied)
    assert "store path" in ran.out
    ran = voidgen("why", "bluetooth", "--variant", "big", cwd=varied)
    assert "voidgen.toml:" in ran.out
    assert voidgen("why", "bluetooth", cwd=varied).status == 2
    ran = voidgen("graph", "closure", "--variant", "small", cwd=varied)
    assert (ran.status, ran.err) == (0, "")
    assert "countdown" not in ran.out


def test_other_project_files(varied: Path) -> None:
    """`generate` is stable, and removes what a variant no longer needs."""
    assert voidgen("generate", "--check", cwd=varied).status == 0
    file = varied / "voidgen.toml"
    file.write_text(file.read_text().partition("[variants.big")[0])
    assert voidgen("generate", cwd=varied).status == 0
    assert [one.name for one in (varied / "image/variants").iterdir()] == ["small"]
    shutil.rmtree(varied / "image/variants/small/include")
    assert voidgen("generate", "--check", cwd=varied).status == 1


def test_diff_of_images(varied: Path) -> None:
    ran = voidgen("diff", ".#small", ".", "-q", cwd=varied)
    assert (ran.status, ran.err) == (0, "")
    assert "countdown" in ran.out
    ran = voidgen("diff", ".#small", ".#big", "--json", "-q", cwd=varied)
    assert (ran.status, ran.err) == (0, "")
    assert "bluetooth" in ran.out
    assert voidgen("diff", ".#small", ".#small", "--exit-code", cwd=varied).status == 0
    ran = voidgen("diff", ".#smal", cwd=varied)
    assert ran.status == 2
    assert ran.err == (
        "voidgen.toml: the project has no variant 'smal'\n    did you mean 'small'?\n"
    )
