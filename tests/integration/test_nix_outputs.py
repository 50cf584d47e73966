"""The outputs of an image's flake, which the real Nix builds from the embedded package set."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from tests.integration.offline import (
    INCLUDE,
    SYSTEM,
    Nix,
    directory,
    entry,
    made,
    manifest,
    symlink,
    track,
    write_project,
)

OUTPUTS = ("profile", "include", "closure", "default")


@pytest.fixture(scope="module")
def image(nix: Nix, offline_project: Path) -> Path:
    return nix.build(offline_project)


def test_the_default_output_links_to_all_parts(
    nix: Nix, offline_project: Path, image: Path
) -> None:
    assert sorted(path.name for path in image.iterdir()) == [
        "include", "manifest.json", "profile", "registration", "store-paths",
    ]  # fmt: skip
    profile = nix.build(offline_project, "profile")
    assert (image / "profile").resolve() == profile
    described = json.loads((image / "manifest.json").read_text())
    known = nix.info(profile)
    assert (image / "store-paths").read_text().split() == [info["path"] for info in known]
    assert described["version"] == 2
    assert described["plan"] == manifest()
    assert described["closure"]["count"] == len(known)
    assert described["closure"]["nar-size"] == sum(info["narSize"] for info in known)
    assert [entry["path"] for entry in described["closure"]["paths"]] == [
        info["path"] for info in known
    ]
    # It refers to the closure, but is not part of it.
    held = {info["path"] for info in nix.info(image)}
    assert held > {info["path"] for info in known}


def test_default_describes_the_packages(image: Path) -> None:
    packages = {
        package["name"]: package
        for package in json.loads((image / "manifest.json").read_text())["packages"]
    }
    assert packages["countdown"]["version"] == "1.4.2"
    assert packages["countdown"]["license"] == ["MIT"]
    assert packages["countdown"]["description"] == "Counts seconds down to zero"
    assert packages["countdown"]["unfree"] is False
    assert sorted(packages["countdown"]["outputs"]) == ["man", "out"]
    assert list(packages["notebook^man"]["outputs"]) == ["man"]
    assert packages["deskTools.clock"]["pname"] == "desk-clock"


def test_the_manifest_has_a_line_for_each_path_of_the_closure(image: Path) -> None:
    lines = (image / "manifest.json").read_text().splitlines()
    count = json.loads((image / "manifest.json").read_text())["closure"]["count"]
    assert sum(line.startswith('{"narHash":') for line in lines) == count


def test_nix_profile_reads_the_profile(nix: Nix, image: Path, offline_project: Path) -> None:
    listed = nix.run("nix", "profile", "list", "--profile", image / "profile")
    for package in json.loads((image / "manifest.json").read_text())["packages"]:
        for path in package["outputs"].values():
            assert path in listed
    profile = nix.build(offline_project, "profile")
    assert not (profile / "manifest.nix").exists()
    assert (profile / "share/man/man1/notebook.1").exists()
    assert not (profile / "bin/notebook").exists(), "only ^man was asked for"


def test_the_profile_refers_only_to_the_packages(nix: Nix, image: Path) -> None:
    packages = json.loads((image / "manifest.json").read_text())["packages"]
    chosen = {path for package in packages for path in package["outputs"].values()}
    profile = str((image / "profile").resolve())
    known = {info["path"]: info["references"] for info in nix.info(Path(profile))}
    assert set(known[profile]) == chosen


@pytest.mark.parametrize("name", ["countdown.man", "countdown^man"])
def test_a_single_output_of_a_package(nix: Nix, tmp_path: Path, name: str) -> None:
    profile = nix.build(write_project(tmp_path / "project", manifest([name])), "profile")
    assert (profile / "share/man/man1/countdown.1").exists()
    assert not (profile / "bin").exists()


def test_programs_of_the_profile_run(image: Path) -> None:
    said = subprocess.run(
        [image / "profile/bin/greet", "Ada"], capture_output=True, text=True, check=True, env={}
    )
    assert said.stdout == "Hello, Ada!\n"


@pytest.mark.parametrize("output", OUTPUTS)
def test_building_again_gives_the_same_bytes(
    nix: Nix, offline_project: Path, image: Path, output: str
) -> None:
    assert image.exists()
    nix.run("nix", "build", "--rebuild", "--no-link", f"{offline_project}#{output}")


def test_the_overlay_has_the_entries_of_the_manifest(image: Path) -> None:
    include = (image / "include").resolve()
    found = {f"/{path.relative_to(include)}": path for path in include.rglob("*")}
    assert sorted(found) == sorted(item["path"] for item in INCLUDE)
    assert not os.access(found["/etc/a name with spaces, 'quotes' and $(x)"], os.X_OK)
    assert found["/etc/hook"].stat().st_mode & 0o111
    assert found["/var"].is_dir()
    assert found["/etc/dbus"].readlink() == Path("/etc/sv/dbus")
    assert found["/etc/skel/.nix-profile"].readlink() == (image / "profile").resolve()
    assert found["/usr"].readlink() == (image / "profile").resolve() / "share"


def test_nix_store_loads_the_registration(nix: Nix, image: Path, tmp_path: Path) -> None:
    with (image / "registration").open() as registration:
        subprocess.run(
            ["nix-store", "--load-db"],
            stdin=registration, check=True, env={**nix.env, "NIX_STATE_DIR": str(tmp_path)},
        )  # fmt: skip
    profile = (image / "profile").resolve()
    facts = ("path", "narHash", "narSize", "references")
    loaded, built = (
        [{fact: info[fact] for fact in facts} for info in infos]
        for infos in (nix.info(profile, NIX_STATE_DIR=str(tmp_path)), nix.info(profile))
    )
    assert loaded == built


def test_two_checkouts_give_the_same_paths(nix: Nix, offline_project: Path, tmp_path: Path) -> None:
    """The path, umask, times and name differ, and there are files that the image does not use."""
    other = tmp_path / "elsewhere"
    shutil.copytree(offline_project, other, symlinks=True)
    (other / "README.md").write_text("unrelated")
    (other / "image" / "include" / "etc" / "junk").write_text("not in the manifest")
    (other / "image" / "include" / "junk").mkdir()
    (other / "image" / "include" / "junk" / "junk").write_text("not in the manifest")
    for path in (other / "image").rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
            os.utime(path, (1, time.time()))
    track(other)
    for output in OUTPUTS:
        first, second = nix.build(offline_project, output), nix.build(other, output)
        assert first == second
    assert not list(nix.build(other, "include").rglob("junk"))


def test_executable_bits_come_from_the_manifest(nix: Nix, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    (project / "image/include/etc/hook").chmod(0o644)
    (project / "image/include/etc/a name with spaces, 'quotes' and $(x)").chmod(0o755)
    include = nix.build(project, "include")
    assert (include / "etc/hook").stat().st_mode & 0o111
    assert not (include / "etc/a name with spaces, 'quotes' and $(x)").stat().st_mode & 0o111
    nix.build(project, f"checks.{SYSTEM}.include")


def test_the_check_finds_a_dangling_link(nix: Nix, tmp_path: Path) -> None:
    include = [*INCLUDE, symlink("/fonts", "@profile@/share/fonts")]
    project = write_project(tmp_path / "project", manifest(include=include))
    said = nix.fail("nix", "build", "--no-link", "-L", f"{project}#checks.{SYSTEM}.include")
    assert "/fonts leads to /share/fonts, which no package of the profile provides" in said


def test_an_image_may_be_empty(nix: Nix, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", manifest(names=[], unfree=[], include=[]))
    image = nix.build(project)
    assert list((image / "include").iterdir()) == []
    assert [path.name for path in (image / "profile").iterdir()] == ["manifest.json"]
    assert json.loads((image / "manifest.json").read_text())["closure"]["count"] == 1
    nix.build(project, f"checks.{SYSTEM}.include")


def test_hosts_of_other_systems_evaluate_the_same_image(nix: Nix, offline_project: Path) -> None:
    found = {
        nix.run("nix", "eval", "--raw", f"{offline_project}#packages.{host}.default.drvPath")
        for host in ("aarch64-linux", "i686-linux", "x86_64-linux", SYSTEM)
    }
    assert len(found) == 1


def test_mklive_is_an_output_if_the_project_has_it(
    nix: Nix, offline_project: Path, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "project", arguments="mklive = ./mklive;")
    (project / "mklive").mkdir()
    (project / "mklive" / "mklive.sh").write_text("#!/bin/sh\n")
    (project / "mklive" / "mklive.sh").chmod(0o755)
    track(project)
    script = nix.build(project, "mklive") / "mklive.sh"
    assert script.read_text() == "#!/bin/sh\n"
    assert os.access(script, os.X_OK)
    assert nix.build(project) == nix.build(offline_project)
    said = nix.fail("nix", "build", "--no-link", f"{offline_project}#mklive")
    assert "does not provide attribute" in said


def test_files_of_mklive_are_copied_into_the_overlay(nix: Nix, tmp_path: Path) -> None:
    entries = [
        directory("/usr"),
        made("mklive-file", "/usr/void-installer", "0755", name="installer.sh"),
    ]
    project = write_project(
        tmp_path / "project", data=manifest(include=entries), arguments="mklive = ./mklive;"
    )
    (project / "mklive").mkdir()
    (project / "mklive" / "installer.sh").write_text("#!/bin/sh\necho @@MKLIVE_VERSION@@\n")
    (project / "mklive" / "version").write_text("20260413\n")
    track(project)
    installer = nix.build(project, "include") / "usr" / "void-installer"
    assert installer.read_text() == "#!/bin/sh\necho 20260413\n"
    assert os.access(installer, os.X_OK)
    nix.build(project, f"checks.{SYSTEM}.include")


EXTRA = """{ inputs, pkgs, system, outputs }: {
  packages.%s = pkgs.dice;
  packages.missing = pkgs.not-in-this-release;
  devShells.default = pkgs.dice // { inherit system; built = outputs.packages.default; };
}
"""


def test_extra_outputs_are_added_to_the_flake(
    nix: Nix, offline_project: Path, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "project", arguments="extra = ./extra.nix;")
    (project / "extra.nix").write_text(EXTRA % "dice")
    track(project)
    assert (nix.build(project, "dice") / "bin/dice").exists()
    # A package that the set lacks breaks only its own output.
    assert nix.build(project) == nix.build(offline_project)
    shell = f"{project}#devShells.{SYSTEM}.default"
    assert nix.run("nix", "eval", "--raw", f"{shell}.system") == SYSTEM
    assert nix.run("nix", "eval", "--raw", f"{shell}.built") == str(nix.build(project))


def test_extra_outputs_may_not_replace_voidgens(nix: Nix, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", arguments="extra = ./extra.nix;")
    (project / "extra.nix").write_text(EXTRA % "profile")
    track(project)
    said = nix.fail("nix", "build", "--no-link", project)
    assert "[flake] extra defines packages.profile, which the image's flake already has" in said


def test_flake_check_passes(nix: Nix, offline_project: Path) -> None:
    nix.run("nix", "flake", "check", offline_project)


@pytest.mark.parametrize(
    ("include", "message"),
    [
        ([entry("file", "/motd", "0644")], "image/include/motd"),
        ([symlink("/etc/x", "/y")], "entries in folders that it does not list:\n"),
    ],
)
def test_manifest_and_overlay_must_agree(
    nix: Nix, tmp_path: Path, include: list[dict[str, str]], message: str
) -> None:
    project = write_project(tmp_path / "project", manifest(include=include))
    shutil.rmtree(project / "image/include", ignore_errors=True)
    track(project)
    said = nix.fail("nix", "build", "--no-link", project)
    assert message in said
    assert "Run `voidgen generate`." in said


def test_a_manifest_of_another_version_is_refused(nix: Nix, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", {**manifest(), "version": 1})
    said = nix.fail("nix", "build", "--no-link", project)
    assert "image/manifest.json has version 1, but image/nix reads version 2" in said
