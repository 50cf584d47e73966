"""module.toml as types, and the catalogue of modules found."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from voidgen.config import rules
from voidgen.config.architectures import Arch
from voidgen.overlay.declared_option import Option
from voidgen.schema.rule import MisfitError
from voidgen.schema.structure import OptionValue

LintRule = Literal[
    "account-file",
    "autologin",
    "boot-overwrites",
    "builder-path",
    "dconf-database",
    "dconf-keymap",
    "dconf-locked",
    "dconf-syntax",
    "foreign-system",
    "home",
    "ignored-name",
    "lightdm-autologin",
    "lightdm-env",
    "line-ending",
    "link-loop",
    "litter",
    "machine-identity",
    "private-file",
    "run-bit",
    "script-mode",
    "service-folder",
    "service-link",
    "stale-cache",
    "sudoers",
    "unknown-owner",
]


def _nothing() -> Mapping[str, object]:
    return MappingProxyType({})


@frozen
class Packages:
    """Packages that a module brings."""

    xbps: tuple[rules.XbpsPackage, ...] = field(default=(), metadata={"help": "Void's packages"})
    repositories: tuple[rules.XbpsRepository, ...] = field(
        default=(),
        metadata={
            "help": "XBPS repositories that the packages need, besides the image's; `void:nonfree` "
            "is Void's for the image's architecture"
        },
    )
    nix: tuple[rules.NixPackage, ...] = field(default=(), metadata={"help": "Nix packages"})
    flake: rules.ImagePath | None = field(
        default=None,
        metadata={"help": "folder for a flake of the locked package set, for `nix profile`"},
    )


@frozen
class Ownership:
    """Mode and owner of a file or folder, if the defaults do not fit."""

    mode: rules.Mode | None = field(default=None, metadata={"help": "mode, in octal digits"})
    owner: rules.Owner = field(
        default="root:root", metadata={"help": "owner and group, as in `root:wheel`"}
    )


@frozen
class SystemUser:
    """A user that no person logs in as, with a group of the same name."""

    uid: int | None = field(
        default=None,
        metadata={"help": "number of the user and its group, 1-999; default: the highest free one"},
    )
    home: rules.ImagePath = field(
        default="/var/empty", metadata={"help": "home folder; [directories] makes it"}
    )
    shell: rules.ImagePath = field(default="/sbin/nologin", metadata={"help": "login shell"})
    groups: tuple[rules.Group, ...] = field(
        default=(), metadata={"help": "further groups, which a package must make"}
    )
    description: rules.Description | None = field(
        default=None, metadata={"help": "what the user is for"}
    )

    def __attrs_post_init__(self) -> None:
        if self.uid is not None and not 1 <= self.uid <= LARGEST_SYSTEM_ID:
            what = f"expected a number from 1 to {LARGEST_SYSTEM_ID}, got {self.uid}"
            raise MisfitError(what, ("uid",), remedy="larger numbers are for people's accounts")
        for key, path in (("home", self.home), ("shell", self.shell)):
            if ":" in path:
                raise MisfitError(f"{path!r} has a colon, which passwd(5) cannot hold", (key,))


LARGEST_SYSTEM_ID = 999
"""SYS_UID_MAX of Void's login.defs."""


@frozen
class Check:
    """A check of the booted image: a command, and what it must print there."""

    name: rules.OneLine = field(metadata={"help": "what is true if the check passes, on one line"})
    command: str = field(
        metadata={"help": "what sh runs as root; a template, and its exit status must be 0"}
    )
    prints: str | None = field(
        default=None,
        metadata={"help": "the command's whole output, without blanks at the end; a template"},
    )
    matches: str | None = field(
        default=None,
        metadata={"help": "instead of prints: a regular expression found in the output"},
    )
    within: int = field(
        default=0, metadata={"help": "how many seconds voidgen repeats the check until it passes"}
    )

    def __attrs_post_init__(self) -> None:
        if not self.command.strip():
            raise MisfitError("expected a command", ("command",))
        if not 0 <= self.within <= LONGEST_WAIT:
            what = f"expected 0 to {LONGEST_WAIT} seconds, got {self.within}"
            raise MisfitError(what, ("within",))
        if (self.prints is None) == (self.matches is None):
            what = "a check needs either prints or matches"
            remedy = 'if the command prints nothing, write prints = ""'
            raise MisfitError(what, ("prints",), remedy=remedy)
        try:
            re.compile(self.matches or "")
        except re.error as error:
            raise MisfitError(f"not a regular expression: {error}", ("matches",)) from None


LONGEST_WAIT = 600


@frozen
class ModuleOverlay:
    """What the module sets of other modules, as voidgen.toml does."""

    options: Mapping[rules.ModuleName, Mapping[rules.OptionName, OptionValue]] = field(
        factory=_nothing,
        metadata={
            "help": "a table for each module, with values for its options; voidgen.toml may set "
            "others. Nothing happens if the image does not have the module"
        },
    )


@frozen
class ModuleFile:
    """The whole of a module.toml."""

    summary: rules.OneLine = field(metadata={"help": "what the module does, on one line"})
    archs: tuple[Arch, ...] = field(
        default=(), metadata={"help": "architectures that have its packages; default: all"}
    )
    requires: tuple[rules.ModuleName, ...] = field(
        default=(), metadata={"help": "modules that this one adds; they come before it"}
    )
    recommends: tuple[rules.ModuleName, ...] = field(
        default=(),
        metadata={
            "help": "modules that this one adds; they come before it. [overlay] without in "
            "voidgen.toml can leave them out"
        },
    )
    conflicts: tuple[rules.ModuleName, ...] = field(
        default=(), metadata={"help": "modules that cannot be in the same image"}
    )
    after: tuple[rules.ModuleName, ...] = field(
        default=(), metadata={"help": "modules that come before this one, if the image has them"}
    )
    services: tuple[rules.Service, ...] = field(
        default=(), metadata={"help": "services to enable, as links in runsvdir/default"}
    )
    provides: Mapping[rules.Provided, rules.XbpsPackage] = field(
        factory=_nothing,
        metadata={
            "help": "services whose xbps package has another name, and paths that options may "
            "name: service or path = package"
        },
    )
    packages: Packages = field(factory=Packages, metadata={"help": Packages.__doc__})
    options: Mapping[rules.OptionName, Option] = field(
        factory=_nothing, metadata={"help": "options, set in voidgen.toml [overlay.options]"}
    )
    overlay: ModuleOverlay = field(factory=ModuleOverlay, metadata={"help": ModuleOverlay.__doc__})
    files: Mapping[rules.ImagePath, Ownership] = field(
        factory=_nothing,
        metadata={
            "help": "modes and owners of files in files/, by path or by a pattern with `*` or `**`"
        },
    )
    directories: Mapping[rules.ImagePath, Ownership] = field(
        factory=_nothing, metadata={"help": "folders to make, empty or not"}
    )
    links: Mapping[rules.ImagePath, rules.LinkTarget] = field(
        factory=_nothing, metadata={"help": "symbolic links: path = target"}
    )
    users: Mapping[rules.SystemUser, SystemUser] = field(
        factory=_nothing, metadata={"help": "system users that the image gets"}
    )
    dconf: Mapping[rules.ImagePath, rules.ImagePath] = field(
        factory=_nothing,
        metadata={"help": "databases of dconf to compile: database = folder of its key files"},
    )
    mklive: Mapping[rules.ImagePath, rules.ProjectFile] = field(
        factory=_nothing,
        metadata={"help": "files of mklive's source to copy unchanged: path = file"},
    )
    allow: Mapping[rules.ImagePath, tuple[LintRule, ...]] = field(
        factory=_nothing, metadata={"help": "rules that are switched off: path = names"}
    )
    checks: tuple[Check, ...] = field(
        default=(), metadata={"help": "what `voidgen boot --test` checks in the booted image"}
    )


@frozen
class Source:
    """A file or symbolic link below a module's ``files/``."""

    path: str
    """Where it goes in the image, from the root."""
    file: Path
    """Where it is on disk."""
    template: bool = False
    target: str | None = None
    """Of a symbolic link."""
    executable: bool = False
    """Whether git has a run bit for it, or would have one after `git add`."""


@frozen
class Module:
    """A module of the catalogue; ``sources`` in the order of their paths."""

    name: str
    folder: Path
    spec: ModuleFile
    sources: tuple[Source, ...] = ()

    @property
    def file(self) -> Path:
        """Its module.toml."""
        return self.folder / MODULE_FILE


Catalogue = Mapping[str, Module]
"""Modules by name, sorted; a project's module replaces the built-in one of the same name."""

MODULE_FILE = "module.toml"
