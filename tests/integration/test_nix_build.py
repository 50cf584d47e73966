"""`voidgen build`, results that are older than the project, and the flake's warning about it."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.integration.offline import Nix
from tests.support.program import voidgen, write

from voidgen.image import freshness

CHANGED = "changed since `voidgen generate`: run it again"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_build_and_change_and_build(warm: Path) -> None:
    ran = voidgen("build", "--check", cwd=warm)
    assert (ran.status, ran.out) == (1, "")
    assert "result: nothing is built here" in ran.err
    ran = voidgen("build", "--offline", cwd=warm)
    assert ran.status == 0, ran.err
    assert ran.out.startswith("built ./result  (6 Nix packages, ")
    assert ran.out.endswith("\nnext: voidgen show --built\n")
    made = json.loads((warm / "result/manifest.json").read_text())
    assert made["built-from"] == {"code": freshness.code(), "inputs": {}}
    assert voidgen("build", "--check", cwd=warm).out == "nothing to do: ./result is current\n"

    # A plan that changes, with packages that are built already.
    replace(warm / "voidgen.toml", "Nothing here", "Nothing")
    ran = voidgen("show", "--built", cwd=warm)
    assert ran.err == (
        "warning: result: older than voidgen.toml and the modules\n    run `voidgen build`\n"
    )
    found = json.loads(voidgen("build", "--json", cwd=warm).out)
    assert (found["current"], found["changed"][-1]) == (False, "image/emitted.json")
    assert found["result"] == str((warm / "result").resolve())

    # No lock file has the hash of a set that is a folder of the project.
    replace(warm / "packages/2026.10/default.nix", 'greet = "2.1"', 'greet = "2.2"')
    ran = voidgen("why", "greet", cwd=warm)
    assert ran.err.startswith("warning: result: older than ./packages/2026.10\n")


def test_a_folder_in_the_place_of_the_link(pristine: Path, tmp_path: Path) -> None:
    project = shutil.copytree(pristine, tmp_path / "project", symlinks=True)
    write(project, {"result/mine": ""})
    ran = voidgen("build", cwd=project)
    assert ran.status == 2
    assert ran.err == "result: is in the way: it is not a link that Nix made\n    move it away\n"
    assert (project / "result/mine").exists()


def warning(nix: Nix, flake: str) -> tuple[str, str]:
    """Return what the flake warns of, and the derivation of its default output."""
    argv = ["nix", "eval", "--raw", f"{flake}#packages.x86_64-linux.default.drvPath"]
    done = subprocess.run(argv, env=nix.env, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if "voidgen generate" in line]
    assert len(lines) <= 1, "it is printed once"
    return (lines[0].partition(": ")[2] if lines else ""), done.stdout


CASES: list[tuple[dict[str, str], str]] = [
    ({"voidgen.toml": "# A comment counts.\n"}, f"voidgen.toml has {CHANGED}"),
    (
        {"overlay-src/welcome/files/etc/motd": "x", "overlay-src/welcome/module.toml": "#\n"},
        f"overlay-src/welcome/module.toml and 1 more file have {CHANGED}",
    ),
    (
        {"overlay-src/welcome/files/etc/new": ""},
        f"overlay-src/welcome/files/etc/new has {CHANGED}",
    ),
    # A module that replaces one of voidgen's own.
    (
        {"overlay-src/live-user/module.toml": ""},
        f"overlay-src/live-user/module.toml has {CHANGED}",
    ),
    # These are not part of the image.
    (
        {
            "overlay-src/unused/module.toml": "",
            "overlay-src/welcome/README": "",
            "overlay-src/NOTES": "",
        },
        "",
    ),
]


def test_the_flake_warns(nix: Nix, pristine: Path, tmp_path: Path) -> None:
    project = shutil.copytree(pristine, tmp_path / "project", symlinks=True)
    said, derivation = warning(nix, f"path:{project}")
    assert said == ""
    for files, expected in CASES:
        before = {name: (project / name) for name in files}
        texts = {name: file.read_text() for name, file in before.items() if file.exists()}
        write(project, {name: texts.get(name, "") + text for name, text in files.items()})
        assert warning(nix, f"path:{project}") == (expected, derivation)
        for file in before.values():
            file.unlink()
        write(project, texts)


def test_the_flake_warns_of_a_file_that_voidgen_toml_names(
    nix: Nix, pristine: Path, tmp_path: Path
) -> None:
    project = shutil.copytree(pristine, tmp_path / "project", symlinks=True)
    named = '\n[boot.entries.shell]\ntitle = "Shell"\nefi = "./boot/shell.efi"\n'
    text = (project / "voidgen.toml").read_text() + named
    write(project, {"voidgen.toml": text, "boot/shell.efi": "MZ"})
    ran = voidgen("generate", cwd=project)
    assert ran.status == 0, ran.err
    assert warning(nix, f"path:{project}")[0] == ""
    write(project, {"boot/shell.efi": "MZ, another"})
    assert warning(nix, f"path:{project}")[0] == f"boot/shell.efi has {CHANGED}"
    (project / "boot/shell.efi").unlink()
    assert warning(nix, f"path:{project}")[0] == ""


def test_what_the_flakes_tree_lacks(nix: Nix, pristine: Path, tmp_path: Path) -> None:
    project = shutil.copytree(pristine, tmp_path / "top/project", symlinks=True)
    (project / ".git").rename(project.parent / ".git")
    subprocess.run(["git", "-C", project.parent, "add", "."], check=True)
    write(project, {"overlay-src/welcome/files/etc/untracked": ""})
    assert warning(nix, str(project))[0] == ""
    subprocess.run(["git", "-C", project.parent, "add", "."], check=True)
    said = f"overlay-src/welcome/files/etc/untracked has {CHANGED}"
    assert warning(nix, str(project))[0] == said
    (project / "overlay-src/welcome/files/etc/untracked").unlink()
    for name in ("voidgen.toml", "overlay-src/welcome/files/etc/motd"):
        outside = tmp_path / Path(name).name
        (project / name).rename(outside)
        (project / name).symlink_to(outside)
        outside.write_text(f"{outside.read_text()}\n")
    subprocess.run(["git", "-C", project.parent, "add", "."], check=True)
    assert warning(nix, str(project))[0] == ""
