"""Which settings Nix lacks to run mklive in its sandbox, with stand-ins for Nix."""

import json
import platform
from pathlib import Path

import pytest
from tests.support.stand_in import StandIns

from voidgen.errors import StepFailedError
from voidgen.nix import uid_range

RIGHT = {
    "experimental-features": ["nix-command", "auto-allocate-uids", "cgroups"],
    "auto-allocate-uids": True,
    "system-features": ["benchmark", "uid-range"],
    "sandbox": True,
    "filter-syscalls": False,
    "builders": "@/no/machines",
    "system": "x86_64-linux",
}
DEFAULTS = {
    **RIGHT,
    "experimental-features": ["nix-command"],
    "auto-allocate-uids": False,
    "filter-syscalls": True,
}
"""Of Nix 2.34 on Linux."""
EXTRA = "extra-experimental-features"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    found = StandIns(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(found.folder))
    return found


def printed(**changed: object) -> str:
    """The settings as Nix prints them, with more than voidgen reads."""
    settings = RIGHT | {name.replace("_", "-"): value for name, value in changed.items()}
    return json.dumps({name: {"value": value, "aliases": []} for name, value in settings.items()})


def nix(programs: StandIns, settings: str, version: str = "2.34.8") -> None:
    programs.add("nix", (0, f"nix (Nix) {version}", ""), (0, settings, ""))


def test_nothing_is_missing(programs: StandIns) -> None:
    nix(programs, printed())
    assert uid_range.missing() == ()


def test_the_defaults_lack_the_documented_lines(programs: StandIns) -> None:
    nix(programs, printed(**DEFAULTS))
    assert uid_range.missing() == uid_range.SETTINGS


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"experimental_features": ["cgroups"]}, f"{EXTRA} = auto-allocate-uids"),
        ({"experimental_features": ["auto-allocate-uids"]}, f"{EXTRA} = cgroups"),
        ({"auto_allocate_uids": False}, "auto-allocate-uids = true"),
        ({"system_features": ["kvm"]}, "extra-system-features = uid-range"),
        ({"sandbox": False}, "sandbox = true"),
    ],
)
def test_each_line_that_is_missing(
    programs: StandIns, changed: dict[str, object], line: str
) -> None:
    nix(programs, printed(**changed))
    assert uid_range.missing() == (line,)


@pytest.mark.parametrize(
    ("machine", "filters", "missing"),
    [
        ("x86_64", True, ()),
        ("i686", True, (uid_range.NO_FILTER,)),
        ("i686", False, ()),
    ],
)
def test_the_filter_may_be_on_where_the_library_works(
    programs: StandIns,
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    missing: tuple[str, ...],
    *,
    filters: bool,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    nix(programs, printed(filter_syscalls=filters))
    assert uid_range.missing() == missing


@pytest.mark.parametrize(
    ("machine", "arch", "may"),
    [
        ("x86_64", "x86_64", True),
        ("x86_64", "x86_64-musl", True),
        ("aarch64", "aarch64-musl", True),
        ("x86_64", "i686", False),
        ("x86_64", "aarch64", False),
        ("i686", "i686", False),
    ],
)
def test_the_library_is_for_images_of_this_processor(
    monkeypatch: pytest.MonkeyPatch, machine: str, arch: str, *, may: bool
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert uid_range.may_filter(arch) is may


def test_a_relaxed_sandbox_is_one(programs: StandIns) -> None:
    nix(programs, printed(sandbox="relaxed"))
    assert uid_range.missing() == ()


@pytest.mark.parametrize(
    ("version", "words"),
    [("2.18.0", ["show-config"]), ("2.19.7", ["show-config"]), ("2.20.0", ["config", "show"])],
)
def test_the_command_has_the_name_of_the_release(
    programs: StandIns, version: str, words: list[str]
) -> None:
    nix(programs, printed(), version)
    assert uid_range.missing() == ()
    assert programs.starts("nix")[1][:-3] == words


def test_too_old(programs: StandIns) -> None:
    nix(programs, printed(), "2.8.0")
    with pytest.raises(StepFailedError, match=r"needs Nix 2\.18 or later, but this is 2\.8"):
        uid_range.missing()
    assert len(programs.starts("nix")) == 1


def test_other_output_fails(programs: StandIns) -> None:
    nix(programs, '{"sandbox": {"value": true}}')
    with pytest.raises(StepFailedError, match="this key is missing"):
        uid_range.missing()


def test_can(programs: StandIns) -> None:
    nix(programs, printed())
    assert uid_range.can()


@pytest.mark.parametrize("system", ["Linux", "Darwin"])
def test_cannot(programs: StandIns, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    nix(programs, printed(sandbox=system != "Linux"))
    assert not uid_range.can()


def test_cannot_without_nix(programs: StandIns) -> None:
    assert programs
    assert not uid_range.can()


@pytest.mark.parametrize("in_file", [True, False])
@pytest.mark.parametrize(
    ("machine", "takes"),
    [
        ("ssh-ng://a x86_64-linux - 1 1 kvm,uid-range", True),
        ("ssh-ng://a - - 1 1 - uid-range", True),
        ("ssh-ng://a aarch64-linux - 1 1 uid-range", False),
        ("ssh-ng://a x86_64-linux - 1 1 kvm", False),
        ("ssh-ng://a x86_64-linux - 1 1 uid-range kvm", False),
    ],
)
def test_another_machine_can(
    programs: StandIns, tmp_path: Path, machine: str, *, takes: bool, in_file: bool
) -> None:
    file = tmp_path / "machines"
    file.write_text(f"{machine}\n")
    builders = f"@{file}" if in_file else machine
    nix(programs, printed(**DEFAULTS | {"builders": builders}))
    assert uid_range.can() is takes
