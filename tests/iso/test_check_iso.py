"""`voidgen check --iso`: two ISOs, and where they differ."""

import json
from pathlib import Path
from typing import Any

from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import nothing_left
from tests.locks.project import commit, well
from tests.unit.program import voidgen

from voidgen.compare import isos


def check(folder: Path, status: int = 0) -> dict[str, Any]:
    ran = voidgen("--quiet", "check", "--iso", "--json", cwd=folder)
    assert ran.status == status, ran
    found = {one["name"]: one for one in json.loads(ran.out)["checks"]}
    one: dict[str, Any] = found["two ISOs are identical"]
    return one


def test_two_isos_are_identical(folder: Path, engine: Podman) -> None:
    found = check(folder)
    assert (found["state"], found["about"][:7]) == ("passed", "sha256-")
    # No more is left than of any run that made none.
    nothing_left(folder, engine)
    assert [*(folder / "out").iterdir()] == []


def test_a_difference_is_located_in_the_squashfs(folder: Path) -> None:
    change(folder, '"quiet"', '"quiet", "stand-in=noise"')
    well(folder, "generate")
    commit(folder)
    found = check(folder, status=1)
    assert (found["state"], found["about"]) == ("failed", "they differ")
    (line,) = found["detail"].splitlines()
    assert line.startswith(f"/{isos.SQUASHFS}/etc/noise: byte 0: ")
