"""The modules that [live] stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.support.overlay import FILE, catalogue, config, module

from voidgen.config.live import Live
from voidgen.errors import WrongInputError
from voidgen.overlay.live import persistence_label
from voidgen.overlay.resolve import resolve

if TYPE_CHECKING:
    from voidgen.overlay.resolution import Resolution

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVzZWQgaW4gdGVzdHMgb25seSwgbm90IGEga2V5 me"
PASSWORD = {"type": "string", "rule": "password", "help": "a password"}
MODULES = catalogue(
    module("live-password", options={"password": PASSWORD, "root-password": PASSWORD}),
    module(
        "persistence",
        options={"label": {"type": "string", "rule": "persistence", "help": "a label"}},
    ),
    module(
        "ssh-server",
        options={
            "authorized-keys": {"type": "list", "rule": "ssh-public-key", "help": "keys"},
            "root": {"type": "boolean", "help": "root, too", "default": False},
        },
    ),
)


def of(live: Live, *modules: str, **options: dict[str, object]) -> Resolution:
    given = {name.replace("_", "-"): values for name, values in options.items()}
    return resolve(evolve(config(modules, given), live=live), MODULES, FILE)


@pytest.mark.parametrize("live", [Live(), Live("voidlinux", "voidlinux")])
def test_the_well_known_password_needs_no_module(live: Live) -> None:
    assert not of(live).modules


@pytest.mark.parametrize(
    ("live", "user", "root"),
    [
        (Live("none"), "none", "none"),
        (Live("random", "locked"), "random", "locked"),
        (Live(root_password="locked"), "voidlinux", "locked"),  # noqa: S106 - no password
    ],
)
def test_another_password_asks_for_its_module(live: Live, user: str, root: str) -> None:
    (found,) = of(live).modules
    assert found.options == {"password": user, "root-password": root}
    assert [str(one) for one in found.by] == ["voidgen.toml"]


def test_persistence_asks_for_its_module() -> None:
    (found,) = of(Live(persistence="data")).modules
    assert persistence_label({found.module.name: found.options}) == "data"
    assert persistence_label({}) == ""


def test_keys_are_those_of_the_ssh_server_beside_its_other_options() -> None:
    (found,) = of(Live(ssh_keys=(KEY,)), "ssh-server", ssh_server={"root": True}).modules
    assert found.options == {"authorized-keys": (KEY,), "root": True}


def test_what_live_sets_cannot_be_set_as_an_option_too() -> None:
    with pytest.raises(WrongInputError) as raised:
        of(Live(ssh_keys=(KEY,)), "ssh-server", ssh_server={"authorized-keys": ()})
    (fault,) = raised.value.faults
    assert fault.key == ("overlay", "options", "ssh-server", "authorized-keys")
    assert fault.what == "[live] sets this option, too"
