"""A squashfs of more than 4 GiB is written and read back."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from tests.iso.podman import Podman
from tests.iso.project import change, commit
from tests.iso.running import nothing_left, well
from tests.support.program import write

SIZE = 4400 << 20
ASKED = "VOIDGEN_LARGE"
SET = """args:
let set = import ../tests args;
in set // {
  large = derivation {
    name = "large-1";
    inherit (args) system;
    builder = "${set.busybox}/bin/sh";
    # No two blocks are the same, and none gets smaller.
    args = [ "-c" "mkdir $out && head -c SIZE /dev/urandom > $out/noise" ];
    PATH = "${set.busybox}/bin";
  } // { pname = "large"; version = "1"; outputs = [ "out" ]; meta.outputsToInstall = [ "out" ]; };
}
"""


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get(ASKED), reason=f"writes 20 GB; set {ASKED}=1 to have it run")
def test_squashfs_of_more_than_4_gib(folder: Path, engine: Podman, tmp_path: Path) -> None:
    write(folder, {"packages/large/default.nix": SET.replace("SIZE", str(SIZE))})
    commit(folder)
    change(folder, "./packages/tests", "./packages/large")
    change(folder, '"greet", ', '"large", ')
    well(folder)
    nothing_left(folder, engine, made=True)
    (noise,) = Path(os.environ["NIX_STORE_DIR"]).glob("*-large-1/noise")
    squashfs = tmp_path / "squashfs.img"
    iso = folder / "out" / "tests.iso"
    words = ("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/LiveOS/squashfs.img")
    subprocess.run((*words, squashfs), check=True, capture_output=True)
    iso.unlink()
    assert squashfs.stat().st_size > 1 << 32
    with noise.open("rb") as stream:
        expected = hashlib.file_digest(stream, "sha256").hexdigest()
    with subprocess.Popen(
        ("unsquashfs", "-cat", squashfs, str(noise)[1:]), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        found = hashlib.sha256()
        while piece := process.stdout.read(1 << 20):
            found.update(piece)
    squashfs.unlink()
    assert process.returncode == 0
    assert found.hexdigest() == expected
