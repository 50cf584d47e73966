"""The types of voidgen.toml; documentation and schema keep the order of the fields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from voidgen.config import passwords, persistence, rules
from voidgen.config.boot import Boot
from voidgen.config.hooks import Hooks
from voidgen.config.image import ImageConfig
from voidgen.config.live import Live
from voidgen.config.mklive import Mklive
from voidgen.config.nix import Nix
from voidgen.config.services import Services
from voidgen.schema.rule import MisfitError
from voidgen.schema.structure import OptionValue

Engine = Literal["auto", "podman", "docker", "nix"]


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
    kernel: rules.Kernel = field(
        default="linux",
        metadata={
            "help": 'kernel that the image boots: a series, like "linux6.12", or one of "linux", '
            '"linux-lts", "linux-mainline"'
        },
    )
    base: rules.XbpsPackage = field(
        default="base-system",
        metadata={"help": 'package of the base system, like "base-container-full"'},
    )
    ignore: tuple[rules.XbpsPackage, ...] = field(
        default=(),
        metadata={"help": "packages that XBPS leaves out, though others depend on them"},
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
    services: Services = field(factory=Services, metadata={"help": Services.__doc__})
    live: Live = field(factory=Live, metadata={"help": Live.__doc__})
    boot: Boot | None = field(default=None, metadata={"help": Boot.__doc__})
    hooks: Hooks | None = field(default=None, metadata={"help": Hooks.__doc__})
    mklive: Mklive | None = field(default=None, metadata={"help": Mklive.__doc__})
    container: Container = field(factory=Container, metadata={"help": Container.__doc__})
    cache: Cache = field(factory=Cache, metadata={"help": Cache.__doc__})
    release: Release = field(factory=Release, metadata={"help": Release.__doc__})
    flake: Flake = field(factory=Flake, metadata={"help": Flake.__doc__})

    def __attrs_post_init__(self) -> None:
        for key, password in (
            ("password", self.live.password),
            ("root-password", self.live.root_password),
        ):
            try:
                passwords.check_for(self.image.arch, password or "")
            except MisfitError as error:
                raise MisfitError(error.what, ("live", key), error.remedy) from None
        default = self.boot.default if self.boot else ""
        image = self.image
        persistence.check(self.live.persistence, default, image.cmdline, image.volume_label)
