"""The names of the files of a project that the image is made from. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config
from voidgen.lock import flake_lock
from voidgen.lock import voidgen_lock as lock_file
from voidgen.overlay import catalogue
from voidgen.overlay.types import MODULE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voidgen.plan.plan import Plan


@frozen
class Names:
    """Names of files and folders, as paths in the project.

    ``package_sets`` are the folders of package sets, and ``extra`` the file of ``[flake] extra``,
    empty if the project has none. ``keys`` are the files of ``[xbps] keys``, ``overlays`` those of
    the package sets. ``modules`` are the names of the modules in the image. ``imported``
    are the files that the package set, ``extra`` and the overlays name by a path.
    """

    package_sets: tuple[str, ...]
    extra: str
    keys: tuple[str, ...]
    modules: frozenset[str]
    overlays: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()

    @property
    def package_tops(self) -> list[str]:
        """The topmost folders of the package sets: a set may read files beside its own folder."""
        return sorted({name.partition("/")[0] for name in self.package_sets})

    def all(self) -> list[str]:
        """Return all files and folders whose state in git matters."""
        named = (*self.package_tops, self.extra, *self.keys, *self.overlays, *self.imported)
        locks = (flake_lock.FILE, lock_file.FILE)
        return [config.FILE, *locks, catalogue.FOLDER, *sorted({*filter(None, named)})]

    def is_read_by_nix(self, name: str) -> bool:
        """Return whether the flake reads the file ``name``."""
        is_named = name == self.extra or name in {*self.overlays, *self.imported}
        return is_named or any(self._is_below(name, top) for top in self.package_tops)

    def folders(self) -> list[str]:
        """Return the folders above files that voidgen.toml names: one may be a submodule."""
        named = (*self.package_sets, self.extra, *self.keys, *self.overlays, *self.imported)
        parents = {str(above) for name in named if name for above in PurePosixPath(name).parents}
        return sorted(parents - {"."})

    def is_needed(self, name: str) -> bool:
        """Return whether the image is made from the file ``name``, among others."""
        if not self._is_below(name, catalogue.FOLDER):
            return True
        parts = name.split("/")
        if len(parts) == catalogue.SOURCE_DEPTH:
            return parts[1] in self.modules and parts[2] == MODULE_FILE
        return catalogue.is_source(name) and parts[1] in self.modules

    def is_needed_folder(self, name: str) -> bool:
        """Return whether the image may be made from files in the folder ``name``."""
        parts = name.split("/")
        if parts[0] != catalogue.FOLDER:
            return True
        return len(parts) == 1 or parts[1] in self.modules

    def required(self) -> Iterator[str]:
        """Yield the files that the flake needs to have any outputs."""
        for folder in self.package_sets:
            yield str(PurePosixPath(folder, "default.nix"))
        if self.extra:
            yield self.extra
        yield from self.overlays

    @staticmethod
    def _is_below(name: str, folder: str) -> bool:
        return bool(folder) and (name == folder or name.startswith(f"{folder}/"))


def source_names(plans: Sequence[Plan]) -> Names:
    """Return the names of the files of a project's images, without imported ones."""
    every = [plan.config for plan in plans]
    extra = every[0].flake.extra
    sets = [one for config in every for one in config.nix.every_set().values()]
    modules = (chosen.module.name for plan in plans for chosen in plan.resolution.modules)
    return Names(
        _paths(one.source for one in sets if one.is_folder),
        str(PurePosixPath(extra)) if extra else "",
        _paths(name for config in every for name in config.xbps.keys),
        frozenset(modules),
        _paths(name for config in every for _, name in config.nix.overlay_files()),
    )


def _paths(names: Iterable[str]) -> tuple[str, ...]:
    """Return each path once, without ./ at its beginning."""
    return tuple(dict.fromkeys(str(PurePosixPath(name)) for name in names))
