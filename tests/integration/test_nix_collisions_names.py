"""File names may contain any bytes."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.integration import colliding
from tests.integration.colliding import Case, Verdict, in_order
from tests.integration.offline import Nix

BYTES = [bytes([byte]) for byte in range(1, 256) if chr(byte) not in "\n/."]
WORDS = (
    b"  x ", b"\t", b"\tx\t", b"*", b"[a]", b"a*", b"?", b"-n", b"-", b"--", b"!", b"(", b"%s",
    b"\\", b"\\n", b"\\0101", b"x\\", b"'", b'"', b"$(x)", b"`x`", b"~", b"1e3", b"1000", b"0x10",
    "\u00e9\u20ac\U0001f600".encode(), b"\xe9t\xe9", b"\xed\xa0\x80", b"\xc0\xaf",
    b"\xf4\x90\x80\x80", b"\xe2\x82", b"x\xe2\x82x", b"\xf0\x9f\x98", b"=", b"a=b", b"table=x",
)  # fmt: skip
NAMES = sorted({*BYTES, *WORDS, b"x" * 255})


def spelled(name: bytes) -> str:
    """Return a shell word that expands to ``name``."""
    return "\"$(printf '" + "".join(f"\\{byte:03o}" for byte in name) + "')\""


def files(output: str, *paths: bytes) -> str:
    """Return a script that makes ``paths`` and their folders in the output."""
    made = [f"${output}/{spelled(path)}" for path in paths]
    return "\n".join(f'mkdir -p "$(dirname {path})"; echo {output} > {path}' for path in made)


def text(name: bytes) -> str:
    """Decode ``name``, with U+FFFD for each byte that is not UTF-8."""
    kept = name.decode(errors="surrogateescape")
    return "".join("\ufffd" if "\udc80" <= one <= "\udcff" else one for one in kept)


def judged(nix: Nix, folder: Path, *outputs: Mapping[str, str]) -> list[Verdict]:
    return colliding.judge(nix, folder, [Case(one, in_order("a", "b")) for one in outputs])


@pytest.mark.parametrize("path", [b"d/%b", b"%b/d"], ids=["a file", "a folder"])
def test_collisions_of_every_name_are_reported(nix: Nix, tmp_path: Path, path: bytes) -> None:
    paths = [path % name for name in NAMES]
    (verdict,) = judged(nix, tmp_path, {output: files(output, *paths) for output in "ab"})
    assert verdict.profile
    assert verdict.report is not None
    assert sorted(one["path"] for one in verdict.report) == sorted(map(text, paths))


def test_a_line_break_in_a_name_is_refused_if_the_folder_is_compared(
    nix: Nix, tmp_path: Path
) -> None:
    """buildenv accepts these names, voidgen does not."""
    broken = spelled(b"x\ny")
    shared, below, alone = judged(
        nix,
        tmp_path,
        {"a": files("a", b"d/x\ny"), "b": files("b", b"d/z")},
        {
            "c": files("c", b"x\ny/z"),
            "a": f"mkdir $a; ln -s $c/{broken} $a/d",
            "b": files("b", b"d/z"),
        },
        {"a": files("a", b"d/x\ny"), "b": files("b", b"z")},
    )
    said = (
        "voidgen: d of a^a has a name with a line break, which voidgen cannot compare.\n    Remove"
    )
    for verdict in (shared, below):
        assert verdict.report is None
        assert said in nix.run("nix-store", "--read-log", verdict.derivation)
    assert alone.report == []
