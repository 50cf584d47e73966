"""The conditions of two runs: how each is varied, or why it isn't."""

import os
from pathlib import Path

import attrs
import pytest
from tests.support.stand_in import StandIns

from voidgen.check import conditions, machine, sample
from voidgen.check.conditions import ANYWHERE, Condition
from voidgen.check.container import Probe
from voidgen.container.engine import Engine

UID_MAP = "0 0 4294967295\n"


def test_a_run_starts_with_the_settings_of_all_conditions() -> None:
    varied = (
        conditions.cores([3, 5], "docker", taskset=True),
        conditions.clock("/usr/lib/x/faketime/libfaketime.so.1"),
        conditions.storage("volume", 1, 1),
        *ANYWHERE,
    )
    first, second = (conditions.start(varied, number) for number in (0, 1))
    assert (first.umask, second.umask) == (0o022, 0o077)
    assert (first.program, second.program) == ((), ("taskset", "--cpu-list", "3"))
    assert (first.build, second.build) == ("volume", "tmpfs")
    assert "--env=FAKETIME=-150d" in first.arguments
    assert "--volume=/usr/lib/x/faketime:/faketime:ro" in first.arguments
    assert {"--env=FAKETIME=+400d", "--cpuset-cpus=3"} < {*second.arguments}
    assert second.folder.startswith("another-with-a-longer-name/")
    assert {*first.env} < {*second.env}
    assert all(second.env[name] != value for name, value in first.env.items())


def test_without_conditions_a_run_changes_no_settings() -> None:
    start = conditions.start((), 1)
    assert (start.umask, start.arguments, start.folder, start.build) == (-1, (), "1", "")


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        (conditions.cores([0], "podman", taskset=True), "this machine has one core; "),
        (conditions.cores([0, 1], "podman", taskset=False), "taskset is not installed (Debian: "),
        (conditions.clock(""), "libfaketime is not installed (Debian: libfaketime)"),
        (conditions.engine_mode("podman", root=False), "needs root: run voidgen with sudo"),
        (conditions.engine_mode("docker", root=True), "docker runs all containers in one mode"),
    ],
)
def test_a_condition_that_cannot_vary_names_what_is_missing(
    condition: Condition, missing: str
) -> None:
    assert condition.settings is None
    assert condition.missing.startswith(missing)


@pytest.mark.parametrize(
    ("build", "needed", "other"),
    [
        ("volume", 1, "tmpfs"),
        ("volume", 3, "container"),
        ("container", 3, "volume"),
        ("tmpfs", 1, "container"),
    ],
)
def test_the_second_build_uses_another_storage(build: str, needed: int, other: str) -> None:
    settings = conditions.storage(build, needed, 2).settings
    assert settings
    assert tuple(one.build for one in settings) == (build, other)


def test_the_smallest_store_paths_are_a_sample() -> None:
    sizes = {Path(f"/s/{name}"): size for name, size in (("c", 1), ("a", 2), ("b", 2))}
    assert sample.choose(sizes, lambda _: True) == (Path("/s/c"), Path("/s/a"), Path("/s/b"))
    large = {**sizes, Path("/s/d"): sample.LARGEST, Path("/s/e"): sample.LARGEST}
    assert sample.choose(large, lambda _: True) == (Path("/s/c"), Path("/s/a"), Path("/s/b"))
    # One path with several files is included, whatever its size.
    chosen = sample.choose(large, lambda path: path.name in {"d", "e"})
    assert chosen == (Path("/s/c"), Path("/s/a"), Path("/s/b"), Path("/s/d"))
    assert sample.choose({}, lambda _: True) == ()
    many = {Path(f"/s/{number}"): 1 for number in range(1000)}
    assert len(sample.choose(many, lambda _: True)) == sample.MOST


def test_a_sample_has_the_same_content_but_other_metadata(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for name in ("a-1", "b-1"):
        (store / name / "bin").mkdir(parents=True)
        (store / name / "bin" / "tool").write_text("tool\n")
        (store / name / "bin" / "tool").chmod(0o555)
    (store / "a-1" / "once").write_text("once\n")
    (store / "b-1" / "once").hardlink_to(store / "a-1" / "once")
    (store / "b-1" / "link").symlink_to("bin/tool")
    (store / "c-1").write_text("a file\n")
    (store / "d-1").symlink_to("c-1")
    for path in store.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)
    sizes = dict.fromkeys(store.iterdir(), 100)
    condition = sample.vary(sizes, tmp_path / "copies")
    assert condition.settings
    second = condition.settings[1]
    assert second.arguments == tuple(
        f"--volume={tmp_path}/copies/{name}:/closure/{name}:ro" for name in ("a-1", "b-1", "c-1")
    )
    assert "hard links" in second.value
    assert second.value.endswith(" for 3 of its 4 paths")
    copies = tmp_path / "copies"
    for copy in copies.rglob("*"):
        own = store / copy.relative_to(copies)
        if copy.is_symlink():
            assert copy.readlink() == own.readlink()
        elif copy.is_file():
            assert copy.read_bytes() == own.read_bytes()
            assert copy.stat().st_mode == own.stat().st_mode | 0o200
            assert (copy.stat().st_nlink > 1) != (own.stat().st_nlink > 1) or copy.name == "c-1"
        # A path with Nix's time is bind-mounted, not copied.
        assert (copy.lstat().st_mtime == 1) == (copy.name == "c-1")
        if not os.getuid():
            assert copy.lstat().st_uid != own.lstat().st_uid
    assert {int(copy.lstat().st_mtime) == 0 for copy in copies.rglob("*")} == {True, False}


def test_a_closure_of_links_has_no_path_to_sample(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    condition = sample.vary({tmp_path / "link": 1}, tmp_path / "copies")
    assert (condition.settings, condition.missing) == (
        None,
        "the closure has no store path to copy",
    )


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[StandIns, Probe]:
    """A podman with the answers that the test gives."""
    programs = StandIns(tmp_path / "programs")
    monkeypatch.setenv("PATH", f"{programs.folder}:{os.environ['PATH']}")
    return programs, Probe(Engine("podman", True, tmp_path), "sha256:0123", tmp_path)


ASKED = (
    conditions.clock("/faketime/libfaketime.so.1"),
    conditions.engine_mode("podman", root=True),
    conditions.storage("volume", 1, 1),
    *ANYWHERE,
)


def test_the_values_that_containers_see_are_shown(probe: tuple[StandIns, Probe]) -> None:
    programs, asking = probe
    programs.add(
        "podman",
        (0, f"1783000000\n2\next2/ext3\n{UID_MAP}", ""),
        (0, "1830000000\n2\ntmpfs\n0 0 65536\n", ""),
    )
    clock, mode, storage, *rest = asking.confirm(ASKED)
    shown = [[one.value for one in varied.settings or ()] for varied in (clock, mode, storage)]
    assert shown == [
        ["2026-07-02", "2027-12-28"],
        ["root", "root of a user namespace"],
        ["ext2/ext3", "tmpfs"],
    ]
    assert tuple(rest) == ANYWHERE
    first, second = programs.starts("podman")
    assert "--volume=/build" in first
    assert "--tmpfs=/build:rw,exec,suid,dev" in second
    assert "--uidmap=0:0:65536" in second


def test_a_condition_without_effect_is_not_varied(probe: tuple[StandIns, Probe]) -> None:
    programs, asking = probe
    programs.add("podman", (0, f"1783000000\n2\noverlayfs\n{UID_MAP}", ""))
    clock, mode, storage, *_ = asking.confirm(ASKED)
    assert (clock.settings, mode.settings, storage.settings) == (None, None, None)
    effect = "has no effect in this container: both runs see"
    assert clock.missing == f"{effect} 2026-07-02"
    assert mode.missing == f"{effect} root"
    assert storage.missing == f"{effect} overlayfs"


def test_a_condition_that_the_engine_refuses_is_not_varied(probe: tuple[StandIns, Probe]) -> None:
    programs, asking = probe
    here, there = f"1783000000\n2\next2/ext3\n{UID_MAP}", "1830000000\n2\ntmpfs\n0 0 65536\n"
    refusal = (125, "", "Error: crun: no such map\n")
    good = [(0, here, ""), (0, there, "")]
    # All together; the clock, the mode, the storage, each alone; what is left together.
    programs.add("podman", good[0], refusal, *good, good[0], refusal, *good, *good)
    clock, mode, storage, *_ = asking.confirm(ASKED)
    assert mode.missing == "no container starts with this setting: Error: crun: no such map"
    assert clock.settings
    assert storage.settings
    *_, last = programs.starts("podman")
    assert "--env=FAKETIME=+400d" in last
    assert "--uidmap=0:0:65536" not in last


def test_if_no_container_runs_its_conditions_are_not_varied(probe: tuple[StandIns, Probe]) -> None:
    programs, asking = probe
    programs.add("podman", (125, "", "Error: nothing runs here\n"))
    found = asking.confirm(ASKED)
    refused = {one.missing for one in found if one.seen}
    assert refused == {"no container starts with this setting: Error: nothing runs here"}
    assert found[3:] == ANYWHERE


def test_other_programs_than_gnus_are_reported(probe: tuple[StandIns, Probe]) -> None:
    programs, asking = probe
    programs.add("podman", (0, "date: unknown\n", ""))
    unknown = {one.missing for one in asking.confirm(ASKED[:3])}
    assert unknown == {"the container's programs do not answer like GNU's"}


def test_libfaketime_is_found_in_the_folders_of_distributions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "lib" / "x86_64-linux-gnu" / "faketime" / "libfaketime.so.1"
    monkeypatch.setattr(machine, "FOLDERS", (f"{tmp_path}/lib/*/faketime",))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert machine.libfaketime() == ""
    library.parent.mkdir(parents=True)
    library.touch()
    assert machine.libfaketime() == str(library)
    # nixpkgs'.
    monkeypatch.setattr(machine, "FOLDERS", ())
    program = tmp_path / "bin" / "faketime"
    program.parent.mkdir()
    program.touch(0o755)
    (tmp_path / "lib" / "libfaketime.so.1").touch()
    assert machine.libfaketime() == str(tmp_path / "lib" / "libfaketime.so.1")


def test_a_condition_without_settings_changes_nothing() -> None:
    condition = attrs.evolve(ANYWHERE[0]).without("no umask here")
    assert conditions.start((condition,), 0) == conditions.start((), 0)
    assert condition.missing == "no umask here"
