"""The image's own visudo checks sudoers files when the root tree is made."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.program import Ran, voidgen, write

from voidgen.iso.inputs import SCRIPTS
from voidgen.plan.job_format import SEPARATOR

SUDOERS = "root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root tree with Debian's visudo."""
    root = tmp_path / "root"
    program = shutil.which("visudo")
    assert program
    lines = subprocess.run(["ldd", program], capture_output=True, check=True, text=True).stdout
    libraries = [word for line in lines.splitlines() for word in line.split() if word[0] == "/"]
    for file in (*libraries, program):
        place = root / ("usr/bin/visudo" if file == program else file[1:])
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    (root / "etc/sudoers.d").mkdir(parents=True)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    sudoers = root / "etc/sudoers"
    sudoers.write_text(SUDOERS)
    sudoers.chmod(0o440)
    return root


def laid(folder: Path, root: Path, path: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run overlay.sh on an overlay of one file."""
    home, include = folder / "voidgen", folder / "include"
    (home / "job").mkdir(parents=True)
    file = include / path[1:]
    file.parent.mkdir(parents=True)
    file.write_text(text)
    for script in ("overlay.sh", "shells.sh", "post-install.sh", "remove-files.sh"):
        shutil.copy(SCRIPTS / script, home)
    line = SEPARATOR.join(("file", "0440", "root", "root", path))
    (home / "job/overlay").write_text(f"{line}\n")
    (home / "job/include").write_text("/include\n")
    (home / "job/disabled").touch()
    links = (
        word
        for name in ("bin", "lib", "lib64")
        for word in ("--symlink", f"usr/{name}", f"/{name}")
    )
    argv = [
        *("bwrap", "--unshare-all", "--uid", "0", "--gid", "0", "--cap-add", "ALL"),
        *("--ro-bind", "/usr", "/usr", *links, "--bind", str(root), "/root-tree"),
        *("--ro-bind", str(home), "/voidgen", "--ro-bind", str(include), "/include"),
        *("bash", "/voidgen/overlay.sh", "/root-tree"),
    ]
    return subprocess.run(argv, capture_output=True, check=False, text=True)


def test_a_correct_sudoers_file_passes(tmp_path: Path, root: Path) -> None:
    done = laid(tmp_path, root, "/etc/sudoers.d/x", "live ALL=(ALL) NOPASSWD: ALL\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_the_images_sudo_refuses_is_an_error(tmp_path: Path, root: Path) -> None:
    done = laid(tmp_path, root, "/etc/sudoers.d/x", "Defaults lecture=sometimes\n")
    assert done.returncode == 1
    assert done.stderr.startswith("voidgen: overlay: sudo refuses its files: /etc/sudoers.d/x:1:")
    assert 'value "sometimes" is invalid for option "lecture"' in done.stderr


def test_an_overlay_without_sudoers_files_does_not_run_visudo(tmp_path: Path, root: Path) -> None:
    (root / "etc/sudoers").chmod(0o666)
    done = laid(tmp_path, root, "/etc/motd", "x\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_tree_without_sudo_is_not_checked(tmp_path: Path, root: Path) -> None:
    (root / "usr/bin/visudo").unlink()
    done = laid(tmp_path, root, "/etc/sudoers.d/x", "Defaults lecture=sometimes\n")
    assert (done.returncode, done.stderr) == (0, "")


def generated(folder: Path, text: str, module: str = "") -> Ran:
    file = "overlay-src/mine/files/etc/sudoers.d/x"
    config = '[image]\nname = "x"\n[overlay]\nmodules = ["mine"]\n'
    write(folder, {file: text, "voidgen.toml": config})
    write(folder, {"overlay-src/mine/module.toml": f'summary = "mine"\n{module}'})
    return voidgen("--quiet", "generate", cwd=folder)


def test_a_fault_that_only_this_machines_visudo_finds_gives_a_warning(repository: Path) -> None:
    ran = generated(repository, "\nDefaults lecture=sometimes\n")
    assert ran.status == 0
    assert ran.err.startswith("warning: overlay-src/mine/files/etc/sudoers.d/x:2: this machine's")
    module = '[allow]\n"/etc/sudoers.d/x" = ["sudoers"]\n'
    assert generated(repository, "\nDefaults lecture=sometimes\n", module).err == ""


def test_files_that_a_sudoers_file_includes_are_not_read(repository: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("Defaults lecture=sometimes\n")
    text = f"@include {wrong}\n  @include {wrong}\n#include {wrong}\n"
    assert generated(repository, text).err == ""


def test_without_visudo_generate_gives_no_warning(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert generated(repository, "Defaults lecture=sometimes\n").err == ""
