"""Files that programs read through a cache, which mklive makes before it copies the overlay.

Packages' scripts make these caches: void-packages' xbps-triggers and INSTALL scripts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.lint.finding import Finding
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

AT_BOOT = "in a script of /etc/runit/live-setup.d"


@frozen
class Cache:
    """Files that have an effect only after ``program`` ran; ``remedy`` says what to do instead."""

    files: re.Pattern[str]
    program: str
    remedy: str = ""
    doubtful: bool = False


CACHES = (
    Cache(
        re.compile(r"/etc/default/libc-locales"),
        "xbps-reconfigure",
        "set image.locale in voidgen.toml, which mklive generates; for other locales, run "
        f"`xbps-reconfigure -f glibc-locales` {AT_BOOT}",
    ),
    Cache(
        re.compile(r"/usr/share/glib-2\.0/schemas/[^/]+\.(?:xml|gschema\.override)"),
        "glib-compile-schemas",
        "set values in a dconf database ([dconf] of module.toml); for a schema, run "
        f"`glib-compile-schemas /usr/share/glib-2.0/schemas` {AT_BOOT}",
    ),
    Cache(re.compile(r"/usr/share/mime/packages/[^/]+\.xml"), "update-mime-database"),
    Cache(
        re.compile(r"/usr(?:/local)?/share/ca-certificates/.+|/etc/ca-certificates\.conf"),
        "update-ca-certificates",
    ),
    Cache(re.compile(r"/(?:etc|usr/lib)/udev/hwdb\.d/[^/]+\.hwdb"), "udevadm hwdb"),
    Cache(re.compile(r"/etc/ld\.so\.conf(?:\.d/[^/]+\.conf)?"), "ldconfig"),
    Cache(re.compile(r"/usr/lib/gdk-pixbuf-2\.0/[^/]+/loaders/.+"), "gdk-pixbuf-query-loaders"),
    Cache(re.compile(r"/usr/lib/gio/modules/[^/]+\.so"), "gio-querymodules"),
    Cache(re.compile(r"/usr/src/[^/]+/dkms\.conf"), "dkms"),
    Cache(
        re.compile(r"/usr/share/icons/(?P<theme>[^/]+)/.+"),
        "gtk-update-icon-cache",
        "move it below /usr/local/share/icons, which has no cache",
        doubtful=True,
    ),
)
_TYPES = re.compile(rb"^MimeType=.", re.MULTILINE)
_APPLICATION = re.compile(r"/usr/share/applications/[^/]+\.desktop")
_LISTS = re.compile(r"/(?:[\w-]+-)?(?:mimeapps|defaults)\.list$")
_TOP = ("/etc/default/", "/etc/ca-", "/etc/ld.", "/etc/udev/", "/usr/")


def stale(image: LintedImage) -> Iterator[Finding]:
    """Find files that a cache lacks, unless a script of the overlay makes the cache again."""
    remade: dict[str, bool] = {}
    for path, node in image.nodes.items():
        if not isinstance(node, File) or not path.startswith(_TOP):
            continue
        for cache in CACHES:
            match = cache.files.fullmatch(path)
            if not match:
                continue
            if cache.program not in remade:
                remade[cache.program] = image.runs(cache.program)
            if remade[cache.program]:
                continue
            theme = match.groupdict().get("theme")
            if theme and f"/usr/share/icons/{theme}/index.theme" in image.nodes:
                continue  # The theme is the overlay's own, and has no cache.
            what = f"has no effect: packages run {cache.program} before mklive copies the overlay"
            remedy = cache.remedy or f"run {cache.program} {AT_BOOT}"
            yield Finding(path, what, remedy, doubtful=cache.doubtful)
    yield from _applications(image)


def _applications(image: LintedImage) -> Iterator[Finding]:
    found = [
        path
        for path, node in image.files("/usr/share/applications")
        if _APPLICATION.fullmatch(path) and _TYPES.search(node.data)
    ]
    if not found or image.runs("update-desktop-database"):
        return
    listed = b"".join(node.data for path, node in image.files("") if _LISTS.search(path))
    for path in found:
        if path.rpartition("/")[2].encode() not in listed:
            what = "its MimeType= has no effect: packages run update-desktop-database before "
            what += "mklive copies the overlay"
            remedy = "list it for each of its types in /etc/xdg/mimeapps.list"
            yield Finding(path, what, remedy, doubtful=True)
