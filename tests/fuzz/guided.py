"""Coverage-guided fuzzing: ``python -m tests.fuzz.guided [TEST [OPTION...]]``.

TEST is one of tests/fuzz/test_parsers.py; without it, their names are printed. Options are
libFuzzer's, such as -max_total_time=600. A test that takes bytes gets libFuzzer's own, which begin
with samples of what the test draws; any other draws by them. It needs atheris, which exists for
some releases of Python only.
"""

import hashlib
import inspect
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["voidgen", "plistlib", "pycdlib", "tarfile", "tomllib"]):
    from tests.fuzz import test_parsers

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

SAMPLES = 200


def tests() -> dict[str, Any]:
    """Return the tests that draw examples, by name."""
    return {name: one.hypothesis for name, one in vars(test_parsers).items() if _draws(one)}


def _draws(one: object) -> bool:
    return inspect.isfunction(one) and hasattr(one, "hypothesis")


def samples(strategy: st.SearchStrategy[Any], folder: Path) -> bool:
    """Write samples of ``strategy`` into ``folder``; return False if some are not bytes."""
    drawn: list[Any] = []

    @settings(max_examples=SAMPLES, database=None, phases=[Phase.generate], deadline=None)
    @given(one=strategy)
    def keep(one: Any) -> None:
        drawn.append(one)

    keep()
    if not all(isinstance(one, bytes) for one in drawn):
        return False
    for one in drawn:
        (folder / hashlib.sha256(one).hexdigest()).write_bytes(one)
    return True


def main() -> None:
    if len(sys.argv) == 1:
        sys.stdout.writelines(f"{name}\n" for name in tests())
        return
    test = tests()[sys.argv.pop(1)]
    drawn = test._given_kwargs  # noqa: SLF001 - what makes one's strategies
    with tempfile.TemporaryDirectory(prefix="voidgen-fuzz-") as place:
        folder, corpus = (Path(place, name) for name in ("folder", "corpus"))
        folder.mkdir()
        corpus.mkdir()
        wanted = inspect.signature(test.inner_test).parameters
        fixtures = {"folder": folder} if "folder" in wanted else {}

        def once(**values: Any) -> None:
            test.inner_test(**values, **fixtures)

        first, *others = drawn
        try_one: Any
        if not others and samples(drawn[first], corpus):
            try_one = lambda data: once(**{first: data})  # noqa: E731
        else:
            drawing: Any = given(**drawn)(once)
            try_one = drawing.hypothesis.fuzz_one_input
        atheris.Setup([*sys.argv, str(corpus)], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
