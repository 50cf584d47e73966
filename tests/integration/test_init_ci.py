"""`voidgen init --ci`: the workflow is well-formed, and its commands run."""

import itertools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.integration.offline import Nix
from tests.integration.workflows import BASH, PINNED, Runner, commit, git, load, voidgen_flake
from tests.support.program import found, voidgen, write

from voidgen.init import ci
from voidgen.init.ci import Workflow
from voidgen.iso import outputs

BIN = Path(sys.executable).parent
SCHEMAS = {"github": "github-workflows", "gitlab": "gitlab-ci"}
SOURCE = ("--voidgen", PINNED)
PULL_REQUEST = "github.event_name == 'pull_request'"
OURS = f"{PULL_REQUEST} && github.event.pull_request.head.repo.full_name == github.repository"


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of any git repository."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


@pytest.mark.parametrize("host", ci.HOSTS)
def test_the_workflow_is_well_formed(tmp_path: Path, host: str) -> None:
    workflows, programs = [], []
    for iso, folder in itertools.product((True, False), ("", "images/rescue")):
        text = Workflow(host, tmp_path, folder, PINNED).text(iso=iso)
        assert ("voidgen iso" in text) == iso
        assert load(text)["env" if host == "github" else "variables"]["VOIDGEN"] == PINNED
        name = f"{'iso' if iso else 'image'}-{folder.replace('/', '-')}"
        workflows.append(tmp_path / f"{name}.yml")
        workflows[-1].write_text(text)
        for number, script in enumerate(scripts(host, load(text))):
            programs.append(tmp_path / f"{name}-{number}.sh")
            programs[-1].write_text(f"set -e\n{script}\n")
    schema = ["--builtin-schema", f"vendor.{SCHEMAS[host]}"]
    lint(BIN / "check-jsonschema", *schema, *workflows)
    lint("shellcheck", "--shell=bash", *programs)
    assert {*ci.KEPT} == {*outputs.KINDS, "log"}


def lint(*argv: str | Path) -> None:
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def scripts(host: str, workflow: dict[str, Any]) -> Iterator[str]:
    if host == "github":
        for job in workflow["jobs"].values():
            yield from (step["run"] for step in job["steps"] if "run" in step)
    else:
        yield "\n".join(workflow["default"]["before_script"])
        yield "\n".join(workflow["build-image"]["script"])
        yield "\n".join(workflow["update-image"]["script"])


@pytest.mark.parametrize("host", ci.HOSTS)
def test_the_workflow_takes_programs_of_others_by_hash(tmp_path: Path, host: str) -> None:
    text = Workflow(host, tmp_path, "", PINNED).text(iso=True)
    for used in re.findall(r"uses: (\S+)", text):
        assert re.fullmatch(r"[a-z-]+/[a-z-]+@[0-9a-f]{40}", used)
    assert not re.search(r"\b(?:pip|pipx|uvx?|npm|npx) ", text)


def pull_request(project: Path) -> str:
    """Commit, then change the package set; return the first commit."""
    before = commit(project, "The image")
    text = (project / "voidgen.toml").read_text()
    (project / "voidgen.toml").write_text(text.replace("2026.10", "2026.04"))
    assert voidgen("generate", cwd=project).status == 0
    git(project, "commit", "--quiet", "--all", "-m", "Other packages")
    return before


def test_the_github_workflow_runs(warm: Path, nix: Nix, tmp_path: Path) -> None:
    source = voidgen_flake(tmp_path / "voidgen")
    assert voidgen("init", "--ci", "github", "--voidgen", source, cwd=warm).status == 0
    base = pull_request(warm)
    workflow = load((warm / ".github/workflows/voidgen.yml").read_text())
    assert workflow["defaults"]["run"]["working-directory"] == "."
    runner = Runner(tmp_path / "kept", warm, nix.env)
    values = {
        "github.event.pull_request.base.sha": base,
        "github.event.number": "7",
        "github.repository": "me/image",
        "github.token": "secret",
    }

    def run_all(conditions: set[str | None]) -> str:
        said = ""
        for step in workflow["jobs"]["image"]["steps"]:
            assert step.get("if") in {None, PULL_REQUEST, OURS}
            if step.get("if") in conditions and "run" in step:
                said += runner.run(step, values, workflow["env"])
        return said

    said = run_all({None, PULL_REQUEST, OURS})
    assert "identical" in said
    body = runner.body()
    assert body.startswith("<!-- voidgen diff -->\n### ")
    assert "| downgraded | proverbs | 8 -\\> 7 |" in body
    assert (runner.kept / "summary").read_text() == body
    comments = "repos/me/image/issues/7/comments"
    assert runner.asked()[-1].startswith(f"api --silent --method POST {comments} --field body=@")
    # The next push edits that comment.
    write(runner.kept, {"comments": "4711\n4712\n"})
    run_all({OURS})
    comment = "repos/me/image/issues/comments/4711"
    assert runner.asked()[-1].startswith(f"api --silent --method PATCH {comment} ")


class Notes(BaseHTTPRequestHandler):
    """A stand-in for GitLab's API that records the notes it receives."""

    said: tuple[tuple[str, str, str], ...] = ()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        note = (self.path, self.headers["PRIVATE-TOKEN"], parse_qs(body)["body"][0])
        Notes.said = (*Notes.said, note)
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.slow
def test_the_gitlab_workflow_runs(warm: Path, nix: Nix) -> None:
    assert voidgen("init", "--ci", "gitlab", "--voidgen", PINNED, cwd=warm).status == 0
    base = pull_request(warm)
    workflow = load((warm / ".gitlab-ci.yml").read_text())
    job = workflow["build-image"]
    server = HTTPServer(("127.0.0.1", 0), Notes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {
        **nix.env,
        "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "12",
        "CI_PROJECT_DIR": str(warm),
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "VOIDGEN_COMMENT_TOKEN": "secret",
    }
    try:
        lines = "\n".join((workflow["default"]["before_script"][-1], *job["script"]))
        argv = [*BASH, lines]
        done = subprocess.run(argv, cwd=warm, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, (done.stdout, done.stderr)
    finally:
        server.shutdown()
        server.server_close()
    ((path, token, body),) = Notes.said
    assert (path, token) == ("/api/v4/projects/12/merge_requests/7/notes", "secret")
    assert "| downgraded | proverbs | 8 -\\> 7 |" in body
    assert body.strip() == (warm / "diff.md").read_text().strip()
    assert (warm / job["artifacts"]["reports"]["junit"]).read_text().startswith("<testsuites ")


def test_init_writes_a_workflow_together_with_a_preset(alone: Path) -> None:
    ran = voidgen("init", "--preset", "console", "--ci", "github", *SOURCE, "x", cwd=alone)
    assert (ran.status, ran.err) == (0, "")
    assert {".github/workflows/voidgen.yml", "voidgen.toml"} <= found(alone / "x").keys()
    assert "voidgen iso" in (alone / "x/.github/workflows/voidgen.yml").read_text()
    assert ".github/workflows/voidgen.yml" in git(alone / "x", "ls-files")


def test_init_in_a_subfolder_writes_the_workflow_at_the_repositorys_root(repository: Path) -> None:
    ran = voidgen("init", "--ci", "github", *SOURCE, "images/rescue", cwd=repository)
    assert ran.status == 0
    text = (repository / ".github/workflows/voidgen-images-rescue.yml").read_text()
    workflow = load(text)
    assert workflow["defaults"]["run"]["working-directory"] == "images/rescue"
    assert "            images/rescue/out/*.iso\n" in text
    assert ".github/workflows/voidgen-images-rescue.yml" in git(repository, "ls-files")


def test_init_overwrites_no_workflow(alone: Path) -> None:
    write(alone, {"x/.gitlab-ci.yml": "mine"})
    before = found(alone)
    ran = voidgen("init", "--ci", "gitlab", *SOURCE, "x", cwd=alone)
    assert (ran.status, found(alone)) == (2, before)
    assert "x/.gitlab-ci.yml: already exists" in ran.err


def test_init_makes_a_repository_if_there_is_none(alone: Path) -> None:
    write(alone, {"voidgen.toml": '[image]\nname = "x"\n'})
    assert voidgen("init", "--ci", "github", *SOURCE, cwd=alone).status == 0
    assert "voidgen iso" not in (alone / ".github/workflows/voidgen.yml").read_text()
    assert git(alone, "ls-files") == ".github/workflows/voidgen.yml"


def test_init_refuses_a_path_that_yaml_would_have_to_quote(repository: Path) -> None:
    ran = voidgen("init", "--ci", "github", *SOURCE, "a #1", cwd=repository)
    assert ran.status == 2
    assert "voidgen cannot write a workflow for this path" in ran.err
    assert found(repository) == {}
