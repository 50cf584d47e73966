"""Reading derivations' files, and refusing others."""

from pathlib import Path

import pytest

from voidgen.nix import derivations

NAME = "0123456789abcdfghijklmnpqrsvwxyz-a-1.drv"
SAMPLE = (
    b'Derive([("out","/nix/store/x-a","","")],'
    b'[("/nix/store/y.drv",["bin","out"])],["/nix/store/z"],'
    b'"x86_64-linux","/bin/sh",["-c","a\\"\\n\\\\\xff"],[("name","a")])'
)


def test_all_fields_are_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(SAMPLE)
    found = derivations.read(str(tmp_path / NAME))
    assert found == derivations.Derivation(
        name="a",
        version="1",
        outputs={"out": "/nix/store/x-a"},
        inputs={"/nix/store/y.drv": ("bin", "out")},
        sources=("/nix/store/z",),
        system="x86_64-linux",
        builder="/bin/sh",
        arguments=("-c", 'a"\n\\\xff'),
        env={"name": "a"},
    )
    assert found.wanted == ("/nix/store/y.drv!bin,out",)


@pytest.mark.parametrize(
    "data",
    [
        SAMPLE.replace(b"\\n", b"\\_"),
        SAMPLE[:-1],
        SAMPLE.replace(b'"x86_64-linux",', b""),
        SAMPLE.replace(b'[("name","a")]', b"1"),
        b"Derive(" + b"[" * 100_000,
        b"Derive",
        b"\0",
        b"",
    ],
)
def test_another_format_gives_none(
    data: bytes, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / NAME).write_bytes(data)
    assert derivations.read(str(tmp_path / NAME)) is None
    # Other tests may cause warnings about open resources.
    assert [one.message for one in recwarn if one.category is not ResourceWarning] == []


def test_a_missing_file_gives_none(tmp_path: Path) -> None:
    assert derivations.read(str(tmp_path / NAME)) is None
