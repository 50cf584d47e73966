"""`voidgen diff` of all kinds of sides, with the real Nix and git."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import chosen
from tests.integration.offline import Nix
from tests.support.program import Ran, voidgen

from voidgen.nix import evaluation, flake_ref

OLDER = ('"./packages/2026.10"', '"./packages/2026.04"')


def change(folder: Path, old: str, new: str, name: str = "voidgen.toml") -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def commit(folder: Path, message: str, *options: str) -> None:
    name = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    added = () if options else (("add", "-A"),)
    for words in (*added, (*name, "commit", "-qm", message, *options)):
        subprocess.run(["git", "-C", folder, *words], check=True)


def diff(folder: Path, *words: str, status: int = 0) -> dict[str, Any]:
    ran = voidgen("--quiet", "diff", *words, "--format", "json", cwd=folder)
    assert ran.status == status, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def failed(folder: Path, *words: str, status: int = 2) -> str:
    ran = voidgen("--quiet", "diff", *words, cwd=folder)
    assert (ran.status, ran.out) == (status, ""), ran
    assert "internal error" not in ran.err
    return ran.err


def kinds(found: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["kind"] for one in found["closure"]}


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that gets each flake that is evaluated from now on."""
    flakes: list[str] = []
    evaluate = evaluation.evaluate

    def counted(flake: flake_ref.Flake, attribute: str, kind: type[Any], **more: Any) -> Any:
        flakes.append(str(flake))
        return evaluate(flake, attribute, kind, **more)

    monkeypatch.setattr(evaluation, "evaluate", counted)
    return flakes


@pytest.mark.parametrize("extra", ["", "[flake]\nextra = 'extra.nix'\n"])
def test_unchanged_packages_are_evaluated_once(
    example: Path, evaluated: list[str], extra: str
) -> None:
    (example / "extra.nix").write_text("_: { }\n")
    subprocess.run(["git", "-C", example, "add", "extra.nix"], check=True)
    settings = example / "voidgen.toml"
    settings.write_text(settings.read_text() + extra)
    assert voidgen("generate", cwd=example).status == 0
    commit(example, "one")
    # Neither the overlay nor ignored files affect packages.
    change(example, "offline example", "another example", "overlay-src/welcome/files/etc/motd")
    assert voidgen("generate", cwd=example).status == 0
    (example / "out").mkdir()
    (example / "out/large.iso").write_bytes(b"1")
    found = diff(example)
    assert [one["path"] for one in found["overlay"]] == ["/etc/motd"]
    assert len(evaluated) == 1
    evaluated.clear()
    change(example, "greet", "deskTools.sticky")
    assert voidgen("generate", cwd=example).status == 0
    assert diff(example)["request"]
    assert len(evaluated) == 2
    evaluated.clear()
    commit(example, "two")
    change(example, "2.1", "2.2", "packages/2026.10/default.nix")
    diff(example)
    assert len(evaluated) == 2


@pytest.fixture(scope="module")
def made(nix: Nix, pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one release of its package set in HEAD, another in its tree; both built."""
    folder = tmp_path_factory.mktemp("two") / "project"
    shutil.copytree(pristine, folder, symlinks=True)
    nix.run("nix", "build", "--out-link", folder / "result", folder)
    commit(folder, "one")
    before = (folder / "result").readlink()
    (folder / "result").rename(folder / "before")
    change(folder, *OLDER)
    change(folder, "greet", "deskTools.sticky", "voidgen.toml")
    change(folder, "offline example", "another example", "overlay-src/welcome/files/etc/motd")
    assert voidgen("generate", cwd=folder).status == 0
    nix.run("nix", "build", "--out-link", folder / "result", folder)
    assert before != (folder / "result").readlink()
    return folder


@pytest.fixture
def two(made: Path, nix_env: dict[str, str]) -> Iterator[Path]:
    """The project with two releases. Tests must not change it."""
    with chosen(nix_env):
        yield made


EXPECTED = {
    "countdown": "downgraded", "desk-clock": "downgraded", "desk-sticky": "added",
    "field-icons": "downgraded", "greet": "removed", "notebook": "downgraded",
    "palette": "downgraded", "prelude": "downgraded", "proverb-of-the-day": "rebuilt",
    "proverbs": "downgraded",
}  # fmt: skip


def test_diff_compares_the_project_with_head(two: Path) -> None:
    found = diff(two)
    assert (found["old"], found["new"]) == ("HEAD", "working tree")
    assert kinds(found) == EXPECTED
    names = {(one["kind"], one["name"]) for one in found["request"]["Nix packages"]}
    assert names == {("removed", "greet"), ("added", "deskTools.sticky")}
    (setting,) = found["request"]["settings"]
    assert (setting["name"], setting["new"]) == ("nix.nixpkgs", "./packages/2026.04")
    assert "+This live system was made by voidgen from its another example." in (
        line for path in found["overlay"] for line in path["lines"]
    )
    assert {one["name"] for one in found["closure"] if one["selected"]} >= {"desk-sticky", "greet"}


def test_why_shows_the_path_to_a_package_and_the_cause_of_a_rebuild(two: Path) -> None:
    found = {one["name"]: one for one in diff(two, "--why")["closure"]}
    assert {name: one["way"] for name, one in found.items() if one["kind"] == "removed"} == {
        "greet": []
    }
    assert found["desk-sticky"]["way"] == ["desk-sticky-2.2"]
    assert found["prelude"]["way"] == ["countdown-1.4.0", "prelude-1.2"]
    causes = {name: one["cause"] for name, one in found.items() if one["cause"]}
    assert causes == {
        "proverb-of-the-day": {"changed": ["proverbs 8 -> 7"], "through": [], "more": 0}
    }


def test_builds_revisions_snapshots_and_ranges_give_the_same_diff(
    two: Path, tmp_path: Path
) -> None:
    expected = diff(two)["closure"]
    saved = tmp_path / "saved.json"
    assert voidgen("diff", "HEAD", "--save", str(saved), cwd=two).status == 0
    for words in (
        ("before", "result"),
        ("HEAD", "result"),
        ("HEAD",),
        ("before",),
        (str(saved), "voidgen.toml"),
        ("before", "."),
    ):
        assert diff(two, *words)["closure"] == expected, words
    # For a store path, only the closure is known.
    profile = str((two / "result" / "profile").resolve())
    found = diff(two, str((two / "before" / "profile").resolve()), profile)
    assert found["request"] is None
    assert {name: kind for name, kind in kinds(found).items() if name in EXPECTED} == EXPECTED


def test_a_range_leaves_out_what_is_not_committed(two: Path) -> None:
    found = diff(two, "HEAD..")
    assert (found["old"], found["new"], found["differs"]) == ("HEAD", "HEAD", False)


def test_the_text_says_what_is_compared(two: Path) -> None:
    ran = voidgen("--quiet", "diff", cwd=two)
    title, *_ = ran.out.splitlines()
    assert re.fullmatch(r"offline: HEAD \([-0-9]{10}\) → working tree \([-0-9]{10}\)", title)
    assert "D downgraded" in ran.out


def test_saving_a_saved_snapshot_gives_the_same_bytes(two: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    assert voidgen("diff", "--save", str(one), ".", cwd=two).status == 0
    assert voidgen("diff", "--save", str(other), str(one), cwd=two).status == 0
    assert one.read_bytes() == other.read_bytes()
    assert not diff(two, str(one), ".")["differs"]


def test_diff_finds_the_same_packages_as_nix_store_diff_closures(two: Path, nix: Nix) -> None:
    before, after = ((two / name / "profile").resolve() for name in ("before", "result"))
    said = nix.run("nix", "store", "diff-closures", before, after)
    # Nix shows no rebuilds, and no sizes below 8 KiB.
    told = {line.partition(":")[0] for line in said.splitlines()}
    ours = {name for name, kind in EXPECTED.items() if kind != "rebuilt"}
    assert told == ours, said


def test_exit_code_option_gives_status_1_if_sides_differ(two: Path) -> None:
    assert voidgen("--quiet", "diff", "--exit-code", cwd=two).status == 1
    assert voidgen("--quiet", "diff", "--exit-code", ".", ".", cwd=two).status == 0


def test_diff_of_two_lock_files(example: Path, tmp_path: Path) -> None:
    def lock(rev: str) -> str:
        locked = {
            "type": "github", "owner": "o", "repo": "r", "rev": rev * 40, "lastModified": 0,
            "narHash": f"sha256-{'A' * 43}=",
        }  # fmt: skip
        original = {"type": "github", "owner": "o", "repo": "r"}
        nodes = {
            "root": {"inputs": {"nixpkgs": "n"}}, "n": {"locked": locked, "original": original},
        }  # fmt: skip
        return json.dumps({"nodes": nodes, "root": "root", "version": 7})

    for name, rev in (("one", "1"), ("two", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "flake.lock").write_text(lock(rev))
    found = diff(example, str(tmp_path / "one/flake.lock"), str(tmp_path / "two/flake.lock"))
    (pin,) = found["locks"]["inputs"]
    assert (pin["old"][:40], pin["new"][:40]) == ("1" * 40, "2" * 40)
    assert found["closure"] is None


def test_diff_with_a_flake_reference(two: Path) -> None:
    assert not diff(two, "HEAD", f"git+file://{two}?rev={head(two)}")["differs"]


def test_diff_does_not_use_caches_of_a_side(example: Path, tmp_path: Path) -> None:
    """Someone else's project must not choose the caches that this machine trusts."""
    stranger = tmp_path / "stranger"
    shutil.copytree(example, stranger)
    cache = f"\n[cache]\nstores = ['file://{tmp_path}/cache']\nkeys = ['evil-1:{'A' * 43}=']\n"
    with (stranger / "voidgen.toml").open("a") as settings:
        settings.write(cache)
    change(stranger, *OLDER)
    assert voidgen("generate", cwd=stranger).status == 0
    for folder in (example, stranger):
        commit(folder, "one")
    for sides in ((f"git+file://{stranger}", "."), (".", str(stranger)), (str(stranger), "HEAD")):
        ran = voidgen("--verbose", "diff", *sides, cwd=example)
        assert ran.status == 0, ran.err
        evaluations = [line for line in ran.err.splitlines() if "nix eval" in line]
        assert len(evaluations) == len(sides)
        assert "extra-" not in "".join(evaluations).replace("extra-experimental-features", "")
        assert f"file://{tmp_path}/cache" not in ran.err


IMPORTED = """greet = import (derivation {
        name = "import-me";
        inherit (args) system;
        builder = "${(import ../2026.04 args).busybox}/bin/sh";
        args = [ "-c" "echo '\\"2.1\\"' > $out" ];
      });"""
"""A version that Nix reads from what it has to build first."""


def built_for_evaluation(nix: Nix) -> list[Path]:
    return list(Path(nix.env["NIX_STORE_DIR"]).glob("*-import-me"))


def test_nothing_of_a_stranger_is_built_for_evaluation(
    example: Path, empty_nix: Nix, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger"
    shutil.copytree(example, stranger)
    change(stranger, 'greet = "2.1";', IMPORTED, "packages/2026.10/default.nix")
    for folder in (example, stranger):
        commit(folder, "one")
    for side in (f"git+file://{stranger}", str(stranger), str(stranger / "voidgen.toml")):
        said = failed(example, "HEAD", side, status=1)
        assert "allow-import-from-derivation" in said
        assert "run `nix build` in its folder, and name its ./result instead" in said
        assert built_for_evaluation(empty_nix) == []
    # It is the user's own in its folder, and so are its revisions.
    assert not diff(stranger)["differs"]
    assert built_for_evaluation(empty_nix)


def test_in_a_folder_below_the_top_of_the_repository(example: Path) -> None:
    """Also from a folder of the project, and if an older revision does not have the project."""
    shutil.rmtree(example / ".git")
    below = example.parent / "repository/images/one"
    (example / "flake.nix").unlink()  # Nothing has to be evaluated.
    shutil.copytree(example, below, symlinks=True)
    subprocess.run(["git", "init", "-q", below.parents[1]], check=True)
    commit(below.parents[1], "one", "--allow-empty", "--only")
    commit(below, "two")
    change(below, "offline example", "another example", "overlay-src/welcome/files/etc/motd")
    for folder in (below, below / "overlay-src/welcome"):
        found = diff(folder)
        assert [one["path"] for one in found["overlay"]] == ["/etc/motd"]
    assert failed(below, "HEAD~1") == (
        f"{below}: revision HEAD~1 has no images/one/voidgen.toml\n    name a later revision\n"
    )


def test_an_older_flake_than_voidgen_toml_is_named(example: Path) -> None:
    commit(example, "one")
    change(example, "greet", "deskTools.sticky")
    assert "run `voidgen generate` to compare" in voidgen("diff", cwd=example).out
    assert voidgen("generate", cwd=example).status == 0
    assert "voidgen generate" not in voidgen("diff", cwd=example).out


def test_without_an_emitted_flake_the_rest_is_compared(example: Path) -> None:
    subprocess.run(["git", "-C", example, "rm", "-q", "--cached", "flake.nix"], check=True)
    (example / "flake.nix").unlink()
    commit(example, "one")
    change(example, "offline example", "another example", "overlay-src/welcome/files/etc/motd")
    found = diff(example)
    assert (found["closure"], len(found["overlay"])) == (None, 1)


def head(folder: Path) -> str:
    said = subprocess.run(
        ["git", "-C", folder, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    )
    return said.stdout.strip()


def test_diff_builds_nothing(example: Path, empty_nix: Nix) -> None:
    commit(example, "one")
    change(example, *OLDER)
    assert voidgen("generate", cwd=example).status == 0
    found = diff(example)
    assert found["closure"] is None
    assert found["request"]["settings"]
    assert list(Path(empty_nix.env["NIX_STORE_DIR"]).glob("*-greet-2.1")) == []


@pytest.fixture(scope="module")
def sides(
    nix_env: dict[str, str], pristine: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A project with files that cannot be a side of a diff."""
    folder = tmp_path_factory.mktemp("sides") / "project"
    shutil.copytree(pristine, folder, symlinks=True)
    commit(folder, "one")
    git = "git -c user.name=tests -c user.email=tests@example.org"
    script = f"{git} branch old $({git} commit-tree $({git} mktree < /dev/null) -m empty)"
    subprocess.run(["sh", "-c", script], cwd=folder, check=True)
    (folder / "empty").mkdir()
    for file, text in {
        "text": "not JSON",
        "list.json": "[]",
        "half.json": '{"kind":',
        "other.json": "{}",
        "later.json": '{"kind": "voidgen-snapshot", "version": 3}',
        "wrong.json": '{"kind": "voidgen-snapshot", "version": 2, "origin": "x", "overlay": 3}',
        "cut.iso": "no ISO",
    }.items():
        (folder / file).write_text(text)
    with chosen(nix_env):
        yield folder


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("nothing", "no file here is called nothing, and the repository has no revision nothing"),
        ("--help-me", "No such option"),
        ("empty", "is not a project, a manifest or a valid path of the Nix store"),
        ("text", "is not a project, a manifest or a valid path of the Nix store"),
        ("list.json", "is not a project, a manifest or a valid path of the Nix store"),
        ("half.json", "is not a JSON object"),
        ("other.json", "is not a manifest that voidgen wrote"),
        ("later.json", "is a snapshot of version 3, but this voidgen reads 2"),
        ("wrong.json", "overlay"),
        ("cut.iso", "is incomplete, or was not made by voidgen"),
        ("old", "revision old has no voidgen.toml"),
    ],
)
def test_diff_refuses_what_is_not_a_side(sides: Path, name: str, fault: str) -> None:
    ran: Ran = voidgen("--quiet", "diff", name, cwd=sides)
    assert ran.status == 2, ran
    assert fault in ran.err
    assert "internal error" not in ran.err
