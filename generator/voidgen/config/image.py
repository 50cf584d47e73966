"""The table [image] of voidgen.toml; documentation and schema keep the order of the fields."""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve, field, frozen

from voidgen.config import identity, kernel_parameters, live_user, removed_files, rules
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
from voidgen.system import iso_name
from voidgen.text import parse_size


@frozen
class ImageConfig:
    """The image as a whole."""

    name: rules.ImageName = field(metadata={"help": "names the ISO file"})
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
    platforms: tuple[rules.Platform, ...] = field(
        default=(),
        metadata={
            "help": "computers that get a boot menu and packages of mklive (aarch64 only): "
            '"pinebookpro", "x13s"'
        },
    )
    remove_files: tuple[removed_files.Pattern, ...] = field(
        default=(),
        metadata={
            "help": "patterns of files and folders to remove from the image, like "
            '"/usr/share/doc/*"; ** stands for any number of folders'
        },
    )

    hostname: identity.Hostname | None = field(
        default=None,
        metadata={
            "help": 'host name of the live system, also in /etc/hosts; the default is "void-live"'
        },
    )
    timezone: identity.Timezone | None = field(
        default=None,
        metadata={"help": 'time zone of the tz database, like "Europe/Zurich"; the default is UTC'},
    )
    root_shell: live_user.Shell | None = field(
        default=None,
        metadata={"help": 'root\'s login shell, like "/bin/zsh"; the default is "/bin/sh"'},
    )
    user_shell: live_user.Shell | None = field(
        default=None,
        metadata={
            "help": 'the live user\'s login shell; the default is "/bin/bash". Sets the kernel '
            "parameter live.shell="
        },
    )
    groups: tuple[rules.Group, ...] | None = field(
        default=None,
        metadata={
            "help": "all groups of the live user besides its own; the default is audio, video, "
            "wheel and those of the module live-user"
        },
    )
    version: identity.Version | None = field(
        default=None,
        metadata={"help": 'version of the image, like "1.2": IMAGE_VERSION in /etc/os-release'},
    )
    file_name: identity.FileName = field(
        default=iso_name.DEFAULT,
        metadata={
            "help": "name of the ISO file without .iso, with {name}, {version}, {arch} and {date}: "
            "the day of the newest locked input"
        },
    )
    volume_label: identity.VolumeLabel | None = field(
        default=None,
        metadata={
            "help": "label of the ISO's file system, by which the live system finds it; the "
            'default is "VOID_LIVE"'
        },
    )
    os_release: Mapping[identity.OsReleaseKey, identity.OsReleaseValue] = field(
        factory=lambda: MappingProxyType({}),
        metadata={"help": 'more lines of /etc/os-release, like { VARIANT = "Workshop" }'},
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
        live_user.check_groups(self.groups, self.user)
        live_user.check_shell(self.user_shell, self.cmdline)
        identity.check_timezone(self.timezone)
        identity.check_file_name(self.file_name, self.name, self.arch, self.version)
        identity.check_os_release(self.os_release)
        kernel_parameters.check(self.cmdline)
        if self.platforms and not self.arch.startswith("aarch64"):
            what = f"mklive has platforms only for aarch64, not for {self.arch}"
            raise MisfitError(what, ("platforms",), remedy="remove this key")
        removed_files.check(self.remove_files)

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

    def iso_stem(self, date: str) -> str:
        """Return the ISO's name without its ending; ``date`` is as `iso_name.date_of` has it."""
        return iso_name.stem(self.file_name, self.name, self.arch, self.version, date)

    def limit(self) -> int | None:
        """Return the maximum size of the ISO in bytes; None if it has no limit."""
        return parse_size(self.max_size) if self.max_size else None
