"""Values of module options: what voidgen.toml gives, and defaults."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from voidgen.errors import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.overlay.types import Catalogue, Module
    from voidgen.schema.structure import OptionValue


def settle(
    given: Mapping[str, Mapping[str, OptionValue]],
    modules: Iterable[Module],
    catalogue: Catalogue,
    file: Path,
) -> tuple[dict[str, Mapping[str, OptionValue]], list[Fault]]:
    """Return the values of all options, by module, and what is wrong with those ``given``."""
    present = {module.name: module for module in modules}
    faults = list(_of_other_modules(given, present, catalogue, file))
    values: dict[str, Mapping[str, OptionValue]] = {}
    for name, module in present.items():
        wanted = given.get(name, {})
        faults += _wrong(wanted, module, file)
        defaults = {
            key: option.default
            for key, option in module.spec.options.items()
            if option.default is not None
        }
        values[name] = MappingProxyType({**defaults, **wanted})
    return values, faults


def _of_other_modules(
    given: Iterable[str], present: Mapping[str, Module], catalogue: Catalogue, file: Path
) -> Iterator[Fault]:
    for name in given:
        key = ("overlay", "options", name)
        if name not in catalogue:
            remedy = did_you_mean(name, catalogue) or "remove its options"
            yield Fault(f"no module has the name {name!r}", file, key, remedy=remedy)
        elif name not in present:
            remedy = "add it to overlay.modules, or remove its options"
            yield Fault(f"module {name!r} is not part of the image", file, key, remedy=remedy)


def _wrong(wanted: Mapping[str, OptionValue], module: Module, file: Path) -> Iterator[Fault]:
    options = module.spec.options
    for name, value in wanted.items():
        key = ("overlay", "options", module.name, name)
        if name not in options:
            known = f"it has: {', '.join(options)}" if options else "it has none"
            remedy = did_you_mean(name, options) or known
            yield Fault(f"module {module.name!r} has no such option", file, key, remedy=remedy)
        elif what := options[name].misfit(value):
            yield Fault(what, file, key, remedy=f"{name}: {options[name].help}")
    for name, option in options.items():
        if name not in wanted and option.default is None:
            yield Fault(
                f"option {name!r} of module {module.name!r} has no default and needs a value",
                file,
                ("overlay", "options", module.name, name),
                remedy=f"set it in [overlay.options.{module.name}]: {option.help}",
            )
