"""Cases of each rule about owners, readers and accounts: refused, warned of, and accepted."""

LIGHTDM = "/etc/lightdm/lightdm.conf"
DB = "/etc/dconf/db/local"
KEYFILE = f"{DB}.d/00-keys"
LOCK = f"{DB}.d/locks/keys"
COMPILED = f'[dconf]\n"{DB}" = "{DB}.d"\n'
PROFILE = {"/etc/dconf/profile/user": "user-db:user\nsystem-db:local\n"}
RUN = "#!/bin/sh\nexec sleep 9\n"
PART = "/etc/runit/live-setup.d/60-own"
RUNLEVEL = "/etc/runit/runsvdir/single"

Case = tuple[str, dict[str, str], str]
"""A rule, files of a module, and what its module.toml has beside the summary."""

REFUSED: list[Case] = [
    *(
        ("boot-overwrites", {path: "x\n"}, "")
        for path in (
            "/etc/default/live.conf",
            "/etc/hostname",
            "/etc/locale.conf",
            "/etc/polkit-1/rules.d/void-live.rules",
            "/etc/sddm.conf",
            "/etc/vconsole.conf",
        )
    ),
    ("boot-overwrites", {"/etc/rc.conf": '#KEYMAP="es"\nHOSTNAME="box"\n'}, ""),
    ("boot-overwrites", {"/etc/rc.conf": 'KEYMAP="de"\n'}, ""),
    ("boot-overwrites", {}, '[links]\n"/etc/locale.conf" = "other"\n'),
    ("boot-overwrites", {"/tmp/x": "x"}, ""),
    (
        "boot-overwrites",
        {"/etc/locale.conf": "LANG=de_DE.UTF-8\n", PART: "#!/bin/sh\necho /etc/locale.conf\n"},
        "",
    ),
    *(
        ("account-file", {path: "root:x:0:0::/root:/bin/sh\n"}, "")
        for path in ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid")
    ),
    ("home", {"/home/live/.bashrc": "x\n", "/home/live/.vimrc": "x\n"}, ""),
    ("home", {}, '[directories]\n"/home/live/Desktop" = {}\n'),
    ("unknown-owner", {"/opt/x": "x\n"}, '[files]\n"/opt/x" = { owner = "beacon:root" }\n'),
    ("unknown-owner", {"/opt/x": "x\n"}, '[files]\n"/opt/x" = { owner = "root:beacon" }\n'),
    ("unknown-owner", {}, '[directories]\n"/var/lib/x" = { owner = "live:root" }\n'),
    *(
        ("foreign-system", {path: "x\n"}, "")
        for path in (
            "/etc/locale.gen",
            "/etc/pacman.conf",
            "/etc/systemd/system/x.service",
            "/etc/timezone",
            "/etc/yum.conf",
            "/etc/systemd/logind.conf",
            "/usr/lib/systemd/user/x.service",
            "/etc/skel/.config/systemd/user/x.service",
            "/etc/tmpfiles.d/x.conf",
            "/usr/lib/sysusers.d/x.conf",
            "/etc/init.d/x",
            "/etc/netplan/50-x.yaml",
            "/etc/network/interfaces",
            "/etc/apt/sources.list.d/x.list",
            "/etc/modules",
            "/etc/default/keyboard",
        )
    ),
    *(
        ("ignored-name", {path: "x\n"}, "")
        for path in (
            "/etc/profile.d/aliases",
            "/etc/profile.d/x.bash",
            "/etc/modules-load.d/loop",
            "/etc/sysctl.d/90-x",
            "/etc/udev/rules.d/90-x.rule",
            "/etc/modprobe.d/blacklist",
            "/etc/X11/xorg.conf.d/10-x.cfg",
            "/etc/fonts/conf.d/hinting.conf",
            "/etc/fonts/conf.d/10-hinting",
            "/etc/dracut.conf.d/x",
            "/etc/xbps.d/00-mirror",
            "/etc/xdg/autostart/x.sh",
            "/etc/polkit-1/rules.d/10-x.conf",
        )
    ),
    *(
        ("litter", {path: "x\n"}, "")
        for path in (
            "/etc/motd~",
            "/etc/.motd.swp",
            "/opt/.DS_Store",
            "/opt/._x",
            "/etc/#motd#",
            "/opt/Thumbs.db",
        )
    ),
    ("litter", {}, '[links]\n"/etc/.#motd" = "me@host.42"\n'),
    ("line-ending", {"/etc/sv/x/run": RUN.replace("\n", "\r\n")}, 'services = ["x"]\n'),
    ("line-ending", {"/opt/x": "#!/usr/bin/env python3\r\nprint()\n"}, ""),
    ("line-ending", {"/etc/profile.d/x.sh": "export A=b\r\n"}, ""),
    *(
        ("script-mode", {path: "echo\n"}, "")
        for path in (
            "/etc/rc.shutdown",
            "/etc/zzz.d/suspend/10-x",
            "/etc/kernel.d/post-install/60-x",
            "/etc/NetworkManager/dispatcher.d/10-x",
            "/etc/NetworkManager/dispatcher.d/pre-up.d/10-x",
            "/etc/cron.daily/x",
        )
    ),
    ("stale-cache", {"/etc/default/libc-locales": "de_DE.UTF-8 UTF-8\n"}, ""),
    ("stale-cache", {"/usr/share/glib-2.0/schemas/90-x.gschema.override": "[a]\n"}, ""),
    ("stale-cache", {"/usr/share/mime/packages/x.xml": "<x/>"}, ""),
    ("stale-cache", {"/usr/share/ca-certificates/x.crt": "x\n"}, ""),
    ("stale-cache", {"/etc/udev/hwdb.d/90-x.hwdb": "x\n"}, ""),
    ("stale-cache", {"/etc/ld.so.conf.d/x.conf": "/opt/lib\n"}, ""),
    ("stale-cache", {"/usr/src/x-1/dkms.conf": "x\n"}, ""),
    ("machine-identity", {"/etc/machine-id": "0123456789abcdef0123456789abcdef\n"}, ""),
    ("machine-identity", {"/var/lib/random-seed": "x"}, ""),
    ("dconf-database", {KEYFILE: "[org/x]\na=1\n"}, ""),
    ("dconf-syntax", {KEYFILE: "[org.gnome.x]\na=1\n"} | PROFILE, COMPILED),
    ("dconf-syntax", {KEYFILE: "[/org/x]\na=1\n"} | PROFILE, COMPILED),
    ("dconf-syntax", {LOCK: "org/gnome/x/a\n"} | PROFILE, COMPILED),
    ("builder-path", {}, '[links]\n"/opt/x" = "/home/me/project/x"\n'),
    ("builder-path", {}, '[links]\n"/opt/x" = "../home/me/x"\n'),
    ("builder-path", {}, '[links]\n"/opt/x" = "/Users/me/x"\n'),
    ("builder-path", {}, '[links]\n"/opt/x" = "/nix/store/aaaa-x/bin/x"\n'),
]

WARNED: list[Case] = [
    (
        "boot-overwrites",
        {"/etc/resolv.conf": "nameserver 9.9.9.9\n", "/etc/sv/dhcpcd/run": RUN},
        'services = ["dhcpcd"]\n',
    ),
    ("home", {"/home/anon/.bashrc": "x\n"}, ""),
    ("foreign-system", {"/etc/cron.d/x": "x\n"}, ""),
    ("litter", {"/etc/motd.orig": "x\n"}, ""),
    ("litter", {"/opt/x/.gitkeep": ""}, ""),
    ("machine-identity", {"/etc/ssh/ssh_host_ed25519_key": "x"}, ""),
    ("stale-cache", {"/usr/share/icons/hicolor/48x48/apps/x.png": "x"}, ""),
    ("stale-cache", {"/usr/share/applications/x.desktop": "[Desktop Entry]\nMimeType=a/b;\n"}, ""),
    ("service-folder", {"/etc/sv/x/run": RUN}, ""),
    ("service-folder", {"/etc/sv/x/conf": "A=1\n"}, ""),
    ("service-link", {}, f'[links]\n"{RUNLEVEL}/x" = "../../../sv/x"\n'),
    ("service-link", {}, f'[links]\n"{RUNLEVEL}/x" = "/etc/sv//x/"\n'),
    ("service-link", {}, f'[links]\n"{RUNLEVEL}/x" = "/etc/sv/x"\n'),
    ("dconf-database", {KEYFILE: "[org/x]\na=1\n"}, COMPILED),
    ("autologin", {LIGHTDM: "[Seat:*]\n# autologin-user=\n"}, ""),
    ("autologin", {LIGHTDM: "[Seat:*]\n#autologin-user=\n"}, ""),
    ("autologin", {"/etc/sv/agetty-tty1/conf": 'GETTY_ARGS="--autologin live --noclear"\n'}, ""),
    ("autologin", {"/etc/sv/agetty-tty2/conf": 'GETTY_ARGS="--noclear -a live"\n'}, ""),
    ("autologin", {"/etc/gdm/custom.conf": "[daemon]\nAutomaticLogin=live\n"}, ""),
    ("autologin", {"/etc/greetd/config.toml": '[initial_session]\nuser = "live"\n'}, ""),
    ("autologin", {"/etc/lxdm/lxdm.conf": "[base]\nautologin=live\n"}, ""),
    ("autologin", {"/etc/sddm.conf.d/x.conf": "[Autologin]\nSession=lxqt\n"}, ""),
]

PASSES: list[tuple[dict[str, str], str]] = [
    # Another file in the same folder, and one that a part of live-setup writes after the hooks.
    ({"/etc/sudoers.d.d/x": "x"}, ""),
    ({"/etc/polkit-1/rules.d/10-own.rules": "x"}, ""),
    ({"/etc/hostname": "box\n", PART: "#!/bin/sh\nhostname -F /etc/hostname\n"}, ""),
    (
        {
            "/etc/locale.conf": "LC_TIME=C\nLANG=en_US.UTF-8\n",
            PART: "#!/bin/sh\n# /etc/locale.conf\n",
        },
        "",
    ),
    ({"/etc/rc.conf": "# Keys\n#KEYMAP=\nTIMEZONE=Europe/Zurich\n"}, ""),
    ({"/etc/rc.conf": "KEYMAP=us\n"}, ""),
    ({"/etc/resolv.conf": "nameserver 9.9.9.9\n", "/var/tmp/x": "x"}, ""),
    ({"/etc/fstab": "", "/tmp/x": "x"}, ""),
    ({"/etc/rc.conf": "#HOSTNAME=x\nFONT=lat9w-16\n"}, ""),
    # Owners made by packages, by the module or by nothing; numbers need no name.
    ({"/opt/x": "x"}, '[files]\n"/opt/x" = { owner = "root:audio" }\n'),
    ({"/opt/x": "x"}, '[files]\n"/opt/x" = { owner = "lightdm:lightdm" }\n'),
    ({"/opt/x": "x"}, '[files]\n"/opt/x" = { owner = "950:950" }\n'),
    ({"/opt/x": "x"}, '[files]\n"/opt/x" = { owner = "beacon:beacon" }\n[users.beacon]\n'),
    # Homes.
    ({"/etc/skel/.bashrc": "x"}, ""),
    ({"/root/.bashrc": "x"}, ""),
    (
        {"/home/live/x": "x"},
        (
            '[files]\n"/home/live/x" = { owner = "1000:1000" }\n'
            '[directories]\n"/home/live" = { owner = "1000:1000" }\n'
        ),
    ),
    (
        {"/home/kiosk/x": "x"},
        (
            '[files]\n"/home/kiosk/x" = { owner = "kiosk:kiosk" }\n'
            '[users.kiosk]\nhome = "/home/kiosk"\n'
        ),
    ),
    # Other systems' files where a package reads them.
    ({"/etc/network/interfaces": "x"}, '[packages]\nxbps = ["ifupdown"]\n'),
    ({"/etc/cron.d/x": "x"}, '[packages]\nxbps = ["cronie"]\n'),
    ({"/usr/lib/systemd/boot/efi/x": "x"}, ""),
    ({"/etc/elogind/logind.conf": "x"}, ""),
    ({"/etc/default/grub": "x"}, ""),
    # Names that programs read, and names that people give to disabled files.
    ({"/etc/profile.d/x.sh": "A=b\n", "/etc/profile.d/README": "x"}, ""),
    ({"/etc/profile.d/x.fish": "x", "/etc/profile.d/y.sh.disabled": "x"}, ""),
    ({"/etc/modules-load.d/x.conf": "x", "/etc/modules-load.d/sub/x": "x"}, ""),
    ({"/etc/fonts/conf.d/60-x.conf": "x"}, ""),
    ({"/etc/sysctl.conf": "x"}, ""),
    # No litter.
    ({"/opt/x#y": "x", "/opt/.hidden": "x", "/opt/x.keep": "x", "/opt/~x": "x"}, ""),
    # Line endings that do no harm.
    ({"/opt/x.bat": "echo\r\n", "/opt/x.py": "#!/usr/bin/python3\nprint()\r\n"}, ""),
    # Caches that are made again, or that do not matter.
    (
        {"/usr/share/mime/packages/x.xml": "<x/>", PART: "#!/bin/sh\nupdate-mime-database /x\n"},
        "",
    ),
    ({"/usr/share/icons/mine/index.theme": "x", "/usr/share/icons/mine/8x8/a.png": "x"}, ""),
    ({"/usr/local/share/icons/hicolor/8x8/a.png": "x"}, ""),
    ({"/usr/share/applications/x.desktop": "[Desktop Entry]\nName=x\n"}, ""),
    (
        {
            "/usr/share/applications/x.desktop": "[Desktop Entry]\nMimeType=a/b;\n",
            "/etc/xdg/mimeapps.list": "[Default Applications]\na/b=x.desktop\n",
        },
        "",
    ),
    ({"/usr/share/fonts/x.ttf": "x"}, ""),
    # Identity: an empty file is filled in.
    ({"/etc/machine-id": ""}, ""),
    ({"/etc/ssh/ssh_host_ed25519_key.pub": "x"}, ""),
    # Services.
    ({"/etc/sv/x/run": RUN}, 'services = ["x"]\n'),
    ({"/etc/sv/x/run": RUN, "/etc/sv/x/down": ""}, ""),
    ({"/etc/sv/x/run": RUN}, '[links]\n"/etc/runit/runsvdir/single/x" = "/etc/sv/x"\n'),
    ({"/etc/sv/x/conf": "A=1\n"}, '[packages]\nxbps = ["x"]\n'),
    ({"/etc/sv/agetty-tty1/conf": 'GETTY_ARGS="--noclear"\n'}, ""),
    ({"/etc/sv/agetty-tty1/run": RUN}, ""),
    # dconf.
    ({KEYFILE: "[org/x]\na=1\n", LOCK: "# Keys\n/org/x/a\n"} | PROFILE, COMPILED),
    ({KEYFILE: "[/]\na=1\n"} | PROFILE, COMPILED),
    ({KEYFILE: "[org/x/y:z.w]\na=1\n"} | PROFILE, COMPILED),
    ({KEYFILE: "[org/x]\na=1\n", PART: "#!/bin/sh\ndconf update\n"}, ""),
    ({KEYFILE: "[org/x]\na=1\n", PART: "#!/bin/sh\necho system-db:local > /x\n"}, COMPILED),
    # Links.
    ({}, '[links]\n"/opt/x" = "/home/live/x"\n"/opt/y" = "@profile@/bin/y"\n'),
    ({}, '[links]\n"/opt/x" = "../usr/share/x"\n"/opt/z" = "/mnt/x"\n'),
    # Display managers.
    ({"/etc/gdm/custom.conf": "[daemon]\n#AutomaticLogin=x\nWaylandEnable=false\n"}, ""),
    ({"/etc/sddm.conf.d/x.conf": "[Theme]\nCurrent=x\n"}, ""),
    ({"/etc/lxdm/lxdm.conf": "[base]\n# autologin=dgod\n"}, ""),
    ({LIGHTDM: "#autologin-user=\n", "/etc/lightdm/.session": "xfce\n"}, ""),
]
