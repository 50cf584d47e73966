"""Rules for the keys of [image] that name the image and its live system."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from voidgen.config import timezones
from voidgen.schema.rule import MisfitError, Rule, show
from voidgen.system import iso_name

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTNAME = Rule(
    "a host name: up to 63 letters, digits and -, with a letter, and no - at either end",
    r"(?!localhost$)(?![0-9-]+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    (
        (r"^localhost$", "choose another name: this one is the loopback's"),
        (r"\.", "write only the part before the first dot"),
        (r"_", "write - instead of _"),
    ),
)
"""A label of RFC 1123, 2.1. Programs may read a name of digits as an address."""
TIMEZONE = Rule(
    'a time zone of the tz database, like "Europe/Zurich" or "UTC"',
    r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z][A-Za-z0-9_+-]*){0,2}",
    ((r"^/", f"write the part after {timezones.FOLDER}/"), (r" ", "write _ instead of a space")),
)
_PLACEHOLDERS = ", ".join(f"{{{one}}}" for one in iso_name.PLACEHOLDERS)
_PLACEHOLDER = rf"\{{(?:{'|'.join(iso_name.PLACEHOLDERS)})\}}"
FILE_NAME = Rule(
    f"a file name without .iso: letters, digits and . _ + -, and {_PLACEHOLDERS}",
    rf"(?!.*\.iso$)(?:[A-Za-z0-9]|{_PLACEHOLDER})(?:[A-Za-z0-9._+-]|{_PLACEHOLDER})*",
    (
        (r"\.iso$", "remove .iso: voidgen adds it"),
        (r"/", "remove the folder: the ISO is in out/"),
        (r"[{}]", f"use only these placeholders: {_PLACEHOLDERS}"),
        (r"^[-.]", "begin with a letter or a digit"),
        (r" ", "write - instead of a space"),
    ),
)
VERSION = Rule(
    'a version of lowercase letters, digits and . _ -, like "1.2" or "2026-12"',
    r"[a-z0-9][a-z0-9._-]{0,63}",
    ((r"^[A-Z0-9._-]+$", "write it in lowercase"),),
)
"""The form of IMAGE_VERSION in os-release(5), which is also safe in a file name."""
VOLUME_LABEL = Rule(
    "a label of at most 32 letters, digits and . _ -, with a letter or a digit first",
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
    (
        (r"^[A-Za-z0-9][A-Za-z0-9._-]{32,}$", "shorten it: ISO 9660 has room for 32 characters"),
        (r"^[._-]", "begin with a letter or a digit"),
        (r" ", "write _ instead of a space"),
    ),
)
"""ISO 9660 has 32 bytes for it (ECMA-119, 8.4.9), and only uppercase letters, digits and _. Other
systems' images have more signs, and Linux takes them. Joliet's own label has 16 characters;
libblkid, which udev asks, then returns the longer one."""
OS_RELEASE_KEY = Rule(
    'a key of os-release(5), like "VARIANT": uppercase letters, digits and _',
    r"[A-Z][A-Z0-9_]*",
    ((r"[a-z]", "write it in uppercase"),),
)
OS_RELEASE_VALUE = Rule("one line of printable text", r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*")

Hostname = Annotated[str, HOSTNAME]
Timezone = Annotated[str, TIMEZONE]
FileName = Annotated[str, FILE_NAME]
Version = Annotated[str, VERSION]
VolumeLabel = Annotated[str, VOLUME_LABEL]
OsReleaseKey = Annotated[str, OS_RELEASE_KEY]
OsReleaseValue = Annotated[str, OS_RELEASE_VALUE]

LONGEST_FILE_NAME = 200
"""Bytes of a name without its ending: 255 (NAME_MAX) less the longest of the endings."""

_OF_VOID = "programs recognise Void Linux by it"
_NO_RELEASES = "Void has no releases, and programs take it for one of Void's"
OF_VOID: Mapping[str, str] = {
    "NAME": _OF_VOID,
    "ID": _OF_VOID,
    "ID_LIKE": _OF_VOID,
    "DISTRIB_ID": _OF_VOID,
    "VERSION": _NO_RELEASES,
    "VERSION_ID": _NO_RELEASES,
    "VERSION_CODENAME": _NO_RELEASES,
}
"""Keys of os-release that stay as they are in Void, each with the reason."""
_IDS = frozenset({"VARIANT_ID", "IMAGE_ID", "BUILD_ID"})
"""Keys whose values have the form of `VERSION` (os-release(5))."""


def check_timezone(name: str | None) -> None:
    """Raise `MisfitError` if the tz database has no zone ``name``."""
    near = timezones.hint_for_unknown_zone(name) if name else None
    if near is not None:
        raise MisfitError(f"the tz database has no zone {name!r}", ("timezone",), remedy=near)


def check_file_name(template: str, name: str, arch: str, version: str | None) -> None:
    """Raise `MisfitError` if the file name needs a version that there is not, or is too long."""
    if "{version}" in template and not version:
        what = "has {version}, but [image] has no version"
        raise MisfitError(what, ("file-name",), remedy='add a version, such as version = "1.0"')
    filled = iso_name.stem(template, name, arch, version, iso_name.date_of(0))
    if len(filled) > LONGEST_FILE_NAME:
        what = f"gives names of {len(filled)} bytes, but at most {LONGEST_FILE_NAME} can be used"
        raise MisfitError(what, ("file-name",), remedy="shorten it")


def check_os_release(lines: Mapping[str, str]) -> None:
    """Raise `MisfitError` for the first key or value that os-release of the image cannot have."""
    for key, value in lines.items():
        place = ("os-release", key)
        if key in OF_VOID:
            what = f"{key} cannot be changed: {OF_VOID[key]}"
            remedy = "name your image by VARIANT, IMAGE_ID, PRETTY_NAME and [image] version"
            raise MisfitError(what, place, remedy=remedy)
        if key == "IMAGE_VERSION":
            what = "IMAGE_VERSION is [image] version"
            raise MisfitError(what, place, remedy=f"remove it, and write version = {value!r}")
        if key in _IDS and not re.fullmatch(VERSION.pattern, value):
            what = f"expected lowercase letters, digits and . _ -, got {show(value)}"
            raise MisfitError(what, place, remedy="a name for people goes into VARIANT")
        if key.endswith("_URL") and not re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s\x22<>]+", value):
            what = f"expected a URL, got {show(value)}"
            raise MisfitError(what, place, remedy="begin it with https:// or mailto:")
