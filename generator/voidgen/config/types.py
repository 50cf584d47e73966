"""voidgen.toml as types; field order is the order in documentation and schema."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import evolve, field, frozen

from voidgen.config import login, parameters, rules
from voidgen.config.architectures import Arch
from voidgen.config.keymap import (
    Console,
    UnknownLayoutError,
    Xkb,
    console,
    near_option,
    of_console,
    of_sources,
)
from voidgen.schema.structure import MisfitError, OptionValue
from voidgen.text import parse_size

Compression = Literal["zstd", "xz", "gzip", "lz4"]
Initramfs = Literal["xz", "gzip", "lz4", "bzip2", "zstd"]
Engine = Literal["auto", "podman", "docker"]
BlockSize = Literal[4, 8, 16, 32, 64, 128, 256, 512, 1024]

LEVELS: Mapping[str, tuple[int, int]] = MappingProxyType({"zstd": (1, 22), "gzip": (1, 9)})
"""Compressions of mksquashfs that have levels, with the lowest and the highest (mksquashfs(1))."""
ZSTD_LEVEL = 9
"""mksquashfs's own, 15, takes four times as long for half a percent less (bench/iso.py)."""


@frozen
class Image:
    """The image as a whole."""

    name: rules.ImageName = field(metadata={"help": "names the ISO file and its volume"})
    title: rules.Title = field(default="Void Linux", metadata={"help": "shown in boot menus"})
    arch: Arch = field(default="x86_64", metadata={"help": "architecture, in XBPS's names"})
    keymap: rules.Keymap | None = field(
        default=None,
        metadata={
            "help": "console keymap: a map of kbd, or layout-variant, which voidgen makes of XKB; "
            "without it, the console has the layouts of xkb (US if that is not set either)"
        },
    )
    xkb: rules.Xkb | None = field(
        default=None,
        metadata={
            "help": "keyboard of X and desktops: layout+variant, or several with commas; "
            "without it, that of keymap"
        },
    )
    xkb_options: tuple[rules.XkbOption, ...] | None = field(
        default=None,
        metadata={
            "help": "options of XKB, also for a console keymap that voidgen makes; without them, "
            'several layouts get "grp:shifts_toggle", which switches by both Shift keys'
        },
    )
    locale: rules.Locale = field(default="en_US.UTF-8", metadata={"help": "system locale"})
    user: rules.User = field(
        default="live", metadata={"help": "the live user; becomes live.user= on the command line"}
    )
    cmdline: tuple[rules.Parameter, ...] = field(
        default=(), metadata={"help": "more kernel parameters, one an element"}
    )
    max_size: rules.ByteSize | None = field(
        default=None,
        metadata={"help": "largest size of the ISO file, beyond which there is none"},
    )

    def __attrs_post_init__(self) -> None:
        try:
            self.layouts()
        except UnknownLayoutError as error:
            if self.xkb:
                raise MisfitError(str(error), ("xkb",), remedy=error.near) from None
            remedy = f"{error.near} Its layout can be named: xkb = 'layout+variant'".lstrip()
            raise MisfitError(str(error), ("keymap",), remedy=remedy) from None
        for index, option in enumerate(self.xkb_options or ()):
            if (near := near_option(option)) is not None:
                what = f"xkeyboard-config has no option {option!r}"
                raise MisfitError(what, ("xkb-options", index), remedy=near)
        login.check(self.user)
        parameters.check(self.cmdline)

    def layouts(self) -> Xkb:
        """The keyboard of X and of desktops."""
        layouts = of_sources(self.xkb) if self.xkb else of_console(self.keymap or "us")
        if self.xkb_options is None:
            return layouts
        return evolve(layouts, options=self.xkb_options)

    def console(self) -> Console:
        """The keymap of the console."""
        return console(self.keymap, self.layouts())

    def limit(self) -> int | None:
        """Bytes that the ISO may have; None where any size will do."""
        return parse_size(self.max_size) if self.max_size else None


@frozen
class Nix:
    """The package set and what is baked from it."""

    nixpkgs: rules.Nixpkgs = field(
        default="github:NixOS/nixpkgs/nixos-unstable",
        metadata={"help": "package set: a flake reference, or a folder of the project (./folder)"},
    )
    packages: tuple[rules.NixPackage, ...] = field(
        default=(), metadata={"help": "attribute paths to bake into the image; ^output picks one"}
    )
    unfree: tuple[rules.NixName, ...] = field(
        default=(), metadata={"help": "names of the unfree packages that you accept"}
    )
    insecure: tuple[rules.NixVersion, ...] = field(
        default=(),
        metadata={"help": "insecure packages that you accept, with their versions: NAME-VERSION"},
    )
    state_dir: rules.StateDir = field(
        default="/var/nix",
        metadata={"help": "where the live system's Nix keeps its database and socket"},
    )


@frozen
class Xbps:
    """Void's own packages."""

    repositories: tuple[rules.XbpsRepository, ...] = field(
        default=("void:",),
        metadata={
            "help": "XBPS repositories; \"void:\" is Void's own for the image's architecture, "
            '"void:nonfree" its nonfree one'
        },
    )
    packages: tuple[rules.XbpsPackage, ...] = field(
        default=(), metadata={"help": "packages beyond what the modules bring"}
    )
    mirrors: tuple[rules.Repository, ...] = field(
        default=(),
        metadata={"help": "places that keep locked packages which the repositories dropped"},
    )
    keys: tuple[rules.KeyFile, ...] = field(
        default=(),
        metadata={"help": "public keys of repositories, beyond Void's: XBPS's files of them"},
    )


@frozen
class Overlay:
    """The overlay modules and their options."""

    modules: tuple[rules.ModuleName, ...] = field(
        default=(), metadata={"help": "overlay modules; what they need comes along"}
    )
    without: tuple[rules.ModuleName, ...] = field(
        default=(),
        metadata={"help": "modules to leave out, which others recommend but do not require"},
    )
    options: Mapping[rules.ModuleName, Mapping[rules.OptionName, OptionValue]] = field(
        factory=lambda: MappingProxyType({}),
        metadata={"help": "a table for each module, with values for its options"},
    )


@frozen
class Squashfs:
    """How the root filesystem is compressed."""

    compression: Compression = field(default="zstd", metadata={"help": "compressor"})
    level: int | None = field(
        default=None,
        metadata={"help": "1-22 for zstd (9 where none is given), 1-9 for gzip"},
    )
    block_size: BlockSize = field(
        default=1024, metadata={"help": "KiB that are compressed together: larger is smaller"}
    )

    def __attrs_post_init__(self) -> None:
        if self.level is None:
            return
        if self.compression not in LEVELS:
            raise MisfitError(
                f"{self.compression} has no levels", ("level",), remedy="remove this key"
            )
        low, high = LEVELS[self.compression]
        if not low <= self.level <= high:
            raise MisfitError(
                f"expected a level from {low} to {high} for {self.compression}, got {self.level}",
                ("level",),
            )


@frozen
class Mklive:
    """void-mklive, which makes the ISO."""

    source: rules.FlakeReference = field(
        default="github:void-linux/void-mklive", metadata={"help": "where mklive comes from"}
    )
    squashfs: Squashfs = field(
        factory=Squashfs, metadata={"help": "compression of the root filesystem"}
    )
    initramfs: Initramfs = field(default="xz", metadata={"help": "compressor of the initramfs"})


@frozen
class Container:
    """Where mklive runs."""

    engine: Engine = field(default="auto", metadata={"help": "container engine"})
    image: rules.ContainerImage = field(
        default="flake", metadata={"help": "built by the flake, or an image by its digest"}
    )
    arguments: tuple[rules.EngineArgument, ...] = field(
        default=(), metadata={"help": "more arguments of the engine's run, one an element"}
    )


@frozen
class Cache:
    """Nix stores that have what the image is made of; `voidgen push` fills one."""

    stores: tuple[rules.Store, ...] = field(
        default=(), metadata={"help": "substituters of Nix, asked beside its own"}
    )
    keys: tuple[rules.PublicKey, ...] = field(
        default=(), metadata={"help": "public keys that sign what the stores have"}
    )


@frozen
class Release:
    """Who signs ISOs that are given away, and what they are made from."""

    signers: tuple[rules.Signer, ...] = field(
        default=(), metadata={"help": "public SSH keys that `voidgen verify` trusts"}
    )
    source: rules.GitUrl | None = field(
        default=None,
        metadata={
            "help": "URL of the project's git repository, if it is not that of its git remote"
        },
    )


@frozen
class Flake:
    """The emitted flake."""

    extra: rules.ProjectFile | None = field(
        default=None, metadata={"help": "Nix file whose outputs are merged into the flake's"}
    )


@frozen
class Config:
    """The whole of voidgen.toml."""

    image: Image = field(metadata={"help": Image.__doc__})
    nix: Nix = field(factory=Nix, metadata={"help": Nix.__doc__})
    xbps: Xbps = field(factory=Xbps, metadata={"help": Xbps.__doc__})
    overlay: Overlay = field(factory=Overlay, metadata={"help": Overlay.__doc__})
    mklive: Mklive | None = field(default=None, metadata={"help": Mklive.__doc__})
    container: Container = field(factory=Container, metadata={"help": Container.__doc__})
    cache: Cache = field(factory=Cache, metadata={"help": Cache.__doc__})
    release: Release = field(factory=Release, metadata={"help": Release.__doc__})
    flake: Flake = field(factory=Flake, metadata={"help": Flake.__doc__})
