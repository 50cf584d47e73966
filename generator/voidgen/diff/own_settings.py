"""What differs between two derivations besides their inputs: settings and variables. Pure.

Store paths in their text stand for packages: two texts that differ only in the hashes or versions
of paths are the same, since the inputs tell of those.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from voidgen.diff import versions
from voidgen.nix.version import store_name
from voidgen.system import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from voidgen.nix.derivations import Derivation

_STORE_PATH = re.compile(r"[^\s\"'=:,;()\[\]]*/[0-9a-df-np-sv-z]{32}-[^\s\"'=:,;()\[\]/]*")
LONGEST = 40
"""Characters of a value that is shown whole; of a longer one, the words that differ are."""
WORDS = 3
"""Maximum number of words that are shown of those that came or went."""


def changes(old: Derivation, new: Derivation, told: AbstractSet[str]) -> Iterator[str]:
    """Yield how settings and variables differ, each in a few words.

    ``told`` are names of packages and files that came, went or changed: that a variable contains
    them, too, is not said again.
    """
    before, after = _texts(old), _texts(new)
    for name in sorted(before.keys() | after.keys()):
        was, is_ = before.get(name), after.get(name)
        if was == is_:
            continue
        if was is not None and is_ is not None:
            yield from _changed(name, was, is_, told)
            continue
        word, text = ("with", is_) if was is None else ("without", was)
        words = _plain(text or "").split()
        if not words or {*words} - told:
            yield f"{word} {name} {_quoted(' '.join(words))}"


def _texts(one: Derivation) -> dict[str, str]:
    """Return settings and variables by name; those of structured attributes, one by one.

    Structured attributes are JSON in one variable (Nix manual, "Advanced Attributes").
    """
    texts = {name: text for name, text in one.env.items() if name not in one.outputs}
    try:
        attributes = untrusted.parse_json(texts.get("__json", "").encode("latin-1", "replace"))
    except ValueError:
        attributes = None
    if isinstance(attributes, dict):
        del texts["__json"]
        for name, value in attributes.items():
            if name not in one.outputs:
                texts[name] = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return {
        **texts,
        "system": one.system,
        "builder": one.builder,
        "arguments": "\n".join(one.arguments),
    }


def _plain(text: str) -> str:
    """Return ``text`` with packages in place of store paths: ``zlib``, or ``zlib.dev``."""
    return _STORE_PATH.sub(lambda found: _package(store_name(found[0])), text)


def _package(store: str) -> str:
    name, _, output = versions.named(store)
    return name if output == "out" else f"{name}.{output}"


def _changed(name: str, old: str, new: str, told: AbstractSet[str]) -> Iterator[str]:
    was, is_ = _plain(old), _plain(new)
    before, after = was.split(), is_.split()
    if before == after:
        # The same words, and no path but those that the inputs tell of.
        if was != is_:
            yield f"white space in {name}"
        return
    before, after = ([word for word in words if word not in told] for words in (before, after))
    if before == after:
        return
    if Counter(before) == Counter(after):
        yield f"{name} in another order"
    elif max(len(was), len(is_)) <= LONGEST:
        yield f"{name} {_quoted(was)} -> {_quoted(is_)}"
    else:
        yield f"{name} {_by_word(before, after)}"


def _quoted(text: str) -> str:
    return f'"{_short(" ".join(text.split()))}"'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _by_word(old: Sequence[str], new: Sequence[str]) -> str:
    gone: list[str] = []
    came: list[str] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            gone += old[first:last]
            came += new[start:end]
    parts = (("without", gone), ("with", came))
    return " and ".join(f"{what} {_words(words)}" for what, words in parts if words)


def _words(words: Sequence[str]) -> str:
    more = len(words) - WORDS
    shown = " ".join(
        word if len(word) <= LONGEST else f"{word[: LONGEST - 1]}…" for word in words[:WORDS]
    )
    return f"{shown} and {more} more" if more > 0 else shown
