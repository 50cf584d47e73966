"""What an ISO carries, in ISOs that xorriso would make and in ones that nobody should."""

import io
from pathlib import Path

from pycdlib import PyCdlib

from voidgen.image import of_iso


def iso(*files: tuple[str, bytes], folders: tuple[str, ...] = ()) -> bytearray:
    """An ISO with Rock Ridge names."""
    made = PyCdlib()
    made.new(interchange_level=3, rock_ridge="1.09")
    for name in folders:
        made.add_directory(name.upper(), rr_name=name.rpartition("/")[2])
    for name, data in files:
        short = name.partition(".")[0].upper()
        made.add_fp(io.BytesIO(data), len(data), f"/{short}.;1", rr_name=name)
    written = io.BytesIO()
    made.write_fp(written)
    made.close()
    return bytearray(written.getvalue())


def test_a_file_of_many_parts_begins_with_its_first(tmp_path: Path) -> None:
    """A file of more than 4 GiB: records of one name, all but the last flagged so."""
    first, second = b"1" * 2048, b"2" * 2048
    data = iso(("big", first), ("bih", second))
    # Flags are the byte 25 of a record, whose name is the byte 33 (ECMA-119, 9.1).
    data[data.index(b"BIG.;1") - 33 + 25] |= 0x80
    data = data.replace(b"BIH.;1", b"BIG.;1").replace(b"bih", b"big")
    file = tmp_path / "x.iso"
    file.write_bytes(data)
    at = of_iso.offset(file, "/big")
    assert at is not None
    assert data[at : at + 4096] == first + second


def test_folders_in_a_circle_have_an_end(tmp_path: Path) -> None:
    data = iso(("voidgen.json", b"{}"), folders=("/d", "/d/e"))
    record = data.index(b"\x01E", data.index(b"\x01D")) - 32
    outer = data.index(b"\x01D") - 32
    # Where it is, little-endian and big-endian.
    data[record + 2 : record + 10] = data[outer + 2 : outer + 10]
    (tmp_path / "x.iso").write_bytes(data)
    assert of_iso.extract(tmp_path / "x.iso", "/voidgen.json") in {None, b"{}"}


def test_a_folder_that_is_the_root_has_an_end(tmp_path: Path) -> None:
    """pycdlib before 1.22 reads it for ever."""
    data = iso(("voidgen.json", b"{}"), folders=("/d", "/d/e"))
    record = data.index(b"\x01E", data.index(b"\x01D")) - 32
    # The root's record in the first volume descriptor (ECMA-119, 8.4.18).
    root = 16 * 2048 + 156
    data[record + 2 : record + 10] = data[root + 2 : root + 10]
    (tmp_path / "x.iso").write_bytes(data)
    assert of_iso.extract(tmp_path / "x.iso", "/voidgen.json") in {None, b"{}"}
