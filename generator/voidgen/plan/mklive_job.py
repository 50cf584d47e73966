"""The files of mklive's job that depend only on the plan. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.config import mklive_options
from voidgen.config.boot import Boot
from voidgen.config.mklive import ZSTD_LEVEL
from voidgen.overlay import enabled, live
from voidgen.plan import boot_menu as boot_menus
from voidgen.plan.job_format import HOME, REPOSITORY, SEPARATOR, lines
from voidgen.system import path_patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voidgen.config.mklive import Mklive, Squashfs
    from voidgen.overlay.resolution import Account
    from voidgen.plan.documents import Entry
    from voidgen.plan.plan import Plan

MEMORY = "512M"
"""Memory for mksquashfs's queues; the default is a quarter of all memory (mksquashfs(1), -mem)."""


def emitted(plan: Plan, mklive: Mklive, entries: Iterable[Entry]) -> dict[str, bytes]:
    """Return the files by name; ``entries`` is the overlay of the plan's document.

    `iso/job.py` makes the other files of the job.
    """
    variables = environment(plan.config.image.arch)
    return {
        "options": lines(options(plan, mklive)),
        "squashfs": lines(squashfs(mklive.squashfs)),
        "overlay": lines(overlay(entries)),
        "disabled": lines(enabled.link(name) for name in plan.resolution.disabled),
        "users": lines(users(plan.resolution.users)),
        "environment": lines(f"{name}={value}" for name, value in variables.items()),
        **boot_menu(plan),
        **_label(plan),
        **_shells(plan),
        **_hook(plan),
        **_removed(plan.config.image.remove_files),
    }


def _label(plan: Plan) -> dict[str, bytes]:
    """Return the ISO's label for hooks.bash and scripts/volume-label.sh; none if it is mklive's."""
    label = plan.config.image.volume_label
    return {"volume-label": lines([label])} if label else {}


def _shells(plan: Plan) -> dict[str, bytes]:
    """Return the login shells, and root's own, for scripts/shells.sh; nothing without shells."""
    image = plan.config.image
    named = sorted({one for one in (image.root_shell, image.user_shell) if one})
    of_root = {"root-shell": lines([image.root_shell])} if image.root_shell else {}
    return {"shells": lines(named), **of_root} if named else {}


def _hook(plan: Plan) -> dict[str, bytes]:
    """Return the script that scripts/post-install.sh runs, and its name for messages."""
    hook = plan.config.hooks and plan.config.hooks.post_install
    if not hook:
        return {}
    return {"post-install": plan.named_files[hook], "post-install.name": lines([hook])}


def _removed(patterns: Sequence[str]) -> dict[str, bytes]:
    """Return the patterns, each with its regular expression, for scripts/remove-files.sh."""
    rows = (SEPARATOR.join((one, path_patterns.regex(one))) for one in patterns)
    return {"remove-files": lines(rows)} if patterns else {}


def boot_menu(plan: Plan) -> dict[str, bytes]:
    """Return the files of the boot menu; none if it is mklive's."""
    boot = plan.config.boot
    options = {one.module.name: one.options for one in plan.resolution.modules}
    label = live.persistence_label(options)
    if boot is None and not label:
        return {}
    return boot_menus.emitted(boot or Boot(), plan.named_files, label)


def environment(arch: str) -> dict[str, str]:
    """Return the environment of mklive and its tools, without the source date."""
    return {
        "DRACUT_NO_MKNOD": "1",
        "HOME": "/root",
        "LC_ALL": "C",
        "MKLIVE_REV": "",
        "ROOTDIR": "/build",
        "TZ": "UTC",
        "XBPS_ARCH": mklive_options.host_arch(arch),
        "XBPS_INSTALL_CMD": f"{HOME}/xbps-install.sh",
    }


def options(plan: Plan, mklive: Mklive) -> list[str]:
    """Return mklive.sh's options (its -h), except those that name files of the container."""
    image, root = plan.config.image, plan.root
    packages = tuple(asked.name for asked in plan.resolution.xbps)
    return [
        *mklive_options.options(image.arch, packages, (REPOSITORY,)),
        *mklive_options.of_root(root.kernel, root.base, root.ignore, root.platforms),
        *("-k", image.console().name),
        *("-l", image.locale),
        *("-T", image.title),
        *("-C", " ".join(plan.cmdline)),
        *("-i", mklive.initramfs),
        *("-s", mklive.squashfs.compression),
    ]


def squashfs(config: Squashfs) -> list[str]:
    """Return mksquashfs(1)'s options for the settings in voidgen.toml."""
    chosen = config.level or (ZSTD_LEVEL if config.compression == "zstd" else None)
    level = ["-Xcompression-level", str(chosen)] if chosen else []
    block = ["-b", f"{config.block_size}K"]
    return ["-comp", config.compression, *level, *block, "-mem", MEMORY]


def overlay(entries: Iterable[Entry]) -> list[str]:
    """Return a line for each entry of the manifest: type, mode, owner, group, path.

    A directory that Nix fills is a ``tree``.
    """
    return [
        SEPARATOR.join((_type(one), one.mode or "", one.owner or "", one.group or "", one.path))
        for one in entries
    ]


def _type(entry: Entry) -> str:
    return "tree" if entry.type == "directory" and entry.made_by else entry.type


def users(accounts: Iterable[Account]) -> list[str]:
    """Return a line for each system user: name, number, home, shell, groups, description."""
    return [
        SEPARATOR.join(
            (
                one.name,
                "" if one.uid is None else str(one.uid),
                one.home,
                one.shell,
                ",".join(one.groups),
                one.description,
            )
        )
        for one in accounts
    ]
