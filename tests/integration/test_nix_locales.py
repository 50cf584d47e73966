"""Locale archives: the real localedef makes them in a build of Nix, the real locale reads them.

Both are this machine's, and so are the sources of the locales.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import Nix, directory, made, manifest, track, write_project

ARCHIVE = "/usr/local/share/nix-locales/locale-archive"
FOLDERS = ("/usr", "/usr/local", "/usr/local/share", "/usr/local/share/nix-locales")
I18N = Path("/usr/share/i18n")

SET = """args:
import ../2026.10 args // {
  glibc = derivation {
    name = "glibc";
    inherit (args) system;
    builder = "${(import ../2026.10 args).busybox}/bin/sh";
    args = [ "-euc" ''
      PATH=$busybox/bin
      mkdir -p $out/bin $out/share
      cp -R $given/i18n $out/share/i18n
      cp -R $given/lib $out/lib
      printf '#!%s\\nexec %s "$@"\\n' $busybox/bin/sh \\
        "$out/lib/loader --library-path $out/lib $out/lib/localedef" > $out/bin/localedef
      chmod 0755 $out/bin/localedef
    '' ];
    inherit (import ../2026.10 args) busybox;
    given = ./given;
  };
}
"""
"""The embedded package set, and in it a glibc made of this machine's localedef and sources."""


def project(folder: Path, *locales: str, nixpkgs: str = "./packages/with-glibc") -> Path:
    entry = made("locale-archive", ARCHIVE, locales=" ".join(locales))
    data = manifest(include=[*map(directory, FOLDERS), entry])
    return write_project(folder / "project", data, nixpkgs)


@pytest.fixture
def with_glibc(tmp_path: Path) -> Path:
    return with_locales(tmp_path, "de_CH.UTF-8", "en_US.UTF-8", "de_DE.UTF-8@euro")


def with_locales(folder: Path, *locales: str) -> Path:
    found = project(folder, *locales)
    given = found / "packages/with-glibc/given"
    (given / "lib").mkdir(parents=True)
    (given.parent / "default.nix").write_text(SET)
    for name in ("charmaps/UTF-8.gz", "locales"):
        place = given / "i18n" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if name == "locales" else shutil.copy)(I18N / name, place)
    program = shutil.which("localedef")
    assert program, "the tests need localedef (Debian: apt install libc-bin)"
    shutil.copy(program, given / "lib")
    needed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"(/\S+) \(0x", needed):
        name = "loader" if "/ld-" in library else Path(library).name
        shutil.copy(library, given / "lib" / name)
        (given / "lib" / name).chmod(0o755)
    track(found)
    return found


def names(archive: Path) -> list[str]:
    listed = subprocess.run(
        ["localedef", "--list-archive", archive], capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


def test_the_archive_has_exactly_the_named_locales(nix: Nix, with_glibc: Path) -> None:
    built = nix.build(with_glibc, "include")
    assert names(Path(f"{built}{ARCHIVE}")) == ["de_CH.utf8", "de_DE.utf8@euro", "en_US.utf8"]


def test_a_locale_that_glibc_lacks(nix: Nix, tmp_path: Path) -> None:
    found = with_locales(tmp_path, "en_US.UTF-8", "xx_YY.UTF-8")
    said = nix.fail("nix", "build", "--no-link", "--print-build-logs", f"{found}#include")
    assert "glibc of the package set has no locale xx_YY.UTF-8" in said


def test_a_set_without_glibc(nix: Nix, tmp_path: Path) -> None:
    found = project(tmp_path, "en_US.UTF-8", nixpkgs="./packages/2026.10")
    said = nix.fail("nix", "build", "--no-link", "--print-build-logs", f"{found}#include")
    assert 'the package set has no package "glibc"' in said
