"""Shortening Nix's errors to what a person needs to read. Pure.

Nix 2.8 prints an evaluation error as its message, its place, and its frames ("… while"). From 2.19
on, the frames come first, and the message last, after an indented "error:". A failed build has no
such frames, and its output is kept whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.system.credentials import NETRC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_TRACE = "trace: voidgen: "
_NOISE = re.compile(
    r"trace: |evaluation warning: |building '|copying |unpacking |fetching |download"
    r"|querying |this derivation |these \d+ |this path |\(use '--show-trace'|• "
    r"|warning: (?:Git tree|creating lock file|updating lock file|not writing modified lock file)"
)
"""How messages of Nix begin that do not say why it fails."""
_HEADER = re.compile(rf"error:|warning: |{_NOISE.pattern}")
_NESTED = re.compile(r"\s+error:(?: |$)")
_FRAME = re.compile(r"\s+… ")
_PLACE = re.compile(r"\s+at (?P<file>\S+?):\d+(?::\d+)?:?$")
_EXCERPT = re.compile(r"\s+(?:\d+)?\| ?|\s*$")
_OURS = re.compile(r"(?:/image|voidgen)/(?:nix|edit)/[a-z-]+\.nix$|«")
"""Nix code of voidgen and of Nix itself: a package's fault is never there."""
_ASKED = re.compile(r"\s+… (while evaluating .* \(asked for by .*\))$")
_NOTE = re.compile(r"\s+while evaluating .* \(asked for by .*\)$")
_ASSERTION = re.compile(r"\s+… while evaluating the condition of (the assertion '.*')$")
_REMEDY_OF_NIXPKGS = re.compile(
    r"\s*(?:a\) (?:To temporarily allow|[Ff]or `nixos-rebuild`)|You can install it anyway by"
    r"|Alternatively you can configure a predicate|See also https://nixos.org/manual/nixpkgs"
    r"|To allow evaluation regardless, use:|- If you are running NixOS, `nixos-rebuild')"
)
_OUTPUT_PATHS = "Output paths:"

LOGIN = f"if the server wants a login: {NETRC}"
NEWER_NIX = (
    "run `voidgen doctor`, which says how to get a newer Nix; or name an older nixpkgs in [nix]: "
    "github:NixOS/nixpkgs/nixos-25.05 is the last one that older Nix reads, but it gets no updates"
)
REMEDIES: Mapping[str, str] = {
    "This version of Nixpkgs requires ": NEWER_NIX,
    "HTTP error 401": LOGIN,
    "allow-import-from-derivation": (
        "Nix would have to build a part of it before it can read the rest; if you trust it, run "
        "`nix build` in its folder, and name its ./result instead"
    ),
    r"(?:getting status of|path) '[^']*/flake\.nix'(?:: No such file| does not exist)"
    r"|does not contain a '?/?flake\.nix|Path 'flake\.nix' does not exist in Git repository": (
        "a package set that is an input needs a flake.nix: name one that has it in [nix] nixpkgs, "
        'or copy the set into a folder of the project and name that ("./folder")'
    ),
}
"""What to do, by patterns of Nix's messages."""


def remedy(output: str) -> str:
    """Return what to do about the failure with this output; "" if unknown."""
    return next((what for sign, what in REMEDIES.items() if re.search(sign, output)), "")


def shown(output: str) -> str:
    """Return the errors in what Nix printed, without the frames that lead to them.

    Keeps warnings, lines that voidgen's Nix code traces, and messages of programs that Nix starts,
    such as git. Returns output without an error of Nix unchanged.
    """
    blocks = list(_blocks(output.splitlines()))
    if not any(block[0].startswith("error:") for block in blocks):
        return output
    kept = []
    for block in blocks:
        if block[0].startswith("error:"):
            kept += _error(block)
        elif block[0].startswith(_TRACE) or not _NOISE.match(block[0]):
            kept += _trimmed(block)
    return "\n".join(kept)


def message(output: str) -> tuple[str, ...]:
    """Return the lines of the last error's message, without its place and indentation."""
    blocks = [block for block in _blocks(output.splitlines()) if block[0].startswith("error:")]
    if not blocks:
        return tuple(line.strip() for line in output.splitlines() if line.strip())
    first, *rest = _error(blocks[-1])
    lines = [first.removeprefix("error:"), *rest]
    end = next((i for i, line in enumerate(lines) if _PLACE.match(line)), len(lines))
    return tuple(line.strip() for line in lines[:end] if line.strip() and not _NOTE.match(line))


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield each message with the lines that continue it: all but those of traces are indented."""
    block: list[str] = []
    for line in lines:
        is_continued = block and (not line[:1].strip() or block[0].startswith("trace: "))
        if block and (_HEADER.match(line) or not is_continued):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _error(block: Sequence[str]) -> list[str]:
    """Return the message of one error, with the place in a Nix file where it is."""
    # An "error:" in the thrown text is indented further, or is not the last.
    start = max((i for i, line in enumerate(block) if _NESTED.match(line)), default=0)
    frames = block[:start] if start else block
    lines = [block[start].strip(), *block[start + 1 :]]
    end = next((i for i, line in enumerate(lines) if _FRAME.match(line)), len(lines))
    kept = _without_our_places(lines[:end])
    end = next((i for i, line in enumerate(kept) if _REMEDY_OF_NIXPKGS.match(line)), len(kept))
    kept = _trimmed(_without_output_paths(kept[:end]))
    notes = [found[1] for line in frames if (found := _ASKED.match(line))]
    failed = [found[1] for line in frames if (found := _ASSERTION.match(line))]
    if failed:
        kept.append(f"       in {failed[-1]}")
    return kept + [f"       {note}" for note in dict.fromkeys(notes)]


def _without_our_places(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    is_ours = False
    for line in lines:
        place = _PLACE.match(line)
        if place:
            is_ours = bool(_OURS.search(place["file"]))
        elif is_ours and not _EXCERPT.match(line):
            is_ours = False
        if not is_ours:
            kept.append(line)
    return kept


def _without_output_paths(lines: Iterable[str]) -> Iterator[str]:
    """Leave out the output paths that Nix 2.34 lists: they name the derivation a second time."""
    skipping = False
    for line in lines:
        skipping = line.strip() == _OUTPUT_PATHS or (skipping and "/nix/store/" in line)
        if not skipping:
            yield line


def _trimmed(lines: Iterable[str]) -> list[str]:
    """Leave out blank lines at the end."""
    kept = [*lines]
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
