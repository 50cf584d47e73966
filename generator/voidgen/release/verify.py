"""An ISO, held against what lies beside it and what it tells of itself."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voidgen import foreign, regular, sri
from voidgen.diff import compare
from voidgen.errors import WrongInputError
from voidgen.iso import embedded, outputs
from voidgen.iso.verify import Entry, tree
from voidgen.outcome.types import Outcome
from voidgen.process import run
from voidgen.release import signature, sums
from voidgen.snapshot import images

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from voidgen.progress import Progress
    from voidgen.snapshot.types import Snapshot

LARGEST = 1 << 30
"""Bytes of a manifest: one of a million store paths would be smaller."""
SHOWN = 20
SQUASHFS = "/LiveOS/squashfs.img"


def verify(iso: Path, signers: Sequence[str], progress: Progress) -> Iterator[Outcome]:
    """What each check of ``iso`` came to; ``signers`` are those who may have signed it.

    Raises WrongInputError where it is no ISO of voidgen's, or cannot be read.
    """
    told = embedded.snapshot(iso)
    with progress.step(f"hashing {iso.name}"):
        hash_ = sri.of_file(iso)
    yield from _summed(iso, hash_)
    yield _signed(iso, signers)
    manifest = _manifest(iso)
    if isinstance(manifest, Outcome):
        yield manifest
        return
    facts = manifest.get("iso")
    same = isinstance(facts, dict) and facts.get("hash") == hash_
    yield _outcome("the manifest is of this ISO", [] if same else ["it names another hash"])
    yield _outcome("the ISO tells the same of itself", [*_differences(iso, manifest, told)])
    with progress.step("listing the root tree"):
        yield _listed(iso, manifest)


def _beside(iso: Path, kind: str) -> Path:
    return iso.with_name(f"{iso.name.removesuffix('.iso')}.{kind}")


def _outcome(name: str, wrong: Sequence[str]) -> Outcome:
    if not wrong:
        return Outcome(name, "passed")
    first, *more = wrong
    rest = [f"and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return Outcome(name, "failed", first, "\n".join([*more[: SHOWN - 1], *rest]))


def _summed(iso: Path, hash_: str) -> Iterator[Outcome]:
    """Its sum, and those of what lies beside it."""
    file = _beside(iso, "iso.sha256")
    try:
        found = sums.parse(regular.read(file, signature.LARGEST))
    except OSError as error:
        yield Outcome("sums", "failed", f"{file.name}: {error.strerror}")
        return
    if found is None:
        yield Outcome("sums", "failed", f"{file.name} is no list of sums")
        return
    for kind in outputs.SUMMED:
        one = _beside(iso, kind)
        name = f"sum of {one.name}"
        if one.name not in found:
            # Of an ISO that an older voidgen made, or that has another name by now.
            what = f"{file.name} has none"
            yield Outcome(name, "failed" if kind == "iso" else "warning", what)
            continue
        try:
            real = hash_ if kind == "iso" else sri.of_file(one)
        except OSError as error:
            yield Outcome(name, "failed", str(error.strerror))
            continue
        wrong = [] if real == found[one.name] else [f"it is {sri.hex_of(real)}"]
        yield _outcome(name, wrong)


def _signed(iso: Path, signers: Sequence[str]) -> Outcome:
    """Whether somebody who is trusted has signed the sums."""
    file = _beside(iso, "iso.sha256")
    mark = file.with_name(f"{file.name}{signature.ENDING}")
    if not mark.is_file():
        return Outcome("signature", "failed" if signers else "warning", f"no {mark.name} is here")
    try:
        data = regular.read(file, signature.LARGEST)
    except OSError as error:
        return Outcome("signature", "failed", f"{file.name}: {error.strerror}")
    found = signature.check(data, mark.absolute(), signers)
    if found.good:
        return Outcome("signature", "passed", found.who)
    if not found.who:
        return Outcome("signature", "failed", f"it is none of {file.name}", found.said)
    if not signers:
        what = f"good, by {found.who}, of whom nobody said that he is trusted"
        remedy = "name who is: --signer KEY.pub, or [release] signers in voidgen.toml"
        return Outcome("signature", "warning", what, remedy)
    return Outcome("signature", "failed", f"by {found.who}, who is none of the signers")


def _manifest(iso: Path) -> Mapping[str, Any] | Outcome:
    file = _beside(iso, "manifest.json")
    try:
        data = foreign.parse(regular.read(file, LARGEST))
    except OSError as error:
        return Outcome("manifest", "failed", f"{file.name}: {error.strerror}")
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return Outcome("manifest", "failed", f"{file.name} is no JSON object")
    return data


def _differences(iso: Path, manifest: Mapping[str, Any], told: Snapshot) -> Iterator[str]:
    """What the manifest says otherwise than the ISO."""
    file = _beside(iso, "manifest.json")
    try:
        named = images.manifest(file.name, manifest, file)
        found = compare.compare(named, told)
    except (WrongInputError, *foreign.GARBLED):
        yield f"{file.name} is none of voidgen's manifests"
        return
    parts = {
        "plan": named.plan != told.plan,
        "closure": found.closure,
        "packages of Void": found.xbps,
    }
    for name, differs in parts.items():
        if differs:
            yield f"{embedded.FILE} in the ISO says something else about the {name}"


def _listed(iso: Path, manifest: Mapping[str, Any]) -> Outcome:
    """The root tree's paths: those of the closure, no other, and the overlay's."""
    name = "the root tree is what the manifest says"
    if not shutil.which("unsquashfs"):
        return Outcome(name, "skipped", "unsquashfs is not here (squashfs-tools)")
    place = embedded.offset(iso, SQUASHFS)
    if place is None:
        return Outcome(name, "failed", f"the ISO has no {SQUASHFS}")
    argv = ["unsquashfs", "-lln", "-d", "", "-o", str(place), os.path.abspath(iso)]
    done = run(argv, cwd=Path("/"), check=False)
    if done.status:
        said = done.stderr.decode(errors="replace").strip()
        return Outcome(name, "failed", f"{SQUASHFS} cannot be read", said)
    found = tree(done.stdout.decode(errors="surrogateescape"))
    try:
        return _outcome(name, [*_closure(manifest, found), *_overlay(manifest, found)])
    except foreign.GARBLED:
        return Outcome(name, "failed", "the manifest is none of voidgen's")


def _closure(manifest: Mapping[str, Any], found: Mapping[str, Entry]) -> Iterator[str]:
    wanted = {one["path"] for one in manifest["nix"]["closure"]["paths"]}
    stores = {path.rpartition("/")[0] for path in wanted}
    there = {path for path in found if path.rpartition("/")[0] in stores}
    yield from (f"{path} is missing" for path in sorted(wanted - there))
    # nix-daemon's folder of links between equal files.
    more = {path for path in there - wanted if not path.endswith("/.links")}
    yield from (f"{path} is of no closure" for path in sorted(more))


def _overlay(manifest: Mapping[str, Any], found: Mapping[str, Entry]) -> Iterator[str]:
    for one in manifest["plan"]["include"]:
        kind = one["type"] if one["type"] in {"directory", "symlink"} else "file"
        kind = "directory" if one["type"] == "packages-flake" else kind
        there = found.get(one["path"])
        if there is None:
            yield f"{one['path']} is missing"
        elif there.kind != kind:
            yield f"{one['path']} is a {there.kind}, and should be a {kind}"
        elif kind == "symlink":
            target = one.get("target")
            if target and "@" not in target and there.target != target:
                yield f"{one['path']} leads to {there.target}, and should to {target}"
        elif one.get("mode") and there.mode != int(one["mode"], 8):
            yield f"{one['path']} is {there.mode:04o}, and should be {one['mode']}"
