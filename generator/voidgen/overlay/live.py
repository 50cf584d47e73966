"""The overlay modules that [live] and [image] of voidgen.toml ask for. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.config.passwords import WELL_KNOWN
from voidgen.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.config.types import Config
    from voidgen.schema.structure import OptionValue

PASSWORD_MODULE, SSH_MODULE = "live-password", "ssh-server"
SETUP_MODULE = "runit-live"
KEYS_OPTION = "authorized-keys"
PERSISTENCE_MODULE, LABEL_OPTION = "persistence", "label"


def clashes(config: Config, file: Path) -> Iterator[Fault]:
    """Yield a fault for each option in ``file``, voidgen.toml, that [live] sets, too."""
    for module, values in _asked(config).items():
        for option in values.keys() & config.overlay.options.get(module, {}).keys():
            yield Fault(
                "[live] sets this option, too",
                file,
                ("overlay", "options", module, option),
                remedy="remove it here, and write all of its value in [live]",
            )


def with_modules(config: Config) -> Config:
    """Return ``config`` with the modules and options that it stands for in [overlay]."""
    wanted, overlay = _asked(config), config.overlay
    options = {
        name: MappingProxyType({**overlay.options.get(name, {}), **values})
        for name, values in wanted.items()
    }
    added = (name for name in wanted if name not in overlay.modules)
    return evolve(
        config,
        overlay=evolve(
            overlay,
            modules=(*overlay.modules, *added),
            options=MappingProxyType({**overlay.options, **options}),
        ),
    )


def persistence_label(modules: Mapping[str, Mapping[str, OptionValue]]) -> str:
    """Return the label of the partition that keeps changes; "" if the image keeps none.

    ``modules`` has the options of the image's modules, by module.
    """
    return str(modules.get(PERSISTENCE_MODULE, {}).get(LABEL_OPTION, ""))


def _asked(config: Config) -> dict[str, dict[str, OptionValue]]:
    """Return the options that [live] and [image] stand for, by module."""
    wanted: dict[str, dict[str, OptionValue]] = {}
    live = config.live
    if {live.password, live.of_root()} != {WELL_KNOWN}:
        wanted[PASSWORD_MODULE] = {"password": live.password, "root-password": live.of_root()}
    if live.ssh_keys:
        wanted[SSH_MODULE] = {KEYS_OPTION: live.ssh_keys}
    if live.persistence:
        wanted[PERSISTENCE_MODULE] = {LABEL_OPTION: live.persistence}
    if config.image.hostname or config.image.groups is not None:
        # It puts /etc/hostname back, which mklive's boot hook overwrites, and sets the groups.
        wanted[SETUP_MODULE] = {}
    return wanted
