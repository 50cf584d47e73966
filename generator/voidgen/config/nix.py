"""Which packages the image has from Nix: [nix] of voidgen.toml."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated

from attrs import field, frozen

from voidgen.config import rules
from voidgen.errors import did_you_mean_or_known
from voidgen.schema.rule import MisfitError, Rule

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
INPUT_NAME = Rule("the name of a flake's input", r"[a-zA-Z_][a-zA-Z0-9_-]*")
FOLLOWED_NAME = Rule(
    'the name of a package set: "nixpkgs", or one of [nix.sets]', r"[a-z][a-z0-9-]*"
)
PlainPath = Annotated[str, PLAIN_PATH]
SetName = Annotated[str, SET_NAME]
InputName = Annotated[str, INPUT_NAME]
FollowedName = Annotated[str, FOLLOWED_NAME]

MAIN = "nixpkgs"
"""The name of the set whose packages need no name of a set."""
_OVERLAYS = (
    "files of the project that add packages to the set and change its own, as overlays of nixpkgs"
)


@frozen
class PackageSet:
    """A package set besides nixpkgs: `NAME.PACKAGE` is a package of the set NAME.

    It is a set like nixpkgs, or the packages of a flake: one of ``nixpkgs`` and ``flake`` is given.
    """

    nixpkgs: rules.Nixpkgs | None = field(
        default=None,
        metadata={"help": "the set: a flake reference, or a folder of the project (./folder)"},
    )
    flake: rules.PackagesFlake | None = field(
        default=None,
        metadata={"help": "instead of nixpkgs: a flake whose packages are the set"},
    )
    follows: Mapping[InputName, FollowedName] = field(
        factory=lambda: MappingProxyType({}),
        metadata={
            "help": "inputs of the flake that are replaced by package sets of the project, as in "
            '{ nixpkgs = "nixpkgs" }'
        },
    )
    overlays: tuple[rules.ProjectFile, ...] = field(default=(), metadata={"help": _OVERLAYS})

    def __attrs_post_init__(self) -> None:
        if self.nixpkgs is None and self.flake is None:
            raise MisfitError("the set has no source", remedy="write nixpkgs = … or flake = …")
        if self.nixpkgs is not None and self.flake is not None:
            what = "the set has two sources, nixpkgs and flake"
            raise MisfitError(what, ("flake",), remedy="remove one of them")
        if self.flake is not None and self.overlays:
            what = "overlays do not change a flake's packages"
            raise MisfitError(what, ("overlays",), remedy="write them into [nix] overlays")
        if self.flake is None and self.follows:
            what = "a set like nixpkgs has no inputs"
            raise MisfitError(what, ("follows",), remedy="remove follows, or write flake = …")

    @property
    def source(self) -> str:
        """Return the flake reference or the folder of the project."""
        return self.nixpkgs or self.flake or ""

    @property
    def is_folder(self) -> bool:
        """Return whether it is a folder of the project, not a flake input."""
        return self.source.startswith("./")


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

    def __attrs_post_init__(self) -> None:
        sets = self.every_set()
        for name, one in self.sets.items():
            for own, other in one.follows.items():
                key = ("sets", name, "follows", own)
                if other not in sets:
                    what = f"there is no package set {other!r}"
                    remedy = did_you_mean_or_known(other, sets, "package sets")
                    raise MisfitError(what, key, remedy)
                if sets[other].flake is not None or sets[other].is_folder:
                    kind = "a flake" if sets[other].flake else "a folder of the project"
                    what = f"{other!r} is {kind}: inputs can follow only sets like nixpkgs"
                    raise MisfitError(what, key, remedy="remove this line")

    def every_set(self) -> dict[str, PackageSet]:
        """Return all package sets by name, that of ``nixpkgs`` first."""
        return {MAIN: PackageSet(self.nixpkgs, overlays=self.overlays), **self.sets}

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
        folders = [one.source for one in self.every_set().values() if one.is_folder]
        return [*folders, *(file for _, file in self.overlay_files())]
