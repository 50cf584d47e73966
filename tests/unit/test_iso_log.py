"""What mklive's output says to have failed, though it ended well."""

import pytest

from voidgen.iso import log

GOOD = "Created /out/image.iso (3.5M) successfully.\n"
INSTALLS = "[4/12] Installing void pkgs into the rootfs: base-system ...\n"
MAKES = "[7/12] Generating initramfs image (xz)...\n"


def faults(text: str) -> list[str]:
    return [one.removeprefix("mklive passed over an error: ") for one in log.faults(text)]


def test_log_without_the_last_line() -> None:
    assert faults("[1/2] a\n") == ["mklive did not say that it created the image"]
    assert faults(f"[1/2] a\n{GOOD}") == []


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
        "tee: /var/log/x: No space left on device",
        # dracut 109, without PATH (void-mklive issue 447).
        "dracut-install: PATH is not set",
        "dracut[F]: installkernel failed in module kernel-modules",
        "dracut: FAILED: /usr/lib/dracut/dracut-install -D /var/tmp/dracut.x/initramfs",
        "dracut[E]: FAILED: /usr/lib/dracut/dracut-install -D /var/tmp/dracut.x/initramfs",
        "ERROR: dbus-1.14_1: [configure] INSTALL script failed to execute",
    ],
)
def test_failure_in_any_stage(line: str) -> None:
    for stage in (INSTALLS, MAKES):
        assert faults(f"{stage}{line}\n{GOOD}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "rm: cannot remove 'x': No such file or directory",
        "install: cannot change permissions of 'sys': Read-only file system",
        "install: cannot change permissions of 'proc': Operation not permitted",
        "tee: /proc/x: Operation not permitted",
        "sed: can't read x: No such file or directory",
        "./mklive.sh: line 222: dracut: command not found",
        "grub-mkstandalone: error: cannot open `x': No such file or directory.",
        "xorriso : FAILURE : Cannot determine attributes of source file 'x'",
    ],
)
def test_failure_of_mklive_s_own_steps(line: str) -> None:
    """Scripts of packages also try what may fail."""
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
def test_what_real_runs_print_and_mean_nothing_by(line: str) -> None:
    """Seen in runs of mklive 90028e0 and ee1bf42 with dracut 059 to 112."""
    assert faults(f"{INSTALLS}{line}\n{MAKES}{line}\n{GOOD}") == []
