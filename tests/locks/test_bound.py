"""voidgen.lock records flake.lock's entries; check compares both with what Nix fetches."""

import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from tests.locks.project import (
    FLAKE_LOCK,
    LOCK,
    changes,
    clone,
    commit,
    edit,
    lock_of,
    locks,
    project,
    refused,
    repository,
    toml,
    well,
)
from tests.locks.site import Site
from tests.support.program import voidgen, write

from voidgen.lock import voidgen_lock as lock_file
from voidgen.nix import flakes

MADE_UP = "0123456789abcdef0123456789abcdef01234567"
OTHER_HASH = f"sha256-{'A' * 43}="
RESTORE = "restore flake.lock with git, or run `voidgen lock`"
MATCH = "inputs match flake.lock"
FLAKE = "{ %soutputs = _: { }; }\n"

Change = Callable[[dict[str, Any]], None]


@frozen
class Bound:
    """A locked project, whose nixpkgs has an input `tools`."""

    folder: Path
    nixpkgs: Path
    first: str
    second: str
    """The later commit of nixpkgs, the one that is locked."""

    def change(self, change: Change, node: str = "nixpkgs") -> None:
        """Change an entry of flake.lock."""
        file = self.folder / FLAKE_LOCK
        lock = json.loads(file.read_bytes())
        change(lock["nodes"][node])
        file.write_text(json.dumps(lock, indent=2, sort_keys=True) + "\n")


@pytest.fixture
def made(tmp_path: Path) -> Bound:
    tools, nixpkgs = tmp_path / "tools", tmp_path / "nixpkgs"
    repository(tools, {"flake.nix": FLAKE % ""})
    needs = f'inputs.tools.url = "git+file://{tools}"; '
    first = repository(nixpkgs, {"flake.nix": FLAKE % needs, "default.nix": "_: { }\n"})
    second = commit(nixpkgs, {"words": "second"}, day=2)
    table = f'nixpkgs = "git+file://{nixpkgs}?ref=main"\n'
    folder = project(tmp_path / "project", toml(None, nix=table))
    well(folder, "lock")
    commit(folder)
    return Bound(folder, nixpkgs, first, second)


def locked(**changed: Any) -> Change:
    """Return a change of the locked reference's attributes."""
    return lambda node: node["locked"].update(changed)


def original(**changed: Any) -> Change:
    return lambda node: node["original"].update(changed)


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    """Run `voidgen check`, which must fail, and return its rows by name."""
    ran = voidgen("--quiet", "check", "--json", cwd=folder)
    assert ran.status == 1, f"{ran.out}{ran.err}"
    return {one["name"]: one for one in json.loads(ran.out)["checks"]}


def test_voidgen_lock_records_each_input_of_flake_lock(made: Bound) -> None:
    pins = json.loads((made.folder / FLAKE_LOCK).read_bytes())["nodes"]
    found = {one.pop("name"): one for one in lock_of(made.folder)["inputs"]}
    assert [*found] == ["nixpkgs", "nixpkgs/tools"]
    for name, node in (("nixpkgs", "nixpkgs"), ("nixpkgs/tools", "tools")):
        pin = pins[node]["locked"]
        del found[name]["entry"]
        assert found[name] == {
            "rev": pin["rev"], "hash": pin["narHash"], "modified": pin["lastModified"],
        }  # fmt: skip
    assert found["nixpkgs"]["rev"] == made.second
    assert well(made.folder, "lock", "--check") == "everything is locked\n"
    assert well(made.folder, "lock") == "nothing changed\n"


FORGERIES: dict[str, tuple[Change, str, str]] = {
    "lastModified": (locked(lastModified=1), "lastModified", "1 instead of 1767312000"),
    "narHash": (locked(narHash=OTHER_HASH), "narHash", f"{OTHER_HASH} instead of sha256-"),
    "rev": (locked(rev=MADE_UP), "rev", f"{MADE_UP} instead of "),
    "no lastModified": (
        lambda node: node["locked"].pop("lastModified"),
        "lastModified",
        "none instead of 1767312000",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
@pytest.mark.parametrize("node", ["nixpkgs", pytest.param("tools", marks=pytest.mark.slow)])
def test_a_changed_value_in_flake_lock_is_found(made: Bound, name: str, node: str) -> None:
    change, field, values = FORGERIES[name]
    whole = "nixpkgs" if node == "nixpkgs" else "nixpkgs/tools"
    if node == "tools":
        values = values.replace("1767312000", "1767225600")
    made.change(change, node)
    ran = voidgen("lock", "--check", cwd=made.folder)
    line = f"flake.lock has another {field} of {whole} than voidgen.lock: {values}"
    assert (ran.status, ran.out.startswith(line)) == (1, True), ran.out
    assert ran.out.splitlines()[1:] == [RESTORE]
    noted = voidgen("generate", cwd=made.folder)
    assert line in noted.out
    found = rows(made.folder)
    assert line in found["all inputs are locked"]["detail"]
    assert found["all inputs are locked"]["about"] == RESTORE
    # A missing commit cannot be fetched; anything else is compared with what Nix fetches.
    assert found[MATCH]["state"] == ("skipped" if field == "rev" else "failed")
    assert f"{whole} " in found[MATCH]["about"] + found[MATCH]["detail"]
    assert "the image builds" not in found
    said = refused(made.folder, "lock", status=1 if field == "rev" else 2)
    assert f"{whole} {'cannot be fetched' if field == 'rev' else f'has {field} '}" in said
    assert "restore it with git, or lock nixpkgs again with `voidgen update nixpkgs`" in said


def test_another_commit_with_the_locked_hash_is_found(made: Bound) -> None:
    made.change(locked(rev=made.first))
    line = f"another rev of nixpkgs than voidgen.lock: {made.first} instead of {made.second}"
    assert line in voidgen("lock", "--check", cwd=made.folder).out
    found = rows(made.folder)[MATCH]
    assert found["state"] == "failed"
    assert "nixpkgs has narHash sha256-" in found["detail"]
    assert ", but Nix fetches sha256-" in found["detail"]
    said = refused(made.folder, "lock", status=2)
    assert "flake.lock: nixpkgs has narHash sha256-" in said
    assert "nixpkgs has lastModified 1767312000, but Nix fetches 1767225600" in said


OTHERS = {
    "folder": locked(dir="below"),
    "submodules": locked(submodules=False),
    "branch": locked(ref="other"),
    "reference": original(lfs=True),
    "kind": lambda node: node.update(flake=False),
    "follows": lambda node: node.update(inputs={"tools": []}),
    "cut": lambda node: node.pop("inputs"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_reference_in_flake_lock_is_found(made: Bound, name: str) -> None:
    made.change(OTHERS[name])
    ran = voidgen("--json", "lock", "--check", cwd=made.folder)
    assert ran.status == 1
    lines = json.loads(ran.out)["unlocked"]
    assert "flake.lock has nixpkgs from another reference than voidgen.lock" in lines


def test_an_input_that_leads_to_another_node_is_found(made: Bound) -> None:
    file = made.folder / FLAKE_LOCK
    lock = json.loads(file.read_bytes())
    lock["nodes"]["root"]["inputs"]["nixpkgs"] = "tools"
    file.write_text(json.dumps(lock))
    said = voidgen("lock", "--check", cwd=made.folder).out
    assert "flake.lock has another rev of nixpkgs than voidgen.lock" in said
    assert "flake.lock does not have nixpkgs/tools of voidgen.lock" in said


def test_lock_records_what_nix_flake_update_changed(made: Bound) -> None:
    well(made.folder, "generate")
    commit(made.folder)
    third = commit(made.nixpkgs, {"words": "third"}, day=3)
    flakes.update(made.folder, ["nixpkgs"])
    said = voidgen("lock", "--check", cwd=made.folder)
    assert f"another rev of nixpkgs than voidgen.lock: {third} instead of" in said.out
    assert well(made.folder, "lock").splitlines()[-1] == f"wrote {LOCK}"
    assert {one["rev"] for one in lock_of(made.folder)["inputs"]} > {third}
    assert well(made.folder, "lock", "--check") == "everything is locked\n"
    assert changes(made.folder) == [FLAKE_LOCK, LOCK]


def test_update_repairs_a_changed_entry(made: Bound) -> None:
    made.change(locked(lastModified=1))
    well(made.folder, "update", "nixpkgs")
    assert changes(made.folder) == []


def test_another_spelling_of_the_same_flake_lock_is_accepted(made: Bound) -> None:
    file = made.folder / FLAKE_LOCK
    file.write_text(json.dumps(json.loads(file.read_bytes()), indent=1))
    assert well(made.folder, "lock", "--check") == "everything is locked\n"
    # Nix 2.8 and later releases spell branches differently.
    made.change(lambda node: node["locked"].update(ref="refs/heads/main"))
    assert well(made.folder, "lock", "--check") == "everything is locked\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"lastModified": 1767312000', '"lastModified": "1767312000"', "a lock file of Nix"),
        ('"lastModified": 1767312000', '"lastModified": true', "a lock file of Nix"),
        ('"lastModified": 1767312000', '"lastModified": -1', "a lock file of Nix"),
        ('"version": 7', '"version": 6', "version 7 of Nix's lock file"),
        ('"version": 7', '"version": 7, "root": "root"', "a lock file of Nix"),
        ('"narHash": "', '"narHash": "md5-', "expected a SHA-256 in SRI form"),
        ('"rev": "', '"rev": "x', "nodes.nixpkgs.locked.rev: expected a commit"),
    ],
)
def test_a_flake_lock_that_nix_never_writes_is_refused(
    made: Bound, old: str, new: str, said: str
) -> None:
    file = made.folder / FLAKE_LOCK
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    for words in (["lock", "--check"], ["lock"], ["check"]):
        assert said in refused(made.folder, *words, status=2)


def test_check_skips_inputs_that_cannot_be_fetched(
    made: Bound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well(made.folder, "generate")
    made.nixpkgs.rename(tmp_path / "gone")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another cache"))
    ran = voidgen("--quiet", "check", "--json", cwd=made.folder)
    found = {one["name"]: one for one in json.loads(ran.out)["checks"]}
    assert found["all inputs are locked"]["state"] == "passed"
    assert found[MATCH]["state"] == "skipped"
    assert "nixpkgs cannot be fetched: " in found[MATCH]["about"]
    # This comparison needs no network.
    assert well(made.folder, "lock", "--check") == "everything is locked\n"


def archive(folder: Path) -> str:
    write(folder / "set", {"flake.nix": FLAKE % ""})
    with tarfile.open(folder / "set.tar.gz", "w:gz") as tar:
        tar.add(folder / "set", "set")
    return f"file://{folder}/set.tar.gz"


def place(folder: Path) -> str:
    """Make a repository with a folder of this machine as input."""
    write(folder, {"words/first": "word"})
    needs = f'inputs.words = {{ url = "path:{folder}/words"; flake = false; }}; '
    repository(folder / "set", {"flake.nix": FLAKE % needs})
    return f"git+file://{folder}/set?ref=main"


@pytest.mark.parametrize(("make", "name"), [(archive, "nixpkgs"), (place, "nixpkgs/words")])
def test_inputs_without_a_commit_are_locked_by_hash(
    make: Callable[[Path], str], name: str, tmp_path: Path
) -> None:
    text = toml(None, nix=f'nixpkgs = "{make(tmp_path)}"\n')
    folder = project(tmp_path / "project", text)
    well(folder, "lock")
    assert well(folder, "lock", "--check") == "everything is locked\n"
    found = lock_of(folder)["inputs"][-1]
    assert (found["name"], found["rev"]) == (name, "")
    (folder / LOCK).unlink()
    well(folder, "lock")
    commit(folder)
    file = folder / FLAKE_LOCK
    file.write_text(file.read_text().replace(found["hash"], OTHER_HASH))
    assert f"{name} has narHash {OTHER_HASH}" in refused(folder, "lock", status=2)


def test_a_project_without_inputs_gets_no_voidgen_lock(tmp_path: Path) -> None:
    folder = project(tmp_path / "project", toml(None))
    assert well(folder, "lock") == "nothing changed\n"
    assert well(folder, "lock", "--check") == "everything is locked\n"
    assert not (folder / LOCK).exists()


def test_lock_ignores_the_container_of_a_project_without_mklive(made: Bound) -> None:
    image = f"localhost:5000/void@sha256:{'0a' * 32}"
    text = (made.folder / "voidgen.toml").read_text()
    (made.folder / "voidgen.toml").write_text(f'{text}[container]\nimage = "{image}"\n')
    before = (made.folder / "voidgen.toml").read_bytes()
    (made.folder / LOCK).unlink()
    well(made.folder, "lock")
    assert (made.folder / "voidgen.toml").read_bytes() == before


# With Void packages.


def test_lock_adds_inputs_to_an_earlier_voidgens_lock_without_network(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    before, lock = locks(folder), lock_file.read(folder)
    assert lock
    (folder / LOCK).write_bytes(lock_file.dump(evolve(lock, inputs=())))
    said = refused(folder, "fetch", status=2)
    assert "voidgen.lock does not have the inputs of flake.lock\n    run `voidgen lock`" in said
    site.vanish()
    assert well(folder, "lock").splitlines()[-1] == f"wrote {LOCK}"
    assert locks(folder) == before
    assert site.asked() == []


@pytest.mark.parametrize("field", ["lastModified", "narHash", "rev"])
def test_iso_and_fetch_refuse_a_changed_flake_lock(
    field: str, locked: Path, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    lock = json.loads((folder / FLAKE_LOCK).read_bytes())
    forged = {"lastModified": 1, "narHash": OTHER_HASH, "rev": MADE_UP}[field]
    lock["nodes"]["mklive"]["locked"][field] = forged
    (folder / FLAKE_LOCK).write_text(json.dumps(lock))
    for words in (["fetch"], ["iso"]):
        said = refused(folder, *words, status=2)
        assert f"flake.lock has another {field} of mklive than voidgen.lock: {forged} " in said
        assert RESTORE in said


def test_lock_records_an_added_input(locked: Path, made: Bound, site: Site, tmp_path: Path) -> None:
    assert site
    folder = clone(locked, tmp_path / "another")
    edit(folder, '"./packages"', f'"git+file://{made.nixpkgs}?ref=main"')
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    well(folder, "lock")
    names = [one["name"] for one in lock_of(folder)["inputs"]]
    assert names == ["mklive", "nixpkgs", "nixpkgs/tools"]
