"""The types of voidgen.toml; documentation and schema keep the order of the fields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import evolve, field, frozen

from voidgen.config import kernel_parameters, live_user, rules
from voidgen.config.architectures import Arch
from voidgen.config.keymap import (
    Console,
    UnknownLayoutError,
    Xkb,
    console_keymap,
    hint_for_unknown_option,
    layouts_of_keymap,
    layouts_of_sources,
)
from voidgen.schema.rule import MisfitError
from voidgen.schema.structure import OptionValue
from voidgen.text import parse_size

Compression = Literal["zstd", "xz", "gzip", "lz4"]
Initramfs = Literal["xz", "gzip", "lz4", "bzip2", "zstd"]
Engine = Literal["auto", "podman", "docker", "nix"]
BlockSize = Literal[4, 8, 16, 32, 64, 128, 256, 512, 1024]

LEVELS: Mapping[str, tuple[int, int]] = MappingProxyType({"zstd": (1, 22), "gzip": (1, 9)})
"""Compressions of mksquashfs that have levels, with the lowest and the highest (mksquashfs(1))."""
ZSTD_LEVEL = 9
"""mksquashfs's default, 15, takes four times as long for half a percent less (bench/iso.py)."""


@frozen
class ImageConfig:
    """The image as a whole."""

    name: rules.ImageName = field(metadata={"help": "names the ISO file and its volume"})
    title: rules.Title = field(default="Void Linux", metadata={"help": "shown in boot menus"})
    arch: Arch = field(default="x86_64", metadata={"help": "architecture, in XBPS's names"})
    keymap: rules.Keymap | None = field(
        default=None,
        metadata={
            "help": "console keymap: one of kbd's, or layout-variant, which voidgen makes from "
            "XKB; the default is the layouts of xkb, or else US"
        },
    )
    xkb: rules.Xkb | None = field(
        default=None,
        metadata={
            "help": "keyboard of X and desktops: layout+variant, or several with commas; "
            "the default is the layout of keymap"
        },
    )
    xkb_options: tuple[rules.XkbOption, ...] | None = field(
        default=None,
        metadata={
            "help": "XKB options, also for a console keymap that voidgen makes; the default for "
            'several layouts is "grp:shifts_toggle": both Shift keys switch between them'
        },
    )
    locale: rules.Locale = field(default="en_US.UTF-8", metadata={"help": "system locale"})
    user: rules.User = field(
        default="live",
        metadata={"help": "name of the live user; sets the kernel parameter live.user="},
    )
    cmdline: tuple[rules.Parameter, ...] = field(
        default=(), metadata={"help": "more kernel parameters, one in each element"}
    )
    max_size: rules.ByteSize | None = field(
        default=None,
        metadata={
            "help": 'maximum size of the ISO file, such as "4.7 GB"; `voidgen iso` fails if it is '
            "larger"
        },
    )

    def __attrs_post_init__(self) -> None:
        try:
            self.layouts()
        except UnknownLayoutError as error:
            if self.xkb:
                raise MisfitError(str(error), ("xkb",), remedy=error.near) from None
            remedy = f"{error.near} Or set its layout: xkb = 'layout+variant'".lstrip()
            raise MisfitError(str(error), ("keymap",), remedy=remedy) from None
        for index, option in enumerate(self.xkb_options or ()):
            if (near := hint_for_unknown_option(option)) is not None:
                what = f"xkeyboard-config has no option {option!r}"
                raise MisfitError(what, ("xkb-options", index), remedy=near)
        live_user.check_name(self.user)
        kernel_parameters.check(self.cmdline)

    def layouts(self) -> Xkb:
        """Return the XKB layouts of X and of desktops."""
        layouts = (
            layouts_of_sources(self.xkb) if self.xkb else layouts_of_keymap(self.keymap or "us")
        )
        if self.xkb_options is None:
            return layouts
        return evolve(layouts, options=self.xkb_options)

    def console(self) -> Console:
        """Return the keymap of the console."""
        return console_keymap(self.keymap, self.layouts())

    def limit(self) -> int | None:
        """Return the maximum size of the ISO in bytes; None if it has no limit."""
        return parse_size(self.max_size) if self.max_size else None


@frozen
class Nix:
    """The Nix package set, and the packages that the image has from it."""

    nixpkgs: rules.Nixpkgs = field(
        default="github:NixOS/nixpkgs/nixos-unstable",
        metadata={"help": "package set: a flake reference, or a folder of the project (./folder)"},
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
    state_dir: rules.StateDir = field(
        default="/var/nix",
        metadata={"help": "folder of the database and socket of the live system's Nix"},
    )


@frozen
class Xbps:
    """Void's packages and their repositories."""

    repositories: tuple[rules.XbpsRepository, ...] = field(
        default=("void:",),
        metadata={
            "help": "XBPS repositories; \"void:\" is Void's main repository for the image's "
            'architecture, "void:nonfree" the nonfree one'
        },
    )
    packages: tuple[rules.XbpsPackage, ...] = field(
        default=(), metadata={"help": "packages in the image, in addition to those of the modules"}
    )
    mirrors: tuple[rules.Repository, ...] = field(
        default=(),
        metadata={
            "help": "more places to download locked packages from, if the repositories no longer "
            "have them"
        },
    )
    keys: tuple[rules.KeyFile, ...] = field(
        default=(),
        metadata={"help": "XBPS's files of the public keys of repositories other than Void's"},
    )


@frozen
class Overlay:
    """The overlay modules and their options."""

    modules: tuple[rules.ModuleName, ...] = field(
        default=(),
        metadata={"help": "overlay modules; voidgen adds the modules that they require"},
    )
    without: tuple[rules.ModuleName, ...] = field(
        default=(),
        metadata={"help": "modules to leave out that others recommend but do not require"},
    )
    options: Mapping[rules.ModuleName, Mapping[rules.OptionName, OptionValue]] = field(
        factory=lambda: MappingProxyType({}),
        metadata={"help": "a table for each module, with values for its options"},
    )


@frozen
class Squashfs:
    """Compression of the root filesystem."""

    compression: Compression = field(default="zstd", metadata={"help": "compressor"})
    level: int | None = field(
        default=None,
        metadata={"help": "1-22 for zstd (default: 9), 1-9 for gzip"},
    )
    block_size: BlockSize = field(
        default=1024,
        metadata={"help": "KiB that are compressed together: larger blocks make a smaller ISO"},
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
        default="github:void-linux/void-mklive",
        metadata={"help": "flake reference of mklive's source"},
    )
    squashfs: Squashfs = field(
        factory=Squashfs, metadata={"help": "compression of the root filesystem"}
    )
    initramfs: Initramfs = field(default="xz", metadata={"help": "compressor of the initramfs"})


@frozen
class Container:
    """Where mklive runs: a container, or Nix's sandbox."""

    engine: Engine = field(
        default="auto",
        metadata={"help": "what runs mklive: a container engine, or Nix in its sandbox"},
    )
    image: rules.ContainerImage = field(
        default="flake",
        metadata={
            "help": '"flake" for the image that the flake builds, or an image with its digest'
        },
    )
    arguments: tuple[rules.EngineArgument, ...] = field(
        default=(),
        metadata={"help": "more options for the engine's run command, one in each element"},
    )


@frozen
class Cache:
    """Nix stores to download what the image is made of from; `voidgen push` fills one."""

    stores: tuple[rules.Store, ...] = field(
        default=(), metadata={"help": "substituters that Nix asks, in addition to its own"}
    )
    keys: tuple[rules.PublicKey, ...] = field(
        default=(), metadata={"help": "public keys that sign the paths of these stores"}
    )


@frozen
class Release:
    """Who signs released ISOs, and the repository that they are made from."""

    signers: tuple[rules.Signer, ...] = field(
        default=(), metadata={"help": "public SSH keys that `voidgen verify` trusts"}
    )
    source: rules.GitUrl | None = field(
        default=None,
        metadata={
            "help": "URL of the project's git repository; the default is that of its git remote"
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
    """All of voidgen.toml."""

    image: ImageConfig = field(metadata={"help": ImageConfig.__doc__})
    nix: Nix = field(factory=Nix, metadata={"help": Nix.__doc__})
    xbps: Xbps = field(factory=Xbps, metadata={"help": Xbps.__doc__})
    overlay: Overlay = field(factory=Overlay, metadata={"help": Overlay.__doc__})
    mklive: Mklive | None = field(default=None, metadata={"help": Mklive.__doc__})
    container: Container = field(factory=Container, metadata={"help": Container.__doc__})
    cache: Cache = field(factory=Cache, metadata={"help": Cache.__doc__})
    release: Release = field(factory=Release, metadata={"help": Release.__doc__})
    flake: Flake = field(factory=Flake, metadata={"help": Flake.__doc__})
