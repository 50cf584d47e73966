"""`voidgen check` with the real Nix."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import once
from tests.integration.offline import Nix
from tests.support.program import Ran, voidgen

from voidgen.lock import voidgen_lock as lock_file
from voidgen.system import sri

# Makes two builds of a package differ in each way that `check` reports.
NOISE = """
if [ "$out" ] && [ -d "$out/bin" ]; then
	head -c 16 /dev/urandom > "$out/noise"
	echo "built at 20$(date +%S)-01-01" > "$out/date"
	mkdir -p "$out/$(head -c 4 /dev/urandom | od -An -tx1 | tr -d ' ')"
fi
"""


def check(folder: Path, *words: str, status: int = 0) -> dict[str, dict[str, Any]]:
    ran = voidgen("--quiet", "check", "--json", *words, cwd=folder)
    assert ran.status == status, ran
    found = json.loads(ran.out)
    assert found["good"] == (status == 0)
    return {one["name"]: one for one in found["checks"]}


def states(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: one["state"] for name, one in found.items()}


@pytest.fixture
def run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the second run, which these tests do not need."""
    once(monkeypatch)


def test_check_passes_for_a_reproducible_project(warm: Path) -> None:
    found = check(warm)
    recorded = found.pop("the closure matches voidgen.lock")
    assert recorded["state"] == "skipped"
    assert {*states(found).values()} == {"passed"}
    names = {name.removeprefix("rebuild ") for name in found if name.startswith("rebuild ")}
    assert names == {
        "image", "collisions", "closure", "include", "profile", "profile-links", "nar-hash",
        "packages-flake",
    }  # fmt: skip


@pytest.mark.usefixtures("run_once")
def test_check_compares_the_closure_with_the_recorded_hash(warm: Path) -> None:
    name = "the closure matches voidgen.lock"
    recorded = check(warm, "--record")["the closure's hash is recorded"]["about"]
    before = (warm / "voidgen.lock").read_bytes()
    assert check(warm)[name] | {"detail": ""} == {
        "name": name, "state": "passed", "about": recorded, "detail": "",
    }  # fmt: skip
    # Recording a hash does not change the closure.
    assert check(warm, "--record")["the closure's hash is recorded"]["about"] == recorded
    assert (warm / "voidgen.lock").read_bytes() == before
    # Another hash, recorded for the same inputs.
    other = before.replace(recorded.encode(), f"sha256-{'A' * 43}=".encode())
    lock = lock_file.dump(lock_file.parse(resealed(other), Path("voidgen.lock")))
    (warm / "voidgen.lock").write_bytes(lock)
    wrong = check(warm, status=1)[name]
    assert wrong["about"] == "the same inputs gave other bytes"
    assert recorded in wrong["detail"]
    # The record does not apply to another package set.
    text = (warm / "voidgen.toml").read_text()
    (warm / "voidgen.toml").write_text(text.replace("2026.10", "2026.04"))
    assert voidgen("generate", cwd=warm).status == 0
    found = check(warm)
    assert found[name]["state"] == "skipped"
    assert "with other inputs" in found[name]["about"]


def resealed(lock: bytes) -> bytes:
    """Return ``lock`` with the right checksum."""
    body, _, _ = lock.partition(b'  "checksum"')
    return body + f'  "checksum": "{sri.of_bytes(body)}"\n}}\n'.encode()


def test_check_fails_and_builds_nothing_if_an_input_is_not_locked(warm: Path) -> None:
    text = (warm / "voidgen.toml").read_text()
    mklive = '\n[mklive]\nsource = "git+file:///nowhere"\n'
    (warm / "voidgen.toml").write_text(text + mklive)
    assert voidgen("generate", cwd=warm).status == 0
    found = check(warm, status=1)
    assert "mklive" in found["all inputs are locked"]["detail"]
    # check does not try to build.
    assert not any(name.startswith("rebuild") for name in found)


@pytest.mark.usefixtures("run_once")
def test_check_finds_an_altered_store_path(example: Path, empty_nix: Nix) -> None:
    empty_nix.run("nix", "build", "--out-link", example / "result", example)
    (greet,) = Path(empty_nix.env["NIX_STORE_DIR"]).glob("*-greet-2.1")
    program = greet / "bin/greet"
    program.chmod(0o755)
    program.write_bytes(program.read_bytes() + b"#")
    program.chmod(0o555)
    wrong = check(example, status=1)["store paths are undamaged"]
    assert str(greet) in wrong["detail"]


def append(folder: Path, script: str) -> None:
    """Append to the script that builds each of the example's packages."""
    make = folder / "packages/make.sh"
    make.write_text(make.read_text() + script)


def test_check_shows_where_two_builds_differ(warm: Path) -> None:
    append(warm, NOISE)
    found = check(warm, "--closure", "greet", status=1)
    wrong = found["rebuild greet-2.1"]
    assert wrong["about"] == "different"
    lines = wrong["detail"].splitlines()
    assert any(line.startswith("/noise: byte 0: ") for line in lines), lines
    assert sum(": only in the " in line for line in lines) >= 1
    # Only packages changed.
    assert found["rebuild include"]["state"] == "passed"


@pytest.mark.usefixtures("run_once")
def test_check_writes_text_github_annotations_and_junit(
    warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flake = warm / "flake.nix"
    flake.write_text(flake.read_text() + "\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    junit = tmp_path / "junit.xml"
    ran: Ran = voidgen("--quiet", "check", "--junit", str(junit), cwd=warm)
    assert ran.status == 1
    assert "\nno  " in f"\n{ran.out}"
    assert "::error title=emitted files are current::run `voidgen generate`%0A" in ran.out
    assert "flake.nix: would be changed" in ran.out
    assert b'name="emitted files are current"' in junit.read_bytes()
    # The closure has no such name; --no-github hides the annotations.
    ran = voidgen("--quiet", "check", "--no-github", "--closure", "nothing", cwd=warm)
    assert "::error" not in ran.out
    assert ran.status == 2
    assert "the closure has no package 'nothing'" in ran.err
