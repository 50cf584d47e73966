"""Compare an ISO with the files beside it and with its own voidgen.json."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.diff import compare
from voidgen.errors import WrongInputError, unreadable
from voidgen.image import netboot_files, of_build, of_iso
from voidgen.image.iso_manifest import IsoManifest
from voidgen.iso import differences, outputs, wanted
from voidgen.outcome.types import Outcome
from voidgen.provenance import signature, signed, statement, statements
from voidgen.provenance.beside import beside, read, why
from voidgen.release import squashfs
from voidgen.schema import typed_json
from voidgen.system import sha256sums, sri
from voidgen.system.files import open_regular_file
from voidgen.system.untrusted import GarbledError, OtherVersionError
from voidgen.tree import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voidgen.progress import Progress

SHOWN = 20


@frozen
class _Hash:
    content: str


@frozen
class _Iso:
    hashes: tuple[_Hash, ...]


@frozen
class _Metadata:
    component: _Iso


@frozen
class _Component:
    bom_ref: str


@frozen
class _Bill:
    """The parts of a bill of materials, in CycloneDX's JSON, that describe the ISO."""

    metadata: _Metadata
    components: tuple[_Component, ...] = ()


def verify(
    iso: Path, signers: Sequence[str], named_by: str, progress: Progress
) -> Iterator[Outcome]:
    """Yield the outcome of each check of ``iso``; ``named_by`` says where ``signers`` come from.

    The sums come first. Raises WrongInputError only if ``iso`` cannot be read at all, or if it is
    not an ISO and has no sums beside it. Any other damage is an outcome.
    """
    try:
        if not os.path.lexists(beside(iso, "iso.sha256")):
            of_iso.refuse_no_iso(iso)
        with progress.step(f"hashing {iso.name}"):
            hash_ = _hash(iso)
    except OSError as error:
        raise WrongInputError(unreadable(error, iso)) from None
    yield from _summed(iso, hash_)
    yield signed.outcome(iso, signers, named_by)
    yield from _contents(iso, hash_, progress)
    yield from _netboot(iso, progress)
    yield _source(iso, hash_)
    yield from statements.outcomes(iso, hash_, signers, named_by)


def _netboot(iso: Path, progress: Progress) -> Iterator[Outcome]:
    """Compare NAME-netboot with the ISO, if it is there."""
    folder = netboot_files.folder(iso)
    if not folder.is_dir():
        return
    name = f"{folder.name} belongs to this ISO"
    with progress.step(f"hashing {folder.name}"):
        try:
            yield _outcome(name, [*netboot_files.faults(netboot_files.read(iso))])
        except (OSError, WrongInputError) as error:
            yield Outcome(name, "failed", why(error))


def _source(iso: Path, hash_: str) -> Outcome:
    """Return where the ISO comes from, as the provenance beside it says."""
    name, found = "the source", statement.beside_iso(iso)
    if isinstance(found, str):
        there = os.path.lexists(beside(iso, statement.ENDING))
        return Outcome(name, "failed" if there else "skipped", found)
    if found.hash != hash_:
        what = f"{beside(iso, statement.ENDING).name} belongs to another ISO"
        return Outcome(name, "failed", what)
    if not found.source.commit or not found.source.url:
        lacks = "no commit" if not found.source.commit else "no URL of a git repository"
        return Outcome(name, "skipped", f"the provenance names {lacks}")
    if not found.source.clean:
        what = f"{statements.origin(found.source)}: the ISO cannot be rebuilt"
        return Outcome(name, "warning", what, "commit all files, and run `voidgen iso` again")
    what = f"{statements.origin(found.source)}, according to its provenance"
    return Outcome(name, "passed", what)


def _contents(iso: Path, hash_: str, progress: Progress) -> Iterator[Outcome]:
    """Compare the manifest, the bill of materials and the ISO's content with each other."""
    manifest = _manifest(iso)
    if isinstance(manifest, Outcome):
        yield manifest
        return
    same = manifest.iso.hash == hash_
    yield _outcome("the manifest belongs to this ISO", [] if same else ["it has another hash"])
    name = f"{of_iso.FILE} in the ISO agrees with the manifest"
    yield _outcome(name, [*_differences(iso, manifest)])
    yield _billed(iso, manifest)
    with progress.step("reading the root tree"):
        yield root_tree(iso, manifest)


def _outcome(name: str, wrong: Sequence[str]) -> Outcome:
    if not wrong:
        return Outcome(name, "passed")
    first, *more = wrong
    rest = [f"and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return Outcome(name, "failed", first, "\n".join([*more[: SHOWN - 1], *rest]))


def _summed(iso: Path, hash_: str) -> Iterator[Outcome]:
    """Compare the ISO, and the files beside it, with their sums."""
    file = beside(iso, "iso.sha256")
    data = read(file, signature.LARGEST)
    if isinstance(data, str):
        yield Outcome("sums", "failed", data)
        return
    found = sha256sums.parse(data)
    if found is None:
        yield Outcome("sums", "failed", f"{file.name} is not a list of SHA-256 sums")
        return
    for kind in outputs.SUMMED:
        one = beside(iso, kind)
        name = f"sum of {one.name}"
        if one.name not in found:
            # An older voidgen made the ISO, or the ISO was renamed.
            what = f"{file.name} has no sum of it"
            yield Outcome(name, "failed" if kind == "iso" else "warning", what)
            continue
        try:
            real = hash_ if kind == "iso" else _hash(one)
        except (OSError, WrongInputError) as error:
            yield Outcome(name, "failed", why(error))
            continue
        wrong = [] if real == found[one.name] else [f"its sum is {sri.hex_of(real)}"]
        yield _outcome(name, wrong)


def _hash(file: Path) -> str:
    with open_regular_file(file) as stream:
        return sri.of_stream(stream)


def _manifest(iso: Path) -> IsoManifest | Outcome:
    file = beside(iso, "manifest.json")
    data = read(file, of_iso.LARGEST)
    if isinstance(data, str):
        return Outcome("manifest", "failed", data)
    try:
        return typed_json.read(data, IsoManifest)
    except OtherVersionError as error:
        what = f"{file.name} has version {error.version}"
        return Outcome("manifest", "failed", what, "verify it with the voidgen that made it")
    except GarbledError as error:
        what = f"{file.name} is not a manifest that voidgen wrote"
        return Outcome("manifest", "failed", what, str(error))


def _differences(iso: Path, manifest: IsoManifest) -> Iterator[str]:
    """Yield what differs between the manifest and the ISO's own voidgen.json."""
    try:
        own = of_iso.snapshot(iso)
    except WrongInputError as error:
        yield str(error)
        return
    named = of_build.of_iso(beside(iso, "manifest.json").name, manifest)
    found = compare.compare(named, own)
    parts = {
        "plan": named.plan != own.plan,
        "container": named.container != own.container,
        "closure": found.closure,
        "packages of Void": found.xbps,
    }
    for name, differs in parts.items():
        if differs:
            yield f"{of_iso.FILE} in the ISO and the manifest differ in the {name}"


def _billed(iso: Path, manifest: IsoManifest) -> Outcome:
    """Compare the bill of materials with the manifest's ISO, store paths and packages."""
    name, file = "the bill of materials agrees with the manifest", beside(iso, "cdx.json")
    data = read(file, of_iso.LARGEST)
    if isinstance(data, str):
        return Outcome(name, "failed", data)
    try:
        bill = typed_json.read(data, _Bill)
    except GarbledError as error:
        what = f"{file.name} is not a bill of materials that voidgen wrote"
        return Outcome(name, "failed", what, str(error))
    listed = {one.bom_ref for one in bill.components}
    paths = {one.path for one in manifest.nix.closure.paths}
    expected = paths | {one.file for one in manifest.xbps}
    more, missing = sorted(listed - expected), sorted(expected - listed)
    of_this = bill.metadata.component.hashes == (_Hash(sri.hex_of(manifest.iso.hash)),)
    wrong = [] if of_this else ["it belongs to another ISO"]
    wrong += [f"{one} is missing" for one in missing]
    return _outcome(name, [*wrong, *(f"{one} is not in the manifest" for one in more)])


def root_tree(iso: Path, manifest: IsoManifest) -> Outcome:
    """Compare the root tree of ``iso`` with the closure's store paths and the overlay.

    Compares the content of the files whose hash the plan has.
    """
    name = "the root tree agrees with the manifest"
    if missing := squashfs.unusable():
        return Outcome(name, "skipped", missing)
    include = manifest.plan.include
    try:
        tree = squashfs.read(iso, (one.path for one in include if one.hash))
    except squashfs.UnreadableError as error:
        return Outcome(name, "failed", error.what, error.output)
    store_paths = manifest.nix.closure.store_paths
    overlay = wanted.entries(typed_json.plain(include))
    wrong = chain(
        differences.closure(store_paths, tree),
        differences.overlay(overlay, tree, PROFILE),
        differences.services(*wanted.services(typed_json.plain(manifest.plan)), tree),
    )
    return _outcome(name, [*map(str, wrong)])
