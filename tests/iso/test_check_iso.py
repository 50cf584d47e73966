"""`voidgen check --iso` builds two ISOs under different conditions and compares them."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import once
from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import nothing_left
from tests.support.program import voidgen

from voidgen.check import machine
from voidgen.compare import isos
from voidgen.container.engine import ARGUMENTS

COMPARISON = "two ISOs are identical"
CONDITIONS = (
    *("engine mode", "clock", "cores", "file system of the build", "store"),
    *("umask", "locale", "time zone", "order of sets", "folder"),
)
LEAKING = """
import os
umask = os.umask(0)
os.umask(umask)
names = ("TZ", "LC_ALL", "PYTHONHASHSEED")
shown = {"umask": f"{umask:03o}", **{name: os.environ.get(name, "") for name in names}}
words = (f"--env=SHOWN_{name}={value}" for name, value in shown.items())
os.environ[ARGUMENTS] = " ".join((os.environ.get(ARGUMENTS, ""), *words))
"""
"""A voidgen that tells the container what only voidgen itself should know."""


def check(folder: Path, status: int = 0) -> dict[str, dict[str, Any]]:
    """Run `check --iso`, and return the rows of the comparison and the conditions, by name."""
    with pytest.MonkeyPatch.context() as patch:
        once(patch)
        ran = voidgen("--quiet", "check", "--iso", "--json", cwd=folder)
    assert ran.status == status, ran
    rows = {one["name"]: one for one in json.loads(ran.out)["checks"]}
    kept = [name for name in rows if name == COMPARISON or name.startswith("varied: ")]
    return {name.removeprefix("varied: "): rows[name] for name in kept}


def test_check_iso_passes_for_identical_isos(folder: Path, engine: Podman) -> None:
    rows = check(folder)
    found = rows.pop(COMPARISON)
    assert (found["state"], found["about"][:7]) == ("passed", "sha256-")
    assert tuple(rows) == CONDITIONS
    if os.getuid():
        mode = rows.pop("engine mode")
        assert (mode["state"], mode["about"]) == ("skipped", "needs root: run voidgen with sudo")
    for name, one in rows.items():
        first, _, second = one["about"].partition(" and ")
        assert (one["state"], first == second) == ("passed", False), name
    assert re.fullmatch(r"\S+ and tmpfs", rows["file system of the build"]["about"])
    assert rows["store"]["about"].endswith(" for 9 of its 9 paths")
    # It leaves no more than a run that makes no ISO.
    nothing_left(folder, engine)
    assert [*(folder / "out").iterdir()] == []


@pytest.mark.slow
def test_check_iso_finds_the_effect_of_each_condition(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(folder, '"quiet"', '"quiet", "stand-in=shows,noise"')
    leaking = tmp_path / "leaking"
    leaking.mkdir()
    (leaking / "sitecustomize.py").write_text(f"ARGUMENTS = {ARGUMENTS!r}{LEAKING}")
    monkeypatch.setenv("PYTHONPATH", f"{leaking}:{os.environ.get('PYTHONPATH', '')}")
    found = check(folder, status=1)[COMPARISON]
    assert (found["state"], found["about"]) == ("failed", "they differ")
    noise, *lines = found["detail"].splitlines()
    assert noise.startswith(f"/{isos.SQUASHFS}/etc/noise: byte 0: ")
    shown = {
        line.partition(": ")[0].removeprefix(f"/{isos.SQUASHFS}/etc/shown/")
        for line in lines
        if not line.startswith("varied: ")
    }
    rootful = () if os.getuid() else ("engine-mode",)
    inside = ("clock", "cores", "storage", "store", "folder")
    assert shown == {"umask", "TZ", "LC_ALL", "PYTHONHASHSEED", *inside, *rootful}
    varied = [line.split(": ")[1] for line in lines if line.startswith("varied: ")]
    assert varied == [*CONDITIONS[bool(os.getuid()) :]]


@pytest.mark.slow
def test_check_iso_shows_conditions_that_the_machine_cannot_vary(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "FOLDERS", ())
    monkeypatch.setattr(machine, "memory", lambda: 0)
    # The engine refuses this option together with a map of ids.
    monkeypatch.setenv(ARGUMENTS, f"{os.environ[ARGUMENTS]} --userns=host")
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        rows = check(folder)
    finally:
        os.sched_setaffinity(0, processors)
    skipped = {name: one["about"] for name, one in rows.items() if one["state"] == "skipped"}
    mode = skipped.pop("engine mode")
    refused = "needs root" if os.getuid() else "no container starts with this setting: "
    assert mode.startswith(refused)
    assert skipped == {
        "clock": "libfaketime is not installed (Debian: libfaketime)",
        "cores": "this machine has one core; use one that has more",
    }
    # In the container's own file system instead of in memory.
    assert rows["file system of the build"]["state"] == "passed"
    assert "tmpfs" not in rows["file system of the build"]["about"]
    assert rows[COMPARISON]["state"] == "passed"


@pytest.mark.slow
def test_check_iso_shows_the_conditions_of_a_failed_build(folder: Path) -> None:
    change(folder, '"quiet"', '"quiet", "stand-in=no-success"')
    rows = check(folder, status=1)
    assert [*rows] == [COMPARISON]
    assert rows[COMPARISON]["about"] == "the first ISO cannot be built"
    lines = rows[COMPARISON]["detail"].splitlines()
    assert "mklive" in lines[0]
    assert "varied: umask: 022 and 077" in lines
