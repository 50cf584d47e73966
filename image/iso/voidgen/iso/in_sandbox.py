"""Make mklive's job in Nix's sandbox, and judge what mklive made. Standard library only.

    python3 -s -B -m voidgen.iso.in_sandbox prepare ATTRS JOB
    python3 -s -B -m voidgen.iso.in_sandbox finish ATTRS RESULTS LOG OUT

scripts/sandbox.sh runs it in the builder of image/nix/iso.nix, from the emitted copy of these
modules (`data/emitted_modules.py`). ATTRS is the builder's NIX_ATTRS_JSON_FILE: see `Attributes`.
"""

from __future__ import annotations

import shutil
import sys
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from voidgen.image import build_json, overlay_files, snapshot_json
from voidgen.iso import identity, job, kernels, mklive_log, outputs, result, wanted
from voidgen.lock import epoch, lock_json, pinned
from voidgen.plan.job_format import BOOT_MENU, lines
from voidgen.system import decompression_programs, untrusted
from voidgen.system.decompression import NoProgramError
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from voidgen.image.build_json import BuildJson
    from voidgen.iso.identity import Identity
    from voidgen.iso.kernels import Kernel
    from voidgen.iso.wanted import Root, Services, Wanted
    from voidgen.lock.lock_json import LockedParts
    from voidgen.lock.pinned import Pinned

T = TypeVar("T")

USAGE = "prepare ATTRS JOB, or finish ATTRS RESULTS LOG OUT"


class WrongError(Exception):
    """The ISO cannot be made; ``args`` are lines that say why."""


class Attributes(NamedTuple):
    """The builder's attributes.

    ``image`` is the image's name. ``default`` is the flake's default output, ``mklive`` and
    ``repository`` (xbps-repository) are outputs, too. ``flake_lock`` and ``voidgen_lock`` are the
    lock files; a flake may have no flake.lock. ``job`` is a folder with the files of
    `plan/mklive_job.py`. ``source_date`` is SOURCE_DATE_EPOCH, or empty. ``owner`` (``UID:GID``)
    will own the results.
    """

    image: str
    default: Path
    mklive: Path
    repository: Path
    flake_lock: Path | None
    voidgen_lock: Path
    job: Path
    source_date: str
    owner: str


def _attributes(data: bytes) -> Attributes:
    try:
        value: Any = untrusted.parse_json(data)
        lock = value["flakeLock"]
        return Attributes(
            image=value["image"],
            default=Path(value["default"]),
            mklive=Path(value["mklive"]),
            repository=Path(value["repository"]),
            flake_lock=None if lock is None else Path(lock),
            voidgen_lock=Path(value["voidgenLock"]),
            job=Path(value["job"]),
            source_date=value["sourceDate"],
            owner=value["owner"],
        )
    except untrusted.DAMAGED:
        raise GarbledError("does not have the attributes of the ISO's builder") from None


class Documents(NamedTuple):
    """What the documents say that the attributes name; ``source_date`` is in seconds since 1970."""

    build: BuildJson
    locked: LockedParts
    inputs: dict[str, Pinned]
    source_date: int
    entries: tuple[Wanted, ...]
    services: Services
    kernel: Kernel
    root: Root
    identity: Identity


def _documents(attributes: Attributes) -> Documents:
    manifest = attributes.default / "manifest.json"
    build = _read(manifest, build_json.read)
    locked = _read(attributes.voidgen_lock, lock_json.read)
    names = pinned.references(build.sets, build.mklive)
    inputs: dict[str, Pinned] = {}
    if attributes.flake_lock:
        inputs = _read(attributes.flake_lock, lambda data: pinned.read(data, names))
    elif names:
        raise WrongError("the flake has no flake.lock: run `voidgen lock`")
    modified = [one.modified for one in inputs.values()]
    date = epoch.of_commits(modified, attributes.source_date)
    try:
        entries = wanted.entries(build.plan["include"])
        services = wanted.services(build.plan)
        kernel = kernels.expected(build.plan, locked.packages)
        root = wanted.root(build.plan)
        image = identity.of_plan(build.plan)
    except ValueError as error:
        raise WrongError(f"{manifest}: {error}") from None
    return Documents(build, locked, inputs, date, entries, services, kernel, root, image)


def _read(file: Path, parse: Callable[[bytes], T]) -> T:
    """Return what ``parse`` makes of the content of ``file``; WrongError if it is garbled."""
    try:
        return parse(file.read_bytes())
    except GarbledError as error:
        raise WrongError(f"{file}: {error}") from None


def prepare(attributes: Attributes, place: Path) -> None:
    """Write every file of the job into the folder ``place``."""
    found = _documents(attributes)
    emitted = {one.name: one.read_bytes() for one in attributes.job.iterdir()}
    include = job.include(attributes.default)
    parts = job.Parts(
        attributes.default,
        attributes.mklive,
        attributes.repository,
        snapshot_json.dump(attributes.image, found.build, include, found.inputs, found.locked),
    )
    variables = job.environment(emitted["environment"], found.source_date)
    made = {
        **emitted,
        **job.files(parts, attributes.owner),
        "environment": lines(f"{name}={value}" for name, value in variables.items()),
    }
    for name, data in made.items():
        (place / name).write_bytes(data)


def finish(attributes: Attributes, results: Path, log: Path, out: Path) -> None:
    """Move the ISO from ``results`` to ``out``, with files beside it; WrongError if it is wrong."""
    found = _documents(attributes)
    wrong = [*islice(_faults(attributes, found, results, log), result.SHOWN)]
    if wrong:
        raise WrongError(f"{result.DIFFERS}:", *wrong)
    name = found.build.image.iso_stem(found.source_date)
    iso = out / f"{name}.iso"
    shutil.move(str(results / "image.iso"), str(iso))
    outputs.write(iso, name, found.build, found.locked)


def _faults(attributes: Attributes, found: Documents, results: Path, log: Path) -> Iterator[str]:
    """Yield how the ISO in ``results`` differs from the plan."""
    expected = result.Expected(
        found.build.image.arch,
        found.entries,
        job.include(attributes.default),
        job.store_paths(attributes.default),
        attributes.mklive,
        found.services,
        found.kernel,
        found.root,
        _boot_menu(attributes.job),
        found.identity,
    )
    text = mklive_log.plain(log.read_bytes())
    decompress = decompression_programs.decompress
    return chain(
        result.faults(expected, results, text, found.source_date, decompress),
        result.too_large(results / "image.iso", found.build.image.max_size),
    )


def _boot_menu(folder: Path) -> bytes:
    file = folder / BOOT_MENU
    return file.read_bytes() if file.exists() else b""


def main(words: Sequence[str]) -> int:
    """Run a command, and return the program's exit status."""
    try:
        _run(words)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        faults: Sequence[str] = (f"{where}{error.strerror or error}",)
    except overlay_files.LeadsOutError as error:
        path, top = error.args
        faults = (f"{path} leads out of the overlay {top}",)
    except (WrongError, NoProgramError, epoch.NotADateError) as error:
        faults = error.args
    else:
        return 0
    for fault in faults:
        sys.stderr.write(f"voidgen: {fault}\n")
    return 1


def _run(words: Sequence[str]) -> None:
    command, *paths = words or [""]
    count = {"prepare": 2, "finish": 4}
    if len(paths) != count.get(command):
        raise WrongError(f"usage: {USAGE}")
    attributes, *places = map(Path, paths)
    run = prepare if command == "prepare" else finish
    run(_read(attributes, _attributes), *places)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
