"""Very deep chains of modules and store paths work, because no code recurses."""

import json
import sys
from pathlib import Path

import pytest
from tests.support.documents import built_data, iso_data
from tests.support.program import voidgen, write

ROOT = Path(__file__).parents[3]
DEPTH = 3 * sys.getrecursionlimit()
PLAN = json.loads((ROOT / "tests/golden/emitted/image/manifest.json").read_bytes())
CONFIG = '[image]\nname = "x"\n[overlay]\nmodules = ["m0"]\n'


def test_a_deep_chain_of_required_modules(repository: Path) -> None:
    write(repository, {"voidgen.toml": CONFIG})
    count = 2 * sys.getrecursionlimit()
    for number in range(count):
        more = f'requires = ["m{number + 1}"]\n' if number + 1 < count else ""
        write(repository, {f"overlay-src/m{number}/module.toml": f'summary = "x"\n{more}'})
    ran = voidgen("show", "--json", cwd=repository)
    assert ran.status == 0, ran.err
    assert len(json.loads(ran.out)["modules"]) == count
    # A circle of all of them is told, and not walked for ever.
    write(repository, {f"overlay-src/m{count - 1}/module.toml": 'summary = "x"\nafter = ["m0"]\n'})
    ran = voidgen("show", cwd=repository)
    assert (ran.status, ran.out) == (2, "")
    assert "these modules form a circle" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ["graph", "closure", "--format", "dot"],
        ["graph", "closure", "--format", "json", "--min-size", "0"],
        ["why", "last"],
        ["show", "--sizes", "--built"],
        ["diff", "result/manifest.json", "result/manifest.json"],
    ],
    ids=" ".join,
)
def test_commands_read_a_deep_closure(words: list[str], repository: Path) -> None:
    names = [*(f"p{number}" for number in range(DEPTH - 1)), "last"]
    paths = [f"/nix/store/{'0' * 32}-{name}" for name in names]
    entries = [
        {"path": path, "narSize": 1, "references": [below] if below else []}
        for path, below in zip(paths, [*paths[1:], ""], strict=True)
    ]
    made = built_data([{"name": "p0", "outputs": {"out": paths[0]}}], entries)
    data = iso_data(made) if words[0] == "diff" else made
    files = {"voidgen.toml": '[image]\nname = "x"\n', "result/manifest.json": json.dumps(data)}
    write(repository, files)
    ran = voidgen(*words, cwd=repository)
    assert ran.status == 0, ran.err[:500]
