"""Rules for the strings of voidgen.toml and module.toml, with remedies for common mistakes."""

from __future__ import annotations

from typing import Annotated

from voidgen.schema.rule import Rule
from voidgen.system.credentials import REGISTRY
from voidgen.tree import PROFILE

IMAGE_NAME = Rule(
    "a file name of letters, digits and . _ + - (it names the ISO and store paths)",
    r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}",
)

# mklive writes the title and the command line by `sed s|…|`, and boot loaders quote them.
TITLE = Rule(
    "one line of text without | & \\ \" ' ` $ (mklive passes it through sed and boot menus)",
    r"[^\x00-\x1f\x7f|&\\\x22'`$]{1,80}",
)
CMDLINE = Rule(
    "one kernel parameter, without spaces and without | & \\ \" ' ` $ "
    "(mklive passes it through sed and boot menus)",
    r"[^\s\x00-\x1f\x7f|&\\\x22'`$]+",
    ((r"\s", "write each parameter as a separate element of the list"),),
)

KEYMAP = Rule(
    'a keymap in vconsole form, like "us" or "ch-fr_nodeadkeys"',
    r"[A-Za-z0-9][A-Za-z0-9._-]*",
    ((r"\+", "this is the XKB form; in the vconsole form, write - instead of the first +"),),
)
XKB = Rule(
    'XKB layouts, like "ch+fr_nodeadkeys" or "ru,us"',
    r"[A-Za-z0-9_]+(?:\+[A-Za-z0-9_-]+)?(?:,[A-Za-z0-9_]+(?:\+[A-Za-z0-9_-]+)?)*",
    ((r"^[A-Za-z0-9_]+-", "this is the vconsole form; write + instead of the first -"),),
)
XKB_OPTION = Rule(
    'an XKB option, like "grp:alt_shift_toggle" or "ctrl:nocaps"',
    r"[a-z0-9_]+:[A-Za-z0-9_+-]+",
    ((",", "write each option as a separate element of the list"),),
)
LOCALE = Rule(
    'a UTF-8 locale, like "en_US.UTF-8"',
    r"(?:[a-z]{2,3}_[A-Z]{2}|C)\.UTF-8(?:@[a-z]+)?",
    ((r"^[a-z]{2,3}_[A-Z]{2}$", "append .UTF-8"), (r"(?i)utf-?8$", "write the ending as .UTF-8")),
)
BYTE_SIZE = Rule(
    'a size like "4 GiB", "700 MiB" or "4.7 GB"',
    r"(?=[0-9.]*[1-9])[0-9]{1,9}(?:\.[0-9]{1,9})? ?(?:[KMGT]i|[kMGT])B",
    (
        (r"^[0-9.]+$", "append the unit, like MiB or MB"),
        (r"^[0-9.]+ ?[KMGTkmgt]$", "write GiB (1024 to the power of 3) or GB (1000)"),
        (
            r"^[0-9.]+ ?(?i:[kmgt]i?b)$",
            "use one of the units KiB, MiB, GiB, TiB, kB, MB, GB, TB",
        ),
        (r"^[0-9]+,[0-9]+", "write . instead of ,"),
    ),
)
USER = Rule(
    "a login name: a lowercase letter or _, then at most 31 lowercase letters, digits, _ or -",
    r"(?!root$)[a-z_][a-z0-9_-]{0,31}",
    ((r"^root$", "choose another name: the live user is an ordinary user beside root"),),
)

SYSTEM_USER = Rule(
    "a system user's name: a lowercase letter or _, then at most 30 lowercase letters, digits, "
    "_ or -",
    r"[a-z_][a-z0-9_-]{0,30}",
)
GROUP = Rule("a group's name: lowercase letters, digits, _ and -", r"[a-z_][a-z0-9_-]{0,30}")
DESCRIPTION = Rule("one line of text without :", r"[^\x00-\x1f\x7f:]+")

ATTRIBUTE = r"(?:[A-Za-z0-9_][A-Za-z0-9_'+-]*|\x22[^\x22\\$^\s]+\x22)"
NIX_PACKAGE = Rule(
    'an attribute path of the package set, like "hello", "kdePackages.kate" or "openssl^dev"',
    rf"{ATTRIBUTE}(?:\.{ATTRIBUTE})*(?:\^(?:\*|[a-z][A-Za-z0-9_-]*(?:,[a-z][A-Za-z0-9_-]*)*))?",
    (
        (r"^nixpkgs[^#]*#", "write only the part after the #"),
        (r"#", "make the flake a package set, [nix.sets.NAME], and write NAME.PACKAGE"),
    ),
)
NIX_NAME = Rule(
    "a package's name, as lib.getName of nixpkgs returns it",
    r"[A-Za-z0-9+._?=-]+",
)
NIX_VERSION = Rule(
    'a package\'s name and version, like "openssl-1.1.1w"',
    r"[A-Za-z0-9+._?=-]+-[0-9A-Za-z][A-Za-z0-9+._?=-]*",
    ((r"^[A-Za-z0-9+._?=]+$", "append the version: you accept only this one"),),
)
_REGISTRY_NAME = (
    r"^[A-Za-z0-9_/-]+$",
    "write the flake reference that this name of the flake registry stands for",
)
NIXPKGS = Rule(
    'a flake reference like "github:NixOS/nixpkgs/nixos-unstable", '
    'or a folder of the project like "./packages"',
    r"(?!path:)[a-z][a-z0-9+.-]*:[^\s\x22\\$]+|\.(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._+-]+)+",
    (
        (r"^path:", "write a folder of the project as ./folder"),
        (r"^/", "use a folder inside the project, and write it as ./folder"),
        (r"(?:^|/)\.\.(?:/|$)", "use a folder inside the project"),
        _REGISTRY_NAME,
    ),
)
FLAKE = Rule(
    'a flake reference, like "github:void-linux/void-mklive"',
    r"[a-z][a-z0-9+.-]*:[^\s\x22\\$]+",
)
_FOLDER_FLAKE = (
    "Nix locks a flake in a folder differently in each release: write its repository's URL, or "
    "import its packages in an overlay ([nix] overlays)"
)
PACKAGES_FLAKE = Rule(
    'a flake reference, like "github:nix-community/home-manager"',
    r"(?!path:)[a-z][a-z0-9+.-]*:[^\s\x22\\$#]+",
    (
        (r"#", "write what follows the # as a package of the set: NAME.PACKAGE"),
        (r"^(?:path:|[./~])", _FOLDER_FLAKE),
        _REGISTRY_NAME,
    ),
)
STATE_DIR = Rule(
    "an absolute folder, like \x22/var/nix\x22", r"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._+-]+)+"
)
PROJECT_FILE = Rule(
    'a path inside the project, like "nix/extra.nix"',
    r"(?:\./)?(?!\.\.?(?:/|$))[A-Za-z0-9._+-]+(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._+-]+)*",
)

FINGERPRINT = r"[0-9a-f]{2}(?::[0-9a-f]{2}){15}"
KEY_FILE = Rule(
    'a key file inside the project, named after its fingerprint, like "keys/60:ae:….plist"',
    rf"(?:\./)?(?:(?!\.\.?/)[A-Za-z0-9._+-]+/)*{FINGERPRINT}\.plist",
    ((r"/var/db/xbps/keys/", "copy it into the project"),),
)

REPOSITORY = Rule(
    "a URL (http, https) or an absolute folder, without spaces",
    r"https?://[^\s\x00-\x1f\x7f|\x22'\\$`]+|/[^\s\x00-\x1f\x7f|\x22'\\$`]*",
)
XBPS_REPOSITORY = Rule(
    "a URL (http, https) or an absolute folder, without spaces, or one of Void's repositories: "
    '"void:", "void:nonfree"',
    rf"void:(?:[a-z0-9]+(?:/[a-z0-9]+)*)?|{REPOSITORY.pattern}",
)
XBPS_PACKAGE = Rule("the name of an xbps package", r"[A-Za-z0-9][A-Za-z0-9._+-]*")
KERNEL = Rule(
    'a kernel package that mklive takes: "linux", "linux-lts", "linux-mainline", "linux-asahi", or '
    'a series, like "linux6.12"',
    r"linux(?:[1-9][0-9]*\.[0-9]+|-lts|-mainline|-asahi)?",
    (
        (r"^v?[0-9]+\.[0-9]+", "write linux and the series, like linux6.12"),
        (
            r"^linux[0-9]+\.[0-9]+\.[0-9]",
            "write only the series, like linux6.12: voidgen.lock has the version",
        ),
    ),
)
PLATFORM = Rule('a platform of mklive, like "pinebookpro" or "x13s"', r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_LOGIN = r":[^@]*@(?!sha\d)"
CONTAINER_IMAGE = Rule(
    '"flake", or an image with its digest: name@sha256:… (64 hexadecimal digits)',
    r"flake|[a-z0-9][a-z0-9._/:-]*@sha256:[0-9a-f]{64}",
    (
        (_LOGIN, REGISTRY),
        (r"^[^@]*(?::[^@/]*)?$", "use the image's digest: a tag can change at any time"),
        (r"@sha256:", "write the digest as 64 hexadecimal digits in lowercase"),
    ),
    _LOGIN,
)

STORE = Rule(
    'a Nix store, like "https://cache.example.org", "s3://bucket" or "ssh-ng://host"',
    r"[a-z][a-z0-9+.-]*://[^\s\x00-\x1f\x7f\x22\\$]+",
)
_NOT_PUBLIC = r"[A-Za-z0-9+/]{60}|PRIVATE KEY"
"""Nix's secret key has 64 bytes, in base64; its public key has 32."""
PUBLIC_KEY = Rule(
    "a public key as `nix key convert-secret-to-public` prints it: name:…",
    r"[A-Za-z0-9._@+-]+:[A-Za-z0-9+/]{43}=",
    (
        (
            _NOT_PUBLIC,
            "keep secret keys out of the project: make another key, and write its public key here",
        ),
    ),
    _NOT_PUBLIC,
)
# A public key begins with its type's length, which is small (RFC 4253, 6.6; RFC 4251, 5): AAAA in
# base64. OpenSSH's private keys begin with b3BlbnNzaC1rZXktdjE ("openssh-key-v1").
_PUBLIC_SSH = r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/]*={0,2}(?![^ ])"
_PRIVATE_SSH = rf"PRIVATE KEY|b3BlbnNzaC1rZXkt|^(?!{_PUBLIC_SSH}).*[A-Za-z0-9+/=]{{40}}"
SIGNER = Rule(
    'a public SSH key, as in KEY.pub: "ssh-ed25519 AAAA…"',
    rf"(?!.*b3BlbnNzaC1rZXkt){_PUBLIC_SSH}(?: [^\x00-\x1f\x7f]*)?",
    (
        (
            _PRIVATE_SSH,
            "keep private keys out of the project: make another key, and write its KEY.pub here",
        ),
    ),
    _PRIVATE_SSH,
)

_HOST = r"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?"
_GIT_PATH = r"(?:/[A-Za-z0-9._~%!$&'()*+,;=:-]+)+/?"
GIT_URL = Rule(
    "the URL of a git repository (https, ssh, git, file), without a password",
    rf"(?:https|git)://{_HOST}{_GIT_PATH}"
    rf"|ssh://(?:[A-Za-z0-9._][A-Za-z0-9._-]*@)?{_HOST}{_GIT_PATH}"
    rf"|file://{_GIT_PATH}",
    (
        (r"^[^/]*@[^/]*:(?!//)", "write user@host:path as ssh://user@host/path"),
        (r"://[^/]*@", "remove the user and password: everyone can see this URL"),
        (r"^git\+", "remove git+"),
    ),
)

ENGINE_ARGUMENT = Rule(
    'an option for the engine\'s run command, like "--ulimit=nofile=1024:1024"',
    r"-[^\x00-\x1f\x7f]+",
    ((r"^[^-]", "write an option and its value as one element: --option=value"),),
)

MODULE_NAME = Rule("a module's name: lowercase letters, digits and -", r"[a-z][a-z0-9-]*")
OPTION_NAME = Rule("an option's name: lowercase letters, digits and -", r"[a-z][a-z0-9-]*")
SERVICE = Rule("a service's name, as in /etc/sv", r"[A-Za-z0-9_][A-Za-z0-9._+@-]*")
ONE_LINE = Rule("one line of text", r"[^\x00-\x1f\x7f]+")
MODE = Rule('an octal mode, like "0644" or "4755"', r"[0-7]{3,4}")
OWNER = Rule('an owner, like "root:root"', r"[a-z_0-9][a-z0-9_-]*:[a-z_0-9][a-z0-9_-]*")
IMAGE_PATH = Rule(
    'an absolute path of the image, like "/etc/motd"',
    r"(?:/(?!\.\.?(?:/|$))[^/\x00-\x1f\x7f]+)+",
    (
        (r"^[^/]", "begin the path with /"),
        (r"/\.\.?(?:/|$)", "write the path without . and .."),
        (r".//|/$", "write one / between two names, and none at the end"),
        (r"[\x00-\x1f\x7f]", "remove the control characters from the path"),
    ),
)
PROVIDED = Rule(
    "a service's name, or an absolute path of the image",
    rf"{SERVICE.pattern}|{IMAGE_PATH.pattern}",
)
NAMED = Rule(
    "an absolute path of the image with one @, which the option's value replaces",
    r"(?:/(?!\.\.?(?:/|$))[^/@\x00-\x1f\x7f]+)*/[^/@\x00-\x1f\x7f]*@[^@\x00-\x1f\x7f]*|@",
)
LINK_TARGET = Rule(
    f"a path, or one in the baked profile: {PROFILE}/…",
    rf"(?!@)[^\x00-\x1f\x7f]+|{PROFILE}(?:/[^\x00-\x1f\x7f]+)?",
)

ImageName = Annotated[str, IMAGE_NAME]
Title = Annotated[str, TITLE]
Parameter = Annotated[str, CMDLINE]
Keymap = Annotated[str, KEYMAP]
Xkb = Annotated[str, XKB]
XkbOption = Annotated[str, XKB_OPTION]
Locale = Annotated[str, LOCALE]
ByteSize = Annotated[str, BYTE_SIZE]
User = Annotated[str, USER]
SystemUser = Annotated[str, SYSTEM_USER]
Group = Annotated[str, GROUP]
Description = Annotated[str, DESCRIPTION]
NixPackage = Annotated[str, NIX_PACKAGE]
NixName = Annotated[str, NIX_NAME]
NixVersion = Annotated[str, NIX_VERSION]
Nixpkgs = Annotated[str, NIXPKGS]
PackagesFlake = Annotated[str, PACKAGES_FLAKE]
FlakeReference = Annotated[str, FLAKE]
StateDir = Annotated[str, STATE_DIR]
ProjectFile = Annotated[str, PROJECT_FILE]
KeyFile = Annotated[str, KEY_FILE]
Repository = Annotated[str, REPOSITORY]
XbpsRepository = Annotated[str, XBPS_REPOSITORY]
XbpsPackage = Annotated[str, XBPS_PACKAGE]
Kernel = Annotated[str, KERNEL]
Platform = Annotated[str, PLATFORM]
ContainerImage = Annotated[str, CONTAINER_IMAGE]
Store = Annotated[str, STORE]
PublicKey = Annotated[str, PUBLIC_KEY]
Signer = Annotated[str, SIGNER]
GitUrl = Annotated[str, GIT_URL]
EngineArgument = Annotated[str, ENGINE_ARGUMENT]
ModuleName = Annotated[str, MODULE_NAME]
OptionName = Annotated[str, OPTION_NAME]
Service = Annotated[str, SERVICE]
Provided = Annotated[str, PROVIDED]
Named = Annotated[str, NAMED]
OneLine = Annotated[str, ONE_LINE]
Mode = Annotated[str, MODE]
Owner = Annotated[str, OWNER]
ImagePath = Annotated[str, IMAGE_PATH]
LinkTarget = Annotated[str, LINK_TARGET]
