"""What is told of what `nix build` left."""

from tests.support.documents import built

from voidgen.image import built as built_image


def collision(number: int) -> dict[str, str]:
    return {"path": f"bin/{number}", "from": "a^out", "hidden": "b^man"}


def test_collisions_are_told_and_not_all_of_thousands() -> None:
    assert list(built_image.collisions(built())) == []
    made = built(collisions=[collision(number) for number in range(1000)])
    said = list(built_image.collisions(made))
    assert said[0] == "collision: bin/0 comes from a^out and hides that of b^man"
    assert said[-1] == "collision: 995 more, which `voidgen show --built` lists"
    assert len(said) == built_image.SHOWN + 1
