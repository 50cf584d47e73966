"""Nix code: emitted code says so, nothing in it is needless, and nixfmt (RFC 166) would not change
it. Without nixfmt on PATH, which Debian, PyPI and npm do not have, `nix_lint` looks at the layout.
"""

import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from tests.support.nix_lint import BRACKET, SPACE, faults
from tests.support.overlay import FILE, catalogue, config

from voidgen.config.image import ImageConfig
from voidgen.config.mklive import Mklive
from voidgen.config.nix import Nix, PackageSet
from voidgen.config.types import Cache, Config, Flake
from voidgen.data import bundled_files
from voidgen.overlay.resolve import resolve
from voidgen.plan import render
from voidgen.plan.plan import plan
from voidgen.tree import File

ROOT = Path(__file__).parents[3]
WRITTEN = [ROOT / "flake.nix", *sorted(ROOT.glob("generator/**/*.nix"))]
WRITTEN += sorted(ROOT.glob("examples/**/*.nix"))
LONG = "x" * 120
CACHES = (
    Cache(),
    Cache(("https://a.example",), ("a.example-1:" + "A" * 43 + "=",)),
    Cache((f"https://{LONG}.example", "https://b.example"), ("a-1:" + "A" * 43 + "=",) * 2),
)
SETS = ("github:a/b", "./set", f"./{LONG}", f"git+file:///{LONG}?ref=a")
MKLIVES = (None, Mklive("github:a/b"), Mklive(f"git+file:///{LONG}"))
EXTRAS = ("", "nix/extra.nix")
OVERLAYS = ((), ("nix/a.nix",), ("nix/a.nix", "./b.nix"))
MORE_SETS: dict[str, PackageSet] = {
    "folder": PackageSet("./old", overlays=("nix/old.nix",)),
    "long": PackageSet(f"git+file:///{LONG}?ref=a"),
    "tools": PackageSet(flake="github:a/b", follows={"nixpkgs": "long", "other": "long"}),
}
TITLES = ("Void", f'{LONG} ${{x}} "\\')


def flake(settings: Config) -> str:
    image = plan(settings, resolve(settings, catalogue(), FILE))
    node = render.project(image, {}, {}, bundled_files.flake())["flake.nix"]
    assert isinstance(node, File)
    return node.data.decode()


def variants() -> Iterator[Config]:
    for cache, nixpkgs, overlays, mklive, extra, title in itertools.product(
        CACHES, SETS, OVERLAYS, MKLIVES, EXTRAS, TITLES
    ):
        yield evolve(
            config(),
            cache=cache,
            nix=Nix(nixpkgs, overlays, MORE_SETS if overlays else {}),
            mklive=mklive,
            flake=Flake(extra),
            image=ImageConfig("name", title),
        )


def changed(files: list[Path]) -> list[str]:
    """Return nixfmt's messages about ``files`` that it would change."""
    done = subprocess.run(
        ["nixfmt", "--check", *files], capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).splitlines()


def test_emitted_nix_code_begins_with_a_comment_that_says_so() -> None:
    for path, file in bundled_files.constant().items():
        if path.endswith(".nix"):
            first, second = file.data.decode().split("\n")[:2]
            assert first.startswith("# Emitted by voidgen"), path
            assert second, path
    assert flake(next(variants())).startswith("# Emitted by voidgen")


def test_lists_in_a_flake_have_one_entry_a_line() -> None:
    cache = Cache(("https://a.example", "https://b.example"), ("k-1:" + "A" * 43 + "=",))
    text = flake(evolve(config(), cache=cache))
    assert (
        "    extra-substituters = [\n"
        '      "https://a.example"\n'
        '      "https://b.example"\n'
        "    ];\n"
        "    extra-trusted-public-keys = [\n"
        f'      "k-1:{"A" * 43}="\n'
        "    ];\n"
    ) in text


@pytest.mark.skipif(not shutil.which("nixfmt"), reason="nixfmt is not on PATH")
def test_nixfmt_changes_no_flake(tmp_path: Path) -> None:
    files = []
    for number, settings in enumerate(variants()):
        files.append(tmp_path / f"{number}.nix")
        files[-1].write_text(flake(settings))
    assert changed(files) == []


@pytest.mark.skipif(not shutil.which("nixfmt"), reason="nixfmt is not on PATH")
def test_nixfmt_changes_no_code(tmp_path: Path) -> None:
    emitted = []
    for path, file in bundled_files.constant().items():
        if path.endswith(".nix"):
            emitted.append(tmp_path / Path(path).name)
            emitted[-1].write_bytes(file.data)
    assert changed([*WRITTEN, *emitted]) == []


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: str(file.relative_to(ROOT)))
def test_written_code_has_no_faults(file: Path) -> None:
    assert faults(file.read_bytes()) == []


def test_emitted_flakes_have_no_faults() -> None:
    assert {fault for settings in variants() for fault in faults(flake(settings).encode())} == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("{ a, b ? a, ... }@c: b + c.x", []),
        ("{\n  a,\n  b,\n}:\nb", ["line 2: a is not used"]),
        ("a: _: { inherit a; }", []),
        ("a: b: { inherit (b) a; }", ["line 1: a is not used"]),
        ("let a = 1; in let inherit a; in 2", ["line 1: a is not used"]),
        ("let a.b = 1; c = a; in c", []),
        ("let a = 1; b = a; in 2", ["line 1: b is not used"]),
        ("let inherit (x) a; in { ${a} = 1; }", []),
        ('let a = 1; in "${a}"', []),
        ("x: with x; y", ["line 1: with"]),
        ("rec { a = 1; b = a; }", []),
        ("rec { a = 1; b = c; }", ["line 1: rec"]),
        ("{ x }:\n[\n  x\n]", []),
        ("{\n  a = [\n    1 ];\n}", [f"line 3: {BRACKET}"]),
        ("{\n   a = 1;\n}", [f"line 2: {SPACE}"]),
        ("{ a = 1; } ", [f"line 1: {SPACE}"]),
        ("''\n\ta \n''", []),
    ],
)  # fmt: skip
def test_nix_lint_finds_each_fault(code: str, found: list[str]) -> None:
    assert faults(code.encode()) == found
