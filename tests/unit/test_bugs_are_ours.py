"""A bug of voidgen is reported as an internal error, not as a fault of its input."""

import json
from pathlib import Path

import pytest
from tests.support import documents
from tests.support.program import voidgen, write

BUILT = documents.built_data(
    [{"name": "a", "outputs": {"out": "/s/00000000000000000000000000000000-a"}}],
    [{"path": "/s/00000000000000000000000000000000-a", "references": []}],
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(
        tmp_path,
        {
            "voidgen.toml": '[image]\nname = "x"\n',
            "result/manifest.json": json.dumps(BUILT),
            "x.json": json.dumps(documents.iso_data(BUILT)),
        },
    )
    return tmp_path


@pytest.mark.parametrize("error", [KeyError("a"), TypeError("a"), AttributeError("a")])
@pytest.mark.parametrize(
    ("words", "broken"),
    [
        ("show --built", "voidgen.cli.tables.built"),
        ("show --built --json", "voidgen.schema.typed_json.plain"),
        ("show --built --sizes", "voidgen.image.sizes.of"),
        ("graph closure", "voidgen.graph.text.write"),
        ("graph closure --format json", "voidgen.graph.sources.closure"),
        ("why a", "voidgen.why.kept.kept"),
        ("diff x.json x.json", "voidgen.diff.compare.compare"),
        ("diff x.json x.json", "voidgen.image.of_build.of_iso"),
    ],
)
def test_a_bug_is_an_internal_error(
    words: str, broken: str, error: Exception, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(broken, fails)
    ran = voidgen(*words.split(), cwd=project)
    assert ran.status == 1
    assert f"internal error: {type(error).__name__}" in ran.err


@pytest.mark.parametrize(
    "words", ["show --built", "graph closure --format json", "why a", "diff x.json x.json"]
)
def test_without_a_bug_the_commands_succeed(words: str, project: Path) -> None:
    ran = voidgen(*words.split(), cwd=project)
    assert ran.status == 0, ran.err
