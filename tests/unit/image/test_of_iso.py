"""Reading files from ISOs, well-formed and malformed ones."""

import io
from pathlib import Path

from pycdlib import PyCdlib

from voidgen.image import of_iso


def iso(*files: tuple[str, bytes], folders: tuple[str, ...] = ()) -> bytearray:
    """Return an ISO with Rock Ridge names."""
    made = PyCdlib()
    made.new(interchange_level=3, rock_ridge="1.09")
    for name in folders:
        made.add_directory(name.upper(), rr_name=name.rpartition("/")[2])
    for name, data in files:
        place, _, own = f"/{name}".rpartition("/")
        short = f"{place}/{own.partition('.')[0]}".upper()
        made.add_fp(io.BytesIO(data), len(data), f"{short}.;1", rr_name=own)
    written = io.BytesIO()
    made.write_fp(written)
    made.close()
    return bytearray(written.getvalue())


def test_a_file_in_parts_begins_at_the_first_part(tmp_path: Path) -> None:
    """A file of more than 4 GiB has several records; all but the last have a flag."""
    first, second = b"1" * 2048, b"2" * 2048
    data = iso(("big", first), ("bih", second))
    # In a record, flags are byte 25, and the name begins at byte 33 (ECMA-119, 9.1).
    data[data.index(b"BIG.;1") - 33 + 25] |= 0x80
    data = data.replace(b"BIH.;1", b"BIG.;1").replace(b"bih", b"big")
    file = tmp_path / "x.iso"
    file.write_bytes(data)
    extent = of_iso.extent(file, "/big")
    assert extent is not None
    at, size = extent
    assert data[at : at + size] == first + second


def test_folders_that_contain_each_other_do_not_hang(tmp_path: Path) -> None:
    data = iso(("voidgen.json", b"{}"), folders=("/d", "/d/e"))
    record = data.index(b"\x01E", data.index(b"\x01D")) - 32
    outer = data.index(b"\x01D") - 32
    # The folder's place, little-endian and big-endian.
    data[record + 2 : record + 10] = data[outer + 2 : outer + 10]
    (tmp_path / "x.iso").write_bytes(data)
    assert of_iso.extract(tmp_path / "x.iso", "/voidgen.json") in {None, b"{}"}


def test_a_folder_that_is_the_root_does_not_hang(tmp_path: Path) -> None:
    """pycdlib before 1.22 never stops reading it."""
    data = iso(("voidgen.json", b"{}"), folders=("/d", "/d/e"))
    record = data.index(b"\x01E", data.index(b"\x01D")) - 32
    # The root's record in the first volume descriptor (ECMA-119, 8.4.18).
    root = 16 * 2048 + 156
    data[record + 2 : record + 10] = data[root + 2 : root + 10]
    (tmp_path / "x.iso").write_bytes(data)
    assert of_iso.extract(tmp_path / "x.iso", "/voidgen.json") in {None, b"{}"}
