"""Modules that set options of other modules, and options that name programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.overlay import FILE, catalogue, config, faults, module, resolved

from voidgen.config.image import ImageConfig
from voidgen.errors import Place
from voidgen.overlay import programs
from voidgen.overlay.asker import USER
from voidgen.overlay.asker import module as module_asker
from voidgen.overlay.resolve import resolve

if TYPE_CHECKING:
    from voidgen.overlay.types import Module

TERMINAL = {"type": "list", "default": [], "help": "a terminal", "runs": True}
SESSION = {"type": "string", "default": "one", "help": "a session"}


def manager() -> Module:
    return module("manager", options={"session": SESSION, "terminal": TERMINAL})


def desktop(name: str, **values: Any) -> Module:
    return module(name, overlay={"options": {"manager": values}})


def test_a_module_sets_another_ones_option() -> None:
    found = resolved(desktop("desk", session="two"), manager())
    (chosen,) = (one for one in found.modules if one.module.name == "manager")
    assert chosen.options == {"session": "two", "terminal": ()}
    assert chosen.given["session"].by == module_asker("desk")


def test_voidgen_toml_wins() -> None:
    options = {"manager": {"session": "three"}}
    modules = (desktop("desk", session="two"), desktop("other", session="four"), manager())
    found = resolved(*modules, options=options)
    (chosen,) = (one for one in found.modules if one.module.name == "manager")
    assert chosen.options["session"] == "three"
    assert chosen.given["session"].by == USER


def test_modules_that_agree_are_fine_and_those_that_do_not_are_both_named() -> None:
    assert resolved(desktop("a", session="two"), desktop("b", session="two"), manager())
    (fault,) = faults(desktop("a", session="two"), desktop("b", session="three"), manager())
    assert fault.what == (
        "module b sets option 'session' of module 'manager' to 'three', "
        "but module a sets it to 'two'"
    )
    assert fault.file == desktop("b").file
    assert fault.key == ("overlay", "options", "manager", "session")
    assert fault.other == Place(desktop("a").file, fault.key)
    assert "[overlay.options.manager] session in voidgen.toml" in fault.remedy


@pytest.mark.parametrize("wrong", ["a", "b"])
def test_a_wrong_value_is_no_disagreement(wrong: str) -> None:
    values = {"a": "two", "b": "two", wrong: 5}
    (fault,) = faults(*(desktop(name, session=value) for name, value in values.items()), manager())
    assert (fault.file, fault.what) == (
        desktop(wrong).file,
        "expected a string, got the number 5",
    )


def test_a_module_that_the_image_lacks_is_left_alone() -> None:
    modules = catalogue(desktop("desk", session="two"), manager())
    found = resolve(config(["desk"]), modules, FILE)
    assert [one.module.name for one in found.modules] == ["desk"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sesion": "two"}, "module 'manager' has no such option"),
        ({"session": 5}, "expected a string, got the number 5"),
    ],
)
def test_a_wrong_value_is_a_fault_in_the_module_that_has_it(
    values: dict[str, Any], said: str
) -> None:
    (fault,) = faults(desktop("desk", **values), manager())
    assert (fault.file, fault.what) == (desktop("desk").file, said)


@pytest.mark.parametrize(
    ("name", "said"),
    [("desk", "module 'desk' sets its own options"), ("nobody", "no module has the name 'nobody'")],
)
def test_a_wrong_module_is_a_fault(name: str, said: str) -> None:
    desk = module("desk", overlay={"options": {name: {"session": "two"}}})
    (fault,) = faults(desk)
    assert (fault.what, fault.key) == (said, ("overlay", "options", name))


def test_a_required_option_may_come_from_a_module() -> None:
    needs = module("needs", options={"key": {"type": "string", "help": "a key"}})
    gives = module("gives", overlay={"options": {"needs": {"key": "x"}}})
    found = resolved(gives, needs)
    assert {one.module.name: dict(one.options) for one in found.modules}["needs"] == {"key": "x"}
    assert "needs a value" in faults(needs)[0].what


def warned(*modules: Module, **more: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    found = resolved(*modules, **more)
    names = programs.known(found)
    return [
        (one.warning.what, one.warning.key)
        for one in programs.named(ImageConfig("x"), found, {}, FILE)
        if not programs.has(names, one)
    ]


def test_a_program_that_no_package_brings_is_a_warning() -> None:
    what = "as far as voidgen knows, no package of the image brings 'foot'"
    key = ("overlay", "options", "manager", "terminal")
    desk = desktop("desk", terminal=["foot", "-e"])
    assert warned(desk, manager()) == [
        (f"{what}, which module desk gives option 'terminal' of module 'manager'", key)
    ]
    options = {"manager": {"terminal": ("foot",)}}
    assert warned(manager(), options=options) == [(what, key)]
    own = module("own", options={"run": {**SESSION, "default": "foot -x", "runs": True}})
    assert warned(own) == [
        (f"{what}, which option 'run' of module 'own' names", ("options", "run", "default"))
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"xbps": ["foot"]},
        {"nix": ["foot"]},
        {"nix": ["tools.foot^out"]},
    ],
)
def test_a_package_brings_the_program_of_its_name(more: dict[str, Any]) -> None:
    assert warned(desktop("desk", terminal=["foot"]), manager(), **more) == []


def test_a_module_brings_its_files_and_what_it_provides() -> None:
    desk = desktop("desk", terminal=["/usr/bin/foot"])
    own = module("own", "/usr/local/bin/foot")
    assert warned(desk, manager(), own) == []
    provides = module("own", provides={"/usr/bin/foot": "feet"}, packages={"xbps": ["feet"]})
    assert warned(desk, manager(), provides) == []


@pytest.mark.parametrize("value", ["", "'"])
def test_no_program_is_named_by_an_empty_or_broken_line(value: str) -> None:
    own = module("own", options={"run": {**SESSION, "default": value, "runs": True}})
    assert warned(own) == []
