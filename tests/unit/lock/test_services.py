"""Services that the locked packages provide, and what voidgen says of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.support.lock import lock, package
from tests.support.program import voidgen, write

from voidgen import project
from voidgen.config.void_repositories import Void
from voidgen.lock import services
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.types import Lock
from voidgen.xbps.types import Service

if TYPE_CHECKING:
    from pathlib import Path


CONFIG = """\
[image]
name = "a"
[xbps]
packages = ["special"]
[services]
enable = ["sshd", "own"]
[overlay]
modules = ["mine"]
[mklive]
"""
MODULE = 'summary = "A test"\nservices = ["docker", "mine"]\n'
FILES = {
    "voidgen.toml": CONFIG,
    "overlay-src/mine/module.toml": MODULE,
    "overlay-src/mine/files/etc/sv/mine/run": "#!/bin/sh\n",
}


def _lock(folder: Path, *pairs: tuple[str, str]) -> Lock:
    """A lock that fits the project, whose packages have these services."""
    settings = project.load(folder).plan.config
    found = lock([package("special-1_1")])
    assert found.xbps
    request = evolve(
        found.xbps.request,
        packages=("special",),
        repositories=tuple(Void.of(settings).urls(settings.xbps.repositories)),
    )
    listed = tuple(Service(*pair) for pair in sorted(pairs))
    return evolve(found, xbps=evolve(found.xbps, request=request, services=listed))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    return tmp_path


def test_without_a_lock_what_is_not_known_is_a_warning(folder: Path) -> None:
    found = services.find(project.load(folder), None)
    assert found.faults == ()
    docker, own = found.warnings
    assert docker.what == (
        "module mine enables the service 'docker', but as far as voidgen knows, nothing in the "
        "image provides /etc/sv/docker"
    )
    assert docker.remedy.startswith("run `voidgen lock`, which finds out; if nothing does, add ")
    assert (own.file, own.key) == (folder / "voidgen.toml", ("services", "enable", 1))


def test_the_locked_packages_decide(folder: Path) -> None:
    image = project.load(folder)
    whole = _lock(folder, ("own", "special"), ("docker", "moby"), ("sshd", "dropbear"))
    assert services.find(image, whole) == services.Findings()
    assert [(one.name, one.provider) for one in services.provided(image, whole)] == [
        ("docker", "moby"),
        ("mine", "/etc/sv/mine/run"),
        ("own", "special"),
        ("sshd", "dropbear"),
    ]
    assert services.available(image, whole) == {"docker", "mine", "own", "sshd"}


def test_what_no_locked_package_has_is_a_fault(folder: Path) -> None:
    found = services.find(project.load(folder), _lock(folder, ("owl", "special")))
    assert found.warnings == ()
    assert [(fault.what, fault.remedy) for fault in found.faults] == [
        (
            "module mine enables the service 'docker', but no locked package has /etc/sv/docker",
            "add moby to [packages] xbps, or write files/etc/sv/docker/run",
        ),
        (
            "voidgen.toml enables the service 'own', but no locked package has /etc/sv/own",
            "did you mean 'owl'?",
        ),
        (
            "voidgen.toml enables the service 'sshd', but no locked package has /etc/sv/sshd",
            "run `voidgen add xbps openssh`",
        ),
    ]


@pytest.mark.parametrize("which", ["of another version", "of other packages"])
def test_a_lock_that_does_not_know_is_as_none(folder: Path, which: str) -> None:
    locked = _lock(folder).xbps
    assert locked
    if which == "of another version":
        locked = evolve(locked, services=None)
    else:
        locked = evolve(locked, request=evolve(locked.request, packages=()))
    image = project.load(folder)
    assert services.find(image, Lock(xbps=locked)) == services.find(image, None)


def test_the_lock_file_keeps_them(folder: Path) -> None:
    found = _lock(folder, ("own", "special"))
    data = lock_file.dump(found)
    assert b'{"name": "own", "package": "special"}' in data
    assert lock_file.parse(data, folder / lock_file.FILE) == found
    assert found.xbps
    old = evolve(found, xbps=evolve(found.xbps, services=None))
    assert b"services" not in lock_file.dump(old)
    assert lock_file.parse(lock_file.dump(old), folder / lock_file.FILE) == old


def test_add_and_remove(folder: Path) -> None:
    (folder / lock_file.FILE).write_bytes(
        lock_file.dump(_lock(folder, ("own", "special"), ("docker", "moby"), ("sshd", "openssh")))
    )
    ran = voidgen("add", "service", "shd", cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean 'sshd'?" in ran.err
    ran = voidgen("remove", "service", "own", cwd=folder)
    assert ran.status == 0, ran.err
    assert 'enable = ["sshd"]' in (folder / "voidgen.toml").read_text()
    ran = voidgen("remove", "service", "docker", cwd=folder)
    assert ran.status == 2
    assert "module mine enables it: add it to disable = [...] in [services]" in ran.err
    ran = voidgen("remove", "service", "udevd", cwd=folder)
    assert "mklive enables it: add it to disable = [...] in [services]" in ran.err


def test_adding_a_disabled_service_enables_it(folder: Path) -> None:
    text = CONFIG.replace('enable = ["sshd", "own"]', 'disable = ["sshd"]')
    write(folder, {"voidgen.toml": text})
    ran = voidgen("add", "service", "sshd", cwd=folder)
    assert ran.status == 0, ran.err
    assert "note: removed sshd from services.disable" in ran.err
    after = project.load(folder).plan.config.services
    assert (after.enable, after.disable) == (("sshd",), ())


def test_enabled_and_disabled_at_once(folder: Path) -> None:
    text = CONFIG.replace('enable = ["sshd", "own"]', 'enable = ["sshd"]\ndisable = ["sshd"]')
    write(folder, {"voidgen.toml": text})
    ran = voidgen("show", cwd=folder)
    assert (ran.status, ran.err) == (
        2,
        (
            "voidgen.toml:7: services.disable[0]: 'sshd' is in services.enable, too\n"
            "    remove one of the two\n"
        ),
    )


LINKED = {
    "voidgen.toml": '[image]\nname = "a"\n[xbps]\npackages = ["special"]\n'
    '[services]\ndisable = ["shipped"]\n[overlay]\nmodules = ["mine"]\n[mklive]\n',
    "overlay-src/mine/module.toml": 'summary = "A test"\n'
    '[links]\n"/etc/runit/runsvdir/single/linked" = "/etc/sv/linked"\n',
    "overlay-src/mine/files/etc/sv/conf-only/conf": "A=1\n",
    "overlay-src/mine/files/etc/sv/idle/run": "#!/bin/sh\n",
}


def test_packages_settle_the_doubts_about_services_of_the_overlay(tmp_path: Path) -> None:
    write(tmp_path, LINKED)
    image = project.load(tmp_path)
    unknown = [one.what for one in services.doubts(image, None)]
    assert unknown == [
        (
            "as far as voidgen knows, nothing in the image provides /etc/sv/conf-only/run "
            "(service-folder)"
        ),
        "nothing starts the service idle (service-folder)",
        "as far as voidgen knows, nothing in the image provides /etc/sv/linked (service-link)",
        "as far as voidgen knows, nothing enables the service 'shipped'",
    ]
    locked = _lock(tmp_path, ("conf-only", "special"), ("linked", "special"))
    assert locked.xbps
    enabled = (Service("idle", "special"), Service("shipped", "special"))
    whole = evolve(locked, xbps=evolve(locked.xbps, enabled=enabled))
    assert [*services.doubts(image, whole)] == []
    lacking = evolve(locked, xbps=evolve(locked.xbps, services=(), enabled=()))
    assert [one.what for one in services.doubts(image, lacking)] == unknown


def test_the_lock_knows_better_than_the_table(tmp_path: Path) -> None:
    write(tmp_path, {
        "voidgen.toml": LINKED["voidgen.toml"].replace('disable = ["shipped"]', ""),
        "overlay-src/mine/module.toml": 'summary = "A test"\n'
        '[links]\n"/etc/runit/runsvdir/single/sshd" = "/etc/sv/sshd"\n',
    })  # fmt: skip
    image = project.load(tmp_path)
    assert [*services.doubts(image, None)] == []
    (found,) = services.doubts(image, _lock(tmp_path))
    assert "/etc/sv/sshd" in found.what
