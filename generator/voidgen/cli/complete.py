"""Complete the words of a project in a shell: modules, packages, inputs, git revisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from voidgen.cli.settings import Settings
from voidgen.errors import StepFailedError, WrongInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click

    from voidgen.project import Project

    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


KINDS = ("nix", "xbps", "module", "service")
"""What `voidgen add` and `voidgen remove` know."""


def _completion(
    find: Callable[[click.Context, Path], Iterable[str]], *, files: bool = False
) -> Complete:
    """Return the completion of what ``find`` has for the project, and of ``files``.

    Completes nothing if ``find`` fails.
    """

    def complete(
        context: click.Context, parameter: click.Parameter, begun: str
    ) -> list[CompletionItem]:
        from voidgen import project  # noqa: PLC0415

        items = [CompletionItem(begun, type="file")] if files else []
        given = context.params.get(parameter.name or "")
        there = given if isinstance(given, tuple) else ()
        try:
            folder = project.find(Path(context.ensure_object(Settings).project))
            names = sorted({*find(context, folder)} - {*there})
        except (WrongInputError, StepFailedError):
            return items
        return [*items, *(CompletionItem(name) for name in names if name.startswith(begun))]

    return complete


def _addable(context: click.Context, folder: Path) -> Iterable[str]:
    from voidgen import project  # noqa: PLC0415

    match context.params.get("kind"):
        case "module":
            known = {*project.modules_of(folder)}
        case "service":
            known = _services(folder)
        case _:
            return ()
    return known - {*_listed(context, folder)}


def _services(folder: Path) -> set[str]:
    from voidgen.lock import services, state  # noqa: PLC0415

    found = _project(folder)
    return services.available(found, state.read(found).lock)


def _listed(context: click.Context, folder: Path) -> Iterable[str]:
    from voidgen import config  # noqa: PLC0415

    found = config.load(folder)
    lists = {
        "nix": found.nix.packages,
        "xbps": found.xbps.packages,
        "service": found.services.enable,
    }
    return lists.get(str(context.params.get("kind")), found.overlay.modules)


def _asked(_: click.Context, folder: Path) -> Iterable[str]:
    from voidgen.why import asked  # noqa: PLC0415

    return asked.names(_project(folder).plan)


def _modules(_: click.Context, folder: Path) -> Iterable[str]:
    return (one.module.name for one in _project(folder).plan.resolution.modules)


def _inputs(_: click.Context, folder: Path) -> Iterable[str]:
    from voidgen.lock import state  # noqa: PLC0415

    return state.movable(_project(folder).plan)


def _variants(_: click.Context, folder: Path) -> Iterable[str]:
    from voidgen import config  # noqa: PLC0415

    return (one.name for one in config.load_all(folder)[1])


def _revisions(_: click.Context, folder: Path) -> Iterable[str]:
    from voidgen.system import git  # noqa: PLC0415

    return ("HEAD", *git.references(folder))


def _project(folder: Path) -> Project:
    from voidgen import project  # noqa: PLC0415

    return project.load(folder)


addable = _completion(_addable)
"""Modules and services that are not in voidgen.toml. There are too many packages to look up."""
listed = _completion(_listed)
"""What voidgen.toml lists of the kind given before it."""
asked = _completion(_asked)
"""All names in the plan."""
modules = _completion(_modules)
"""Modules of the image."""
inputs = _completion(_inputs)
"""What `voidgen update` can move."""
variants = _completion(_variants)
"""Variants of voidgen.toml."""
isos = _completion(_variants, files=True)
"""Variants and files."""
sides = _completion(_revisions, files=True)
"""Branches, tags and files."""
