"""Mutations of data: of bytes, and of JSON values."""

import copy
import json
import os
from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

NIGHTLY = int(os.environ.get("VOIDGEN_FUZZ", "0"))
"""Cases of each test in `make fuzz`; other tests have few, always the same."""


def few(count: int) -> settings:
    """Return settings for ``count`` cases, or for as many as `make nightly` asks for."""
    if NIGHTLY:
        return settings(deadline=None, max_examples=NIGHTLY)
    return settings(deadline=None, max_examples=count, derandomize=True, database=None)


NASTY = st.sampled_from(
    [
        *("", "\0", "\n", "\x1b]0;x\x07", "\x9b31m", "\u202e", "..", "../x", "/", "-", "a" * 5000),
        *("$(touch pwned)", "`touch pwned`", "; touch pwned", "' || touch pwned '", "%s%n", "\\"),
        *("{{ 1 }}", "${x}", "<x>", "😀", "e\u0301", "\ufeff", "NaN", "null", "1_000", "0x10"),
    ]
)
VALUES: st.SearchStrategy[Any] = (
    NASTY
    | st.sampled_from([None, True, False, 0, -1, 1 << 70, 1.5, float("inf"), float("nan"), [], {}])
    | st.just([[[[[[[[{"a": [{}]}]]]]]]]])
    | st.text(max_size=5)
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, one in enumerate(value) if isinstance(value, list) else items:
        yield from _places(one, (*path, key))


@st.composite
def otherwise(draw: st.DrawFn, sample: Any) -> Any:
    """Draw ``sample`` with values moved, of other types, missing or added."""
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from([*_places(sample)]))
        sample = copy.deepcopy(sample)
        if not path:
            if draw(st.integers(0, 9)) == 0:
                return draw(VALUES)
            continue
        inner = sample
        for key in path[:-1]:
            inner = inner[key]
        if draw(st.booleans()):
            inner[path[-1]] = draw(VALUES)
        elif isinstance(inner, dict):
            del inner[path[-1]]
            inner[draw(NASTY)] = draw(VALUES)
        else:
            inner.insert(path[-1], draw(VALUES))
    return sample


def as_json(sample: Any) -> st.SearchStrategy[bytes]:
    """Draw mutations of ``sample`` as JSON; some are not valid JSON."""
    return otherwise(sample).map(lambda one: json.dumps(one).encode()) | damaged(
        json.dumps(sample).encode()
    )


@st.composite
def damaged(draw: st.DrawFn, sample: bytes) -> bytes:
    """Draw ``sample`` with bytes changed, missing, doubled or added."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(sample)))
        more = draw(st.integers(0, 40))
        sample = draw(
            st.sampled_from(
                [
                    sample[:at],
                    sample[at:],
                    sample[:at] + sample[at + more :],
                    sample[: at + more] + sample[at:],
                    sample[:at] + draw(st.binary(max_size=8)) + sample[at + 1 :],
                    sample[:at] + bytes([draw(st.integers(0, 255))]) + sample[at + 1 :],
                ]
            )
        )
    return sample
