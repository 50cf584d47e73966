"""The smaller parts of `voidgen iso`: engines, logs, what is checked first, what lies beside."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pytest
from attrs import evolve
from tests.support import documents
from tests.support.stand_in import StandIns

from voidgen.config.mklive import Squashfs
from voidgen.config.types import Container
from voidgen.container import engine
from voidgen.container.engine import Engine, Task
from voidgen.errors import StepFailedError
from voidgen.iso import preflight
from voidgen.iso.log import Log
from voidgen.iso.preflight import Needed
from voidgen.overlay.asker import module
from voidgen.overlay.resolution import Account
from voidgen.plan import mklive_job

PODMAN = {"host": {"security": {"rootless": True}}, "store": {"graphRoot": "/graph"}}
RUNNER = Engine("podman", rootful=True, storage=Path("/graph"))


# Engines.


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    found = StandIns(tmp_path / "stand-ins")
    monkeypatch.setenv("PATH", str(found.folder))
    monkeypatch.delenv(engine.ARGUMENTS, raising=False)
    monkeypatch.delenv(engine.BUILD, raising=False)
    return found


@pytest.mark.parametrize(
    ("program", "info", "rootful", "storage"),
    [
        ("podman", PODMAN, False, "/graph"),
        ("docker", {"DockerRootDir": "/docker", "SecurityOptions": None}, True, "/docker"),
        ("docker", {"DockerRootDir": "/d", "SecurityOptions": ["name=rootless"]}, False, "/d"),
    ],
)
def test_engine_is_found(
    program: str, info: Mapping[str, Any], rootful: bool, storage: str, programs: StandIns
) -> None:
    programs.add(program, (0, json.dumps(info), ""))
    assert engine.find(Container(engine="auto")) == Engine(program, rootful, Path(storage))
    assert programs.starts(program) == [["info", "--format", "{{json .}}"]]


def test_podman_comes_before_docker_and_arguments_add_up(
    programs: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("docker", "podman"):
        programs.add(name, (0, json.dumps(PODMAN), ""))
    monkeypatch.setenv(engine.ARGUMENTS, "--runtime runc '--env=A=b c'")
    found = engine.find(Container(arguments=("--ulimit=nofile=1024",)))
    assert found.program == "podman"
    assert found.arguments == ("--ulimit=nofile=1024", "--runtime", "runc", "--env=A=b c")
    assert programs.starts("docker") == []


@pytest.mark.parametrize("said", ["", "json", "[]", "{}", '{"host": 1}'])
def test_engine_that_is_not_understood(said: str, programs: StandIns) -> None:
    programs.add("podman", (0, said, ""))
    with pytest.raises(StepFailedError) as caught:
        engine.find(Container())
    assert caught.value.what == "podman info: printed JSON that voidgen cannot read"


@pytest.mark.parametrize(("size", "enough"), [(1, False), (65535, False), (65536, True)])
def test_rootless_engine_needs_user_ids(size: int, enough: bool, programs: StandIns) -> None:
    mappings = {"uidmap": [{"container_id": 0, "host_id": 1000, "size": size}]}
    host = {"security": {"rootless": True}, "idMappings": mappings}
    programs.add("podman", (0, json.dumps({**PODMAN, "host": host}), ""))
    if enough:
        assert not engine.find(Container()).rootful
        return
    with pytest.raises(StepFailedError) as caught:
        engine.find(Container())
    assert "has too few user ids" in caught.value.what
    assert "usermod --add-subuids" in caught.value.remedy


def task(**changed: Any) -> Task:
    whole = Task(
        name="name", project=Path("/project"), image="sha256:1", reads={"/a": "/x y"},
        writes={"/out": "/o"}, variables={"LC_ALL": "C"}, words=["bash", "/voidgen/build.sh"],
    )  # fmt: skip
    return evolve(whole, **changed)


def test_command_asks_for_few_privileges() -> None:
    argv = evolve(RUNNER, arguments=("--runtime=runc",)).command(task())
    assert argv[:2] == ["podman", "run"]
    assert {"--rm", "--network=none", "--pull=never", "--cap-drop=all", "--volume=/build"} <= {
        *argv
    }
    assert {"--volume=/x y:/a:ro", "--volume=/o:/out", "--env=LC_ALL=C"} <= {*argv}
    assert argv[-4:] == ["--runtime=runc", "sha256:1", "bash", "/voidgen/build.sh"]
    added = {one.partition("=")[2] for one in argv if one.startswith("--cap-add=")}
    assert added == {*engine.CAPABILITIES}
    assert not {"--privileged", "--device", "NET_ADMIN", "SYS_MODULE"} & {*argv, *added}


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("volume", {"--volume=/build"}),
        ("container", set()),
        ("tmpfs", {"--tmpfs=/build:rw,exec,suid,dev"}),
    ],
)
def test_the_build_lies_where_the_environment_says(
    build: str, words: set[str], programs: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(engine.BUILD, build)
    programs.add("podman", (0, json.dumps(PODMAN), ""))
    argv = engine.find(Container()).command(task())
    assert {word for word in argv if "/build" in word} - {"/voidgen/build.sh"} == words


def test_folder_that_no_volume_can_name() -> None:
    with pytest.raises(StepFailedError) as caught:
        RUNNER.command(task(writes={"/out": "/a:b"}))
    assert (
        caught.value.what
        == "/a:b: container engines cannot mount a folder with a colon in its name"
    )


@pytest.mark.parametrize(
    "said",
    [
        "Loaded image: localhost/voidgen-container:abc",
        "Getting image\nLoaded image: localhost/voidgen-container:abc\n",
    ],
)
def test_image_that_was_loaded(said: str, programs: StandIns) -> None:
    programs.add("podman", (0, said, ""))
    assert RUNNER.load(Path("/archive")) == "localhost/voidgen-container:abc"


def test_caller_is_who_ran_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setattr("os.getgid", lambda: 0)
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.delenv("SUDO_GID", raising=False)
    assert engine.caller() == (0, 0)
    monkeypatch.setenv("SUDO_UID", "1000")
    monkeypatch.setenv("SUDO_GID", "100")
    assert engine.caller() == (1000, 100)
    assert RUNNER.owner() == "1000:100"
    assert evolve(RUNNER, rootful=False).owner() == "0:0"
    # voidgen uses SUDO_UID only if it runs as root.
    monkeypatch.setattr("os.getuid", lambda: 5)
    monkeypatch.setattr("os.getgid", lambda: 6)
    assert engine.caller() == (5, 6)


# The job.


def test_mksquashfs_gets_what_voidgen_toml_asks() -> None:
    memory = ("-mem", "512M")
    zstd = ("-comp", "zstd", "-Xcompression-level")
    assert mklive_job.squashfs(Squashfs()) == [*zstd, "9", "-b", "1024K", *memory]
    assert mklive_job.squashfs(Squashfs("zstd", 19)) == [*zstd, "19", "-b", "1024K", *memory]
    assert mklive_job.squashfs(Squashfs("gzip", 4, 128)) == [
        *("-comp", "gzip", "-Xcompression-level", "4", "-b", "128K"), *memory,
    ]  # fmt: skip
    for other in ("xz", "gzip", "lz4"):
        assert mklive_job.squashfs(Squashfs(other)) == ["-comp", other, "-b", "1024K", *memory]


def test_overlay_is_told_field_by_field() -> None:
    entries = documents.entries(
        {"type": "file", "mode": "0644", "owner": "root", "group": "wheel", "path": "/a b"},
        {"type": "symlink", "target": "x", "path": "/c"},
    )
    assert mklive_job.overlay(entries) == [
        "file\x1f0644\x1froot\x1fwheel\x1f/a b",
        "symlink\x1f\x1f\x1f\x1f/c",
    ]


def test_users_are_told_field_by_field() -> None:
    places = ("/var/empty", "/sbin/nologin", ("a", "b"))
    accounts = [
        Account("one", module("mine"), None, *places, "one user"),
        Account("two", module("mine"), 950, *places, "two user"),
    ]
    assert mklive_job.users(accounts) == [
        "one\x1f\x1f/var/empty\x1f/sbin/nologin\x1fa,b\x1fone user",
        "two\x1f950\x1f/var/empty\x1f/sbin/nologin\x1fa,b\x1ftwo user",
    ]


# The log.


def heard(file: Path, *pieces: bytes) -> tuple[Log, list[tuple[int, int, str]]]:
    stages: list[tuple[int, int, str]] = []
    log = Log(file)
    with log.open(["podman", "run", "a b"], lambda *stage: stages.append(stage)) as hear:
        for piece in pieces:
            hear(piece)
    return log, stages


def test_stages_are_heard_however_the_pieces_fall(tmp_path: Path) -> None:
    whole = b"x\n\x1b[1m[1/12] First ...\n\x1b[mnoise [9/9] x\r\n\x1b[1m[2/12] \xc3\xa9 \xff\n"
    expected = [(1, 12, "First ..."), (2, 12, "é �")]
    for size in (1, 2, 3, 7, len(whole)):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        log, stages = heard(tmp_path / "log", *pieces)
        assert stages == expected
        assert log.file.read_bytes() == b"$ podman run 'a b'\n" + whole


def test_line_without_an_end_costs_little(tmp_path: Path) -> None:
    _, stages = heard(tmp_path / "log", *([b"x" * 4096] * 1000), b"\n[1/2] a\n")
    assert stages == [(1, 2, "a")]


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("ERROR: Package 'a' not found in repository pool.", "run `voidgen lock`"),
        ("MISSING: a>=0", "run `voidgen lock`"),
        ("cp: error writing 'x': No space left on device", "free space"),
        ("FAILURE : Image size 9s exceeds free space on media 1s", "free space"),
        ("mount: /build: permission denied.", "too few privileges"),
        ("unshare: unshare failed: Operation not permitted", "too few privileges"),
        ("voidgen: overlay: 3 of its files do not fit this root tree", "fix the modules"),
        ("voidgen: shells: /etc/shells of the overlay has no line /bin/zsh", "/etc/shells"),
        ("exec /bin/bash: exec format error", "another architecture"),
        ("fatal: something else", ""),
    ],
)
def test_known_failures_are_explained(line: str, remedy: str, tmp_path: Path) -> None:
    log, _ = heard(tmp_path / "log", b"[3/9] Doing\n", f"{line}\n".encode())
    failure = log.failure(1, "podman run")
    assert failure.what == f"podman run: failed in «Doing» (exit status 1): {line}"
    assert failure.output == f"[3/9] Doing\n{line}"
    assert remedy in failure.remedy
    assert failure.remedy.endswith(f"the whole log is {log.file}")
    assert (";" in failure.remedy) == bool(remedy)


def test_error_shows_the_last_lines_alone(tmp_path: Path) -> None:
    log, _ = heard(tmp_path / "log", b"".join(b"%d\n\n" % number for number in range(1000)))
    failure = log.failure(1, "podman run")
    assert failure.what == "podman run: failed (exit status 1)"
    assert failure.output.split() == [str(number) for number in range(980, 1000)]
    assert "it was killed" in log.failure(137, "podman run").remedy


def test_error_begins_with_the_first_line_that_tells_of_it(tmp_path: Path) -> None:
    usage = b"".join(b" -%d  an option\n" % number for number in range(40))
    log, _ = heard(tmp_path / "log", b"./mklive.sh: illegal option -- H\n", usage)
    what = "podman run: failed (exit status 1): ./mklive.sh: illegal option -- H"
    assert log.failure(1, "podman run").what == what
    log, _ = heard(tmp_path / "log", b"ERROR: ", b"x" * 1000, b"\n")
    assert len(log.failure(1, "podman run").what) < 300


# What is checked before a container starts.


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_space_adds_up_by_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 150 << 20))
    out, store = tmp_path / "out", tmp_path / "store"
    for folder in (out, store):
        folder.mkdir()
    needed = [Needed(out, 100 << 20, "the ISO")]
    preflight.space(needed)
    preflight.space([*needed, Needed(tmp_path / "elsewhere", 1 << 50, "a remote engine's")])
    with pytest.raises(StepFailedError) as caught:
        preflight.space([*needed, Needed(store, 60 << 20, "the trees")])
    assert caught.value.what == (
        f"too little space: voidgen needs about 160 MiB for the ISO ({out}) "
        f"and the trees ({store}), "
        "but only 150 MiB are free"
    )
    assert "--no-space-check" in caught.value.remedy


def test_estimate_counts_the_closure_once(tmp_path: Path) -> None:
    trees, iso = preflight.estimate(1000, 4000, tmp_path, tmp_path)
    # In memory, the build takes no space of a file system.
    assert preflight.estimate(1000, 4000, None, tmp_path) == (iso,)
    assert iso.size == 2500 + preflight.BESIDE
    assert trees.size == 1000 + 2 * preflight.BESIDE


def test_store_that_lost_a_path(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("nowhere")
    preflight.closure([PurePosixPath(tmp_path / "a")])
    with pytest.raises(StepFailedError) as caught:
        preflight.closure([PurePosixPath(tmp_path / "a"), PurePosixPath(tmp_path / "b")])
    assert caught.value.what == f"the Nix store does not have {tmp_path / 'b'}"
