"""Each rule for strings accepts the right ones and refuses similar wrong ones."""

import pytest

from voidgen.config import rules
from voidgen.schema.rule import MisfitError, Rule

OPENSSH_PRIVATE = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
PRINT = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"

TABLE: dict[str, tuple[list[str], list[str]]] = {
    "IMAGE_NAME": (
        ["a", "void-live-stable", "Void_1.0+x", "9", "a" * 100],
        ["", ".a", "-a", "a b", "a/b", "..", "é", "a\n", "a" * 101, "$(x)"],
    ),
    "TITLE": (
        ["Void Linux", "é · ü", "a", "x" * 80, "1/2; #3 (4) {5}"],
        ["", "a|b", "a&b", "a\\b", 'a"b', "a'b", "a`b", "$b", "a\nb", "a\x7f", "x" * 81],
    ),
    "CMDLINE": (
        ["quiet", "console=ttyS0,115200", "a.b=c:d/e;f", "é"],
        ["", "a b", "a\tb", "a\u00a0b", "a|b", "a&b", "a'b", "$a", "a\\", "\x1b"],
    ),
    "KEYMAP": (["us", "ch-fr_nodeadkeys", "de-latin1", "jp106"], ["", "ch+fr", "-us", "us/x", "é"]),
    "XKB": (
        ["us", "ch+fr_nodeadkeys", "ru,us", "de+neo,us+intl-x", "in+x-y"],
        ["", "ch-fr", "us,", ",us", "us+", "us us", "us+a+b", "é", "us\n"],
    ),
    "XKB_OPTION": (
        ["grp:alt_shift_toggle", "ctrl:nocaps", "compose:102-altgr"],
        ["", "nocaps", "grp:a,ctrl:b", "grp:a b", "grp:", ":a", 'grp:"a"'],
    ),
    "LOCALE": (
        ["en_US.UTF-8", "C.UTF-8", "ast_ES.UTF-8", "ca_ES.UTF-8@valencia"],
        ["", "en_US", "en_US.utf8", "en_US.ISO-8859-1", "C", "POSIX", "EN_us.UTF-8"],
    ),
    "BYTE_SIZE": (
        ["4 GiB", "700MiB", "4.7 GB", "1 kB", "0.5 TiB", "10 TB"],
        [
            *("", "4", "4.7", "4 G", "700m", "4 gib", "4 gB", "4 KB", "4 kiB", "4,7 GB", "4  GB"),
            *("0 MiB", "0.0 MB", "-1 GB", "1e3 MB", ".5 GB", "5. GB", "4 GB\n", " 4 GB", "4 B"),
            *("1234567890 MB", "\u0664 GB"),
        ],
    ),
    "USER": (
        ["live", "_x", "a", "a-b_c9", "a" * 32, "rooted"],
        ["", "root", "Live", "9a", "-a", "a.b", "a b", "a" * 33, "é", "a\n"],
    ),
    "SYSTEM_USER": (
        ["beacon", "_x", "a-b_c9", "a" * 31, "root"],
        ["", "Beacon", "9a", "-a", "a.b", "a b", "a:b", "a" * 32, "é", "a\n"],
    ),
    "GROUP": (
        ["audio", "_x", "a-b_c9", "a" * 31],
        ["", "Audio", "9a", "-a", "a.b", "a,b", "a:b", "a" * 32, "é", "a\n"],
    ),
    "DESCRIPTION": (["a b", "é · (x)", "a, b"], ["", "a:b", "a\nb", "a\x7f"]),
    "NIX_PACKAGE": (
        [
            "hello",
            "kdePackages.kate",
            "openssl^dev",
            "git^out,man",
            "git^*",
            "_7zz",
            "a'",
            '"9p"',
            'x."a.b".c^dev',
            "python3Packages.foo-bar",
        ],
        [
            "",
            "a b",
            "a..b",
            ".a",
            "a.",
            "nixpkgs#a",
            "github:a/b#c",
            "a^",
            "a^,b",
            "a^b,",
            "a^B",
            '""',
            '"a',
            '"${x}"',
            '"a^b"',
            '"a b"',
            '"a\\n"',
            "a^*,b",
            "a\n",
        ],
    ),
    "NIX_NAME": (["vscode", "7zip", "a+b?c=d._-"], ["", "a b", "a/b", "é", "a\n"]),
    "PACKAGES_FLAKE": (
        ["github:nix-community/home-manager/release-25.05", "git+https://example.org/x?dir=nix"],
        ["", "github:a/b#c", "./tools", "path:./tools", "/srv/tools", "~/tools", "home-manager"],
    ),
    "NIXPKGS": (
        [
            "github:NixOS/nixpkgs/nixos-unstable",
            "git+file:///srv/nixpkgs?ref=main",
            "https://example.org/x.tar.gz",
            "./packages",
            "./packages/2026.10",
            "./a..b/.c",
        ],
        [
            "",
            ".",
            "./",
            "..",
            "./..",
            "./a/../b",
            "./a/.",
            "./a/",
            "packages",
            "/srv",
            "path:./a",
            "path:/a",
            "./a b",
            "./${x}",
            "github:",
            "github:a b",
            'github:a"',
            "github:${x}",
            "nixpkgs",
        ],
    ),
    "FLAKE": (
        ["github:void-linux/void-mklive", "git+file:///a", "path:/srv/mklive"],
        ["", "mklive", "./mklive", "github:", "github:a b", "github:$x", 'a:"'],
    ),
    "STATE_DIR": (
        ["/var/nix", "/a", "/.a/b..c"],
        ["", "/", "var", "/a/", "/a/../b", "/a/.", "/a b"],
    ),
    "PROJECT_FILE": (
        ["a", "nix/extra.nix", "./a/b", ".hidden/x"],
        ["", "/a", "..", "../a", "a/../b", "./../a", "a/", "a//b", "a b", "${x}", "./"],
    ),
    "STORE": (
        ["file:///srv/a", "https://cache.example.org", "s3://b?endpoint=x", "ssh-ng://me@host"],
        ["", "/srv/cache", "cache.example.org", "https://a b", "x://a\nb", 'x://"', "x://${a}"],
    ),
    "PUBLIC_KEY": (
        [f"cache.example.org-1:{'A' * 43}="],
        ["", f"{'A' * 43}=", f"a:{'A' * 42}=", f"a b:{'A' * 43}=", f"a:{'A' * 86}=="],
    ),
    "SIGNER": (
        ["ssh-ed25519 AAAA", "ssh-rsa AAAA= me@h", "sk-ssh-ed25519@openssh.com AAAA x y"],
        [
            *("", "AAAA", "ssh-ed25519", "me ssh-ed25519 AAAA", "x PRIVATE KEY"),
            *("ssh-rsa AAAA a\nb", "ssh-ed25519 BAAA", f"ssh-ed25519 {OPENSSH_PRIVATE}"),
            f"ssh-ed25519 AAAA {OPENSSH_PRIVATE}",
        ],
    ),
    "ENGINE_ARGUMENT": (
        ["-v=/a:/b", "--runtime=runc", "--ulimit=nofile=1:2", "--env=A=b c", "-i"],
        ["", "runc", "a -b", "-", "--env=A\nB", "--x\x7f"],
    ),
    "GIT_URL": (
        [
            "https://example.org/me/x.git",
            "https://example.org:8443/x",
            "git://example.org/x",
            "ssh://git@example.org/me/x",
            "ssh://example.org/~me/x/",
            "file:///srv/git/x.git",
        ],
        [
            *(
                "",
                "x",
                "../x",
                "/srv/x",
                "http://example.org/x",
                "ext::sh -c x",
                "https://example.org",
            ),
            *("git@example.org:me/x", "git+https://example.org/x", "https://me@example.org/x"),
            *("https://me:secret@example.org/x", "ssh://me:secret@example.org/x"),
            *("ssh://-oProxyCommand=x/y", "ssh://-x@example.org/y", "file://host/x"),
            *("https://example.org/x?y", "https://example.org/x y", "https://example.org/x\n"),
        ],
    ),
    "KEY_FILE": (
        [f"{PRINT}.plist", f"keys/{PRINT}.plist", f"./a/b.c/{PRINT}.plist"],
        [
            "",
            "a.plist",
            PRINT,
            f"{PRINT[:-3]}.plist",
            f"{PRINT.upper()}.plist",
            f"/{PRINT}.plist",
            f"../{PRINT}.plist",
            f"a/../{PRINT}.plist",
            f"a b/{PRINT}.plist",
            f"/var/db/xbps/keys/{PRINT}.plist",
        ],
    ),
    "XBPS_REPOSITORY": (
        ["void:", "void:nonfree", "void:multilib/nonfree", "https://a", "/srv/repo"],
        ["", "void", "void:/", "void:nonfree/", "void:non free", "void://a", "nonfree", "/a b"],
    ),
    "REPOSITORY": (
        ["https://repo-default.voidlinux.org/current", "http://a", "/srv/repo", "/"],
        [
            "",
            "ftp://a",
            "a",
            "https://a b",
            "https://",
            "/a b",
            "/a'",
            "/$x",
            "/a`",
            "/a|b",
            "/\x1b[31m",
        ],
    ),
    "KERNEL": (
        ["linux", "linux6.12", "linux5.4", "linux-lts", "linux-mainline", "linux-asahi"],
        ["", "6.12", "v6.12", "linux6", "linux6.12.5", "linux6.12.5_1", "linux-hardened"],
    ),
    "PLATFORM": (["pinebookpro", "x13s"], ["", "../x", "-x", "a b", "x.sh"]),
    "XBPS_PACKAGE": (
        ["htop", "lib32-x", "gtk+3", "ca-certificates", "NetworkManager"],
        ["", "-a", "htop>=3", "a b", "a/b", "é", "a\n"],
    ),
    "CONTAINER_IMAGE": (
        ["flake", f"ghcr.io/void-linux/void@sha256:{'0a' * 32}", f"h:5000/x@sha256:{'f' * 64}"],
        [
            "",
            "Flake",
            "void",
            "void:latest",
            "void@sha256:",
            f"void@sha256:{'0' * 63}",
            f"void@sha256:{'A' * 64}",
            f"void@sha512:{'0' * 64}",
            f"@sha256:{'0' * 64}",
            f"jane:secret@registry.example.org/void@sha256:{'0' * 64}",
        ],
    ),
    "MODULE_NAME": (["a", "nix-daemon", "x11"], ["", "A", "1a", "-a", "a_b", "a.b", "a/b", "a\n"]),
    "OPTION_NAME": (["a", "color-scheme"], ["", "A", "1a", "a_b", "a b", "a\n"]),
    "SERVICE": (
        ["dbus", "NetworkManager", "agetty-tty1", "a@b", "_x"],
        ["", ".", "..", ".a", "a/b", "-a", "a b", "a\n"],
    ),
    "ONE_LINE": (["a", " ", "é · 'x' \"y\""], ["", "a\nb", "a\tb", "\x7f", "a\x1b[31m"]),
    "MODE": (["644", "0644", "4755", "0000"], ["", "64", "00644", "0648", "rw", "0o644", " 644"]),
    "NIX_VERSION": (
        ["openssl-1.1.1w", "python3.13-foo-1.0", "minio-2025-10-15T17-29-55Z", "x-unstable"],
        ["", "openssl", "a b-1", "x-", "-1", "x-1\n"],
    ),
    "OWNER": (
        ["root:root", "_a:b-c", "0:0"],
        ["", "root", "root:", ":root", "a:b:c", "A:b", "a b:c"],
    ),
    "IMAGE_PATH": (
        ["/a", "/etc/motd", "/a b/'c'/$(d)", "/..a/b..", "/é", "/.../a"],
        [
            "",
            "/",
            "a",
            "./a",
            "/a/",
            "//a",
            "/a//b",
            "/.",
            "/..",
            "/a/../b",
            "/a/.",
            "/a\nb",
            "/\x1b",
        ],
    ),
    "PROVIDED": (["sshd", "/usr/share/themes/x"], ["", "a/b", "/a/", "/a/../b", "a b", "/"]),
    "NAMED": (
        ["@", "/usr/share/themes/@", "/a/x@.desktop", "/a/@/b"],
        ["", "a", "/a", "a/@", "/a/../@", "/a/@@", "/a@b/@", "/a/@\n"],
    ),
    "LINK_TARGET": (
        ["motd", "../a", "/etc/a b", "@profile@", "@profile@/bin/x", "a@b"],
        ["", "@store@/x", "@profile@x", "@profile@/", "a\nb", "@profile@/\x1b", "@"],
    ),
}
RULES = {name: rule for name, rule in vars(rules).items() if isinstance(rule, Rule)}


def test_every_rule_has_cases() -> None:
    assert TABLE.keys() == RULES.keys()


@pytest.mark.parametrize(("name", "good"), [(n, value) for n in TABLE for value in TABLE[n][0]])
def test_right_strings_are_accepted(name: str, good: str) -> None:
    assert RULES[name].check(good) == good


@pytest.mark.parametrize(("name", "bad"), [(n, value) for n in TABLE for value in TABLE[n][1]])
def test_wrong_strings_are_refused(name: str, bad: str) -> None:
    rule = RULES[name]
    with pytest.raises(MisfitError) as caught:
        rule.check(bad)
    assert rule.expected in caught.value.what


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.remedies])
def test_every_remedy_has_a_case(name: str) -> None:
    said = set()
    for bad in TABLE[name][1]:
        with pytest.raises(MisfitError) as caught:
            RULES[name].check(bad)
        said.add(caught.value.remedy)
    assert said >= {remedy for _, remedy in RULES[name].remedies}
