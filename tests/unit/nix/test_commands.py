"""How `voidgen.nix` calls Nix and reads its output, with a stand-in. See also tests/integration."""

import json
from pathlib import Path

import pytest
from tests.support.stand_in import StandIns

from voidgen.errors import StepFailedError
from voidgen.nix import commands, evaluation, fetchers, flakes, installed, limits, store_paths
from voidgen.nix.closure import StorePath
from voidgen.system import process

FLAKE = Path("/flake")
OPTIONS = [*commands.FLAKES]

GIT_FAULTS = [
    "fatal: early EOF",
    "fatal: unable to access 'http://x/': Could not resolve host: x",
    "fatal: unable to access 'http://x/': Failed to connect to x port 80: Connection refused",
    "fatal: unable to access 'http://x/': Connection timed out after 300 ms",
    "fatal: unable to access 'http://x/': Recv failure: Connection reset by peer",
    "fatal: unable to access 'http://x/': Empty reply from server",
    "fatal: unable to access 'http://x/': The requested URL returned error: 502",
    "fatal: unable to access 'http://x/': transfer closed with 9 bytes remaining to read",
    "fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF",
    "fatal: the remote end hung up unexpectedly",
    "ssh: connect to host x port 22: Connection timed out\nfatal: Could not read from remote",
    "fatal: unable to connect to x:\nx: errno=Connection refused",
]
LASTING = [
    "fatal: unable to access 'http://x/': The requested URL returned error: 404",
    "fatal: unable to access 'http://x/': The requested URL returned error: 403",
    "fatal: repository 'http://x/' not found",
    "fatal: couldn't find remote ref refs/heads/x",
    "error: attribute 'early EOF' missing",
    "error: unable to download 'http://x/': HTTP error 404",
]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    found = StandIns(tmp_path / "bin")
    monkeypatch.setenv("PATH", found.path)
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    return found


@pytest.mark.parametrize("said", GIT_FAULTS)
def test_temporary_faults_of_git_are_retried(programs: StandIns, said: str) -> None:
    programs.add(
        "nix", (1, "", f"{said}\nerror: program 'git' failed with exit code 128"), (0, "", "")
    )
    flakes.lock(FLAKE)
    assert programs.starts("nix") == [["flake", "lock", "path:/flake", *OPTIONS]] * 2


@pytest.mark.parametrize("said", LASTING)
def test_lasting_faults_are_not_retried(programs: StandIns, said: str) -> None:
    programs.add("nix", (1, "", said), (0, "", ""))
    with pytest.raises(StepFailedError) as caught:
        flakes.lock(FLAKE)
    assert said in caught.value.output
    assert len(programs.starts("nix")) == 1


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("nix (Nix) 2.8.0", (2, 8)),
        ("nix (Nix) 2.18.9", (2, 18)),
        ("nix (Nix) 2.34.8", (2, 34)),
        ("nix (Nix) 3.0pre20300101_abcdef1", (3, 0)),
        ("nix (Lix, like Nix) 2.91.0", (2, 91)),
        ("nix (Determinate Nix 3.1.2) 2.26.3", (2, 26)),
    ],
)
def test_the_version_is_read(programs: StandIns, said: str, version: tuple[int, int]) -> None:
    programs.add("nix", (0, said, ""))
    assert installed.version() == version


def test_the_version_is_not_cached(programs: StandIns) -> None:
    programs.add("nix", (0, "nix (Nix) 2.8.0", ""), (0, "nix (Nix) 2.34.8", ""))
    assert installed.version() == (2, 8)
    assert installed.version() == (2, 34)


def test_output_without_a_version_is_an_error(programs: StandIns) -> None:
    programs.add("nix", (0, "nothing", ""))
    with pytest.raises(StepFailedError) as caught:
        installed.version()
    assert (caught.value.what, caught.value.output) == (
        "nix --version: printed no version",
        "nothing\n",
    )


OLD_UPDATE = ["flake", "lock", "--update-input", "a", "--update-input", "b", "path:/flake"]
NEW_UPDATE = ["flake", "update", "a", "b", "--flake", "path:/flake"]


@pytest.mark.parametrize(
    ("version", "words"),
    [("2.8.0", OLD_UPDATE), ("2.18.9", OLD_UPDATE), ("2.19.0", NEW_UPDATE), ("3.0", NEW_UPDATE)],
)
def test_update_uses_each_releases_options(
    programs: StandIns, version: str, words: list[str]
) -> None:
    programs.add("nix", (0, f"nix (Nix) {version}", ""))
    flakes.update(FLAKE, ["a", "b"])
    assert programs.starts("nix") == [["--version"], [*words, *OPTIONS]]


@pytest.mark.parametrize("said", ["", "no JSON", "{", "\0"])
def test_output_that_is_not_json_is_an_error(programs: StandIns, said: str) -> None:
    programs.add("nix", (0, said, ""))
    with pytest.raises(StepFailedError) as caught:
        evaluation.evaluate(FLAKE, "x", str)
    assert caught.value.what == "nix eval --json: voidgen cannot read what it printed (not JSON)"


INFO = {"narHash": "sha256-x", "narSize": 7, "references": ["/s/b", "/s/a"], "deriver": None}
KNOWN = {"/s/a": StorePath(7, ("/s/b", "/s/a")), "/s/b": StorePath(7, ("/s/b", "/s/a"))}
OBJECT = json.dumps({"/s/a": INFO, "/s/b": {**INFO, "version": 1, "ca": None}})
LIST = json.dumps([{"path": "/s/a", **INFO}, {"path": "/s/b", "valid": True, **INFO}])
INFO_WORDS = ["path-info", "--json", "--recursive", "/s/a", "/s/b"]


@pytest.mark.parametrize("said", [LIST, OBJECT])
def test_path_info_is_read_in_each_releases_form(programs: StandIns, said: str) -> None:
    programs.add("nix", (0, said, "warning: '--json' without '--json-format' is deprecated"))
    assert store_paths.path_info({"/s/b", "/s/a"}) == KNOWN
    assert programs.starts("nix") == [[*INFO_WORDS, *OPTIONS]]


def test_path_info_names_a_format_if_nix_needs_one(programs: StandIns) -> None:
    programs.add("nix", (1, "", "error: '--json' needs '--json-format'"), (0, OBJECT, ""))
    assert store_paths.path_info(["/s/a", "/s/b"]) == KNOWN
    assert programs.starts("nix") == [
        [*INFO_WORDS, *OPTIONS],
        [*INFO_WORDS, "--json-format", "1", *OPTIONS],
    ]


def test_a_failed_path_info_is_not_retried(programs: StandIns) -> None:
    programs.add("nix", (1, "", "error: path '/s/a' is not valid"))
    with pytest.raises(StepFailedError) as caught:
        store_paths.path_info(["/s/a"])
    assert "is not valid" in caught.value.output
    assert len(programs.starts("nix")) == 1


def test_without_paths_nix_is_not_started(programs: StandIns) -> None:
    programs.add("nix", (1, "", ""))
    programs.add("nix-store", (0, "", ""))
    assert store_paths.path_info([]) == {}
    assert store_paths.invalid([]) == set()
    assert programs.starts("nix") == []


def test_invalid_paths_are_found_by_one_process(programs: StandIns) -> None:
    programs.add("nix-store", (0, "/s/b\n/s/c d\n", ""))
    assert store_paths.invalid({"/s/c d", "/s/a", "/s/b"}) == {"/s/b", "/s/c d"}
    words = ["--check-validity", "--print-invalid", "/s/a", "/s/b", "/s/c d"]
    assert programs.starts("nix-store") == [words]


LOCKED = {"type": "git", "url": "file:///a", "rev": "12", "ref": "main", "narHash": "sha256-x"}


@pytest.mark.parametrize(
    ("more", "url"),
    [({}, ""), ({"locked": LOCKED}, "git+file:///a?ref=main&rev=12"), ({"locked": {}}, "")],
)
def test_flake_prefetch_returns_hash_path_and_reference(
    programs: StandIns, more: dict[str, object], url: str
) -> None:
    answer = {"hash": "sha256-x", "storePath": "/store/x", **more}
    programs.add("nix", (0, json.dumps(answer), ""))
    assert fetchers.flake_prefetch("git+file:///a") == fetchers.Prefetched(
        "sha256-x", Path("/store/x"), url
    )
    words = ["flake", "prefetch", "--json", "git+file:///a", *OPTIONS]
    assert programs.starts("nix") == [words]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (
            "error: unable to download 'http://x/': HTTP error 404 ('Not Found')",
            fetchers.NotFoundError,
        ),
        ("error: unable to download 'http://x/': HTTP error 404", fetchers.NotFoundError),
        ("error: hash mismatch for '/tmp/nix-16640-0/tmp'", fetchers.OtherBytesError),
        ("error: unable to download 'http://x/': HTTP error 503", StepFailedError),
        ("error: unable to download 'http://x/': HTTP error 403", StepFailedError),
    ],
)
def test_faults_of_prefetch_file_have_their_types(
    programs: StandIns, said: str, kind: type[StepFailedError]
) -> None:
    programs.add("nix", (1, "", said))
    with pytest.raises(StepFailedError) as caught:
        fetchers.prefetch_file("http://x/", name="n", expected="sha256-x")
    assert type(caught.value) is kind
    assert caught.value.output == said
    words = ["store", "prefetch-file", "--json", "http://x/"]
    words += ["--name", "n", "--expected-hash", "sha256-x", *OPTIONS, *limits.FETCH.options()]
    assert programs.starts("nix") == [words]


def test_files_are_fetched_by_one_process_without_nix_s_cache(programs: StandIns) -> None:
    programs.add("nix-instantiate", (0, '["/store/a", "/store/b"]', ""))
    files = [fetchers.File("a", "http://x/a"), fetchers.File("b", "http://x/b", "sha256-x")]
    assert fetchers.prefetch_files(files) == (Path("/store/a"), Path("/store/b"))
    (words,) = programs.starts("nix-instantiate")
    assert json.loads(words[words.index("files") + 1]) == [
        {"name": "a", "url": "http://x/a"},
        {"name": "b", "url": "http://x/b", "sha256": "sha256-x"},
    ]
    assert words[-9:] == ["--option", "tarball-ttl", "0", *limits.FETCH.options()]
