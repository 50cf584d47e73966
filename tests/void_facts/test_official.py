"""Each preset has the packages and services of Void's official image, or a replacement."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.void_facts import facts, named
from tests.void_facts.test_modules import MODULES, together

from voidgen.init.preset import FOLDER as PRESETS

OFFICIAL: dict[str, Any] = json.loads((facts.FOLDER / "official.json").read_text())
VARIANTS = {
    "base": "console",
    **{name: name for name in ("cinnamon", "kde", "lxqt", "mate", "xfce")},
}
"""Official images, by the names of mkiso.sh, with the presets that stand for them."""

INSTEAD = {
    "dhcpcd": {"NetworkManager"},
    "gnome-terminal": {"alacritty"},
    "gnome-themes-standard": {"gnome-themes-extra"},
    "kde5": {"kde-plasma"},
    "wpa_supplicant": {"NetworkManager"},
    # Xorg's own driver for Intel GPUs, which gpu-detect names.
    "xf86-video-intel": {"xorg-server"},
    "xorg-minimal": {"xorg"},
}
"""What a preset has in the place of a package or service."""
ASKED_FOR = {"sshd"}
"""Services that no image has unasked: the passwords of a live system are known to all."""


def official(variant: str, kind: str) -> set[str]:
    parts = ["all", variant, *(["desktop"] if variant != "base" else [])]
    return {name for part in parts for name in OFFICIAL[part][kind]}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_preset_has_the_packages_and_services_of_the_official_image(variant: str) -> None:
    settings = named.settings(PRESETS / f"{VARIANTS[variant]}.toml")
    modules = {
        module.name: module
        for name in settings["overlay"]["modules"]
        for module in together(MODULES[name])
    }
    asked = {name for one in modules.values() for name in one.spec.packages.xbps}
    packages = facts.closure({*asked, *settings["xbps"]["packages"], *named.MKLIVE}, "x86_64")
    services = {name for one in modules.values() for name in one.spec.services}

    def lacking(kind: str, here: set[str]) -> set[str]:
        wanted = official(variant, kind) - here - ASKED_FOR
        return {name for name in wanted if not INSTEAD.get(name, {""}) <= here}

    assert lacking("packages", packages) == set()
    assert lacking("services", services) == set()


def test_each_replacement_is_for_something_in_an_official_image() -> None:
    everything = {name for part in OFFICIAL.values() if isinstance(part, dict)
                  for names in part.values() for name in names}  # fmt: skip
    assert {*INSTEAD, *ASKED_FOR} <= everything
