"""Hostile data that coverage leads: ``python -m tests.fuzz.guided TEST [OPTION...]``.

TEST is one of tests/fuzz/test_parsers.py, options are libFuzzer's, such as -max_total_time=600.
It needs atheris, which exists for some releases of Python only.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris
from hypothesis import given

with atheris.instrument_imports(include=["voidgen"]):
    from tests.fuzz import test_parsers


def main() -> None:
    name = sys.argv.pop(1)
    test = getattr(test_parsers, name).hypothesis
    with tempfile.TemporaryDirectory(prefix="voidgen-fuzz-") as place:
        fixtures = {"folder": Path(place)}

        def once(**drawn: Any) -> None:
            wanted = test.inner_test.__code__.co_varnames
            named = {key: value for key, value in fixtures.items() if key in wanted}
            test.inner_test(**drawn, **named)

        guided: Any = given(**test._given_kwargs)(once)  # noqa: SLF001 - what makes one's strategies
        atheris.Setup(sys.argv, guided.hypothesis.fuzz_one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
