"""A stand-in for XBPS's programs, for tests on machines without XBPS.

It reads and writes repositories of the real form, resolves as far as tests need it (names,
``name>=version``, conflicts, libraries), and ends with XBPS's statuses and words. Its keys and
signatures are toys: the public key is enough to sign. Versions compare by their numbers.

The name under which `main` runs decides: xbps-install, xbps-query, xbps-rindex, xbps-uhelper.
"""

import errno
import getopt
import hashlib
import io
import os
import plistlib
import re
import sys
import tarfile
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import zstandard

Table = dict[str, Any]


class EndError(Exception):
    """Ends the program with this status."""

    def __init__(self, status: int, *lines: str) -> None:
        super().__init__(*lines)
        self.status = status
        self.lines = lines


def main() -> NoReturn:
    """Run as the program whose name this one was started with."""
    name, words = Path(sys.argv[0]).name, sys.argv[1:]
    programs = {
        "xbps-install": _install,
        "xbps-query": _query,
        "xbps-rindex": _rindex,
        "xbps-uhelper": _uhelper,
    }
    try:
        programs[name](words)
    except EndError as end:
        for line in end.lines:
            print(line, file=sys.stderr)  # noqa: T201 - it is a program
        sys.exit(end.status)
    sys.exit(0)


# Archives: packages, and the indexes of repositories.


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a tar archive, compressed by zstd; the same members give the same bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return zstandard.ZstdCompressor().compress(stream.getvalue())


def members(data: bytes) -> dict[str, bytes]:
    """Return the members of an `archive`; raise ValueError if ``data`` is not one."""
    try:
        unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        with tarfile.open(fileobj=io.BytesIO(unpacked)) as tar:
            files = [(member.name, tar.extractfile(member)) for member in tar]
            return {name.removeprefix("./"): file.read() for name, file in files if file}
    except (zstandard.ZstdError, tarfile.TarError) as error:
        raise ValueError(str(error)) from None


def package(properties: Table, content: bytes = b"") -> bytes:
    """Return the bytes of an ``.xbps`` file."""
    files = plistlib.dumps({"files": [{"file": "/usr/share/content"}]})
    return archive(
        {
            "./props.plist": plistlib.dumps(properties),
            "./files.plist": files,
            "./usr/share/content": content,
        }
    )


def _read_index(file: Path) -> tuple[Table, Table]:
    """Return packages by name, and the signer; both are empty if there is no file."""
    if not file.exists():
        return {}, {}
    found = members(file.read_bytes())
    return (
        plistlib.loads(found["index.plist"]) if found["index.plist"] else {},
        plistlib.loads(found["index-meta.plist"]) if found["index-meta.plist"] else {},
    )


def _write_index(file: Path, index: Table, meta: Table) -> None:
    # XBPS writes an empty table as an empty file.
    dumped = (plistlib.dumps(table) if table else b"" for table in (index, meta))
    names = ("index.plist", "index-meta.plist")
    file.write_bytes(archive({**dict(zip(names, dumped, strict=True)), "stage.plist": b""}))


# Keys and signatures, both toys.


def public_key(name: str) -> bytes:
    """Return a stand-in for the PEM of a public key."""
    body = b64encode(hashlib.sha512(name.encode()).digest()).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()


def fingerprint(pem: bytes) -> str:
    """A key's fingerprint."""
    return hashlib.md5(pem, usedforsecurity=False).digest().hex(":")


def sign(folder: Path, arch: str, name: str) -> None:
    """Sign the index of a repository and its packages with the key called ``name``."""
    file = folder / f"{arch}-repodata"
    index, _ = _read_index(file)
    pem = public_key(name)
    meta = {
        "public-key": pem,
        "public-key-size": 4096,
        "signature-by": name,
        "signature-type": "rsa",
    }
    _write_index(file, index, meta)
    for one in folder.glob("*.xbps"):
        Path(f"{one}.sig2").write_bytes(_signature(pem, one))


def _signature(pem: bytes, file: Path) -> bytes:
    return hashlib.sha512(pem + hashlib.sha256(file.read_bytes()).digest()).digest() * 8


# Versions and patterns.


def _name(pkgver: str) -> str:
    return pkgver.rpartition("-")[0]


def _matches(pkgver: str, pattern: str) -> bool:
    """Return whether a package matches a name, a name with version, or a minimum version."""
    name, least, version = pattern.partition(">=")
    if least:
        return name == _name(pkgver) and _numbers(pkgver) >= _numbers(f"{name}-{version}")
    return pattern in {pkgver, _name(pkgver)}


def _numbers(pkgver: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", pkgver.rpartition("-")[2])]


# xbps-install and xbps-query.


def _repositories(root: str, words: Sequence[str]) -> Iterator[tuple[str, Table, Table]]:
    """Yield name, packages and signer of each repository that has an index."""
    arch = _arch()
    for where in words:
        place = Path(where) if where.startswith("/") else Path(root, "var/db/xbps", _mangled(where))
        try:
            index, meta = _read_index(place / f"{arch}-repodata")
        except ValueError:
            continue
        if index:
            yield where, index, meta


def _mangled(url: str) -> str:
    whole = url if "/" in url.partition("://")[2] else f"{url}/"
    return re.sub(r"[./:]", "_", whole)


def _find(pool: Sequence[tuple[str, Table, Table]], pattern: str) -> tuple[str, Table] | None:
    """Return the first repository that has a matching package, and the package."""
    for where, index, _ in pool:
        for entry in index.values():
            if _matches(entry["pkgver"], pattern):
                return where, entry
    return None


def _resolve(
    pool: Sequence[tuple[str, Table, Table]], asked: Sequence[str], ignored: Collection[str]
) -> list[tuple[str, Table]]:
    """Return the packages to install, dependencies first; none of the ``ignored`` for another."""
    found: dict[str, tuple[str, Table]] = {}
    waiting: set[str] = set()
    missing: list[str] = []

    def take(pattern: str, *, dependency: bool = True) -> None:
        got = _find(pool, pattern)
        if got is None and not dependency:
            raise EndError(
                errno.ENOENT, f"ERROR: Package '{pattern}' not found in repository pool."
            )
        if got is None:
            missing.append(f"MISSING: {pattern}")
            return
        pkgver = got[1]["pkgver"]
        if pkgver in waiting:
            return
        waiting.add(pkgver)
        for needed in got[1].get("run_depends", ()):
            if needed.partition(">=")[0] not in ignored:
                take(needed)
        found[pkgver] = got

    for pattern in asked:
        take(pattern, dependency=False)
    if missing:
        last = "ERROR: Transaction aborted due to unresolved dependencies."
        raise EndError(errno.ENODEV, *missing, last)
    _check(found)
    return list(found.values())


def _ignored(root: str) -> list[str]:
    """Return the packages that settings in ``root`` leave out (xbps.d(5))."""
    texts = (file.read_text() for file in Path(root, "etc/xbps.d").glob("*.conf"))
    return [name for text in texts for name in re.findall(r"^ignorepkg=(\S+)$", text, re.MULTILINE)]


def _check(found: Mapping[str, tuple[str, Table]]) -> None:
    """Raise EndError if packages conflict or lack libraries."""
    entries = [entry for _, entry in found.values()]
    conflicts = [
        f"CONFLICT: {entry['pkgver']} with {other['pkgver']} in transaction (matched by {pattern})"
        for entry in entries
        for pattern in entry.get("conflicts", ())
        for other in entries
        if _matches(other["pkgver"], pattern)
    ]
    if conflicts:
        last = "ERROR: Transaction aborted due to conflicting packages."
        raise EndError(errno.EAGAIN, *conflicts, last)
    provided = {name for entry in entries for name in entry.get("shlib-provides", ())}
    broken = [
        f"{entry['pkgver']}: broken, unresolvable shlib `{name}'"
        for entry in entries
        for name in entry.get("shlib-requires", ())
        if name not in provided
    ]
    if broken:
        last = "ERROR: Transaction aborted due to unresolved shlibs."
        raise EndError(errno.ENOEXEC, *broken, last)


def _install(words: Sequence[str]) -> None:
    options, asked = getopt.gnu_getopt(
        list(words),
        "c:Dnr:Sy",
        ["cachedir=", "download-only", "dry-run", "repository=", "rootdir=", "yes"],
    )
    given = {option.lstrip("-"): value for option, value in options}
    root = given.get("r") or given.get("rootdir") or "/"
    pool = list(_repositories(root, [value for name, value in options if name == "--repository"]))
    found = _resolve(pool, asked, _ignored(root))
    dry = bool(given.keys() & {"n", "dry-run"})
    if dry:
        for where, one in found:
            sizes = f"{one['installed_size']} {one['filename-size']}"
            _say(f"{one['pkgver']} install {one['architecture']} {where} {sizes}")
    needed, disk = sum(one["installed_size"] for _, one in found), os.statvfs(root)
    if needed > disk.f_bavail * disk.f_frsize:
        what = "Transaction aborted due to insufficient disk space (need much, got little free)."
        raise EndError(errno.ENOSPC, f"ERROR: {what}")
    if not dry:
        cache = given.get("c") or given.get("cachedir") or ""
        _download(found, {where: meta for where, _, meta in pool}, Path(root), Path(cache))


def _download(
    found: Iterable[tuple[str, Table]], signers: Mapping[str, Table], root: Path, cache: Path
) -> None:
    """Verify files; the stand-in downloads and installs nothing."""
    for where, one in found:
        if where.startswith("/"):
            _verify_hash(Path(where), one)
        else:
            _verify_signature(cache, one, signers[where], root / "var/db/xbps/keys")


def _file(folder: Path, one: Table) -> Path:
    file = folder / f"{one['pkgver']}.{one['architecture']}.xbps"
    if not file.exists():
        what = f"ERROR: [trans] failed to download `{one['pkgver']}': No such file or directory"
        raise EndError(errno.ENOENT, what)
    return file


def _verify_hash(folder: Path, one: Table) -> None:
    data = _file(folder, one).read_bytes()
    _say(f"{one['pkgver']}: verifying SHA256 hash...")
    if hashlib.sha256(data).hexdigest() != one["filename-sha256"]:
        raise EndError(errno.ERANGE, f"ERROR: {one['pkgver']}: SHA256 hash is not valid")


def _verify_signature(cache: Path, one: Table, meta: Table, keys: Path) -> None:
    file = _file(cache, one)
    signature = Path(f"{file}.sig2")
    pem = bytes(meta.get("public-key", b""))
    key = keys / f"{fingerprint(pem)}.plist"
    _say(f"{one['pkgver']}: verifying RSA signature...")
    if (
        not key.exists()
        or bytes(plistlib.loads(key.read_bytes())["public-key"]) != pem
        or not signature.exists()
        or signature.read_bytes() != _signature(pem, file)
    ):
        # As XBPS does, so that the next run fetches them again.
        file.unlink()
        signature.unlink(missing_ok=True)
        raise EndError(errno.EPERM, f"ERROR: {one['pkgver']}: the RSA signature is not valid!")


def _query(words: Sequence[str]) -> None:
    options, (pattern, *_) = getopt.gnu_getopt(list(words), "p:Rr:x", ["repository="])
    root = dict(options)["-r"]
    names = [value for option, value in options if option == "--repository"]
    found = _find(list(_repositories(root, names)), pattern)
    if found is None:
        raise EndError(errno.ENOENT)
    if "-x" in dict(options):
        for needed in found[1].get("run_depends", ()):
            _say(needed)
    else:
        _say(found[1][dict(options)["-p"]])


# xbps-uhelper and xbps-rindex.


def _uhelper(words: Sequence[str]) -> None:
    if list(words) == ["arch"]:
        _say(_arch())
    elif len(words) == 2 and words[0] == "getpkgversion":
        _say(words[1].rpartition("-")[2])
    else:
        raise EndError(errno.EPERM, "Usage: xbps-uhelper [OPTIONS] [MODE] [ARGUMENTS]")


def _rindex(words: Sequence[str]) -> None:
    if not words or words[0] not in {"-a", "--add"}:
        raise EndError(errno.EPERM, "Usage: xbps-rindex [OPTIONS] MODE ARGUMENTS")
    add([Path(word) for word in words[1:]], _arch())


def add(files: Sequence[Path], arch: str) -> None:
    """Index packages in their folder; unreadable ones are left out."""
    for folder in {file.parent for file in files}:
        index, meta = _read_index(folder / f"{arch}-repodata")
        for file in files:
            if file.parent == folder:
                _add(file, arch, index)
        _write_index(folder / f"{arch}-repodata", dict(sorted(index.items())), meta)
        _say(f"index: {len(index)} packages registered.")


def _add(file: Path, arch: str, index: Table) -> None:
    data = file.read_bytes()
    try:
        entry = plistlib.loads(members(data)["props.plist"])
        name, pkgver, built = entry["pkgname"], entry["pkgver"], entry["architecture"]
    except (LookupError, ValueError):
        what = f"failed to read props.plist metadata for `{file.name}', skipping!"
        print(f"ERROR: index: {what}", file=sys.stderr)  # noqa: T201 - it is a program
        return
    if built not in {arch, "noarch"}:
        what = f"ignoring {pkgver}, unmatched arch ({built})"
        print(f"index: {what}", file=sys.stderr)  # noqa: T201 - it is a program
        return
    entry["filename-sha256"] = hashlib.sha256(data).hexdigest()
    entry["filename-size"] = len(data)
    index[name] = entry
    _say(f"index: added `{pkgver}' ({built}).")


def _arch() -> str:
    return os.environ.get("XBPS_ARCH") or os.uname().machine


def _say(line: str) -> None:
    print(line)  # noqa: T201 - it is a program
