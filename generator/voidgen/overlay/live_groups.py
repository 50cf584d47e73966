"""The live user's groups: `[image] groups` of voidgen.toml, in place of mklive's. Pure."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from voidgen.config import accounts
from voidgen.errors import Fault, did_you_mean
from voidgen.overlay.paths import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from voidgen.config.image import ImageConfig
    from voidgen.config.types import Config

PART = "/etc/runit/live-setup.d/11-groups"
"""A part of the module runit-live. It runs after the one of live-user."""
MODULE, OPTION = "live-user", "groups"

_SCRIPT = """\
#!/bin/sh
# Puts the live user into the groups of [image] groups, and into no others. mklive's initramfs has
# put it into audio, video and wheel (void-mklive, dracut/vmklive/adduser.sh).
set -eu

# On later boots with kept changes, the user may have changed them.
[ -z "${LIVE_AGAIN-}" ] || exit 0

set --%s
status=0
groups=
for group; do
	if getent group "$group" > /dev/null; then
		groups=$groups${groups:+,}$group
	else
		echo "there is no group $group" >&2
		status=1
	fi
done
usermod -G "$groups" "$LIVE_USER"
exit "$status"
"""


def entries(image: ImageConfig, file: Path) -> Iterator[Entry]:
    """Yield the script that sets the groups at boot; ``file`` is voidgen.toml."""
    if image.groups is not None:
        script = _SCRIPT % "".join(f" {shlex.quote(one)}" for one in image.groups)
        yield Entry(PART, "", file, ("image", "groups"), content=script.encode())


def clashes(config: Config, file: Path) -> Iterator[Fault]:
    """Yield a fault if an option in ``file``, voidgen.toml, names groups, too."""
    options = config.overlay.options.get(MODULE, {})
    if config.image.groups is not None and OPTION in options:
        yield Fault(
            "[image] groups has all groups of the live user, so this option has no effect",
            file,
            ("overlay", "options", MODULE, OPTION),
            remedy="remove it here, and write its groups in [image] groups",
        )


def missing(
    image: ImageConfig, declared: Collection[str], packages: Collection[str] | None, file: Path
) -> Iterator[Fault]:
    """Yield a warning for each group that nothing in the image makes, as far as voidgen knows.

    ``declared`` are the users of the modules, ``packages`` the image's locked packages, or None.
    A package of another repository, or a hook, may make a group that the table does not have.
    """
    table = accounts.tables()["groups"]
    for index, group in enumerate(image.groups or ()):
        if group in declared:
            continue
        fault = _fault(group, table, declared, packages)
        if fault:
            what, remedy = fault
            yield Fault(what, file, ("image", "groups", index), remedy=remedy)


def _fault(
    group: str,
    table: Mapping[str, Collection[str]],
    declared: Collection[str],
    packages: Collection[str] | None,
) -> tuple[str, str] | None:
    makers = table.get(group, ())
    if not makers:
        what = f"as far as voidgen knows, nothing in the image makes the group {group!r}"
        return what, did_you_mean(group, {*table, *declared}) or (
            f"declare it in a module, as [users.{group}], unless a package of another repository "
            "or the hook makes it"
        )
    if packages is None or accounts.BASE in makers or not set(makers).isdisjoint(packages):
        return None
    what = f"no locked package makes the group {group!r}"
    return what, f"add to [xbps] packages: {' or '.join(makers)}"
