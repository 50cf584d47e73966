import json
import string
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.stand_in import StandIns

from voidgen.container import reference as container_reference
from voidgen.container.reference import ContainerReference
from voidgen.errors import StepFailedError
from voidgen.system import process

DIGEST = f"sha256:{'0a' * 32}"
OTHER = f"sha256:{'f1' * 32}"
PULL, INSPECT = ["pull", "--quiet"], ["image", "inspect", "--format", "{{json .RepoDigests}}"]
SKOPEO = ["inspect", "--no-tags", "--format", "{{.Digest}}"]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """Stand-ins, the only programs on PATH."""
    found = StandIns(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(found.folder))
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    return found


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("void", ContainerReference("void")),
        ("void:20260101", ContainerReference("void", "20260101")),
        (f"void@{DIGEST}", ContainerReference("void", "", DIGEST)),
        (f"void:1.0-musl@{DIGEST}", ContainerReference("void", "1.0-musl", DIGEST)),
        ("ghcr.io/void-linux/void:latest", ContainerReference("ghcr.io/void-linux/void", "latest")),
        ("localhost:5000/x", ContainerReference("localhost:5000/x")),
        ("localhost:5000/x:1", ContainerReference("localhost:5000/x", "1")),
        (f"localhost:5000/x@{DIGEST}", ContainerReference("localhost:5000/x", "", DIGEST)),
        (f"localhost:5000/x/y:1@{DIGEST}", ContainerReference("localhost:5000/x/y", "1", DIGEST)),
        ("", ContainerReference("")),
        # An invalid reference is kept as a name, which no registry has.
        ("x@sha256:12", ContainerReference("x@sha256:12")),
        ("x:", ContainerReference("x:")),
        ("x\n", ContainerReference("x\n")),
    ],
)
def test_parse_splits_name_tag_and_digest(reference: str, image: ContainerReference) -> None:
    assert container_reference.parse(reference) == image
    assert str(image) == reference


PART = st.from_regex(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*", fullmatch=True)
REGISTRY = st.sampled_from(["ghcr.io/", "localhost:5000/", "127.0.0.1:5000/", "[::1]:5000/", ""])
NAME = st.builds(lambda host, parts: host + "/".join(parts), REGISTRY, st.lists(PART, min_size=1))
TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)


@given(st.builds(ContainerReference, NAME, st.just("") | TAG, st.just("") | HEX))
@example(ContainerReference("localhost:5000/5000", "5000", DIGEST))
def test_parsing_a_written_reference_gives_the_same(image: ContainerReference) -> None:
    assert container_reference.parse(str(image)) == image


@given(st.text(string.printable) | st.text())
def test_any_text_is_written_as_it_was_parsed(text: str) -> None:
    assert str(container_reference.parse(text)) == text


def test_skopeo_looks_the_digest_up(programs: StandIns) -> None:
    programs.add("skopeo", (0, DIGEST, ""))
    assert container_reference.digest(ContainerReference("localhost:5000/x", "1")) == DIGEST
    assert programs.starts("skopeo") == [[*SKOPEO, "docker://localhost:5000/x:1"]]


@pytest.mark.parametrize("engine", ["podman", "docker"])
def test_an_engine_pulls_the_image_to_find_the_digest(programs: StandIns, engine: str) -> None:
    said = json.dumps([f"localhost:5000/x@{DIGEST}"])
    programs.add(engine, (0, "pulled", ""), (0, said, ""))
    assert container_reference.digest(ContainerReference("localhost:5000/x", "1")) == DIGEST
    reference = "localhost:5000/x:1"
    assert programs.starts(engine) == [[*PULL, reference], [*INSPECT, reference]]


@pytest.mark.parametrize("tag", ["", "1"])
def test_a_digest_takes_precedence_over_a_tag(programs: StandIns, tag: str) -> None:
    programs.add("skopeo", (0, DIGEST, ""))
    assert container_reference.digest(ContainerReference("x", tag, DIGEST)) == DIGEST
    assert programs.starts("skopeo") == [[*SKOPEO, f"docker://x@{DIGEST}"]]


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (["skopeo", "podman", "docker"], "skopeo"),
        (["podman", "docker"], "podman"),
        (["docker"], "docker"),
        (["docker", "skopeo"], "skopeo"),
    ],
)
def test_skopeo_is_preferred_then_podman_then_docker(
    programs: StandIns, there: list[str], asked: str
) -> None:
    for name in there:
        answer = DIGEST if name == "skopeo" else json.dumps([f"x@{DIGEST}"])
        programs.add(name, (0, answer, ""))
    assert container_reference.digest(ContainerReference("x")) == DIGEST
    assert [name for name in there if programs.starts(name)] == [asked]


def test_without_these_programs_the_error_names_them(programs: StandIns) -> None:
    assert not any(programs.folder.iterdir())
    with pytest.raises(StepFailedError) as caught:
        container_reference.digest(ContainerReference("localhost:5000/x", "1"))
    assert caught.value.what == (
        "localhost:5000/x:1: its digest cannot be looked up without skopeo, podman or docker"
    )
    assert caught.value.remedy == "install one of them"


@pytest.mark.parametrize("said", ["", "<none>", "sha256:12", f"{OTHER}0"])
def test_an_answer_of_skopeo_without_a_digest_is_an_error(programs: StandIns, said: str) -> None:
    programs.add("skopeo", (0, said, ""))
    with pytest.raises(StepFailedError) as caught:
        container_reference.digest(ContainerReference("x"))
    assert caught.value.what == "x: skopeo printed no digest"
    assert caught.value.output == said


@pytest.mark.parametrize("said", ["[]", "null", '[""]', '["x"]', '["x@sha256:12"]'])
def test_an_image_without_a_digest_is_an_error(programs: StandIns, said: str) -> None:
    """It was built on this machine, and never pushed to a registry."""
    programs.add("podman", (0, "", ""), (0, said, ""))
    with pytest.raises(StepFailedError) as caught:
        container_reference.digest(ContainerReference("x"))
    assert caught.value.what == "x: podman printed no digest"


BUSY = [
    'time="…" level=fatal msg="… dial tcp 127.0.0.1:5000: connect: connection refused"',
    "Error: … read tcp 127.0.0.1:5000: read: connection reset by peer",
    "Error: … net/http: TLS handshake timeout",
    "Error: … dial tcp 127.0.0.1:5000: i/o timeout",
    "Error: … received unexpected HTTP status: 503 Service Unavailable",
    "Error: … unexpected EOF",
]
LASTING = [
    "Error: … reading manifest 1 in localhost:5000/x: manifest unknown",
    "Error: … reading manifest 1 in localhost:5000/x: StatusCode: 404, no such page",
    "Error: … unauthorized: authentication required",
]


@pytest.mark.parametrize("said", BUSY)
def test_a_request_to_a_busy_registry_is_repeated(programs: StandIns, said: str) -> None:
    programs.add("skopeo", (1, "", said), (1, "", said), (0, DIGEST, ""))
    assert container_reference.digest(ContainerReference("x")) == DIGEST
    assert len(programs.starts("skopeo")) == 3


@pytest.mark.parametrize("said", LASTING)
def test_a_missing_image_is_requested_once(programs: StandIns, said: str) -> None:
    programs.add("skopeo", (1, "", said), (0, DIGEST, ""))
    with pytest.raises(StepFailedError) as caught:
        container_reference.digest(ContainerReference("x"))
    assert said in caught.value.output
    assert len(programs.starts("skopeo")) == 1
