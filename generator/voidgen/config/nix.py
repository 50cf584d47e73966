"""Which packages the image has from Nix: [nix] of voidgen.toml."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated

from attrs import field, frozen

from voidgen.config import rules
from voidgen.schema.rule import Rule

PLAIN_PATH = Rule(
    'an absolute path of letters, digits and . _ + -, like "/etc/ssl/certs/own.crt"',
    rules.STATE_DIR.pattern,
    ((r"^[^/]", "begin the path with /"),),
)
SET_NAME = Rule(
    "a package set's name: lowercase letters, digits and -, and none of nixpkgs, mklive, self, "
    "xbps, container",
    r"(?!(?:nixpkgs|mklive|self|xbps|container)$)[a-z][a-z0-9-]*",
)
PlainPath = Annotated[str, PLAIN_PATH]
SetName = Annotated[str, SET_NAME]

MAIN = "nixpkgs"
"""The name of the set whose packages need no name of a set."""
_OVERLAYS = (
    "files of the project that add packages to the set and change its own, as overlays of nixpkgs"
)


@frozen
class PackageSet:
    """A package set besides nixpkgs: `NAME.PACKAGE` is a package of the set NAME."""

    nixpkgs: rules.Nixpkgs = field(
        metadata={"help": "the set: a flake reference, or a folder of the project (./folder)"}
    )
    overlays: tuple[rules.ProjectFile, ...] = field(default=(), metadata={"help": _OVERLAYS})

    @property
    def is_folder(self) -> bool:
        """Return whether it is a folder of the project, not a flake input."""
        return self.nixpkgs.startswith("./")


@frozen
class Nix:
    """The Nix package set, and the packages that the image has from it."""

    nixpkgs: rules.Nixpkgs = field(
        default="github:NixOS/nixpkgs/nixos-unstable",
        metadata={"help": "package set: a flake reference, or a folder of the project (./folder)"},
    )
    overlays: tuple[rules.ProjectFile, ...] = field(
        default=(),
        metadata={"help": _OVERLAYS},
    )
    sets: Mapping[SetName, PackageSet] = field(
        factory=lambda: MappingProxyType({}),
        metadata={"help": "more package sets, each a table [nix.sets.NAME]"},
    )
    packages: tuple[rules.NixPackage, ...] = field(
        default=(),
        metadata={"help": "packages in the image, as attribute paths; ^output chooses one output"},
    )
    unfree: tuple[rules.NixName, ...] = field(
        default=(), metadata={"help": "unfree packages that you accept, by their names"}
    )
    insecure: tuple[rules.NixVersion, ...] = field(
        default=(),
        metadata={"help": "insecure packages that you accept, with their versions: NAME-VERSION"},
    )
    unprivileged: tuple[rules.NixPackage, ...] = field(
        default=(),
        metadata={
            "help": "packages that you accept, though they need setuid bits, file capabilities or "
            "PAM, which programs of Nix lack"
        },
    )
    locales: tuple[rules.Locale, ...] | None = field(
        default=None,
        metadata={
            "help": "locales that programs of Nix have besides image.locale, in an archive of "
            "their own; without the key, they read Void's archive"
        },
    )
    certificates: PlainPath | None = field(
        default=None,
        metadata={
            "help": "file of the certificates that programs of Nix trust; the default is that of "
            "Void, /etc/ssl/certs/ca-certificates.crt"
        },
    )
    state_dir: rules.StateDir = field(
        default="/var/nix",
        metadata={"help": "folder of the database and socket of the live system's Nix"},
    )

    def every_set(self) -> dict[str, PackageSet]:
        """Return all package sets by name, that of ``nixpkgs`` first."""
        return {MAIN: PackageSet(self.nixpkgs, self.overlays), **self.sets}

    def overlay_files(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield each file with an overlay, with its key in voidgen.toml."""
        for name, one in self.every_set().items():
            above = () if name == MAIN else ("sets", name)
            yield from (
                (("nix", *above, "overlays", index), file)
                for index, file in enumerate(one.overlays)
            )

    def local(self) -> list[str]:
        """Return the folders and files of the project that the package sets are made of."""
        folders = [one.nixpkgs for one in self.every_set().values() if one.is_folder]
        return [*folders, *(file for _, file in self.overlay_files())]
