"""`voidgen boot`."""

import json
import socket
import subprocess
from pathlib import Path

import pytest
from tests.support import documents, made_iso
from tests.support.program import Ran, voidgen
from tests.support.stand_in import StandIns

from voidgen.boot import firmware, host, image, qemu
from voidgen.boot.types import MONITOR
from voidgen.config.image import ImageConfig
from voidgen.image import netboot_files
from voidgen.plan import accounts


def _programs(folder: Path, patch: pytest.MonkeyPatch, *names: str) -> StandIns:
    programs = StandIns(folder / "programs")
    for name in names:
        programs.add(name, (0, "", ""))
    patch.setenv("PATH", str(programs.folder))
    return programs


def qemu_missing(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _programs(folder, patch)
    host.qemu()


def no_iso(folder: Path, _: pytest.MonkeyPatch) -> None:
    image.newest(folder, ImageConfig("rescue"))


def not_for_a_pc(folder: Path, _: pytest.MonkeyPatch) -> None:
    image.read(made_iso.write(folder / "x.iso", arch="aarch64"))


def foreign_snapshot(folder: Path, _: pytest.MonkeyPatch) -> None:
    image.read(made_iso.write(folder / "x.iso", b"[]"))


def not_an_iso(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "x.iso").write_bytes(b"x")
    image.read(folder / "x.iso")


def iso_unreadable(folder: Path, _: pytest.MonkeyPatch) -> None:
    image.read(folder / "missing.iso")


def no_console(folder: Path, _: pytest.MonkeyPatch) -> None:
    image.direct(made_iso.write(folder / "x.iso"), folder)


def netboot_missing(folder: Path, _: pytest.MonkeyPatch) -> None:
    image.refuse_no_netboot(image.read(made_iso.write(folder / "x.iso")), test=True)


def netboot_no_console(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "x-netboot").mkdir()
    image.refuse_no_netboot(image.read(made_iso.write(folder / "x.iso")), test=True)


def netboot_incomplete(folder: Path, _: pytest.MonkeyPatch) -> None:
    netboot_files.read(made_iso.write(folder / "x.iso"))


def no_account(folder: Path, _: pytest.MonkeyPatch) -> None:
    _accounts("locked", "locked").check(folder / "x.iso")


def password_unknown(folder: Path, _: pytest.MonkeyPatch) -> None:
    _accounts(f"$6$salt${'a' * 86}", "locked").check(folder / "x.iso")


def _accounts(user: str, root: str) -> accounts.Accounts:
    options = {"password": user, "root-password": root}
    module = {"name": "live-password", "by": [], "options": options}
    return accounts.of_plan(documents.plan(image={"user": "live"}, modules=[module]))


def _answering(*lines: object) -> None:
    """Have QEMU's monitor print ``lines`` and close the connection."""
    ours, its = socket.socketpair()
    its.sendall(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    its.shutdown(socket.SHUT_WR)
    with ours, its:
        qemu.Monitor(ours).ask("screendump")


def monitor_silent(_: Path, __: pytest.MonkeyPatch) -> None:
    _answering()


def monitor_refuses(_: Path, __: pytest.MonkeyPatch) -> None:
    refusal = {"error": {"desc": "no such format"}}
    _answering({"QMP": {}}, {"return": {}}, refusal)


def monitor_not_understood(_: Path, __: pytest.MonkeyPatch) -> None:
    _answering("hello")


def monitor_gone(_: Path, __: pytest.MonkeyPatch) -> None:
    ours, its = socket.socketpair()
    its.sendall(b'{"QMP": {}}\n')
    its.close()
    with ours:
        qemu.Monitor(ours)


def qemu_fails(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "messages").write_text("out of memory\n")
    with subprocess.Popen(["false"]) as process:
        monitor = object.__new__(qemu.Monitor)
        qemu.Guest(process, monitor, None, folder / "messages").wait(None)


def another_qemu(folder: Path, _: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / MONITOR))
        listening.listen()
        qemu.refuse_second(folder)


def _boot(folder: Path, patch: pytest.MonkeyPatch, *words: str) -> Ran:
    programs = StandIns(folder.parent / "programs")
    programs.add("qemu-system-x86_64", (1, "", "qemu: no machine\n"))
    patch.setenv("PATH", programs.path)
    made_iso.write(folder / "x.iso")
    return voidgen("boot", "x.iso", "--accel", "tcg", *words, cwd=folder)


def qemu_does_not_start(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    return _boot(folder, patch, "--bios", "--headless", "-q")


def netboot_with_uefi(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    return _boot(folder, patch, "--netboot", "--uefi")


def json_without_test(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    return _boot(folder, patch, "--json")


def passwords_not_text(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    (folder / "password").write_bytes(b"\xff\n")
    return voidgen("boot", "--test", "--password-file", "password", cwd=folder)


def passwords_too_many(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    (folder / "password").write_text("a\nb\nc\n")
    return voidgen("boot", "--test", "--password-file", "password", cwd=folder)


def no_address(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    return _boot(folder, patch, "--dns", "example.org")


def no_folder_for_a_picture(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    return _boot(folder, patch, "--screenshot", "nowhere/screen.png")


def no_firmware(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    patch.setattr(firmware, "find", lambda _: None)
    return _boot(folder, patch, "--uefi")


def no_window(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    patch.setattr(host, "displays", frozenset)
    return _boot(folder, patch, "--bios", "--window")
