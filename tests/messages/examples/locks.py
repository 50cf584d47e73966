"""Locks, Nix and the package set."""

import json
from pathlib import Path

import pytest
from attrs import evolve
from tests.support.lock import digest, forged, lock, package
from tests.support.program import Ran, voidgen, write
from tests.support.stand_in import StandIns

from voidgen import project
from voidgen.doctor import fix
from voidgen.errors import StepFailedError, raise_all
from voidgen.generate import locked_owners
from voidgen.lock import entries, fetched, flake_lock, package_set, programs, state
from voidgen.lock import services as lock_services
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.flake_lock import Input
from voidgen.nix import (
    commands,
    evaluation,
    fetchers,
    flakes,
    installed,
    requirements,
    setup_remedies,
    store_paths,
    uid_range,
)
from voidgen.nix.caches import NO_CACHES
from voidgen.progress import NoProgress
from voidgen.xbps import fetch
from voidgen.xbps.types import Program, Service


def not_a_lock(folder: Path, _: pytest.MonkeyPatch) -> None:
    lock_file.parse(forged(b'{\n  "version": ,\n'), folder / "voidgen.lock")


def of_another_version(folder: Path, _: pytest.MonkeyPatch) -> None:
    lock_file.parse(forged(b'{\n  "version": 9,\n'), folder / "voidgen.lock")


def unreadable(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "flake.lock").mkdir()
    state.content(folder / "flake.lock")


def _nix(folder: Path, patch: pytest.MonkeyPatch, said: str) -> None:
    programs = StandIns(folder.parent / "programs")
    programs.add("nix", (0, said, ""))
    patch.setenv("PATH", programs.path)


def nix_without_a_version(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _nix(folder, patch, "nix (Nix)")
    installed.version()


def nix_is_too_old_for_the_set(folder: Path, patch: pytest.MonkeyPatch) -> None:
    programs = StandIns(folder.parent / "programs")
    programs.add("nix-instantiate", (0, '"needs Nix 2.18 or later, but this is 2.8.0"', ""))
    patch.setenv("PATH", programs.path)
    requirements.check(folder)


def nix_is_too_old_for_its_sandbox(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _nix(folder, patch, "nix (Nix) 2.8.0")
    uid_range.missing()


def nix_without_its_daemon(folder: Path, patch: pytest.MonkeyPatch) -> None:
    socket = "/nix/var/nix/daemon-socket/socket"
    programs = StandIns(folder.parent / "programs")
    programs.add(
        "nix", (1, "", f"error: cannot connect to socket at '{socket}': Connection refused")
    )
    patch.setenv("PATH", programs.path)
    machine = setup_remedies.Machine("debian", is_root=False)
    patch.setattr(setup_remedies.Machine, "here", lambda: machine)
    commands.run_nix(["build", "x"])


def nix_without_build_users(folder: Path, patch: pytest.MonkeyPatch) -> None:
    said = "error: the group 'nixbld' specified in 'build-users-group' does not exist"
    programs = StandIns(folder.parent / "programs")
    programs.add("nix", (1, "", said))
    patch.setenv("PATH", programs.path)
    patch.setenv("NIX_CONF_DIR", "/etc/nix")
    patch.setattr("os.geteuid", lambda: 0)
    machine = setup_remedies.Machine("debian", is_root=True)
    patch.setattr(setup_remedies.Machine, "here", lambda: machine)
    commands.run_nix(["build", "x"])


def _nix_says(said: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        patch.delenv(name, raising=False)
    programs = StandIns(folder.parent / "programs")
    programs.add("nix", (1, "", f"error: unable to download 'https://api.github.com/x': {said}"))
    patch.setenv("PATH", programs.path)
    commands.run_nix(["flake", "lock"])


def no_network(folder: Path, patch: pytest.MonkeyPatch) -> None:
    said = "Could not resolve hostname (6) Could not resolve host: api.github.com"
    _nix_says(said, folder, patch)


def no_proxy(folder: Path, patch: pytest.MonkeyPatch) -> None:
    said = "Could not resolve proxy name (5) Could not resolve proxy: proxy.example"
    _nix_says(said, folder, patch)


def no_login_at_the_proxy(folder: Path, patch: pytest.MonkeyPatch) -> None:
    said = "Failure when receiving data from the peer (56) CONNECT tunnel failed, response 407"
    _nix_says(said, folder, patch)


def no_secure_connection(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _nix_says("SSL peer certificate or SSH remote key was not OK (60)", folder, patch)


def nix_builds_elsewhere(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _nix(folder, patch, '[{"outputs": {"out": "/nix/store/x-image"}}]')
    flakes.build("x", "default", NoProgress())


def nix_has_the_setting_already(folder: Path, _: pytest.MonkeyPatch) -> None:
    line = "extra-experimental-features = nix-command flakes"
    one = fix.Fix(str(folder / "nix.conf"), line)
    fix.apply(one)
    fix.apply(one)


def nix_without_json(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _nix(folder, patch, "<html>")
    commands.json_of(["eval", "x"], str)


def another_nixpkgs_does_not_evaluate(folder: Path, patch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise StepFailedError("nix eval: failed", output="error: attribute 'vmi' missing")

    write(folder, {"voidgen.toml": '[image]\nname = "test"\n'})
    patch.setattr(package_set, "_packages", fails)
    old, new = (Input("nixpkgs", "x", rev=rev, url=f"x?rev={rev}") for rev in ("1", "2"))
    image = project.load(folder)
    package_set.moves(image, (old,), (new,), folder, NoProgress())


def follows_an_input_that_the_flake_lacks(folder: Path, _: pytest.MonkeyPatch) -> None:
    text = """[image]
name = "test"
[nix.sets.hm]
flake = "github:nix-community/home-manager"
follows = { nixpkg = "nixpkgs" }
"""
    pins = {"type": "github", "rev": "0f" * 20, "narHash": digest("tree"), "lastModified": 5}
    nodes = {
        "root": {"inputs": {"hm": "hm"}},
        "hm": {"inputs": {"nixpkgs": ["nixpkgs"]}, "locked": {**pins, "owner": "a", "repo": "b"}},
    }
    lock = {"version": 7, "root": "root", "nodes": nodes}
    write(folder, {"voidgen.toml": text, "flake.lock": json.dumps(lock)})
    plan = project.load(folder).plan
    raise_all(flake_lock.unknown_follows(folder, plan, folder / "voidgen.toml"))


def not_fetched(folder: Path, patch: pytest.MonkeyPatch) -> None:
    wanted = [evolve(package(f"{name}-1.0_1"), repository="/srv") for name in ("a", "b")]
    paths = [folder / one.file for one in wanted]
    patch.setattr(store_paths, "fixed_files", lambda _: paths)
    patch.setattr(store_paths, "invalid", lambda _: {str(path) for path in paths})
    patch.setattr(store_paths, "substitute", lambda *_: None)
    fetch.packages(wanted, (), NoProgress(), NO_CACHES)


def _entry(folder: Path) -> entries.Entry:
    node = {
        "locked": {
            "lastModified": 5, "narHash": digest("tree"), "rev": "0f" * 20,
            "type": "git", "url": "file:///srv/mklive",
        },
        "original": {"type": "git", "url": "file:///srv/mklive"},
    }  # fmt: skip
    nodes = {"mklive": node, "root": {"inputs": {"mklive": "mklive"}}}
    lock = json.dumps({"nodes": nodes, "root": "root", "version": 7})
    (entry,) = entries.parse(lock.encode(), folder / "flake.lock")
    return entry


def nix_fetches_another_date(folder: Path, patch: pytest.MonkeyPatch) -> None:
    found = fetchers.FetchedTree("0f" * 20, digest("tree"), 1_776_113_375)
    patch.setattr(fetchers, "fetch_unlocked", lambda _: found)
    raise_all(fetched.faults([_entry(folder)], folder / "flake.lock"))


def input_cannot_be_fetched(folder: Path, patch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> fetchers.FetchedTree:
        raise StepFailedError("nix-instantiate: failed", output="error: no such repository\n")

    patch.setattr(fetchers, "fetch_unlocked", fails)
    raise_all(fetched.faults([_entry(folder)], folder / "flake.lock"))


def state_dir_of_another_nix(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    text = '[image]\nname = "a"\n[nix]\nstate-dir = "/nix/var/nix"\n[mklive]\n'
    locked = lock_file.dump(lock([package("nix-2.30.5_2")]))
    write(folder, {"voidgen.toml": text, lock_file.FILE: locked.decode()})
    return voidgen("--quiet", "generate", cwd=folder)


def path_that_nix_does_not_read(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(installed, "version", lambda: (2, 8))
    (folder / "my imagé").mkdir()
    evaluation.evaluate(str(folder / "my imagé"), "x", str)


def an_owner_that_no_locked_package_makes(folder: Path, _: pytest.MonkeyPatch) -> None:
    module = 'summary = "Mine"\n[directories."/var/lib/x"]\nowner = "lightdm:root"\n'
    config = '[image]\nname = "a"\n[overlay]\nmodules = ["mine"]\n'
    write(folder, {"voidgen.toml": config, "overlay-src/mine/module.toml": module})
    raise_all(locked_owners.faults(project.load(folder), lock([])))


def a_group_that_no_locked_package_makes(folder: Path, _: pytest.MonkeyPatch) -> None:
    config = '[image]\nname = "a"\ngroups = ["audio", "lightdm"]\n'
    write(folder, {"voidgen.toml": config})
    raise_all(locked_owners.groups(project.load(folder), lock([])))


def services(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    """What voidgen.lock does not know yet, and what nothing enables."""
    config = (
        '[image]\nname = "a"\n[services]\nenable = ["sshd", "own"]\ndisable = ["nosuch"]\n'
        '[overlay]\nmodules = ["mine"]\n[mklive]\n'
    )
    module = (
        'summary = "Mine"\nservices = ["docker"]\n[links]\n'
        '"/etc/runit/runsvdir/default/linked" = "/etc/sv/linked"\n'
    )
    write(folder, {"voidgen.toml": config, "overlay-src/mine/module.toml": module})
    return voidgen("--quiet", "generate", cwd=folder)


def services_that_no_locked_package_has(folder: Path, _: pytest.MonkeyPatch) -> None:
    config = (
        '[image]\nname = "a"\n[xbps]\nrepositories = ["https://repo.example.org/current"]\n'
        'packages = ["a", "b"]\n[services]\nenable = ["docker", "sshd", "own"]\n'
    )
    write(folder, {"voidgen.toml": config})
    found = lock([])
    assert found.xbps
    request = evolve(found.xbps.request, packages=("a", "b"))
    listed = (Service("sshd", "openssh"),)
    locked = evolve(found, xbps=evolve(found.xbps, request=request, services=listed))
    raise_all(lock_services.find(project.load(folder), locked).faults)


def programs_that_no_locked_package_has(folder: Path, _: pytest.MonkeyPatch) -> None:
    config = (
        '[image]\nname = "a"\n[xbps]\nrepositories = ["https://repo.example.org/current"]\n'
        'packages = ["a", "b"]\n[overlay]\nmodules = ["beacon"]\n'
    )
    write(folder, {"voidgen.toml": config})
    write(folder, {"overlay-src/beacon/module.toml": 'summary = "A beacon"\n'})
    service, entry = "etc/sv/beacon/run", "usr/share/applications/beacon.desktop.j2"
    write(folder, {f"overlay-src/beacon/files/{service}": "#!/bin/sh\nexec beacond\n"})
    write(folder, {f"overlay-src/beacon/files/{entry}": "[Desktop Entry]\nExec=beacon-gui\n"})
    found = lock([])
    assert found.xbps
    request = evolve(found.xbps.request, packages=("a", "b"))
    listed = (Program("/usr/bin/beacon-gui", None), Program("/usr/bin/beacond", None))
    locked = evolve(found, xbps=evolve(found.xbps, request=request, programs=listed))
    raise_all(programs.warnings(project.load(folder), locked))


def packages_that_contradict_the_kernel(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    """What dkms and mklive itself make of [xbps] kernel and ignore."""
    config = (
        '[image]\nname = "a"\n[xbps]\nrepositories = ["https://repo.example.org/current"]\n'
        'kernel = "linux6.12"\nignore = ["jq"]\n[mklive]\n'
    )
    found = lock([package(one) for one in ("dkms-3.3.0_1", "jq-1.7_1", "linux6.18-headers-6.18_1")])
    assert found.xbps
    request = evolve(found.xbps.request, packages=(), kernel="linux6.12", ignore=("jq",))
    locked = lock_file.dump(evolve(found, xbps=evolve(found.xbps, request=request)))
    write(folder, {"voidgen.toml": config, lock_file.FILE: locked.decode()})
    return voidgen("--quiet", "generate", cwd=folder)
