"""Recipes are read: packages, subpackages, architectures, services and files."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.void_facts.named import dependency
from tests.void_facts.recipes import Recipes
from tests.void_facts.record import record

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """\
pkgname=lamp
version=1.2
revision=3
archs="~i686* ~*-musl"
depends="oil>=1.0_1 virtual?wick match-2.0_4"
build_options="smoke"
build_options_default="smoke"
system_accounts="_lamp"
provides="light-0_1"
repository=nonfree
/usr/bin/touch NEVER
case "$XBPS_TARGET_MACHINE" in
x86_64*) depends+=" $(vopt_if smoke chimney) $(vopt_if steam kettle)" ;;
esac

post_install() {
	vsv lampd
	vinstall ${FILESDIR}/lamp.conf 644 etc/lamp
	vinstall ${FILESDIR}/x 755 usr/libexec/lamp light
	vbin lamp
	vsconf "${FILESDIR}/20-lamp.conf"
}

lamp-light_package() {
	depends="${sourcepkg}>=${version}_${revision}"
	pkg_install() {
		vmove usr/lib/light
		vsv lightd
	}
}
"""


@pytest.fixture
def recipes(tmp_path: Path) -> Recipes:
    folder = tmp_path / "srcpkgs"
    (folder / "lamp").mkdir(parents=True)
    (folder / "lamp/template").write_text(TEMPLATE.replace("NEVER", str(tmp_path / "never")))
    (folder / "lamp-light").symlink_to("lamp")
    for name in ("oil", "match", "chimney"):
        (folder / name).mkdir()
        (folder / name / "template").write_text(f"pkgname={name}\nversion=1\nrevision=1\n")
    for words in (
        ("init", "-q"),
        ("add", "--all"),
        ("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    return Recipes(tmp_path, "HEAD")


def test_facts_of_a_recipe(recipes: Recipes, tmp_path: Path) -> None:
    found = record(recipes, ["lamp-light", "not-there"])["packages"]
    assert found == {
        "chimney": {"version": "1_1"},
        "lamp": {
            "version": "1.2_3",
            "machines": ["x86_64", "aarch64"],
            "repository": "nonfree",
            "depends": ["match-2.0_4", "oil>=1.0_1", "virtual?wick"],
            "depends of": {"x86_64": ["chimney"]},
            "provides": ["light"],
            "accounts": ["_lamp"],
            "services": ["lampd"],
            "files": [
                "/etc/lamp/lamp.conf", "/etc/sv/lampd/run", "/usr/bin/lamp",
                "/usr/libexec/lamp/light", "/usr/share/examples/lamp/20-lamp.conf",
            ],
        },
        "lamp-light": {
            "version": "1.2_3",
            "recipe": "lamp",
            "machines": ["x86_64", "aarch64"],
            "repository": "nonfree",
            "depends": ["lamp>=1.2_3"],
            "services": ["lightd"],
            "files": ["/etc/sv/lightd/run", "/usr/lib/light"],
        },
        "match": {"version": "1_1"},
        "oil": {"version": "1_1"},
    }  # fmt: skip
    assert not (tmp_path / "never").exists(), "a recipe changes nothing on this machine"


@pytest.mark.parametrize(
    ("written", "package"),
    [
        ("htop", "htop"),
        ("gvfs-mtp", "gvfs-mtp"),
        ("linux6.18-headers", "linux6.18-headers"),
        ("mesa-26.1.3_1", "mesa"),
        ("xset>=1.2.1", "xset"),
        ("xserver-abi-video<25_1", "xserver-abi-video"),
        ("virtual?font:monospace", ""),
    ],
)
def test_dependencies(written: str, package: str) -> None:
    assert dependency(written) == package
