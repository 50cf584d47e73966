"""What is told of what `nix build` left."""

from voidgen import build


def collision(number: int) -> dict[str, str]:
    return {"path": f"bin/{number}", "from": "a^out", "hidden": "b^man"}


def test_collisions_are_told_and_not_all_of_thousands() -> None:
    assert list(build.collisions({"collisions": []})) == []
    said = list(build.collisions({"collisions": [collision(number) for number in range(1000)]}))
    assert said[0] == "collision: bin/0 comes from a^out and hides that of b^man"
    assert said[-1] == "collision: 995 more, which `voidgen show --built` lists"
    assert len(said) == build.SHOWN + 1
