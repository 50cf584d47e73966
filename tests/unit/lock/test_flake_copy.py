import shutil
import subprocess
from pathlib import Path

from voidgen import project
from voidgen.lock import flake_copy

TOML = '[image]\nname = "x"\n[nix]\n'


def loaded(folder: Path, nix: str) -> project.Project:
    (folder / "voidgen.toml").write_text(TOML + nix)
    (folder / "nix").mkdir()
    for name in ("overlay.nix", "mine.nix"):
        (folder / "nix" / name).write_text(f"# {name}\n")
    (folder / "nix/link").symlink_to("mine.nix")
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "-C", folder, "add", "-A"], check=True)
    (folder / "nix/untracked.nix").write_text("# untracked\n")
    return project.load(folder)


def test_a_flake_with_overlays_has_the_projects_own_files(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    found = loaded(tmp_path / "project", 'overlays = ["nix/overlay.nix"]\n')
    copy = flake_copy.write(found, b"{}", tmp_path / "copy")
    assert (copy / "nix/mine.nix").read_text() == "# mine.nix\n"
    assert (copy / "nix/link").is_symlink()
    assert not (copy / "nix/untracked.nix").exists()
    assert (copy / "flake.lock").read_bytes() == b"{}"
    assert '"nix/overlay.nix"' in (copy / "image/manifest.json").read_text()


def test_a_flake_without_overlays_has_only_what_is_emitted(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    copy = flake_copy.write(loaded(tmp_path / "project", ""), b"", tmp_path / "copy")
    assert sorted(one.name for one in copy.iterdir()) == ["flake.nix", "image"]


SETS = 'overlays = ["nix/overlay.nix"]\n[nix.sets.old]\nnixpkgs = "./sets/old"\n'


def test_without_git_it_has_the_topmost_folders_of_what_nix_reads(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "sets/old").mkdir(parents=True)
    (folder / "sets/old/default.nix").write_text("_: { }\n")
    (folder / "sets/beside.nix").write_text("# beside\n")
    (folder / "out").mkdir()
    (folder / "out/big.iso").write_text("")
    found = loaded(folder, SETS)
    shutil.rmtree(folder / ".git")
    copy = flake_copy.write(found, b"", tmp_path / "copy")
    assert {one.name for one in copy.iterdir()} == {"flake.nix", "image", "nix", "sets"}
    assert (copy / "sets/beside.nix").read_text() == "# beside\n"
    assert (copy / "nix/link").is_symlink()


def test_only_sets_that_are_inputs_are_evaluated_there(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "sets/old").mkdir(parents=True)
    (folder / "sets/old/default.nix").write_text("_: { }\n")
    copy = flake_copy.write(loaded(folder, 'nixpkgs = "./sets/old"\n'), b"", tmp_path / "copy")
    assert sorted(one.name for one in copy.iterdir()) == ["flake.nix", "image"]
