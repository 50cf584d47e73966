"""`voidgen iso`."""

import json
from pathlib import Path, PurePosixPath

import pytest
from tests.integration.offline import ROOT
from tests.support.program import write
from tests.support.stand_in import StandIns
from tests.unit.iso.test_size import built, plan

from voidgen import project
from voidgen.config.types import Container
from voidgen.container import engine, image, reference
from voidgen.container.engine import Engine, Task
from voidgen.iso import differences, judge, preflight, verify
from voidgen.iso.differences import Difference
from voidgen.iso.log import Log
from voidgen.iso.nix_sandbox import NixSandbox
from voidgen.iso.order import Order
from voidgen.lock import epoch, mklive_source, source_date
from voidgen.lock.lock_json import LockedParts
from voidgen.lock.state import Pins
from voidgen.nix import caches, evaluation, installed
from voidgen.progress import NoProgress


def _only(folder: Path, patch: pytest.MonkeyPatch, **answers: tuple[int, str, str]) -> None:
    """Have PATH contain only these programs."""
    programs = StandIns(folder / "programs")
    for name, answer in answers.items():
        programs.add(name, answer)
    patch.setenv("PATH", str(programs.folder))


def no_program_looks_images_up(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _only(folder, patch)
    reference.digest(reference.parse("ghcr.io/void-linux/void-glibc:latest"))


def no_digest(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _only(folder, patch, skopeo=(0, "<none>", ""))
    reference.digest(reference.parse("ghcr.io/void-linux/void-glibc:latest"))


def no_container(_: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evaluation, "evaluate", lambda *_, **__: False)
    runner = Engine("podman", True, Path("/storage"))
    image.find(_Project(), runner, Path("/out"), NoProgress())  # type: ignore[arg-type]


class _Project:
    folder = Path("/project")
    caches = caches.NO_CACHES
    plan = plan(None)


def _mklive(folder: Path, old: str, new: str) -> None:
    text = (ROOT / "tests" / "stand_in" / "mklive" / "mklive.sh").read_text()
    (folder / "mklive.sh").write_text(text.replace(old, new))
    mklive_source.check(folder)


def mklive_of_another_kind(folder: Path, _: pytest.MonkeyPatch) -> None:
    _mklive(folder, "generate_squashfs", "make_squashfs")


def mklive_without_a_name(folder: Path, _: pytest.MonkeyPatch) -> None:
    _mklive(folder, "umount_pseudofs", "umount_all")


def mklive_too_old(folder: Path, _: pytest.MonkeyPatch) -> None:
    _mklive(folder, "c:H:k:l:i:s:o:p:g:I:S:e:C:P:T:v:x:K", "c:k:l:i:s:o:p:g:I:S:e:C:P:T:v:K")


def mklive_is_another_script(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "mklive.sh").write_text("#!/bin/sh\n")
    mklive_source.check(folder)


def mklive_without_a_script(folder: Path, _: pytest.MonkeyPatch) -> None:
    mklive_source.check(folder)


def store_paths_are_missing(_: Path, __: pytest.MonkeyPatch) -> None:
    preflight.closure([PurePosixPath("/nix/store/lost-1"), PurePosixPath("/nix/store/lost-2")])


def store_is_damaged(folder: Path, patch: pytest.MonkeyPatch) -> None:
    said = "path '/nix/store/x-tool' was modified! expected hash 'sha256:1', got 'sha256:2'"
    _only(folder, patch, nix=(1, "", said))
    preflight.whole(Path("/nix/store/x-image"))


def too_little_space(folder: Path, patch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1 << 24

    patch.setattr("shutil.disk_usage", lambda _: Usage)
    preflight.space(preflight.estimate(1 << 30, 1 << 31, folder, folder))


def no_engine(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _only(folder, patch)
    engine.find(Container())


def engine_is_nix(_: Path, __: pytest.MonkeyPatch) -> None:
    engine.find(Container("nix"))


def _order(folder: Path) -> Order:
    image = project.load(folder)
    mklive = image.plan.config.mklive
    assert mklive
    locked, log = Pins((), b"", None), Log(folder / "x.log")
    return Order(image, mklive, locked, 1, "", folder, log, NoProgress(), print)


def nix_takes_no_image(folder: Path, _: pytest.MonkeyPatch) -> None:
    text = '[image]\nname = "x"\n[nix]\nnixpkgs = "./set"\n[mklive]\n[container]\nengine = "nix"\n'
    write(
        folder, {"set/default.nix": "", "voidgen.toml": f'{text}image = "a/b@sha256:{"0" * 64}"\n'}
    )
    NixSandbox().program(_order(folder))


def nix_finds_no_tools(folder: Path, patch: pytest.MonkeyPatch) -> None:
    text = '[image]\nname = "x"\n[nix]\nnixpkgs = "./set"\n[mklive]\n[container]\nengine = "nix"\n'
    write(folder, {"set/default.nix": "", "voidgen.toml": text})
    patch.setattr(evaluation, "evaluate", lambda *_, **__: "")
    patch.setattr(installed, "system", lambda: "x86_64-linux")
    NixSandbox().program(_order(folder))


def arguments_not_quoted(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _only(folder, patch, podman=(0, "", ""))
    patch.setenv(engine.ARGUMENTS, "--runtime 'runc")
    engine.find(Container())


def build_storage_unknown(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _only(folder, patch, podman=(0, "", ""))
    patch.setenv(engine.BUILD, "disk")
    engine.find(Container())


def engine_silent(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _only(folder, patch, docker=(1, "", "cannot connect to the Docker daemon\n"))
    engine.find(Container())


def engine_not_understood(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _only(folder, patch, podman=(0, "{}", ""))
    engine.find(Container())


def engine_has_no_users(folder: Path, patch: pytest.MonkeyPatch) -> None:
    host = {"idMappings": {"uidmap": [{"size": 1}]}, "security": {"rootless": True}}
    _only(folder, patch, podman=(0, json.dumps({"host": host, "store": {"graphRoot": "/x"}}), ""))
    engine.find(Container())


def folder_with_a_colon(_: Path, __: pytest.MonkeyPatch) -> None:
    task = Task("x", Path("/p"), "i", {"/in": "/home/me/a:b"}, {}, {}, ())
    Engine("podman", True, Path("/")).command(task)


def epoch_is_not_a_number(_: Path, __: pytest.MonkeyPatch) -> None:
    source_date.of([], {epoch.VARIABLE: "yesterday"})


def too_large(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "image.iso").write_bytes(b"x" * 4096)
    judge.size(plan("2 KiB"), built([3, 2, 1]), folder / "image.iso", 5000)


def another_one_came_out(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Have one check of the ISO's lists report a difference."""
    for name in ("squashfs.list", "overlay.sums", "iso.list", "pkgdb.plist", "passwd", "group"):
        (folder / name).write_text("")
    patch.setattr("voidgen.iso.listing.entries", lambda *_: [])
    missing = Difference("/nix/store/x", "missing")
    patch.setattr(differences, "closure", lambda *_: [missing])
    for name in ("boot", "loaders", "packages", "init_program"):
        patch.setattr(verify, name, lambda *_: [])
    made = built([1])
    judge.judge(judge.expected(plan(None), made, LockedParts("flake", [])), folder, "", 0)


def mklive_fails(folder: Path, _: pytest.MonkeyPatch) -> None:
    log = Log(folder / "test.log")
    with log.open(["podman", "run"], lambda *_: None) as heard:
        heard(b"[3/9] Installing packages\nERROR: not enough space: No space left on device\n")
    raise log.failure(1, "podman run")


def mklive_is_killed(folder: Path, _: pytest.MonkeyPatch) -> None:
    log = Log(folder / "test.log")
    with log.open(["podman", "run"], lambda *_: None) as heard:
        heard(b"compressing\n")
    raise log.failure(137, "podman run")
