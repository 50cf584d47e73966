"""The part of Nix's errors that voidgen shows, with recorded output (see refusals/README.md)."""

from pathlib import Path

import pytest

from voidgen.nix import refusal

RECORDED = Path(__file__).parent / "refusals"
FILES = sorted(RECORDED.glob("2.*/*.txt"))
KINDS = sorted({file.stem for file in FILES})
NAMES = [f"{file.parent.name}-{file.stem}" for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_the_shown_part_is_as_reviewed(file: Path, update_golden: bool) -> None:
    shown = f"{refusal.shown(file.read_text())}\n"
    golden = file.with_suffix(".shown")
    if update_golden:
        golden.write_text(shown)
    assert shown == golden.read_text()


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_stack_frames_and_nixpkgs_remedies_are_not_shown(file: Path) -> None:
    shown = refusal.shown(file.read_text())
    assert shown.count("error:") >= 1
    for part in ("…", "--show-trace", "NIXPKGS_ALLOW", "nixos-rebuild", "derivation-internal"):
        assert part not in shown


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_recorded_for_each_release(kind: str) -> None:
    assert {file.parent.name for file in FILES if file.stem == kind} == {"2.8", "2.26", "2.34"}


@pytest.mark.parametrize("version", ["2.8", "2.26", "2.34"])
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("dependency", ("lib 3 is gone: take lib 4",)),
        ("missing-attribute", ("attribute 'nonexistent' missing",)),
        ("throw", ("voidgen: 2 of the 3 Nix packages asked for cannot be used:",)),
        ("remedies", ("Refusing to evaluate package 'kate-24' in /set/kate.nix:3 because",)),
    ],
)
def test_the_message_has_the_first_lines(version: str, kind: str, message: tuple[str, ...]) -> None:
    said = refusal.message((RECORDED / version / f"{kind}.txt").read_text())
    assert all(line.startswith(part) for line, part in zip(said, message, strict=False))
    assert not any("asked for by" in line and "while" in line for line in said)


@pytest.mark.parametrize("version", ["2.8", "2.26", "2.34"])
@pytest.mark.parametrize("kind", ["abort", "missing-attribute", "dependency"])
def test_the_asking_file_is_shown(version: str, kind: str) -> None:
    shown = refusal.shown((RECORDED / version / f"{kind}.txt").read_text())
    assert shown.endswith("       while evaluating kate (asked for by voidgen.toml)")


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_only_some_kinds_have_a_remedy(file: Path) -> None:
    assert bool(refusal.remedy(file.read_text())) is file.stem.startswith(("no-flake", "too-old"))


def test_http_401_has_netrc_as_remedy() -> None:
    said = "error: unable to download 'http://example.org/f': HTTP error 401 ('Unauthorized')"
    assert "netrc-file" in refusal.remedy(said)


def test_positions_in_voidgens_own_code_are_not_shown() -> None:
    said = (
        "error: cannot coerce a set to a string\n\n"
        "       at /nix/store/a-source/image/nix/packages.nix:3:12:\n\n"
        "            2|   a\n             |   ^\n"
        "       at /nix/store/a-source/sets/x.nix:1:1:\n\n            1| x\n"
    )
    assert refusal.shown(said).splitlines()[0] == "error: cannot coerce a set to a string"
    assert "packages.nix" not in refusal.shown(said)
    assert "sets/x.nix:1:1" in refusal.shown(said)


def test_warnings_about_untrusted_substitutes_are_shown() -> None:
    signed = "warning: the substitute for '/nix/store/a' is not signed by any of the keys"
    said = f"warning: Git tree '/x' is dirty\n{signed}\nerror: unable to start any build"
    assert refusal.shown(said) == f"{signed}\nerror: unable to start any build"


def test_gits_errors_are_shown() -> None:
    said = "fetching git input\nfatal: no such repository: /x\nerror: program 'git' failed"
    assert refusal.shown(said) == "fatal: no such repository: /x\nerror: program 'git' failed"


@pytest.mark.parametrize("said", ["", "killed", "warning: Git tree is dirty", "errors: none"])
def test_text_that_is_not_nixs_error_is_shown_unchanged(said: str) -> None:
    assert refusal.shown(said) == said
    assert refusal.remedy(said) == ""
