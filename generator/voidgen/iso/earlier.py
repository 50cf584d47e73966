"""Find an earlier run's ISO: whether its files are undamaged, and what the next one shares."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import WrongInputError
from voidgen.image import built as built_image
from voidgen.image.iso_manifest import IsoManifest
from voidgen.iso import outputs, record
from voidgen.schema import typed_json
from voidgen.system import sha256sums, sri
from voidgen.system.files import open_regular_file, read_input
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from voidgen.image.built_image import BuiltImage
    from voidgen.progress import Progress
    from voidgen.xbps.types import Package

SUMS = "iso.sha256"
SMALL = tuple(kind for kind in outputs.SUMMED if kind != "iso")


@frozen
class Earlier:
    """The earlier ISO: its ``hash`` (SRI) if it has the same inputs and no damage; else empty.

    ``damage`` has a line for each file that is missing or has other bytes.
    """

    hash: str = ""
    damage: tuple[str, ...] = ()


def find(out: Path, name: str, inputs: str, progress: Progress) -> Earlier:
    """Compare NAME.iso in ``out``, and the files beside it, with the sums and the manifest.

    ``inputs`` is the hash of the ISO's current inputs. An ISO of other inputs, or of unknown
    ones, is not hashed. Raises nothing: a file that cannot be read counts as damaged.
    """
    made = record.read(out, name)
    if made is None or made.inputs != inputs:
        return Earlier()
    if not any(os.path.lexists(out / f"{name}.{kind}") for kind in outputs.KINDS):
        return Earlier()
    hashes: dict[str, str] = {}
    damage = [*_hashed(out, name, SMALL, hashes)]
    written, listed = _sums(out / f"{name}.{SUMS}")
    iso = _manifest(out / f"{name}.manifest.json")
    with progress.step(f"hashing {name}.iso"):
        damage += _hashed(out, name, ("iso",), hashes)
    damage += _other(name, hashes, listed, written, iso)
    if damage:
        return Earlier(damage=tuple(damage))
    # Someone else's ISO may be undamaged, too.
    return Earlier(made.iso) if hashes[f"{name}.iso"] == made.iso else Earlier()


def hash_of_iso(out: Path, name: str, progress: Progress) -> str:
    """Return the hash (SRI) of NAME.iso in ``out``, whoever made it; "" if it cannot be read."""
    hashes: dict[str, str] = {}
    with progress.step(f"hashing {name}.iso"):
        return "" if [*_hashed(out, name, ("iso",), hashes)] else hashes[f"{name}.iso"]


def _hashed(out: Path, name: str, kinds: tuple[str, ...], hashes: dict[str, str]) -> Iterator[str]:
    """Add the hash of each file to ``hashes``; yield a line for each that cannot be read."""
    for kind in kinds:
        file = out / f"{name}.{kind}"
        try:
            with open_regular_file(file) as stream:
                hashes[file.name] = sri.of_stream(stream)
        except FileNotFoundError:
            yield f"{file.name} is missing"
        except OSError as error:
            yield f"{file.name} cannot be read: {error.strerror}"
        except WrongInputError as error:
            yield f"{file.name} is {error}"


def _sums(file: Path) -> tuple[bytes, Mapping[str, str]]:
    """Return the bytes of the sums and the hashes that they list; empty if they cannot be read."""
    try:
        data = read_input(file)
    except WrongInputError:
        return b"", {}
    return data, sha256sums.parse(data) or {}


@frozen
class _Iso:
    hash: str


@frozen
class _Manifest:
    """The part of a manifest about the ISO, as every version of voidgen writes it."""

    iso: _Iso


def _manifest(file: Path) -> _Manifest | None:
    """Return the manifest's part about the ISO; None if it is not a manifest."""
    try:
        return typed_json.read(read_input(file, built_image.LARGEST), _Manifest)
    except (WrongInputError, GarbledError):
        return None


def _other(
    name: str,
    hashes: Mapping[str, str],
    listed: Mapping[str, str],
    written: bytes,
    iso: _Manifest | None,
) -> Iterator[str]:
    """Yield a line for each file with another hash than in the sums or the manifest."""
    if not listed:
        yield f"{name}.{SUMS} is missing or damaged"
    wrong = [one for one in hashes if listed and hashes[one] != listed.get(one)]
    yield from (f"{one} has another hash than {name}.{SUMS} lists" for one in wrong)
    if iso is None and f"{name}.manifest.json" in hashes and not wrong:
        yield f"{name}.manifest.json is not a manifest that voidgen wrote"
    found = hashes.get(f"{name}.iso")
    if iso and found and f"{name}.iso" not in wrong and found != iso.iso.hash:
        yield f"{name}.iso has another hash than {name}.manifest.json names"
    expected = {f"{name}.{kind}": hashes.get(f"{name}.{kind}", "") for kind in outputs.SUMMED}
    if listed and not wrong and all(expected.values()) and written != sha256sums.dump(expected):
        yield f"{name}.{SUMS} is damaged"


def shared(out: Path, name: str, built: BuiltImage, packages: Sequence[Package]) -> Iterator[str]:
    """Yield a line for each part that the ISO shares with the earlier ISO in ``out``.

    ``packages`` are Void's.
    """
    try:
        data = read_input(out / f"{name}.manifest.json", built_image.LARGEST)
        found = typed_json.read(data, IsoManifest)
    except (WrongInputError, GarbledError):
        return
    if found.nix.closure == built.closure:
        yield f"reused: the closure, {len(built.closure.paths)} store paths"
    if found.xbps == packages:
        yield f"reused: {len(found.xbps)} packages of Void"
