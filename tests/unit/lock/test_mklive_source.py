"""Which mklive scripts voidgen can run."""

import re
from pathlib import Path

import pytest
from tests.integration.offline import ROOT
from tests.unit.iso.test_size import plan

from voidgen.config.mklive import Mklive
from voidgen.errors import StepFailedError
from voidgen.iso.inputs import SCRIPTS
from voidgen.lock import mklive_source
from voidgen.plan import mklive_job

SCRIPT = """while getopts "a:b:r:H:c:C:T:Kk:l:i:I:S:e:s:o:p:g:v:P:x:Vh" opt; do
done
die() {
}
umount_pseudofs() {
}
generate_squashfs() {
    mksquashfs
}
generate_iso_image() {
    "$VOIDHOSTDIR"/usr/bin/xorriso -as mkisofs -output "$OUTPUT_FILE" "$IMAGEDIR"
}
: ${XBPS_INSTALL_CMD:=xbps-install}
BUILDDIR=$ROOTDIR
ROOTFS="$IMAGEDIR/rootfs"
generate_squashfs
generate_iso_image
"""


def said(folder: Path, text: str) -> str:
    (folder / "mklive.sh").write_text(text)
    with pytest.raises(StepFailedError) as caught:
        mklive_source.check(folder)
    assert "[mklive] source" in caught.value.remedy
    return caught.value.what


def test_a_supported_mklive_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "mklive.sh").write_text(SCRIPT)
    mklive_source.check(tmp_path)
    for stand_in in ("stand_in", "stand_in_iso"):
        mklive_source.check(ROOT / "tests" / stand_in / "mklive")


def test_a_file_that_is_not_mklive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match="No such file"):
        mklive_source.check(tmp_path)
    for text in ("", "#!/bin/bash\nexit\n"):
        assert said(tmp_path, text).endswith("is not void-mklive's: it does not call getopts")


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        ("H:", "", "-H"),
        ("x:", "", "-x"),
        ("Kk", "K:k", "-K"),
        ("s:o", "so", "-s"),
        ("k:", "", "-k"),
        ("a:b:r:", "", "-a and -r"),
    ],
)
def test_an_mklive_without_a_needed_option_is_refused(
    old: str, new: str, lacking: str, tmp_path: Path
) -> None:
    what = f"the locked mklive does not take {lacking}, as void-mklive does since"
    assert said(tmp_path, SCRIPT.replace(old, new, 1)).startswith(what)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("generate_squashfs() {", "make_squashfs() {"),
        ("\ngenerate_squashfs\n", "\n"),
        ("\ngenerate_iso_image\n", "\n"),
        ('"$VOIDHOSTDIR"/usr/bin/xorriso', "genisoimage"),
        ("generate_squashfs", "# generate_squashfs"),
    ],
)
def test_an_mklive_without_a_needed_step_is_refused(old: str, new: str, tmp_path: Path) -> None:
    expected = "the locked mklive does not have the steps generate_squashfs and generate_iso_image"
    assert said(tmp_path, SCRIPT.replace(old, new)) == expected


@pytest.mark.parametrize("name", ["die()", "umount_pseudofs()", "$ROOTFS", "$XBPS_INSTALL_CMD"])
def test_an_mklive_without_a_needed_name_is_refused(name: str, tmp_path: Path) -> None:
    other = SCRIPT.replace(name.strip("$()"), "another")
    expected = f"the locked mklive does not have {name}, which voidgen's steps use"
    assert said(tmp_path, other) == expected


def test_the_checked_options_are_those_that_voidgen_passes() -> None:
    """Options of the job, and of the container's script."""
    build = (SCRIPTS / "build.sh").read_text()
    call = re.search(r"(?s)mklive\.sh (.*?)\n(?!\t)", build)
    assert call
    words = [*mklive_job.options(plan(None), Mklive()), *call[1].split()]
    given = {word[1:] for word in words if re.fullmatch(r"-[A-Za-z]", word)}
    # This job has no packages and no repositories.
    assert given | {"p", "r"} == {*mklive_source.WITH_VALUE, *mklive_source.PLAIN}
