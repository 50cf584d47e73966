"""Messages about a built image."""

import pytest
from tests.support.documents import STORE, built

from voidgen.image import built as built_image
from voidgen.image.closure import Closure, ClosurePath, check_outputs
from voidgen.image.iso_manifest import IsoFile
from voidgen.nix.closure import StorePath
from voidgen.system.untrusted import GarbledError


def collision(number: int) -> dict[str, str]:
    return {"path": f"bin/{number}", "from": "a^out", "hidden": "b^man"}


def test_the_first_collisions_are_shown_and_the_rest_counted() -> None:
    assert list(built_image.collisions(built())) == []
    made = built(collisions=[collision(number) for number in range(1000)])
    said = list(built_image.collisions(made))
    assert said[0] == "collision: bin/0 comes from a^out and hides the file of b^man"
    assert said[-1] == "collision: 995 more, which `voidgen show --built` lists"
    assert len(said) == built_image.SHOWN + 1


def test_store_paths_of_a_closure_are_made_once() -> None:
    path = f"{STORE}a"
    closure = Closure(1, 5, (ClosurePath(path, "sha256-x", 5, (path,)),))
    check_outputs((), closure)
    assert closure.store_paths == {path: StorePath(5, (path,))}
    assert closure.store_paths is closure.store_paths
    assert closure == Closure(1, 5, closure.paths)


@pytest.mark.parametrize("last", ["A", "8"])
def test_an_iso_has_a_hash(last: str) -> None:
    assert IsoFile("x.iso", f"sha256-{'A' * 42}{last}=", 1).size == 1


@pytest.mark.parametrize("hash_", ["", f"sha256-{'A' * 42}B=", f"md5-{'A' * 43}="])
def test_an_iso_without_a_hash(hash_: str) -> None:
    with pytest.raises(GarbledError):
        IsoFile("x.iso", hash_, 1)
