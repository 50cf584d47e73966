"""What `voidgen generate` says of the images of a project with variants."""

from pathlib import Path

from tests.support.program import voidgen, write

TOML = """
[image]
name = "tests"
groups = ["_unknown"]
[variants.large.image]
title = "Large"
[variants.small.image]
groups.add = ["_other"]
"""


def test_what_is_wrong_with_all_images_is_said_once(repository: Path) -> None:
    write(repository, {"voidgen.toml": TOML})
    ran = voidgen("generate", cwd=repository)
    assert ran.status == 0
    said = [line for line in ran.err.splitlines() if "nothing in the image makes" in line]
    what = "as far as voidgen knows, nothing in the image makes the group"
    assert said == [
        f"warning: voidgen.toml:4: image.groups[0]: {what} '_unknown'",
        f"warning: voidgen.toml:8: variants.small.image.groups.add[0]: {what} '_other'",
    ]
