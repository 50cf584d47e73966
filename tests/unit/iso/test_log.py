"""Failures in mklive's output, although its exit status is 0."""

from pathlib import Path

import pytest

from voidgen.iso import log, mklive_log
from voidgen.iso.result import DIFFERS

GOOD = "Created /out/image.iso (3.5M) successfully.\n"
INSTALLS = "[4/12] Installing void pkgs into the rootfs: base-system ...\n"
MAKES = "[7/12] Generating initramfs image (xz)...\n"


def faults(text: str) -> list[str]:
    return [one.removeprefix("mklive ignored an error: ") for one in mklive_log.faults(text)]


def test_a_log_without_the_last_line_is_a_fault() -> None:
    assert faults("[1/2] a\n") == ["mklive did not report that it created the image"]
    assert faults(f"[1/2] a\n{GOOD}") == []


def test_a_repeated_line_is_reported_once() -> None:
    assert faults(f"{MAKES}cp: a\ncp: b\ncp: a\n{GOOD}") == ["cp: a", "cp: b"]


@pytest.mark.parametrize(
    "line",
    [
        "cp: cannot stat 'x': No such file or directory",
        "mount: /mnt: failed",
        "losetup: no",
        "mkfs.vfat: no",
        "mknod: /build/dev/null: Operation not permitted",
        "/usr/bin/mknod: /build/dev/null: Operation not permitted",
        "Failed to set capabilities on file '/usr/bin/ping': Operation not permitted",
        "Failed to set capabilities on file `/usr/bin/ping' (Operation not permitted)",
        "chown: changing ownership of '/var/lib/x': Operation not permitted",
        # A static program in Nix's sandbox, and one whose root tree does not have the library.
        "chmod: changing permissions of 'usr/bin/wall': Operation not permitted",
        "chmod: usr/bin/wall: Operation not permitted",
        "ERROR: ld.so: object '/setid/setid.so' from LD_PRELOAD cannot be preloaded: ignored.",
        "tee: /var/log/x: No space left on device",
        # dracut 109, without PATH (void-mklive issue 447).
        "dracut-install: PATH is not set",
        "dracut[F]: installkernel failed in module kernel-modules",
        "dracut: FAILED: /usr/lib/dracut/dracut-install -D /var/tmp/dracut.x/initramfs",
        "dracut[E]: FAILED: /usr/lib/dracut/dracut-install -D /var/tmp/dracut.x/initramfs",
        # Others after which dracut ends with status 0.
        "dracut[E]: FAILED:  /usr/lib/dracut/dracut-install -D /x --kerneldir /x -o -m =crypto",
        "dracut: dracut module 'vmklive' cannot be found or installed.",
        "dracut[E]: Module 'autoinstaller' cannot be installed.",
        "dracut[E]: ldconfig exited ungracefully",
        "dracut[E]: Cannot execute compression command 'zstd -15', falling back to default",
        "dracut[E]: The target kernel does not support 'zstd', falling back to default",
        "dracut[E]: Cannot find [systemd-]udevd binary!",
        "dracut[F]: Failed to install switch_root",
        "dracut: Cannot install a hook (/x.sh) that does not exist.",
        "dracut: Creation of /boot/initrd failed",
        "ERROR: dbus-1.14_1: [configure] INSTALL script failed to execute",
    ],
)
def test_a_failure_in_any_stage_is_reported(line: str) -> None:
    for stage in (INSTALLS, MAKES):
        assert faults(f"{stage}{line}\n{GOOD}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "rm: cannot remove 'x': No such file or directory",
        "install: cannot change permissions of 'sys': Read-only file system",
        "install: cannot change permissions of 'proc': Operation not permitted",
        "chmod: changing permissions of 'proc': Operation not permitted",
        "tee: /proc/x: Operation not permitted",
        "sed: can't read x: No such file or directory",
        "./mklive.sh: line 222: dracut: command not found",
        "grub-mkstandalone: error: cannot open `x': No such file or directory.",
        "xorriso : FAILURE : Cannot determine attributes of source file 'x'",
    ],
)
def test_a_failure_in_mklives_own_steps_is_reported(line: str) -> None:
    """In other steps, scripts of packages may try commands that fail."""
    assert faults(f"{INSTALLS}{line}\n{MAKES}{GOOD}") == []
    assert faults(f"{INSTALLS}{MAKES}{line}\n{GOOD}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "scp: x",
        " mount: x",
        "sed-4.9_1: unpacking ...",
        "./mklive.sh: line 455: generate_squashfs: readonly function",
        "ERROR: ld.so: object '/x.so' from LD_PRELOAD cannot be preloaded: ignored.",
        "dracut: dracut module 'systemd-initrd' depends on 'systemd', which can't be installed",
        "dracut[E]: Module 'systemd-initrd' depends on 'systemd', which can't be installed",
        "dracut: Could not find 'strip'. Not stripping the initramfs.",
        "grub-mkstandalone: warning: cannot open directory `/usr/share/locale'.",
        "xorriso : WARNING : Boot image load size exceeds 65535 blocks of 512 bytes.",
    ],
)
def test_harmless_lines_of_real_runs_are_not_reported(line: str) -> None:
    """Seen in runs of mklive 90028e0 and ee1bf42 with dracut 059 to 112."""
    assert faults(f"{INSTALLS}{line}\n{MAKES}{line}\n{GOOD}") == []


ENDS: tuple[tuple[str, str], ...] = (
    # mklive v20250202: its usage has 40 lines.
    ("./mklive.sh: illegal option -- H\nUsage: mklive.sh\n -g  fail\n", "illegal option -- H"),
    (
        (
            f"{MAKES}/voidgen/xbps-install.sh: line 16: xbps-install: not found\n"
            "ERROR: Failed to install required software, exiting...\n"
        ),
        "xbps-install.sh: line 16: xbps-install: not found",
    ),
    (
        (
            f"{MAKES}dracut-install: PATH is not set\ndracut[F]: installkernel failed in module x\n"
            "ERROR: Failed to generate the initramfs\n"
        ),
        "dracut-install: PATH is not set",
    ),
    # dracut 112 without network-legacy.
    (
        (
            f"{MAKES}dracut[E]: Module 'network' depends on module 'y', which can't be installed\n"
            "dracut[E]: Module 'autoinstaller' cannot be installed.\nERROR: Failed to generate\n"
        ),
        "dracut[E]: Module 'autoinstaller' cannot be installed.",
    ),
    # Scripts of packages may try commands that fail.
    (
        (
            f"{INSTALLS}install: cannot change permissions of 'sys': Read-only file system\n"
            "x-1_1: broken, unresolvable shlib `liba.so.1'\n"
            "ERROR: Transaction aborted due to unresolved shlibs.\n"
        ),
        "x-1_1: broken, unresolvable shlib `liba.so.1'",
    ),
    # An error that an earlier stage ignored did not end the run.
    (f"[1/12] a\ncp: no\n{MAKES}ERROR: Failed to generate it\n", "ERROR: Failed to generate it"),
    (f"[1/12] a\ncp: no\n{MAKES}x\n", "cp: no"),
    (
        (
            "[6/12] Running\nvoidgen: overlay: /etc/a: replaces a file of a package\n"
            "voidgen: overlay: /etc/b: is a folder in Void\nERROR: Postsetup script failed\n"
        ),
        "voidgen: overlay: /etc/b: is a folder in Void",
    ),
    (
        (
            "./mklive.sh: line 455: generate_squashfs: readonly function\n"
            "Error: something that nobody knows\n"
        ),
        "Error: something that nobody knows",
    ),
    ("all\nis\nwell\n", ""),
    ("", ""),
)


@pytest.mark.parametrize(("text", "expected"), ENDS)
def test_the_first_line_that_explains_a_failure_is_found(text: str, expected: str) -> None:
    assert log.telling(text.splitlines()).endswith(expected)
    assert bool(log.telling(text.splitlines())) == bool(expected)


def test_differences_that_nix_s_builder_found(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_text(f"{GOOD}voidgen: {DIFFERS}:\nvoidgen: /a is lost\nvoidgen: b: c\nerror: x\n")
    assert log.Log(file).differences() == ["/a is lost", "b: c"]
    file.write_text(GOOD)
    assert log.Log(file).differences() == []
