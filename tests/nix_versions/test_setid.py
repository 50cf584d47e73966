"""Programs with the library setid.so, in Nix's sandbox, which refuses setuid bits.

They must see what they see outside of the sandbox, without the library.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import ROOT, Nix
from tests.nix_versions.test_sandbox import with_lines

from voidgen.nix import uid_range

pytestmark = [
    pytest.mark.nix_versions,
    pytest.mark.skipif(
        os.getuid() != 0 or not uid_range.may_filter(os.uname().machine),
        reason="needs root, and a processor of the library",
    ),
]

FOLDER = Path(__file__).parent
DATA = ROOT / "generator" / "voidgen"
SOURCE, BUILD = DATA / "data" / "nix" / "setid.c", DATA / "data" / "nix" / "setid.sh"
SCRIPTS = DATA / "iso" / "scripts"
REFUSED = "chmod: changing permissions of 'a': Operation not permitted\n"

EXPRESSION = """{ feature, files, script }:
derivation {
  inherit script;
  name = "setid";
  system = builtins.currentSystem;
  builder = "/usr/bin/bash";
  args = [ "-euc" ''
    mkdir /setid x
    cd x
    : > a
    chmod 4755 a || :
    rm a
    export LD_PRELOAD=$files/setid.so
    eval "$script"
  '' ];
  PATH = "/usr/bin:/usr/sbin";
  files = builtins.path { path = files; };
  requiredSystemFeatures = [ feature ];
}"""


@pytest.fixture(scope="module")
def musl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """bits.c, for musl's loader."""
    program = tmp_path_factory.mktemp("musl") / "bits"
    subprocess.run(["musl-gcc", "-o", program, FOLDER / "bits.c"], check=True)
    return program


@pytest.fixture(scope="module")
def expected(musl: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What programs see as root, without a sandbox."""
    folder = tmp_path_factory.mktemp("outside") / "x"
    folder.mkdir()
    env = {**os.environ, "capabilities": "", "musl": str(musl)}
    words = ["bash", str(FOLDER / "bits.sh")]
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def library(compiler: str, folder: Path) -> Path:
    """Compile the library as the package set's compiler does."""
    env = {**os.environ, "compiler": compiler, "source": str(SOURCE), "out": str(folder)}
    done = subprocess.run(["sh", BUILD], env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return folder / "lib" / "voidgen" / "setid.so"


def in_sandbox(nix: Nix, compiler: str, folder: Path, script: str) -> str:
    """Return what a build prints that runs a script with the library.

    ``folder`` gets voidgen's scripts and the library, and becomes the variable ``files``.
    """
    shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True)
    shutil.copy(library(compiler, folder.with_name("library")), folder)
    given = {"feature": uid_range.FEATURE, "files": str(folder), "script": script}
    words = [word for name, value in given.items() for word in ("--argstr", name, value)]
    paths = "extra-sandbox-paths = /usr /lib=/usr/lib /lib64=/usr/lib64"
    config = with_lines(nix, *uid_range.SETTINGS, paths)
    drv = nix.run("nix-instantiate", "--expr", EXPRESSION, *words, NIX_CONFIG=config).strip()
    said = nix.fail("nix-store", "--realise", drv, NIX_CONFIG=config)
    assert "failed to produce output path" in said, said
    found = nix.run("nix-store", "--read-log", drv)
    assert found.startswith(REFUSED)
    return found.removeprefix(REFUSED)


@pytest.mark.parametrize("compiler", ["tcc", "gcc"])
def test_programs_see_what_they_see_without_the_sandbox(
    newest: Nix, musl: Path, expected: str, compiler: str, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    shutil.copy(FOLDER / "bits.sh", files)
    shutil.copy(musl, files / "musl")
    script = "capabilities=$files/capabilities.sh musl=$files/musl bash $files/bits.sh"
    assert in_sandbox(newest, compiler, files, script) == expected


SETGID_FOLDERS = """
touch --date='10 seconds ago' /build/start
cp /proc/uptime /build/uptime
mkdir -p /voidgen/job root/var/mail root/var/games
cp $files/of-this-run.sh /voidgen
printf 'file\\x1f0644\\x1froot\\x1froot\\x1f/var/mail/ours\n' > /voidgen/job/overlay
chgrp 8 root/var/mail
chmod 2775 root/var/mail root/var/games
check() { bash $files/setgid-folders.sh $PWD/root 2>&1 && echo right || echo wrong; }
: > root/var/mail/ours
: > root/var/mail/given
chgrp 8 root/var/mail/given
: > root/var/games/scores
touch --date=2020-01-01 root/var/mail/of-a-package
check
ln -s nowhere root/var/mail/ours-too
check
"""


def test_a_file_that_would_have_the_group_of_its_folder_is_found(
    newest: Nix, tmp_path: Path
) -> None:
    said = in_sandbox(newest, "tcc", tmp_path / "files", SETGID_FOLDERS).splitlines()
    assert said[0] == "right"
    assert said[1].startswith("voidgen: /var/mail/ours-too: in this sandbox, a file does not get")
    assert said[2:] == ["wrong"]


@pytest.mark.parametrize(
    ("owner", "is_found"),
    [
        ("0/0", False),
        ("32511/65280", False),
        ("32768/0", True),
        ("0/32774", True),
        ("32766/0", True),
    ],
)
def test_an_owner_of_the_library_in_the_squashfs_is_found(
    owner: str, tmp_path: Path, *, is_found: bool
) -> None:
    line = f"-rwxr-xr-x {owner}          0 2020-06-01 00:00:00 /usr/bin/su"
    listed = tmp_path / "squashfs.list"
    listed.write_text(f"drwxr-xr-x 0/0 100 2020-06-01 00:00:00 /usr/bin\n{line}\n")
    words = ["bash", str(SCRIPTS / "reserved-owners.sh"), str(listed)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == is_found
    assert done.stderr.endswith(f"{line}\n" if is_found else "")


def test_the_compilers_give_the_same_functions(tmp_path: Path) -> None:
    def functions(compiler: str) -> set[str]:
        words = ["nm", "--dynamic", "--defined-only", str(library(compiler, tmp_path / compiler))]
        lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return {line.split()[2] for line in lines.splitlines() if line.split()[1] == "T"}

    assert functions("tcc") - functions("gcc") <= {"_etext"}
    assert functions("gcc") <= functions("tcc")
    assert {"chmod", "fchmodat", "fstatat64", "__fxstatat64", "statx"} <= functions("gcc")
