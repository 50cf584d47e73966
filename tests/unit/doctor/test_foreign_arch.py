"""`voidgen doctor` for an image of another architecture than the machine's."""

from pathlib import Path

import pytest
from tests.support.program import write
from tests.support.stand_in import StandIns
from tests.unit.doctor.test_doctor import by_name, program

from voidgen.config.image import ImageConfig
from voidgen.config.mklive import Mklive
from voidgen.config.types import Config
from voidgen.doctor import check, foreign_arch
from voidgen.doctor.host import Host
from voidgen.outcome.types import Outcome

NIX = """case "$*" in
*show-config) echo "builders = {builders}"; echo "extra-platforms = {extra}"
    echo "system = x86_64-linux" ;;
--version) echo "nix (Nix) 2.31.1" ;;
*) exit 1 ;;
esac"""
AARCH64 = """enabled
interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
flags: {flags}
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff"""
"""As Linux shows what Debian's package registers."""
I386 = AARCH64.replace("4602", "4601").replace("b700", "0300").replace("aarch64", "i386")
PROGRAMS, NIX_FOR = "programs of aarch64-linux", "Nix for aarch64-linux"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH."""
    found = StandIns(tmp_path / "bin").folder
    monkeypatch.setenv("PATH", str(found))
    return found


def nix(folder: Path, builders: str = "", extra: str = "i686-linux") -> None:
    program(folder, "nix", NIX.format(builders=builders, extra=extra))


def binfmt(root: Path, *texts: str, status: str = "enabled") -> None:
    files = {str(number): text for number, text in enumerate(texts)}
    texts_of = {"status": status, "python3": "enabled\ninterpreter /x\nextension .pyc", **files}
    write(root, {f"proc/sys/fs/binfmt_misc/{name}": text for name, text in texts_of.items()})


def image(arch: str, mklive: Mklive | None = None) -> Config:
    return Config(ImageConfig("x", arch=arch), mklive=mklive)  # type: ignore[arg-type]


def found(root: Path, arch: str = "aarch64", mklive: Mklive | None = None) -> dict[str, Outcome]:
    return by_name(foreign_arch.check(Host(root), [image(arch, mklive)]))


def test_each_architecture_of_the_variants_is_checked(folder: Path, tmp_path: Path) -> None:
    nix(folder)
    arches = ("x86_64", "aarch64", "aarch64-musl")
    outcomes = [*foreign_arch.check(Host(tmp_path), map(image, arches))]
    assert [one.name for one in outcomes] == ["programs of aarch64-linux", "Nix for aarch64-linux"]


@pytest.mark.parametrize("arch", ["x86_64", "x86_64-musl"])
def test_an_image_of_this_machines_architecture_needs_no_check(
    folder: Path, tmp_path: Path, arch: str
) -> None:
    nix(folder)
    assert found(tmp_path, arch) == {}


def test_an_i686_image_needs_only_nix(folder: Path, tmp_path: Path) -> None:
    nix(folder)
    assert found(tmp_path, "i686") == {
        "Nix for i686-linux": Outcome("Nix for i686-linux", "passed", "in extra-platforms")
    }


def test_a_machine_with_qemu_and_nix_set_up_passes(folder: Path, tmp_path: Path) -> None:
    nix(folder, extra="aarch64-linux i686-linux")
    binfmt(tmp_path, I386.format(flags="F"), AARCH64.format(flags="POCF"))
    states = {name: one.state for name, one in found(tmp_path).items()}
    assert states == {PROGRAMS: "passed", NIX_FOR: "passed"}
    assert found(tmp_path)[PROGRAMS].about == "/usr/libexec/qemu-binfmt/aarch64-binfmt-P runs them"


def test_a_machine_without_both_fails(folder: Path, tmp_path: Path) -> None:
    nix(folder)
    write(tmp_path, {"etc/os-release": "ID=debian\n"})
    told = found(tmp_path)
    assert {one.state for one in told.values()} == {"failed"}
    assert told[PROGRAMS].detail == "sudo apt install qemu-user-static binfmt-support"
    assert "extra-extra-platforms = aarch64-linux'" in told[NIX_FOR].detail


@pytest.mark.parametrize(
    ("texts", "status"),
    [
        ([], "enabled"),
        ([I386.format(flags="F")], "enabled"),
        ([AARCH64.format(flags="F")], "disabled"),
        ([AARCH64.format(flags="F").replace("enabled", "disabled")], "enabled"),
        ([AARCH64.format(flags="F").replace("7f45", "no")], "enabled"),
    ],
)
def test_a_wrong_binfmt_entry_fails(
    folder: Path, tmp_path: Path, texts: list[str], status: str
) -> None:
    nix(folder, extra="aarch64-linux")
    binfmt(tmp_path, *texts, status=status)
    assert found(tmp_path)[PROGRAMS].about.startswith("this machine cannot run them")


def test_a_binfmt_entry_without_the_flag_f_fails(folder: Path, tmp_path: Path) -> None:
    nix(folder, extra="aarch64-linux")
    binfmt(tmp_path, AARCH64.format(flags="POC"))
    assert found(tmp_path)[PROGRAMS].state == "failed"
    assert "without the flag F" in found(tmp_path)[PROGRAMS].about


@pytest.mark.parametrize(
    "builders",
    [
        "ssh://mac aarch64-darwin ; ssh-ng://arm armv7l-linux,aarch64-linux - 8",
        "@/etc/nix/machines",
    ],
)
def test_a_remote_builder_passes(folder: Path, tmp_path: Path, builders: str) -> None:
    nix(folder, builders)
    machines = "# mine\nssh://mac\nssh-ng://arm aarch64-linux\n"
    write(tmp_path, {"etc/nix/machines": machines})
    told = Outcome(NIX_FOR, "passed", "ssh-ng://arm builds for it")
    # The container still runs on this machine.
    both = found(tmp_path, mklive=Mklive())
    assert (both[NIX_FOR], both[PROGRAMS].state) == (told, "failed")
    assert found(tmp_path) == {NIX_FOR: told}


def test_settings_are_read_with_nix_config_show(folder: Path, tmp_path: Path) -> None:
    nix(folder)
    text = (folder / "nix").read_text()
    (folder / "nix").write_text(text.replace("*show-config)", '*"config show")', 1))
    assert [*found(tmp_path)] == [PROGRAMS, NIX_FOR]


def test_without_nixs_settings_there_is_no_check(folder: Path, tmp_path: Path) -> None:
    program(folder, "nix", "exit 1")
    assert found(tmp_path) == {}


def test_doctor_checks_the_architecture_only_in_a_project(folder: Path, tmp_path: Path) -> None:
    nix(folder)
    text = '[image]\nname = "x"\narch = "aarch64"\n'
    write(tmp_path / "project", {"voidgen.toml": text})
    assert PROGRAMS in by_name(check.check(Host(tmp_path), tmp_path / "project"))
    assert PROGRAMS not in by_name(check.check(Host(tmp_path), None))
