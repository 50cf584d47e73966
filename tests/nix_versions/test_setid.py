"""Programs with the library setid.so, in Nix's sandbox, which refuses setuid bits.

They must see what they see outside of the sandbox, without the library.
"""

import os
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
CAPABILITIES = DATA / "iso" / "scripts" / "capabilities.sh"
REFUSED = "chmod: changing permissions of 'a': Operation not permitted"

EXPRESSION = """{ bits, capabilities, feature, library, musl }:
derivation {
  name = "bits";
  system = builtins.currentSystem;
  builder = "/usr/bin/bash";
  args = [ "-euc" ''
    mkdir x /setid
    cd x
    : > a
    chmod 4755 a 2> ../refused || :
    cat ../refused
    rm a
    LD_PRELOAD=$library bash $bits
  '' ];
  PATH = "/usr/bin:/usr/sbin";
  bits = builtins.path { path = bits; };
  capabilities = builtins.path { path = capabilities; };
  library = builtins.path { path = library; };
  musl = builtins.path { path = musl; };
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


def in_sandbox(nix: Nix, file: Path, program: Path) -> str:
    """Return what bits.sh prints in a build with the library ``file``."""
    given = {
        "bits": FOLDER / "bits.sh",
        "capabilities": CAPABILITIES,
        "feature": uid_range.FEATURE,
        "library": file,
        "musl": program,
    }
    words = [word for name, value in given.items() for word in ("--argstr", name, str(value))]
    paths = "extra-sandbox-paths = /usr /lib=/usr/lib /lib64=/usr/lib64"
    config = with_lines(nix, *uid_range.SETTINGS, paths)
    drv = nix.run("nix-instantiate", "--expr", EXPRESSION, *words, NIX_CONFIG=config).strip()
    said = nix.fail("nix-store", "--realise", drv, NIX_CONFIG=config)
    assert "failed to produce output path" in said, said
    return nix.run("nix-store", "--read-log", drv)


@pytest.mark.parametrize("compiler", ["tcc", "gcc"])
def test_programs_see_what_they_see_without_the_sandbox(
    newest: Nix, musl: Path, expected: str, compiler: str, tmp_path: Path
) -> None:
    said = in_sandbox(newest, library(compiler, tmp_path), musl)
    refused, _, found = said.partition("\n")
    assert refused == REFUSED
    assert found == expected


def test_the_compilers_give_the_same_functions(tmp_path: Path) -> None:
    def functions(compiler: str) -> set[str]:
        words = ["nm", "--dynamic", "--defined-only", str(library(compiler, tmp_path / compiler))]
        lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return {line.split()[2] for line in lines.splitlines() if line.split()[1] == "T"}

    assert functions("tcc") - functions("gcc") <= {"_etext"}
    assert functions("gcc") <= functions("tcc")
    assert {"chmod", "fchmodat", "fstatat64", "__fxstatat64", "statx"} <= functions("gcc")
