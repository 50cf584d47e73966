"""Every message has an example, and a text that is read in review.

`pytest tests/messages --update-golden` writes the texts in ``expected`` anew. Wrong projects have
examples of their own, in tests/broken.
"""

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from tests.messages import sites
from tests.unit.program import Ran

from voidgen.cli.report import report, say
from voidgen.errors import StepFailedError, WrongInputError

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
BROKEN = HERE.parent / "broken"
Example = Callable[[Path, pytest.MonkeyPatch], Ran | None]


def examples() -> dict[str, Example]:
    """By name: the functions of ``examples`` that are not for the others."""
    found: dict[str, Example] = {}
    for file in sorted((HERE / "examples").glob("*.py")):
        module = import_module(f"tests.messages.examples.{file.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{file.stem}-{name.replace('_', '-')}"] = function
    return found


EXAMPLES = examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_told(
    name: str,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update_golden: bool,
) -> None:
    said, status = "", 0
    try:
        ran = EXAMPLES[name](repository, monkeypatch)
        assert ran, "it went well"
        said, status = ran.err, ran.status
        assert ran.out == ""
    except WrongInputError as error:
        report(error.faults)
        status = 2
    except StepFailedError as error:
        say(error.what, error.remedy, error.output)
        status = 1
    monkeypatch.undo()
    said = (said or capsys.readouterr().err).replace(str(repository), "@project@")
    said = said.replace(str(repository.parent), "@tmp@")
    file = EXPECTED / f"{name}.txt"
    if update_golden:
        file.write_text(f"exit status {status}\n{said}")
    assert f"exit status {status}\n{said}" == file.read_text()


def all_texts() -> str:
    files = [*EXPECTED.glob("*.txt"), *BROKEN.glob("*/expected")]
    return "\n".join(file.read_text() for file in files)


def test_each_message_has_an_example() -> None:
    said = all_texts()
    found = sites.messages()
    assert len(found) > 150
    assert [one.place for one in found if not one.opaque and not one.is_in(said)] == []


def test_no_text_is_left_over() -> None:
    assert {file.stem for file in EXPECTED.iterdir()} == EXAMPLES.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_says_what_to_do(name: str) -> None:
    """Below what is wrong stands what to do, or what the program said that knows more."""
    first, *more = (EXPECTED / f"{name}.txt").read_text().splitlines()[1:]
    assert re.match(r"voidgen: |@project@|[^:]*[\w/](:\d+)?: ", first)
    assert any(re.match(r" {2,4}\S", line) for line in more)
