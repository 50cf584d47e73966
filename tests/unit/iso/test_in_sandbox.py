"""The program of Nix's sandbox: it runs from its emitted modules, with Python alone."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support import sandbox
from tests.support.program import found
from tests.support.sandbox import DATE, Builder

from voidgen.data.bundled_files import DATA
from voidgen.data.emitted_modules import FILES
from voidgen.image import build_json, snapshot_json
from voidgen.iso import outputs, result
from voidgen.iso.log import telling
from voidgen.lock import lock_json, pinned
from voidgen.system import sri

PYTHONS = [sys.executable, *filter(Path.is_file, [Path("/usr/bin/python3")])]
"""This Python, and Debian's."""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the emitted modules alone."""
    folder = tmp_path_factory.mktemp("modules")
    for name in FILES:
        place = folder / "voidgen" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(DATA.parent / name, place)
    return folder


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    return sandbox.make(tmp_path)


@pytest.fixture(params=PYTHONS, ids=str)
def run(
    request: pytest.FixtureRequest, modules: Path, tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the program with these words."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        argv = [request.param, "-s", "-B", "-S", "-m", "voidgen.iso.in_sandbox", *words]
        # The environment of a builder has little more.
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(modules)}
        return subprocess.run(
            argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    return run


Run = Callable[..., subprocess.CompletedProcess[str]]


def refusal(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a failed run said."""
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines
    assert all(line.startswith("voidgen: ") for line in lines), done.stderr
    return [line.removeprefix("voidgen: ") for line in lines]


def test_the_job_has_every_file(builder: Builder, run: Run) -> None:
    done = run(*builder.words("prepare"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    job = found(builder.folder / "job")
    snapshot = job.pop("snapshot")
    names = ["base-files-0.1_1.x86_64.xbps", "htop-3_1.x86_64.xbps"]
    packages = [f"/closure/{builder.path(name).name}\x1f{name}\n" for name in names]
    tools, greet = (builder.path(name) for name in ("tools-1.0", "greet-1"))
    assert job == {
        "environment": (
            b"LC_ALL=C\nXBPS_INSTALL_CMD=/voidgen/xbps-install.sh\nMKLIVE_REV=\n"
            + f"SOURCE_DATE_EPOCH={DATE}\n".encode()
        ),
        "include": f"/closure/{builder.path('include').name}\n".encode(),
        "mklive": f"/closure/{builder.path('mklive').name}\n".encode(),
        "options": b"-a\nx86_64\n",
        "owner": b"0:0\n",
        "packages": "".join(packages).encode(),
        "registration": f"{greet}\n".encode(),
        "store": f"{str(builder.store)[1:]}\n".encode(),
        "store-paths": f"{greet.name}\n{tools.name}\n".encode(),
        "x86_64-repodata": b"index",
    }
    build = build_json.read((builder.default / "manifest.json").read_bytes())
    locks = builder.folder / "flake.lock", builder.folder / "voidgen.lock"
    inputs = pinned.read(locks[0].read_bytes(), {"mklive": ""})
    locked = lock_json.read(locks[1].read_bytes())
    include = builder.path("include")
    assert snapshot == snapshot_json.dump("tests", build, include, inputs, locked)


def test_the_caller_may_choose_the_source_date(builder: Builder, run: Run) -> None:
    builder.change("attributes", sourceDate="1600000000")
    assert run(*builder.words("prepare")).returncode == 0
    assert b"SOURCE_DATE_EPOCH=1600000000\n" in (builder.folder / "job/environment").read_bytes()


def test_a_good_iso_is_moved_with_files_beside_it(builder: Builder, run: Run) -> None:
    done = run(*builder.words("finish"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    out, again = builder.folder / "out", builder.folder / "again"
    assert (out / "tests.iso").read_bytes() == b"iso"
    assert not (builder.folder / "results/image.iso").exists()
    again.mkdir()
    (again / "image.iso").write_bytes(b"iso")
    build = build_json.read((builder.default / "manifest.json").read_bytes())
    locked = lock_json.read((builder.folder / "voidgen.lock").read_bytes())
    # As `voidgen iso` writes them.
    hash_ = outputs.write(again / "image.iso", "tests", build, locked)
    assert hash_ == sri.of_bytes(b"iso")
    expected = {name.replace("image", "tests", 1): data for name, data in found(again).items()}
    assert found(out) == expected
    assert {*expected} == {f"tests.{kind}" for kind in outputs.KINDS}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("log", b"", "mklive did not report that it created the image"),
        ("results/iso.list", b"", "/boot/vmlinuz is missing in the ISO"),
        ("results/overlay.sums", b"", "/etc/motd"),
        ("results/efi/EFI/BOOT/BOOTX64.EFI", b"MZ", "EFI/BOOT/BOOTX64.EFI is not a GRUB loader"),
        ("results/initrd", b"x", "/boot/initrd: not an initramfs"),
    ],
)
def test_a_wrong_iso_is_refused(
    name: str, content: bytes, said: str, builder: Builder, run: Run
) -> None:
    (builder.folder / name).write_bytes(content)
    first, second, *_ = refusal(run(*builder.words("finish")))
    assert first == "mklive succeeded, but the ISO differs from the plan:"
    assert second.startswith(said)
    assert list((builder.folder / "out").iterdir()) == []


def test_of_many_faults_the_first_are_named(builder: Builder, run: Run) -> None:
    (builder.folder / "results/squashfs.list").write_bytes(b"")
    (builder.folder / "results/iso.list").write_bytes(b"")
    (builder.folder / "results/initrd").unlink()
    log = "".join(f"cp: no {number}\n" for number in range(100))
    (builder.folder / "log").write_text(log)
    assert len(refusal(run(*builder.words("finish")))) == 1 + result.SHOWN


def test_an_iso_that_is_too_large_is_refused(builder: Builder, run: Run) -> None:
    plan = builder.manifest["plan"]
    plan["image"]["max-size"] = 2
    builder.change(f"store/{builder.default.name}/manifest.json", plan=plan)
    assert refusal(run(*builder.words("finish")))[1:] == [
        "the ISO has 3 bytes, 1 more than [image] max-size in voidgen.toml allows"
    ]


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("voidgen.lock", {"version": 9}, "voidgen.lock: has version 9"),
        ("voidgen.lock", {"xbps": 1}, "voidgen.lock: is not a lock file of voidgen"),
        ("flake.lock", {"nodes": {}}, "flake.lock: does not lock the inputs mklive"),
        ("manifest", {"version": 9}, "manifest.json: has version 9"),
        ("manifest", {"kind": "x"}, "expected kind 'voidgen-built-image', got 'x'"),
        ("manifest", {"closure": 1}, "manifest.json: is not an image's manifest"),
        ("attributes", {"flakeLock": None}, "the flake has no flake.lock: run `voidgen lock`"),
        ("attributes", {"sourceDate": "x"}, "SOURCE_DATE_EPOCH is 'x', not a number of seconds"),
        ("attributes", {"default": "/nowhere"}, "/nowhere/manifest.json: No such file"),
        ("attributes", {"voidgenLock": "/nowhere"}, "/nowhere: No such file or directory"),
        ("attributes", {"job": 1}, "does not have the attributes of the ISO's builder"),
    ],
)
def test_wrong_documents_are_named(
    name: str, changed: dict[str, object], said: str, builder: Builder, run: Run
) -> None:
    file = f"store/{builder.default.name}/manifest.json" if name == "manifest" else name
    builder.change(file, **changed)
    for command in ("prepare", "finish"):
        (line,) = refusal(run(*builder.words(command)))
        assert said in line


def test_garbage_is_named(builder: Builder, run: Run) -> None:
    (builder.folder / "attributes").write_bytes(b"\xff")
    (line,) = refusal(run(*builder.words("prepare")))
    assert line.endswith("attributes: does not have the attributes of the ISO's builder")


def test_an_overlay_that_leads_out_is_refused(builder: Builder, run: Run) -> None:
    (builder.path("include") / "etc/motd").unlink()
    (builder.path("include") / "etc/motd").symlink_to(builder.folder / "log")
    (line,) = refusal(run(*builder.words("prepare")))
    assert line.startswith("/etc/motd leads out of the overlay ")


@pytest.mark.parametrize("words", [[], ["prepare"], ["finish", "a"], ["other", "a", "b"]])
def test_usage(words: list[str], run: Run) -> None:
    (line,) = refusal(run(*words))
    assert line == "usage: prepare ATTRS JOB, or finish ATTRS RESULTS LOG OUT"


def test_faults_in_the_log_are_what_failed() -> None:
    """`voidgen iso` finds the program's line in Nix's log."""

    said = "voidgen: mklive succeeded, but the ISO differs from the plan:"
    assert telling(["[2/2] Last", "x", said, "voidgen: /etc: missing"]) == said
