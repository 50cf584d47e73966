"""Check that derivations give the same bytes when Nix builds them again."""

from __future__ import annotations

import re
import shutil
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.compare import trees
from voidgen.data.bundled_files import DATA
from voidgen.errors import StepFailedError
from voidgen.nix import derivations, store_paths
from voidgen.nix.version import store_name
from voidgen.outcome.types import Outcome
from voidgen.system import network_faults
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.nix.caches import Caches
    from voidgen.progress import Progress

CHECK = ("--check", "--keep-failed")
DIFFERS = 104
"""Exit status of `nix-store --realise --check` if an output differs (its manual page)."""
SHOWN = 20
"""Lines that are shown for each derivation that differs."""

_OTHER = re.compile(r"""output ['"]([^'"]+)['"] differs(?: from ['"]([^'"]+)['"])?""")
"""Nix's message about an output that differs; the quotes are double from 2.34 on."""


def ours(top: str) -> list[str]:
    """Return the derivations that ``top`` needs and that run voidgen's Nix code, ``top`` first."""
    scripts = {file.name for file in DATA.joinpath("nix").glob("*.sh")}
    found, waiting = dict.fromkeys([top]), [top]
    while waiting:
        derivation = derivations.read(waiting.pop())
        for path in derivation.inputs if derivation else ():
            known = derivations.read(path) if path not in found else None
            if known and (
                known.builder == "builtin:buildenv" or {*map(store_name, known.sources)} & scripts
            ):
                found[path] = None
                waiting.append(path)
    return [*found]


def check(paths: Iterable[str], progress: Progress, caches: Caches) -> Iterator[Outcome]:
    """Build each derivation if its outputs are missing, then build it again and compare."""
    for path in paths:
        name = f"rebuild {store_name(path).removesuffix('.drv')}"
        first = store_paths.realise([path], progress, caches=caches)
        if first.status:
            yield _failed(name, "the first build fails", _text(first.stderr))
            continue
        again = store_paths.realise([path], progress, *CHECK, caches=caches)
        messages = _text(again.stderr)
        if not again.status:
            yield Outcome(name, "passed", "identical")
        elif again.status == DIFFERS or _OTHER.search(messages):
            yield Outcome(name, "failed", "different", "\n".join(_located(messages)) or messages)
        else:
            yield _failed(name, "the second build fails", messages)


def _failed(name: str, about: str, messages: str) -> Outcome:
    unreachable = network_faults.fault_in(messages)
    if unreachable:
        return Outcome(name, "failed", unreachable.what, unreachable.remedy)
    return Outcome(name, "failed", about, messages)


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()


def _located(messages: str) -> Iterator[str]:
    """Yield where the outputs differ that Nix kept; diffoscope adds details if it is installed."""
    for path, other in _OTHER.findall(messages):
        kept = Path(other or f"{path}.check")
        yield f"{path}:"
        if not kept.exists():
            continue
        try:
            lines = [*trees.differences(Path(path), kept)]
        except OSError as error:
            lines = [f"cannot be read: {error.strerror}"]
        yield from islice(lines, SHOWN)
        if len(lines) > SHOWN:
            yield f"and {len(lines) - SHOWN} more"
        yield from _diffoscope(Path(path), kept)


def _diffoscope(old: Path, new: Path) -> Iterator[str]:
    if shutil.which("diffoscope"):
        words = ["diffoscope", "--max-text-report-size", "10000", "--exclude-directory-metadata"]
        try:
            done = run([*words, "yes", str(old), str(new)], cwd=Path("/"), check=False)
        except StepFailedError:
            return
        yield from done.stdout.decode(errors="replace").splitlines()
