"""Values of module options: what voidgen.toml gives, what modules give, and defaults."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.errors import Fault, Place, did_you_mean
from voidgen.overlay.asker import USER, module
from voidgen.overlay.given import Given, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.overlay.types import Catalogue, Module
    from voidgen.schema.structure import OptionValue


@frozen
class Settled:
    """The values of all options, by module.

    ``given`` has each value that is not the option's own default, by module and option.
    """

    values: Mapping[str, Mapping[str, OptionValue]]
    given: Mapping[str, Mapping[str, Given]]
    faults: tuple[Fault, ...] = field(factory=tuple)


def settle(
    given: Mapping[str, Mapping[str, OptionValue]],
    modules: Iterable[Module],
    catalogue: Catalogue,
    file: Path,
) -> Settled:
    """Return the values of all options of ``modules``; voidgen.toml, ``file``, gives ``given``."""
    present = {one.name: one for one in modules}
    faults = [
        *_of_other_modules(given, present, catalogue, file),
        *(fault for one in present.values() for fault in _of_no_module(one, catalogue)),
    ]
    users = [
        Given(of, name, value, USER, file)
        for of, values in given.items()
        if of in present
        for name, value in values.items()
    ]
    of_modules = [
        one
        for by in present.values()
        for one in _by_module(by)
        if one.of in catalogue and one.of != by.name
    ]
    wrong = {one: [*_wrong(one, catalogue[one.of])] for one in (*users, *of_modules)}
    faults += (fault for found in wrong.values() for fault in found)
    chosen = {(one.of, one.name): one for one in users}
    for one in of_modules:
        first = chosen.setdefault((one.of, one.name), one)
        is_wrong = wrong[one] or wrong[first]
        if one.of in present and first.by != USER and first.value != one.value and not is_wrong:
            faults.append(_disagree(first, one, file))
    settled = {
        name: {option: one for (of, option), one in chosen.items() if of == name}
        for name in present
    }
    for name, of in present.items():
        faults += _missing(of, settled[name], file)
    return Settled(
        MappingProxyType({
            name: MappingProxyType({
                **_defaults(one), **{key: value.value for key, value in settled[name].items()},
            })
            for name, one in present.items()
        }),
        MappingProxyType({name: MappingProxyType(values) for name, values in settled.items()}),
        tuple(faults),
    )  # fmt: skip


def _defaults(of: Module) -> dict[str, OptionValue]:
    return {
        key: option.default for key, option in of.spec.options.items() if option.default is not None
    }


def _by_module(by: Module) -> Iterator[Given]:
    for of, values in by.spec.overlay.options.items():
        for name, value in values.items():
            yield Given(of, name, value, module(by.name), by.file)


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


def _of_no_module(by: Module, catalogue: Catalogue) -> Iterator[Fault]:
    for name in by.spec.overlay.options:
        key = ("overlay", "options", name)
        if name == by.name:
            what = f"module {name!r} sets its own options"
            yield Fault(what, by.file, key, remedy="change their default in [options]")
        elif name not in catalogue:
            remedy = did_you_mean(name, catalogue) or "remove its options"
            yield Fault(f"no module has the name {name!r}", by.file, key, remedy=remedy)


def _wrong(given: Given, of: Module) -> Iterator[Fault]:
    options = of.spec.options
    if given.name not in options:
        known = f"it has: {', '.join(options)}" if options else "it has none"
        remedy = did_you_mean(given.name, options) or known
        what = f"module {of.name!r} has no such option"
        yield Fault(what, given.file, given.key, remedy=remedy)
    elif what := options[given.name].misfit(given.value):
        remedy = f"{given.name}: {options[given.name].help}"
        yield Fault(what, given.file, given.key, remedy=remedy)


def _disagree(first: Given, other: Given, file: Path) -> Fault:
    what = (
        f"{other.by} sets option {other.name!r} of module {other.of!r} to {shown(other.value)}, "
        f"but {first.by} sets it to {shown(first.value)}"
    )
    remedy = (
        f"leave one module out, or set [overlay.options.{other.of}] {other.name} in {file.name}"
    )
    return Fault(what, other.file, other.key, remedy=remedy, other=Place(first.file, first.key))


def _missing(of: Module, settled: Mapping[str, Given], file: Path) -> Iterator[Fault]:
    for name, option in of.spec.options.items():
        if name not in settled and option.default is None:
            yield Fault(
                f"option {name!r} of module {of.name!r} has no default and needs a value",
                file,
                ("overlay", "options", of.name, name),
                remedy=f"set it in [overlay.options.{of.name}]: {option.help}",
            )
