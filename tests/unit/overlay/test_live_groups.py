"""The live user's groups, by [image] groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.support.overlay import FILE, catalogue, config, module

from voidgen.config.image import ImageConfig
from voidgen.errors import WrongInputError
from voidgen.overlay import live_groups
from voidgen.overlay.resolve import resolve

if TYPE_CHECKING:
    from voidgen.overlay.resolution import Resolution

LIST = {"type": "list", "default": ["input"], "help": "groups"}
MODULES = catalogue(module("runit-live"), module("live-user", options={"groups": LIST}))


def of(groups: tuple[str, ...] | None, *option: str) -> Resolution:
    given = {"live-user": {"groups": option}} if option else {}
    settings = config(("live-user",), given)
    return resolve(evolve(settings, image=ImageConfig("x", groups=groups)), MODULES, FILE)


@pytest.mark.parametrize(
    ("groups", "line"), [((), "set --\n"), (("audio", "wheel"), "set -- audio wheel\n")]
)
def test_a_part_of_runit_live_sets_them(groups: tuple[str, ...], line: str) -> None:
    found = of(groups)
    assert "runit-live" in {one.module.name for one in found.modules}
    (entry,) = (one for one in found.entries if one.path == live_groups.PART)
    assert line in (entry.content or b"").decode()
    assert entry.key == ("image", "groups")


def test_without_the_key_mklives_groups_stay() -> None:
    found = of(None, "docker")
    assert not found.entries
    assert [one.module.name for one in found.modules] == ["live-user"]


def test_two_lists_contradict() -> None:
    with pytest.raises(WrongInputError) as raised:
        of(("audio",), "docker")
    (fault,) = raised.value.faults
    assert fault.key == ("overlay", "options", "live-user", "groups")


def missing(group: str, packages: set[str] | None, *declared: str) -> list[tuple[str, str]]:
    image = ImageConfig("x", groups=("wheel", group))
    found = [*live_groups.missing(image, declared, packages, FILE)]
    assert all(one.key == ("image", "groups", 1) for one in found)
    return [(one.what, one.remedy) for one in found]


@pytest.mark.parametrize("packages", [None, {"moby"}, {"docker-cli", "moby"}])
def test_a_group_that_a_package_makes(packages: set[str] | None) -> None:
    assert not missing("docker", packages)


def test_a_group_of_a_package_that_is_not_locked() -> None:
    ((what, remedy),) = missing("docker", {"htop"})
    assert what == "no locked package makes the group 'docker'"
    assert "moby" in remedy


def test_a_group_that_nothing_makes() -> None:
    ((what, remedy),) = missing("netwrok", None)
    assert what == "as far as voidgen knows, nothing in the image makes the group 'netwrok'"
    assert remedy.startswith("did you mean 'network'")
    ((_, remedy),) = missing("zzzzzz", set())
    assert "[users.zzzzzz]" in remedy


def test_a_group_that_a_module_declares() -> None:
    assert not missing("zzzzzz", set(), "zzzzzz")
