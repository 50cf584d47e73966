"""The paths that [image] asks for."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.support.overlay import FILE, catalogue, config, module

from voidgen.config.image import ImageConfig
from voidgen.errors import WrongInputError
from voidgen.overlay.resolve import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.overlay.paths import Entry
    from voidgen.overlay.resolution import Resolution

MODULES = catalogue(
    module("runit-live"),
    module("own-hosts", "/etc/hosts"),
    module("own-name", "/etc/hostname"),
)


def of(image: ImageConfig, *modules: str) -> Resolution:
    return resolve(evolve(config(modules), image=image), MODULES, FILE)


def found(image: ImageConfig, *modules: str) -> dict[str, Entry]:
    return {one.path: one for one in of(image, *modules).entries}


def test_without_the_keys_there_is_nothing() -> None:
    assert not of(ImageConfig("x")).entries
    assert not of(ImageConfig("x")).modules


def test_a_host_name_is_written_and_put_back_at_boot() -> None:
    image = ImageConfig("x", hostname="box")
    paths = found(image)
    assert paths["/etc/hostname"].content == b"box\n"
    assert b"\n127.0.1.1\tbox\n" in (paths["/etc/hosts"].content or b"")
    assert [one.module.name for one in of(image).modules] == ["runit-live"]


def test_a_modules_own_hosts_stay() -> None:
    entry = found(ImageConfig("x", hostname="box"), "own-hosts")["/etc/hosts"]
    assert (entry.module, entry.content) == ("own-hosts", None)


def test_a_modules_own_host_name_disagrees() -> None:
    with pytest.raises(WrongInputError) as raised:
        of(ImageConfig("x", hostname="box"), "own-name")
    (fault,) = raised.value.faults
    assert fault.what == "/etc/hostname belongs to module 'own-name' and to voidgen.toml"
    assert fault.key == ("image", "hostname")


def test_a_time_zone_is_a_link() -> None:
    (entry,) = found(ImageConfig("x", timezone="Asia/Tokyo")).values()
    assert (entry.path, entry.target) == ("/etc/localtime", "/usr/share/zoneinfo/Asia/Tokyo")


def test_os_release_has_voids_lines_and_the_images() -> None:
    image = ImageConfig("My+x", version="1.2", os_release={"VARIANT": "a b", "HOME_URL": "x:y"})
    paths = found(image)
    lines = (paths["/etc/os-release"].content or b"").decode().splitlines()
    assert lines[:3] == ['NAME="Void"', 'ID="void"', 'PRETTY_NAME="Void Linux"']
    assert [line for line in lines if line.startswith("HOME_URL")] == ['HOME_URL="x:y"']
    assert lines[-3:] == ['IMAGE_ID="my-x"', 'IMAGE_VERSION="1.2"', 'VARIANT="a b"']
    assert b"\nnoextract=/etc/os-release\n" in (
        paths["/etc/xbps.d/50-os-release.conf"].content or b""
    )


def test_a_line_is_as_a_shell_reads_it(tmp_path: Path) -> None:
    text = "\"a\" 'b' $HOME `id` \\ \\\\ é $(id) !"
    entry = found(ImageConfig("x", os_release={"VARIANT": text}))["/etc/os-release"]
    (tmp_path / "os-release").write_bytes(entry.content or b"")
    command = '. ./os-release && printf %s "$VARIANT"'
    ran = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=True)
    assert ran.stdout.decode() == text


def test_a_version_or_a_line_is_enough() -> None:
    for image in (ImageConfig("x", version="1"), ImageConfig("x", os_release={"VARIANT": "y"})):
        assert "/etc/os-release" in found(image)
