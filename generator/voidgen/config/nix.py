"""Which packages the image has from Nix: [nix] of voidgen.toml."""

from typing import Annotated

from attrs import field, frozen

from voidgen.config import rules
from voidgen.schema.rule import Rule

PLAIN_PATH = Rule(
    'an absolute path of letters, digits and . _ + -, like "/etc/ssl/certs/own.crt"',
    rules.STATE_DIR.pattern,
    ((r"^[^/]", "begin the path with /"),),
)
PlainPath = Annotated[str, PLAIN_PATH]


@frozen
class Nix:
    """The Nix package set, and the packages that the image has from it."""

    nixpkgs: rules.Nixpkgs = field(
        default="github:NixOS/nixpkgs/nixos-unstable",
        metadata={"help": "package set: a flake reference, or a folder of the project (./folder)"},
    )
    overlays: tuple[rules.ProjectFile, ...] = field(
        default=(),
        metadata={
            "help": "files of the project that add packages to the set and change its own, as "
            "overlays of nixpkgs"
        },
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
