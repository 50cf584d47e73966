"""`voidgen doctor` on Nix's sandbox, and on which engine `voidgen iso` takes."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.program import write
from tests.support.stand_in import StandIns
from tests.unit.doctor.test_doctor import by_name, program
from tests.unit.nix.test_uid_range import DEFAULTS, printed

from voidgen.config.types import Container
from voidgen.doctor import container, nix_sandbox, sandbox_program
from voidgen.doctor.host import Host
from voidgen.doctor.sandbox_program import DONE, FILTERED, FIRST, MACHINE, STEPS
from voidgen.nix import uid_range
from voidgen.outcome.types import Outcome

ENGINE, SANDBOX = "container engine", "Nix's sandbox"
FILTERED_NOTE = "its filter refuses setuid bits, so a library of voidgen keeps them"
UNFILTERED = "it does not filter system calls"
BUILT = f"error: builder for '/nix/store/x-voidgen-sandbox.drv' failed with exit code {DONE}"
DOCKER = json.dumps({"SecurityOptions": [], "DockerRootDir": "/x"})
ADD = "printf '%s\\n' {} | sudo tee --append /etc/nix/nix.conf && sudo systemctl restart nix-daemon"
SETTINGS = ADD.format(
    "'extra-experimental-features = auto-allocate-uids cgroups' 'auto-allocate-uids = true'"
)
NO_FILTER = "filter-syscalls = false"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """An empty folder that is the whole PATH, on Debian, with a processor like the program's."""
    monkeypatch.setattr("platform.machine", lambda: MACHINE)
    write(tmp_path, {"etc/os-release": "ID=debian\n"})
    found = StandIns(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(found.folder))
    return found


def nix(programs: StandIns, settings: str, built: str = BUILT, version: str = "2.34.8") -> None:
    """Add a Nix with these settings, which prints ``built`` when a build fails."""
    version = f"echo 'nix (Nix) {version}'"
    settings = f"printf %s {shlex.quote(settings)}"
    program(programs.folder, "nix", f'[ "$1" = --version ] && {version} || {settings}')
    programs.add("nix-build", (1, "", built))


def found(root: Path, engine: str = "auto", arch: str = MACHINE) -> dict[str, Outcome]:
    wanted = Container(engine=engine)  # type: ignore[arg-type]
    return by_name(container.check(Host(root), wanted, arch))


def sandbox(root: Path, engine: str = "auto", arch: str = MACHINE) -> tuple[str, str, str]:
    one = found(root, engine, arch)[SANDBOX]
    return one.state, one.about, one.detail


def test_iso_takes_the_sandbox_if_no_engine_is_installed(
    programs: StandIns, tmp_path: Path
) -> None:
    nix(programs, printed())
    told = found(tmp_path)
    assert [told[name].state for name in (ENGINE, SANDBOX)] == ["skipped", "passed"]
    reason = "because podman and docker are not on PATH"
    assert told[ENGINE].about == f"not needed: `voidgen iso` uses Nix's sandbox, {reason}"
    assert told[SANDBOX].about == f"`voidgen iso` uses it, {reason}; {UNFILTERED}"
    assert "privileges" not in told


def test_the_build_gets_a_program_that_is_removed_again(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed())
    found(tmp_path)
    (words,) = programs.starts("nix-build")
    assert words[-1] == "uid-range"
    assert not Path(words[words.index("program") + 1]).exists()


def test_an_engine_is_preferred(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed())
    programs.add("docker", (0, DOCKER, ""))
    assert found(tmp_path)[ENGINE].about == "docker, as root"
    about = 'works; to use it instead of docker, set engine = "nix" in [container]'
    assert sandbox(tmp_path) == ("passed", f"{about}; {UNFILTERED}", "")


def test_with_an_engine_the_settings_are_not_needed(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed(**DEFAULTS))
    programs.add("docker", (0, DOCKER, ""))
    assert sandbox(tmp_path) == ("skipped", "not needed: `voidgen iso` uses docker", "")
    assert programs.starts("nix-build") == []


def test_with_an_engine_a_build_that_fails_is_a_warning(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed(), "error: no")
    programs.add("docker", (0, DOCKER, ""))
    state, about, detail = sandbox(tmp_path)
    assert (state, detail) == ("warning", SETTINGS)
    assert about.endswith("; `voidgen iso` uses docker")


def test_with_neither_both_fail(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed(auto_allocate_uids=False))
    told = found(tmp_path)
    assert told[ENGINE].state == "failed"
    assert told[ENGINE].detail == "sudo apt install podman"
    line = "auto-allocate-uids = true"
    assert sandbox(tmp_path) == ("failed", f"nix.conf lacks {line}", ADD.format(f"'{line}'"))


@pytest.mark.parametrize("arch", [MACHINE, f"{MACHINE}-musl"])
def test_the_filter_may_be_on(programs: StandIns, tmp_path: Path, arch: str) -> None:
    nix(programs, printed(filter_syscalls=True), f"builder failed with exit code {FILTERED}")
    state, about, _ = sandbox(tmp_path, arch=arch)
    assert (state, about.rpartition("; ")[2]) == ("passed", FILTERED_NOTE)


@pytest.mark.parametrize("arch", ["i686", "aarch64", "aarch64-musl"])
def test_an_image_of_another_processor_needs_the_filter_off(
    programs: StandIns, tmp_path: Path, arch: str
) -> None:
    nix(programs, printed(filter_syscalls=True))
    about, detail = f"nix.conf lacks {NO_FILTER}", ADD.format(f"'{NO_FILTER}'")
    assert sandbox(tmp_path, arch=arch) == ("failed", about, detail)
    nix(programs, printed(**DEFAULTS))
    assert NO_FILTER in sandbox(tmp_path, arch=arch)[2]
    # A daemon with other settings.
    nix(programs, printed(), f"builder failed with exit code {FILTERED}")
    state, about, detail = sandbox(tmp_path, arch=arch)
    assert (state, NO_FILTER in detail) == ("failed", True)
    assert about.startswith("a build cannot set a setuid bit (")


def test_voidgen_toml_names_nix(programs: StandIns, tmp_path: Path) -> None:
    programs.add("docker", (0, DOCKER, ""))
    nix(programs, printed())
    told = found(tmp_path, "nix")
    assert [told[name].state for name in (ENGINE, SANDBOX)] == ["skipped", "passed"]
    reason = 'because [container] engine is "nix"'
    assert told[SANDBOX].about == f"`voidgen iso` uses it, {reason}; {UNFILTERED}"
    nix(programs, printed(**DEFAULTS))
    told = found(tmp_path, "nix")
    assert [told[name].state for name in (ENGINE, SANDBOX)] == ["skipped", "failed"]
    assert told[SANDBOX].detail == SETTINGS


def test_voidgen_toml_names_an_engine_that_is_not_installed(
    programs: StandIns, tmp_path: Path
) -> None:
    nix(programs, printed())
    told = found(tmp_path, "docker")
    assert [told[name].state for name in (ENGINE, SANDBOX)] == ["failed", "passed"]
    nix(programs, printed(**DEFAULTS))
    assert found(tmp_path, "docker")[SANDBOX].state == "skipped"


BUILDER = "ssh-ng://builder@example.org"
SENT = f"building '/nix/store/x-voidgen-sandbox.drv' on '{BUILDER}'..."
CANNOT = "error: Cannot build '/x.drv'."
WITH_BUILDER = DEFAULTS | {"builders": f"{BUILDER} x86_64-linux - 1 1 uid-range"}


def test_another_machine_may_build(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed(**WITH_BUILDER), f"{SENT}\nerror: {BUILT}")
    told = found(tmp_path)
    assert [told[name].state for name in (ENGINE, SANDBOX)] == ["skipped", "passed"]
    assert told[SANDBOX].about.endswith(f"; Nix builds it on {BUILDER}: {UNFILTERED}")
    assert "preferLocalBuild" not in nix_sandbox.EXPRESSION


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            f"{SENT}\nerror: build of '/x.drv' on '{BUILDER}' failed: error: lacks x\n{CANNOT}",
            "lacks x (",
        ),
        (f"cannot build on '{BUILDER}': error: no SSH connection\n{CANNOT}", "no SSH connection ("),
        (f"{SENT}\nerror: builder failed with exit code {FIRST}", "a build cannot "),
        ("error: other", "other ("),
    ],
)
def test_another_machine_fails(programs: StandIns, tmp_path: Path, said: str, why: str) -> None:
    nix(programs, printed(**WITH_BUILDER), said)
    state, about, detail = sandbox(tmp_path)
    assert (state, about.startswith(why)) == ("failed", True)
    assert about.endswith(f" (Nix builds it on {BUILDER})")
    assert detail.startswith(f"nix store info --store {BUILDER} ")
    assert detail.endswith("; ".join(uid_range.SETTINGS))


def test_nixos_gets_its_own_settings(programs: StandIns, tmp_path: Path) -> None:
    write(tmp_path, {"etc/os-release": "ID=nixos\n"})
    nix(programs, printed(**DEFAULTS))
    assert sandbox(tmp_path)[2].partition("   #")[0] == (
        'nix.settings.extra-experimental-features = [ "auto-allocate-uids" "cgroups" ]; '
        "nix.settings.auto-allocate-uids = true;"
    )


@pytest.mark.parametrize(
    ("number", "step"),
    [(1, f"give a file to user {(1 << 16) - 1}"), (3, "mount a folder")],
)
def test_a_step_of_the_program_fails(
    programs: StandIns, tmp_path: Path, number: int, step: str
) -> None:
    nix(programs, printed(), f"Reason: builder failed with exit code {FIRST + number}.")
    state, about, detail = sandbox(tmp_path)
    assert (state, detail) == ("failed", SETTINGS)
    assert about.startswith(f"a build cannot {step} (")


@pytest.mark.parametrize("status", [1, DONE + 1])
def test_another_failure_shows_nixs_message(
    programs: StandIns, tmp_path: Path, status: int
) -> None:
    said = f"warning: x\nerror: builder for 'x' failed with exit code {status}"
    nix(programs, printed(), said)
    state, about, _ = sandbox(tmp_path)
    assert state == "failed"
    assert about.startswith(f"builder for 'x' failed with exit code {status} (")


def test_other_failures(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed(), version="2.8.0")
    state, about, detail = sandbox(tmp_path)
    assert (state, "needs Nix 2.18 or later, but this is 2.8" in about) == ("failed", True)
    assert "nixos.org/nix/install" in detail
    nix(programs, "{}")
    state, about, _ = sandbox(tmp_path)
    assert (state, about.startswith("nix config show: voidgen cannot read")) == ("failed", True)
    said = "error: syntax error in nix.conf"
    programs.add("nix", (0, "nix (Nix) 2.34.8", ""), (1, "", said))
    assert sandbox(tmp_path)[1] == f"nix config show: {said}"


def test_without_nix(programs: StandIns, tmp_path: Path) -> None:
    assert programs
    state, about, detail = sandbox(tmp_path)
    assert (state, about, detail) == (
        "failed",
        "nix: not installed",
        "sudo apt install nix-setup-systemd",
    )


def test_a_nix_that_hangs(programs: StandIns, tmp_path: Path) -> None:
    nix(programs, printed())
    program(programs.folder, "nix-build", "exec /bin/sleep 600")
    trial = nix_sandbox.attempt(Host(tmp_path, seconds=0.5), MACHINE)
    assert trial.fault.startswith("no answer in 0.5 seconds")


def test_no_build_on_another_processor(
    programs: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    nix(programs, printed())
    state, about, _ = sandbox(tmp_path)
    assert state == "passed"
    assert about.endswith("; a build was not tried: voidgen has no program for riscv64")
    assert programs.starts("nix-build") == []


needs_namespaces = pytest.mark.skipif(
    os.uname().machine != MACHINE
    or subprocess.run(
        [shutil.which("unshare") or "false", "--user", "--map-root-user", "--mount", "true"],
        check=False, capture_output=True,
    ).returncode != 0,
    reason=f"needs user namespaces and {MACHINE}",
)  # fmt: skip


@needs_namespaces
def test_the_program_stops_at_what_a_namespace_refuses(tmp_path: Path) -> None:
    """Where root has one id, it cannot give a file to another."""
    file = tmp_path / "program"
    file.write_bytes(sandbox_program.program())
    file.chmod(0o755)
    words = ["unshare", "--user", "--map-root-user", "--mount", str(file)]
    done = subprocess.run(words, check=False, cwd=tmp_path)
    assert done.returncode == FIRST + 1
    assert STEPS[1].name.startswith("give a file")
    assert (tmp_path / "f").exists()
    assert not (tmp_path / "d").exists()
