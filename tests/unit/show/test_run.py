"""What `voidgen show` finds in a project; tests/unit/cli has what it prints."""

import json
from pathlib import Path

import pytest
from tests.support.closures import manifest
from tests.support.documents import current
from tests.support.lock import lock, package
from tests.support.program import write

from voidgen.errors import WrongInputError
from voidgen.image.built_image import BuiltImage
from voidgen.image.sizes import Sizes
from voidgen.lock import voidgen_lock
from voidgen.progress import NoProgress
from voidgen.show import run
from voidgen.show.run import LockedPlan, Request


def test_plan_with_its_locks(tmp_path: Path) -> None:
    dumped = voidgen_lock.dump(lock([package("bash-5.2_1")]))
    write(tmp_path, {"voidgen.toml": '[image]\nname = "x"\n', "voidgen.lock": dumped})
    found = run.run(Request(tmp_path), NoProgress()).found
    assert isinstance(found, LockedPlan)
    assert (found.plan.image.name, found.container) == ("x", "flake")
    assert found.packages == {"bash": "5.2_1"}
    assert [one.name for one in found.inputs] == ["nixpkgs"]
    assert any("nixpkgs" in line for line in found.missing)


def test_plan_without_locks(tmp_path: Path) -> None:
    write(tmp_path, {"voidgen.toml": '[image]\nname = "x"\n'})
    found = run.run(Request(tmp_path), NoProgress()).found
    assert isinstance(found, LockedPlan)
    assert (found.container, found.packages) == ("", {})


def test_built_image_and_its_sizes(tmp_path: Path) -> None:
    write(tmp_path, {"voidgen.toml": '[image]\nname = "x"\n'})
    write(tmp_path, {"result/manifest.json": json.dumps(current(manifest(20), tmp_path))})
    for sizes, kind in ((False, BuiltImage), (True, Sizes)):
        found = run.run(Request(tmp_path, built=True, sizes=sizes), NoProgress())
        assert isinstance(found.found, kind)
        assert found.doubt is None


def test_what_is_built_is_older_than_the_plan(tmp_path: Path) -> None:
    write(tmp_path, {"voidgen.toml": '[image]\nname = "x"\n'})
    write(tmp_path, {"result/manifest.json": json.dumps(manifest(20))})
    doubt = run.run(Request(tmp_path, built=True), NoProgress()).doubt
    assert doubt
    assert (doubt.what, doubt.remedy) == (
        "older than voidgen.toml and the modules",
        "run `voidgen build`",
    )


@pytest.mark.parametrize("sizes", [False, True])
def test_nothing_is_built(tmp_path: Path, sizes: bool) -> None:
    with pytest.raises(WrongInputError):
        run.run(Request(tmp_path, built=True, sizes=sizes), NoProgress())
