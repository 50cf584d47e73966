"""Parts of `voidgen boot` that need no machine."""

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support import documents
from tests.support.program import voidgen
from tests.support.stand_in import StandIns

from voidgen.boot import checks, command, firmware, host, kvm, qemu
from voidgen.boot.checks import Check
from voidgen.boot.console import Answer, Console, ConsoleError
from voidgen.boot.image import BootableIso
from voidgen.boot.types import Accelerator, Firmware, Flash, Kernel, Machine, Medium, Run
from voidgen.errors import StepFailedError
from voidgen.image.snapshot import Selected, Snapshot
from voidgen.nix.closure import StorePath
from voidgen.system import process

LOGGED = "logfile=/a/void,, live.serial.log,logappend=off"
ISO, LOG = Path("/a/void, live.iso"), Path("/a/void, live.serial.log")


def test_the_command_line_of_qemu() -> None:
    uefi = Firmware(Flash(Path("/f/CODE.fd")), Flash(Path("/f/VARS.fd"), "qcow2"))
    machine = Machine(Accelerator("kvm"), 12288, 4, uefi, "gtk,gl=off")
    run = Run(Medium(ISO), LOG, 7, variables=Path("/tmp/vars"))
    assert command.argv(machine, run) == [
        "qemu-system-x86_64", "-name", "voidgen-void,, live",
        "-machine", "q35,accel=kvm", "-cpu", "max", "-m", "12288", "-smp", "4",
        "-drive", "if=pflash,format=raw,file=/f/CODE.fd,readonly=on",
        "-drive", "if=pflash,format=qcow2,file=/tmp/vars",
        "-drive", "if=ide,index=2,media=cdrom,readonly=on,format=raw,file=/a/void,, live.iso",
        "-boot", "order=d,menu=off",
        "-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0",
        "-chardev", f"socket,id=serial0,path=live-serial.sock,server=on,wait=off,{LOGGED}",
        "-serial", "chardev:serial0", "-monitor", "unix:qemu-monitor.sock,server=on,wait=off",
        "-chardev", "socket,id=qmp,fd=7", "-mon", "chardev=qmp,mode=control",
        "-device", "virtio-vga", "-display", "gtk,gl=off",
    ]  # fmt: skip


def test_the_command_line_of_a_test() -> None:
    machine = Machine(Accelerator("tcg"), 1024, 1, dns="8.8.8.8")
    kernel = Kernel(Path("/k/vmlinuz"), Path("/k/initrd"), "ro console=ttyS0,115200")
    argv = command.argv(machine, Run(Medium(ISO, kernel), LOG, 7, 8, once=True))
    assert not [word for word in argv if "pflash" in word or "live-serial" in word]
    assert "user,id=n0,dns=8.8.8.8" in argv
    at = argv.index("-kernel")
    assert argv[at : at + 6] == [
        "-kernel", "/k/vmlinuz", "-initrd", "/k/initrd", "-append", "ro console=ttyS0,115200",
    ]  # fmt: skip
    assert argv[-1] == "-no-reboot"
    assert [word for word in argv if word.startswith("socket,id=serial0,fd=8,logfile=")]


def test_the_command_line_of_a_start_over_the_network() -> None:
    machine = Machine(Accelerator("tcg"), 1024, 1)
    medium = Medium(ISO, netboot="http://10.0.2.2:80/a,b")
    argv = command.argv(machine, Run(medium, LOG, 7))
    assert "user,id=n0,bootfile=http://10.0.2.2:80/a,,b" in argv
    assert argv[argv.index("-boot") + 1] == "order=n,menu=off"
    assert not [word for word in argv if "cdrom" in word]


def descriptor(folder: Path, name: str, **changes: Any) -> dict[str, Any]:
    """Return a firmware descriptor like Debian's, whose files exist."""
    files = {kind: folder / f"{name}.{kind}" for kind in ("code", "vars")}
    for file in files.values():
        file.write_bytes(b"")
    return {
        "interface-types": ["uefi"],
        "mapping": {
            "device": "flash",
            "executable": {"filename": str(files["code"]), "format": "raw"},
            "nvram-template": {"filename": str(files["vars"]), "format": "raw"},
        },
        "targets": [{"architecture": "x86_64", "machines": ["pc-i440fx-*", "pc-q35-*"]}],
        "features": ["acpi-s3", "verbose-dynamic"],
        **changes,
    }


def test_firmware_is_the_first_by_name_that_fits(tmp_path: Path) -> None:
    etc, usr = tmp_path / "etc", tmp_path / "usr"
    etc.mkdir()
    usr.mkdir()
    machines = [{"architecture": "aarch64", "machines": ["virt-*"]}]
    memory = {"device": "memory", "filename": "/x"}
    unfit: dict[str, dict[str, Any]] = {
        "10-keys": {"features": ["enrolled-keys", "secure-boot"]},
        "20-smm": {"features": ["requires-smm"]},
        "30-arm": {"targets": machines},
        "35-microvm": {"targets": [{"architecture": "x86_64", "machines": ["microvm"]}]},
        "40-bios": {"interface-types": ["bios"]},
        "50-memory": {"mapping": memory},
    }
    for name, changes in unfit.items():
        (usr / f"{name}.json").write_text(json.dumps(descriptor(tmp_path, name, **changes)))
    (usr / "55-broken.json").write_text("{")
    gone = descriptor(tmp_path, "56-gone")
    (tmp_path / "56-gone.vars").unlink()
    (usr / "56-gone.json").write_text(json.dumps(gone))
    (usr / "57-list.json").write_text("[]")
    assert firmware.described([etc, usr]) is None
    for name in ("60-hidden", "70-fits", "80-later"):
        (usr / f"{name}.json").write_text(json.dumps(descriptor(tmp_path, name)))
    # An administrator hides one so (docs/interop/firmware.json).
    (etc / "60-hidden.json").write_bytes(b"")
    found = firmware.described([etc, usr])
    assert found
    assert found.code == Flash(tmp_path / "70-fits.code")
    assert found.variables == Flash(tmp_path / "70-fits.vars")


def test_debians_firmware_is_found() -> None:
    found = firmware.find(host.qemu())
    assert found
    assert "OVMF" in found.code.file.name
    assert not re.search("secboot|snakeoil", str(found))


def test_the_machines_memory_depends_on_the_hosts_free_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def meminfo(kib: int) -> int:
        text = f"MemTotal:  99999999 kB\nMemAvailable:   {kib} kB\n"
        monkeypatch.setattr(Path, "read_text", lambda _: text)
        return host.memory()

    assert meminfo(64 << 20) == 12288
    assert meminfo(8 << 20) == 6144
    assert meminfo(1 << 10) == 1024
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 3})
    assert host.cpus() == 2
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {*range(16)})
    assert host.cpus() == 4


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    found = StandIns(tmp_path / "programs")
    monkeypatch.setenv("PATH", found.path)
    monkeypatch.setattr(kvm, "DEVICE", tmp_path / "kvm")
    return found


def tried(programs: StandIns, text: str) -> Accelerator:
    """Return the result with a QEMU that runs ``text``; ``$console`` is the guest's."""
    program = programs.folder / command.PROGRAM
    program.write_text(
        f'#!/bin/sh\nconsole=$(echo "$*" | sed "s/.*path=\\([^ ]*\\) .*/\\1/")\n{text}\n'
    )
    program.chmod(0o755)
    kvm.DEVICE.touch()
    return kvm.accelerator(b"kernel")


def test_kvm_is_used_only_if_the_trial_panics_as_expected(
    programs: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kvm.accelerator(b"kernel").why == f"there is no {kvm.DEVICE}"
    assert tried(programs, 'echo "[ 1.0] Kernel panic - not" > "$console"') == Accelerator("kvm")
    # A reset also ends QEMU with status 0.
    assert tried(programs, "exit 0").name == "tcg"
    failed = tried(programs, "echo 'KVM: no' >&2; exit 1")
    assert failed == Accelerator("tcg", why="it does not work here: KVM: no")
    monkeypatch.setattr(kvm, "TRIAL_SECONDS", 0.2)
    assert tried(programs, "exec sleep 1000").why.endswith("the kernel did not start in 0.2 s")
    assert kvm.accelerator(None).name == "tcg"


def test_a_nested_kvm_gets_a_processor_model_that_works(
    programs: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = (
        'case "$*" in *arch-capabilities=off*) echo "Kernel panic" > "$console" ;;\n'
        "*) echo 'failed to set MSR 0x10a' >&2; exit 1 ;; esac"
    )
    monkeypatch.setattr(kvm, "_is_nested", lambda: True)
    assert tried(programs, refusing) == Accelerator("kvm", "max,arch-capabilities=off")
    monkeypatch.setattr(kvm, "_is_nested", lambda: False)
    assert tried(programs, refusing).name == "tcg"


def test_without_qemu_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = voidgen("boot", "x.iso", cwd=tmp_path)
    assert ran.status == 1
    assert "qemu-system-x86_64: not found\n  install QEMU" in ran.err


def test_qemus_error_message_is_shown(programs: StandIns, tmp_path: Path) -> None:
    programs.add(command.PROGRAM, (1, "", "no such machine: \x1b[2J"))
    machine = Machine(Accelerator("tcg"), 64, 1)
    with (
        pytest.raises(StepFailedError) as error,
        qemu.started(machine, Medium(tmp_path / "x.iso"), tmp_path / "log"),
    ):
        pass
    assert error.value.output == "no such machine: \x1b[2J"


def test_a_background_program_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]
    messages = tmp_path / "messages"
    background = process.run_in_background(deaf, cwd=tmp_path, messages=messages, grace_period=0.2)
    with background as running:
        while not messages.read_bytes():
            time.sleep(0.01)
    assert running.returncode == -9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--json"], "--json and --junit need --test"),
        (["--dns", "::1"], "'::1' is not an IPv4 address"),
        (["--test", "--junit", "no/where.xml"], "no such folder"),
        (["--log", "no/where.log", "--screenshot", "nor/here.png"], "nor: no such folder"),
        (["--screenshot", "here.jpg"], "no format has the ending .jpg: use .png, .ppm"),
        (["--memory", "1"], "Invalid value for '--memory'"),
        (["nothing.iso"], "cannot be read: No such file or directory"),
    ],
)
def test_boot_refuses_wrong_arguments(words: list[str], said: str, tmp_path: Path) -> None:
    ran = voidgen("boot", *words, cwd=tmp_path)
    assert ran.status == 2
    assert said in ran.err


@pytest.mark.parametrize(
    ("check", "answer", "state"),
    [
        (Check("c", "x"), Answer("", 0), "passed"),
        (Check("c", "x"), Answer("a", 0), "failed"),
        (Check("c", "x"), Answer("", 0, "a warning"), "passed"),
        (Check("c", "x", "a\n"), Answer("a", 0), "passed"),
        (Check("c", "x", "a"), Answer("ab", 0), "failed"),
        (Check("c", "x", "a"), Answer("a", 1), "failed"),
        (Check("c", "x", None, "^b"), Answer("a\nb", 0), "passed"),
        (Check("c", "x", None, "^b$"), Answer("ab", 0), "failed"),
        (Check("c", "x", None, "a"), Answer("a", 124), "failed"),
    ],
)
def test_a_check_passes_or_fails_by_the_answer(check: Check, answer: Answer, state: str) -> None:
    assert check.outcome(answer).state == state


def test_each_image_has_the_general_checks() -> None:
    service = {"name": "dbus", "by": [documents.BY], "provider": "dbus"}
    plan = documents.plan(image={"cmdline": ["a=b"]}, services=[service])
    found = checks.of_image(BootableIso(ISO, Snapshot("x", plan), plan))
    assert [one.name for one in found] == ["kernel command line", "service dbus"]


def test_only_packages_of_the_images_own_set_are_built_with() -> None:
    place = "/etc/voidgen/packages"
    made = {
        "path": place, "type": "directory", "mode": "0755", "owner": "root", "group": "root",
        "made-by": {"kind": "packages-flake", "arguments": {}},
    }  # fmt: skip
    asked = [
        {"name": "a.b", "path": ["b"], "set": "a", "outputs": [], "by": [documents.BY]},
        {"name": "c", "path": ["c"], "outputs": [], "by": [documents.BY]},
    ]
    plan = documents.plan(
        nix={**documents.NIX, "packages": asked},
        services=[{"name": "nix-daemon", "by": [documents.BY], "provider": "nix"}],
        modules=[{"name": "nix-profile", "by": [documents.BY], "options": {}}],
        include=[made],
    )
    packages = {str(one["name"]): Selected("x", "1", {"out": "/nix/store/x"}) for one in asked}
    snapshot = Snapshot("x", plan, packages=packages, closure={"/nix/store/x": StorePath(1, ())})
    built = {
        one.name for one in checks.of_image(BootableIso(ISO, snapshot, plan)) if "#" in one.name
    }
    assert built == {
        f"Nix builds with {place}#c, without a network",
        "Nix builds with nixpkgs#c, without a network",
    }


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("", "passed"),
        ("down: /run/runit/runsvdir/current/x: 12s", "passed"),
        ("down: x: 12s; run: log: (pid 3) 12s", "passed"),
        ("run: x: (pid 4) 2s", "failed"),
        ("run: x: (pid 4) 2s, normally down", "failed"),
        ("down: x: 0s, normally up, want up", "failed"),
        ("finish: x: (pid 4) 0s", "failed"),
    ],
)
def test_a_disabled_service_must_be_down_and_stay_so(said: str, state: str) -> None:
    plan = documents.plan(disabled=["x y"])
    _, check = checks.of_image(BootableIso(ISO, Snapshot("x", plan), plan))
    assert check.name == "service x y is disabled"
    assert check.outcome(Answer(said, 0)).state == state
    # The folder of a service that has no link is not there.
    done = subprocess.run(["sh", "-c", check.command], capture_output=True, check=True)
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("cmdline", "has"),
    [
        (["console=tty0", "console=ttyS0,115200"], True),
        (["console=ttyS0,115200", "console=tty0"], False),
        (["quiet"], False),
    ],
)
def test_the_last_console_has_the_login(cmdline: list[str], has: bool) -> None:
    plan = documents.plan(image={"cmdline": cmdline})
    assert BootableIso(ISO, Snapshot("x"), plan).has_serial_login == has


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, its = socket.socketpair()
    with ours, its:
        yield ours, its


def speak(its: socket.socket, *turns: bytes) -> threading.Thread:
    """Start the console's other end, which sends each of ``turns`` after it has received a line."""

    def run() -> None:
        with its, its.makefile("rb") as lines:
            for turn in turns:
                its.sendall(turn)
                if turn is not turns[-1]:
                    lines.readline()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_refused_password_is_an_error(ends: tuple[socket.socket, socket.socket]) -> None:
    console = Console(ends[0], 20)
    speaker = speak(
        ends[1], b"void login: ", b"live\r\nPassword: ", b"\r\nLogin incorrect\r\nvoid login: "
    )
    console.booted()
    with pytest.raises(ConsoleError, match="the password of live is refused"):
        console.login("live", "wrong")
    speaker.join()


def test_a_machine_that_ends_is_an_error(ends: tuple[socket.socket, socket.socket]) -> None:
    console = Console(ends[0], 20)
    speak(ends[1], b"loading\x1b[1m bold\r\n").join()
    with pytest.raises(ConsoleError, match="the machine ended by itself") as error:
        console.booted()
    assert error.value.recent == "loading bold\n"


def test_a_long_command_is_sent_in_lines_of_limited_length(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    """The guest is a shell without a terminal; tests/boot covers real ones."""
    console = Console(ends[0], 300)
    guest = subprocess.Popen(
        ["sh", "-c", "printf 'login: '; read u; printf 'Password: '; read p; exec sh 2>/dev/null"],
        stdin=ends[1].fileno(), stdout=ends[1].fileno(),
    )  # fmt: skip
    try:
        ends[1].close()
        console.booted()
        console.login("live", "x")
        long = "0123456789" * 2000
        assert console.run(f"echo {long}", 300) == Answer(long, 0)
        assert console.run("printf '\\n  a\\tb \\n\\n'; echo oops >&2; exit 7", 300) == Answer(
            "\n  a\tb", 7, "oops"
        )
        assert console.run("cat; echo $0", 300).said == "sh"
        assert console.run("sleep 60", 1).status == 124
        assert console.run("seq 1000000", 300).said.startswith("1\n2\n")
        assert console.run("printf '\\303\\244\\377\\033]52;c;aGk=\\a!'", 300).said == "ä\ufffd!"
    finally:
        guest.kill()
        guest.wait()
