"""The plan as a document, image/manifest.json: all that an image will be (see render.py)."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

from attrs import frozen

from voidgen.config.boot import Boot
from voidgen.config.hooks import Hooks
from voidgen.config.mklive import Mklive
from voidgen.config.nix import PackageSet
from voidgen.config.types import Container
from voidgen.overlay.asker import Asker
from voidgen.overlay.resolution import Account, Asked, Enabled
from voidgen.plan.plan import Package
from voidgen.schema.structure import OptionValue
from voidgen.system.untrusted import GarbledError
from voidgen.tree import Recipe

_MODE = re.compile("[0-7]{1,4}")


@frozen
class PlannedImage:
    """The image as a whole; ``system`` is Nix's name of ``arch``, ``max_size`` is in bytes.

    What is None is not set in voidgen.toml.
    """

    name: str
    title: str
    arch: str
    system: str
    keymap: str
    xkb: str
    xkb_options: tuple[str, ...]
    locale: str
    user: str
    cmdline: tuple[str, ...]
    max_size: int | None
    platforms: tuple[str, ...] | None = None
    remove_files: tuple[str, ...] | None = None
    hostname: str | None = None
    timezone: str | None = None
    version: str | None = None
    file_name: str | None = None
    os_release: Mapping[str, str] | None = None
    volume_label: str | None = None
    root_shell: str | None = None
    user_shell: str | None = None
    groups: tuple[str, ...] | None = None


@frozen
class Nix:
    """The package set, and the packages that are baked from it.

    ``locales``, ``certificates``, ``overlays`` and ``sets`` are None if voidgen.toml does not have
    them.
    """

    nixpkgs: str
    packages: tuple[Package, ...]
    unfree: tuple[str, ...]
    insecure: tuple[str, ...]
    state_dir: str
    locales: tuple[str, ...] | None = None
    certificates: str | None = None
    overlays: tuple[str, ...] | None = None
    sets: Mapping[str, PackageSet] | None = None


@frozen
class Xbps:
    """Void packages, the repositories that they come from, and mirrors of these.

    ``kernel``, ``base`` and ``ignore`` are None if voidgen.toml has their defaults.
    """

    repositories: tuple[Asked, ...]
    packages: tuple[Asked, ...]
    mirrors: tuple[str, ...] = ()
    kernel: str | None = None
    base: str | None = None
    ignore: tuple[str, ...] | None = None


@frozen
class Module:
    """An overlay module, who asked for it, and the values of its options.

    ``set_by`` has the modules that gave it values, by option; None if none did.
    """

    name: str
    by: tuple[Asker, ...]
    options: Mapping[str, OptionValue]
    set_by: Mapping[str, str] | None = None


@frozen
class Check:
    """What the module ``by`` checks in the booted image: see `overlay.types.Check`."""

    name: str
    by: Asker
    command: str
    prints: str | None
    matches: str | None
    within: int


@frozen
class Entry:
    """A path of the overlay: a file or directory with a mode and owner, or a symlink to ``target``.

    A directory without a mode is only on the way to something else, and keeps the system's.
    ``hash`` is set if voidgen knows the file's bytes. ``emitted`` is its name in image/include, if
    git would act on its own name. Nix makes an entry with ``made_by``. ``module`` is the one that
    brings it; None if it is made for voidgen.toml.
    """

    path: str
    type: Literal["file", "directory", "symlink"]
    mode: str | None = None
    owner: str | None = None
    group: str | None = None
    target: str | None = None
    hash: str | None = None
    emitted: str | None = None
    made_by: Recipe | None = None
    module: str | None = None

    def is_made_by(self, kind: str) -> bool:
        """Return whether Nix makes it by a recipe of this ``kind``."""
        return self.made_by is not None and self.made_by.kind == kind

    def __attrs_post_init__(self) -> None:
        if not self.path.startswith("/"):
            raise GarbledError(f"{self.path!r} is not a path of the image")
        if self.mode is not None and not _MODE.fullmatch(self.mode):
            raise GarbledError(f"{self.mode!r} is not a mode")
        if (self.target is None) == (self.type == "symlink"):
            raise GarbledError(f"{self.path} is a {self.type}, and its target does not fit that")
        if self.type == "file" and self.mode is None:
            raise GarbledError(f"{self.path} has no mode")
        if self.mode is not None and (self.owner is None or self.group is None):
            raise GarbledError(f"{self.path} has no owner")


@frozen
class PlanDocument:
    """All of image/manifest.json (docs/reference/manifest.md).

    An ISO's documents do not have ``container``, which does not change the image. ``disabled`` has
    the services that voidgen.toml disables.
    """

    HEADER: ClassVar[Mapping[str, str | int]] = MappingProxyType(
        {"kind": "voidgen-plan", "version": 2}
    )

    image: PlannedImage
    nix: Nix
    xbps: Xbps
    modules: tuple[Module, ...]
    services: tuple[Enabled, ...]
    users: tuple[Account, ...]
    checks: tuple[Check, ...]
    include: tuple[Entry, ...]
    mklive: Mklive | None
    container: Container | None = None
    disabled: tuple[str, ...] = ()
    boot: Boot | None = None
    hooks: Hooks | None = None
