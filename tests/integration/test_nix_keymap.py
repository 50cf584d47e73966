"""Console keymaps: the real ckbcomp makes them in a build of Nix, the real loadkeys reads them.

ckbcomp is Debian's, XKB's data is this machine's.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import (
    Nix,
    directory,
    made,
    manifest,
    track,
    write_project,
)
from tests.overlay.debian import unpacked

MAPS = "/usr/share/kbd/keymaps"
XKB = Path("/usr/share/X11/xkb")
MODULES = ("strict.pm", "warnings.pm")
"""What ckbcomp loads of Perl."""

SET = """args:
import ../2026.10 args // {
  ckbcomp = derivation {
    name = "ckbcomp";
    inherit (args) system;
    builder = "${(import ../2026.10 args).busybox}/bin/sh";
    args = [ "-euc" ''
      PATH=$busybox/bin
      mkdir -p $out/bin
      cp -R $given $out/lib
      chmod -R u+w $out
      printf '#!%s\\nexport PERL5LIB=%s\\nexec %s "$@"\\n' $busybox/bin/sh $out/lib/modules \\
        "$out/lib/loader --library-path $out/lib $out/lib/perl $out/lib/ckbcomp -I$out/lib/xkb" \\
        > $out/bin/ckbcomp
      chmod 0755 $out/bin/ckbcomp $out/lib/loader $out/lib/perl
    '' ];
    inherit (import ../2026.10 args) busybox;
    given = ./given;
  };
}
"""
"""The embedded package set, and in it a ckbcomp made of this machine's Perl and XKB."""


def include(**keymap: str) -> list[dict[str, object]]:
    folders = ("/usr", "/usr/share", "/usr/share/kbd", MAPS, f"{MAPS}/xkb")
    name = keymap.pop("name")
    path = f"{MAPS}/xkb/{name}.map.gz"
    return [*map(directory, folders), made("console-keymap", path, **keymap)]


SWISS = {
    "name": "ch-fr_nodeadkeys", "layout": "ch", "variant": "fr_nodeadkeys", "options": "",
    "nearest": "i386/qwertz/fr_CH.map",
}  # fmt: skip
TWO = {
    "name": "us_ru", "layout": "us,ru", "variant": "", "options": "grp:alt_shift_toggle",
    "nearest": "i386/qwerty/us.map",
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = write_project(
        tmp_path / "project", manifest(include=include(**SWISS)), "./packages/with-ckbcomp"
    )
    given = project / "packages/with-ckbcomp/given"
    (given / "modules").mkdir(parents=True)
    (given.parent / "default.nix").write_text(SET)
    shutil.copy(unpacked("console-setup") / "usr/bin/ckbcomp", given)
    shutil.copytree(XKB, given / "xkb", ignore=shutil.ignore_patterns("compiled"))
    perl = shutil.which("perl")
    assert perl, "the tests need perl (Debian: apt install perl-base)"
    shutil.copy(perl, given / "perl")
    script = 'print "$_\\n" for grep { -e "$_/strict.pm" } @INC'
    listed = subprocess.run([perl, "-e", script], capture_output=True, text=True, check=True)
    folder = Path(listed.stdout.splitlines()[0])
    for name in MODULES:
        shutil.copy(folder / name, given / "modules")
    needed = subprocess.run(["ldd", perl], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"(/\S+) \(0x", needed):
        shutil.copy(library, given / ("loader" if "/ld-" in library else Path(library).name))
    track(project)
    return project


def ask(project: Path, **keymap: str) -> None:
    data = manifest(include=include(**keymap))
    (project / "image/manifest.json").write_text(json.dumps(data, sort_keys=True))


def loaded(root: Path, name: str) -> str:
    """Return the table that the real loadkeys prints for the keymap ``name`` below ``root``."""
    done = subprocess.run(
        [unpacked("kbd") / "bin/loadkeys", "-q", "-u", "-m", name],
        env={**os.environ, "LOADKEYS_KEYMAP_PATH": f"{root}{MAPS}/**"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def by_ckbcomp(folder: Path, *arguments: str) -> str:
    """Return the table of the keymap that ckbcomp makes outside Nix."""
    place = folder / f"outside{MAPS}/xkb/outside.map.gz"
    place.parent.mkdir(parents=True)
    ckbcomp = str(unpacked("console-setup") / "usr/bin/ckbcomp")
    command = ["perl", ckbcomp, f"-I{XKB}", *arguments]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    place.write_bytes(gzip.compress(made))
    return loaded(folder / "outside", "outside")


def test_loadkeys_finds_the_map_by_its_name(nix: Nix, project: Path, tmp_path: Path) -> None:
    tree = nix.build(project, "include")
    table = loaded(tree, "ch-fr_nodeadkeys")
    assert table == by_ckbcomp(tmp_path, "-layout", "ch", "-variant", "fr_nodeadkeys")
    # The installer lists regular *.map.gz files (void-mklive's installer.sh, menu_keymap).
    (made,) = (file for file in tree.rglob("*.map.gz") if file.is_file())
    assert not made.is_symlink()
    # Bytes 4 to 8 of a gzip file are a time (RFC 1952, 2.3).
    assert made.read_bytes()[4:8] == bytes(4)
    assert nix.info(tree)[0]["references"] == []


def test_a_keymap_of_two_layouts_and_a_key_that_switches(
    nix: Nix, project: Path, tmp_path: Path
) -> None:
    ask(project, **TWO)
    table = loaded(nix.build(project, "include"), "us_ru")
    arguments = ("-layout", "us,ru", "-option", "grp:alt_shift_toggle")
    assert table == by_ckbcomp(tmp_path, *arguments)
    assert table != by_ckbcomp(tmp_path / "us", "-layout", "us")
    assert table != by_ckbcomp(tmp_path / "ru", "-layout", "us,ru")


def test_a_variant_that_the_package_sets_xkb_lacks_is_an_error(nix: Nix, project: Path) -> None:
    ask(project, **{**SWISS, "variant": "fr_nodead"})
    said = nix.fail("nix", "build", "--no-link", "--print-build-logs", f"{project}#include")
    assert 'layout "ch", variant "fr_nodead"' in said
    assert "Choose another keymap in voidgen.toml, or another nixpkgs." in said


def test_a_package_set_without_ckbcomp_gives_the_nearest_keymap_of_kbd(
    nix: Nix, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "project", manifest(include=include(**SWISS)))
    command = ["nix", "build", "--no-link", "--json", f"{project}#include"]
    done = subprocess.run(command, env=nix.env, capture_output=True, text=True, check=True)
    assert 'voidgen: the package set has no package "ckbcomp"' in done.stderr
    assert "The console gets the keymap fr_CH of kbd instead." in done.stderr
    (made,) = Path(json.loads(done.stdout)[0]["outputs"]["out"]).rglob("*.map.gz")
    lines = gzip.decompress(made.read_bytes()).decode()
    assert lines == f'include "{MAPS}/i386/qwertz/fr_CH.map"\n'
    # This is Void's path, where the map ends in .gz; the test has it below its own folder.
    near, place = (tmp_path / f"{name}{MAPS}/ch-fr_nodeadkeys.map.gz" for name in ("near", "made"))
    near.parent.mkdir(parents=True)
    near.write_bytes(gzip.compress(b"keymaps 0-2\nkeycode 44 = y Y\n"))
    place.parent.mkdir(parents=True)
    here = lines.replace(f"{MAPS}/i386/qwertz/fr_CH.map", str(near).removesuffix(".gz"))
    place.write_bytes(gzip.compress(here.encode()))
    assert loaded(tmp_path / "made", "ch-fr_nodeadkeys") == loaded(
        tmp_path / "near", "ch-fr_nodeadkeys"
    )
