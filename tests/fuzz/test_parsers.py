"""Each parser accepts or refuses any bytes, without a traceback."""

import bz2
import gzip
import io
import json
import os
import plistlib
import socket
import subprocess
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pycdlib import PyCdlib
from tests.fuzz.mutations import NASTY, as_json, damaged, few
from tests.support import efi
from tests.support.lock import PRINT, digest, forged, lock, packages
from tests.unit.provenance.test_statements import SAID

from voidgen import config
from voidgen.boot import firmware
from voidgen.boot.console import Console, ConsoleError
from voidgen.errors import StepFailedError, WrongInputError
from voidgen.image import of_iso
from voidgen.init import preset, takeover
from voidgen.iso import initramfs, loader, root_tree, verify
from voidgen.iso.log import Log
from voidgen.iso.mklive_log import faults
from voidgen.lock import entries, flake_lock
from voidgen.lock import voidgen_lock as lock_file
from voidgen.nix import derivations
from voidgen.nix import version as nix_versions
from voidgen.overlay import catalogue
from voidgen.provenance import signature, statement, statements
from voidgen.system import compressed, sha256sums, untrusted
from voidgen.text import visible
from voidgen.xbps import keys, repodata
from voidgen.xbps import version as xbps_versions

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "examples/offline/voidgen.toml").read_bytes()
MODULE = (ROOT / "overlay-src/lightdm-live/module.toml").read_bytes()


def read_or_refused(parse: Callable[[], object]) -> bool:
    """Return whether ``parse`` accepts the data. Any other exception would be a traceback."""
    try:
        parse()
    except (WrongInputError, StepFailedError) as error:
        return not str(error)
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@few(30)
@given(data=damaged(CONFIG) | st.binary(max_size=99))
def test_voidgen_toml(data: bytes, folder: Path) -> None:
    (folder / "voidgen.toml").write_bytes(data)
    read_or_refused(lambda: config.load(folder))


@few(30)
@given(data=damaged(MODULE) | st.binary(max_size=99))
def test_module_toml(data: bytes, folder: Path) -> None:
    file = folder / "modules/one/module.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    read_or_refused(lambda: catalogue.load([file.parents[1]]))


LOCK = lock_file.dump(lock(packages(3)))


@few(20)
@given(data=damaged(LOCK))
def test_voidgen_lock_that_is_damaged(data: bytes) -> None:
    """It is refused, unless the checksum is right, which guided fuzzing may find."""
    taken = read_or_refused(lambda: lock_file.parse(data, Path("voidgen.lock")))
    assert taken == (data == LOCK) or data == forged(data.rpartition(b'  "checksum"')[0])


@few(30)
@given(data=damaged(LOCK.rpartition(b'  "checksum"')[0]))
def test_voidgen_lock_that_is_forged(data: bytes) -> None:
    read_or_refused(lambda: lock_file.parse(forged(data), Path("voidgen.lock")))


FLAKE_LOCK = json.loads((ROOT / "flake.lock").read_bytes())


@few(40)
@given(data=as_json(FLAKE_LOCK))
def test_flake_lock(data: bytes, folder: Path) -> None:
    (folder / "flake.lock").write_bytes(data)
    read_or_refused(lambda: flake_lock.pinned(folder / "flake.lock"))
    read_or_refused(lambda: entries.parse(data, folder / "flake.lock"))


PLIST = {
    "htop": {
        "pkgver": "htop-3_1",
        "architecture": "x86_64",
        "filename-sha256": "0" * 64,
        "filename-size": 1,
        "provides": ["top-1_1"],
    }
}


def _repodata(index: bytes, pack: Callable[[bytes], bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, content in (("index.plist", index), ("index-meta.plist", b"DEADBEEF")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return pack(data.getvalue())


PACKS: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, zstandard.compress]
PACKED = [damaged(_repodata(plistlib.dumps(PLIST), one)) for one in PACKS]


@few(50)
@given(data=st.one_of(PACKED))
def test_repodata_that_is_damaged(data: bytes, folder: Path) -> None:
    (folder / "x86_64-repodata").write_bytes(data)
    read_or_refused(lambda: repodata.read(folder / "x86_64-repodata"))


@few(30)
@given(index=damaged(plistlib.dumps(PLIST)))
def test_repodata_of_another_index(index: bytes, folder: Path) -> None:
    (folder / "x86_64-repodata").write_bytes(_repodata(index, zstandard.compress))
    read_or_refused(lambda: repodata.read(folder / "x86_64-repodata"))


def test_repodata_that_decompresses_to_too_much_is_refused(folder: Path) -> None:
    """Skipped members are decompressed, too."""
    member = tarfile.TarInfo("other")
    member.size = 1 << 40
    data = member.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20)
    (folder / "x86_64-repodata").write_bytes(gzip.compress(data))
    with pytest.raises(StepFailedError, match="more than 512 MiB"):
        repodata.read(folder / "x86_64-repodata")


def test_repodata_that_is_a_fifo_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    with pytest.raises(WrongInputError, match="not a regular file"):
        repodata.read(folder / "fifo")


@few(20)
@given(data=damaged(plistlib.dumps({"public-key": b"PEM", "public-key-size": 4096})))
def test_key(data: bytes, folder: Path) -> None:
    file = folder / f"{PRINT}.plist"
    file.write_bytes(data)
    read_or_refused(lambda: keys.read([file]))


SCRIPT = """\
# settings
export KEYMAP=de
LOCALE="de_DE.UTF-8"  USER='me'
NIX_USER_PACKAGES="nixpkgs#firefox ${MORE:-nixpkgs#git}"
PACKAGES=(htop jq "vim")
PACKAGES+=( tmux )
cat <<EOF
x
EOF
"""


@few(40)
@given(script=damaged(SCRIPT.encode()), lines=st.lists(st.tuples(NASTY, NASTY), max_size=4))
def test_install_conf(script: bytes, lines: list[tuple[str, str]], folder: Path) -> None:
    """The script is read, and no part of it runs."""
    more = "".join(f"\n{name}KEYMAP={value}" for name, value in lines)
    text = script.decode(errors="replace") + more
    made = preset.text("console", folder / "image")

    def take() -> None:
        (folder / "voidgen.toml").write_text(takeover.take(made, text, Path("install.conf")).text)

    if read_or_refused(take):
        assert read_or_refused(lambda: config.load(folder)), text
    assert not (folder / "pwned").exists()
    assert not Path("pwned").exists()


SQUASHFS = b"""\
drwxr-xr-x 0/0                37 2026-01-01 00:00 /
-rw-r--r-- 0/0                12 2026-01-01 00:00 /etc/motd
lrwxrwxrwx 0/0                 7 2026-01-01 00:00 /bin -> usr/bin
crw--w---- 0/5             5,  1 2026-01-01 00:00 /dev/console
"""


@few(40)
@given(data=damaged(SQUASHFS) | st.binary(max_size=200))
def test_lists_of_the_container(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    root_tree.entries(text)
    root_tree.ids(text)
    list(verify.boot("x86_64", text))
    list(verify.packages(data))
    list(faults(text))


INITRAMFS = b"070701" + b"%08X" * 13 % (1, 33188, 0, 0, 1, 0, 3, 0, 0, 0, 0, 3, 0) + b"ab\0\0abc\0"
END = b"070701" + b"%08X" * 13 % (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0) + b"TRAILER!!!\0"


@few(40)
@given(data=damaged(INITRAMFS + END), pack=st.sampled_from([bytes, gzip.compress, bz2.compress]))
def test_initramfs(data: bytes, pack: Callable[[bytes], bytes]) -> None:
    with suppress(ValueError):
        initramfs.entries(io.BytesIO(pack(data)), compressed.decompress)


MEMDISK = efi.memdisk({loader.CONFIG: loader.STABLE})
LOADER = efi.program(efi.modules(MEMDISK))
WITH_MEMDISK = damaged(MEMDISK).map(lambda data: efi.program(efi.modules(data)))


@few(60)
@given(data=damaged(LOADER) | WITH_MEMDISK | st.binary(max_size=200))
def test_loader(data: bytes) -> None:
    list(loader.faults("X.EFI", loader.memdisk(data), 1))


LOG = b"[1/9] One\r\n\x1b[32m[2/9] Two\x1b[0m\nERROR: no space\noverlay: /x: replaces x\n"


@few(30)
@given(pieces=st.lists(damaged(LOG), max_size=3), status=st.integers(-15, 255))
def test_what_mklive_prints(pieces: list[bytes], status: int, folder: Path) -> None:
    log = Log(folder / "log")
    with log.open(["podman"], lambda *_: None) as heard:
        for piece in pieces:
            heard(piece)
    log.notes()
    assert log.failure(status, "podman run").what


def _iso() -> bytes:
    made = PyCdlib()
    made.new(interchange_level=3, rock_ridge="1.09")
    made.add_fp(io.BytesIO(b"{}"), 2, "/VOIDGEN.JSO;1", rr_name="voidgen.json")
    data = io.BytesIO()
    made.write_fp(data)
    made.close()
    return data.getvalue()


ISO = _iso()


DESCRIPTOR = 32768
"""Where the first volume descriptor begins (ECMA-119, 6.2.1: after 16 sectors)."""


@st.composite
def isos(draw: st.DrawFn) -> bytes:
    """Draw the sample with some bytes changed, also in its descriptor, perhaps truncated."""
    data = bytearray(ISO)
    anywhere, near = st.integers(0, len(ISO) - 1), st.integers(DESCRIPTOR, DESCRIPTOR + 200)
    for place, most in ((anywhere, 30), (near, 5)):
        for at, byte in draw(st.lists(st.tuples(place, st.integers(0, 255)), max_size=most)):
            data[at] = byte
    return bytes(data[: draw(st.integers(0, len(ISO)) | st.just(len(ISO)))])


@few(30)
@given(data=isos())
def test_iso(data: bytes, folder: Path) -> None:
    (folder / "x.iso").write_bytes(data)
    read_or_refused(lambda: of_iso.read(folder / "x.iso"))
    read_or_refused(lambda: of_iso.extent(folder / "x.iso", "/voidgen.json"))


FIRMWARE = {
    "interface-types": ["uefi"],
    "mapping": {
        "device": "flash",
        "executable": {"filename": "/x", "format": "raw"},
        "nvram-template": {"filename": "/y", "format": "raw"},
    },
    "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*"]}],
    "features": [],
}


@few(30)
@given(data=as_json(FIRMWARE))
def test_descriptor_of_firmware(data: bytes, folder: Path) -> None:
    place = folder / "firmware"
    place.mkdir(exist_ok=True)
    (place / "x.json").write_bytes(data)
    assert firmware.described([place]) is None


DERIVATION = (
    b'Derive([("out","/nix/store/x-a","","")],[("/nix/store/y.drv",["out"])],["/nix/store/z"],'
    b'"x86_64-linux","/bin/sh",["-c","x"],[("name","a")])'
)


@few(30)
@given(data=damaged(DERIVATION))
def test_derivation(data: bytes, folder: Path) -> None:
    file = folder / "0123456789abcdfghijklmnpqrsvwxyz-a-1.drv"
    file.write_bytes(data)
    derivations.read(str(file))


@few(20)
@given(data=damaged(sha256sums.dump({"a.iso": digest("a")})))
def test_sums(data: bytes) -> None:
    sha256sums.parse(data)


@few(20)
@given(data=damaged(b"me@example.org ssh-ed25519 AAAA x\n# y\nssh-ed25519 AAAA\n"))
def test_signers(data: bytes, folder: Path) -> None:
    (folder / "signers").write_bytes(data)
    read_or_refused(lambda: signature.signers([folder / "signers"], []))


@few(30)
@given(one=NASTY | st.text(max_size=9), other=NASTY | st.text(max_size=9))
def test_versions(one: str, other: str) -> None:
    for module in (nix_versions, xbps_versions):
        assert module.compare(one, other) == -module.compare(other, one)


@few(10)
@given(data=as_json(PLIST))
def test_json(data: bytes) -> None:
    try:
        expected = json.loads(data)
    except (ValueError, RecursionError):
        with pytest.raises(ValueError, match=r"."):
            untrusted.parse_json(data)
    else:
        assert repr(untrusted.parse_json(data)) == repr(expected)


@pytest.mark.parametrize("data", [b"[" * 200_000, b'{"a":' * 200_000, b"1" * 5000, b"\xff", b""])
def test_json_that_is_too_deep_too_large_or_wrong_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        untrusted.parse_json(data)


BOOT = b"[    0.0] Linux\r\n\x1b[32mOK\x1b[0m\r\nvoid-live login: "


@few(12)
@given(data=damaged(BOOT) | st.binary(max_size=300))
def test_serial_console(data: bytes) -> None:
    ours, its = socket.socketpair()
    with ours:
        its.sendall(data)
        its.close()
        try:
            Console(ours, 5).booted()
        except ConsoleError as error:
            assert visible(error.recent).isprintable()  # noqa: PT017 - one of two good ends


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A bundle with one signed statement."""
    folder = tmp_path_factory.mktemp("bundle")
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")]
    subprocess.run(argv, check=True)
    return statements.add(folder / "x.iso", SAID, folder / "key").read_bytes()


STATEMENT = json.loads(statement.dump(SAID))


@few(40)
@given(data=as_json(STATEMENT))
def test_provenance(data: bytes, folder: Path) -> None:
    """It is refused in one line, or read and written again without change."""
    (folder / "p.provenance.json").write_bytes(data)
    found = statement.beside_iso(folder / "p.iso")
    if isinstance(found, str):
        assert found == "p.provenance.json is not voidgen's statement about an ISO"
    else:
        assert statement.parse(statement.dump(found)) == found


@few(12)
@given(data=st.data())
def test_statements(data: st.DataObject, bundle: bytes, folder: Path) -> None:
    """Each line has an outcome, and only the signed statement passes."""
    table = json.loads(bundle)
    changed = data.draw(as_json(table) | damaged(bundle + bundle))
    (folder / "s.intoto.jsonl").write_bytes(changed)
    payload = table["payload"].encode()
    for one in statements.outcomes(folder / "s.iso", SAID.hash, (), "nobody"):
        assert one.name.startswith("statement")
        assert one.state == "failed" or payload in changed
