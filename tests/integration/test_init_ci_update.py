"""`voidgen init --ci`: the weekly job updates, builds, and opens a request with what changes."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.integration.offline import Nix
from tests.integration.workflows import (
    BASH,
    Runner,
    checkout,
    commit,
    git,
    load,
    voidgen_flake,
)
from tests.support.program import voidgen

from voidgen.init import ci

BRANCH = "voidgen-update"
ROW = "| downgraded | proverbs | 8 -\\> 7 |"
VALUES = {
    "github.ref_name": "trunk",
    "github.repository": "me/image",
    "github.repository_owner": "me",
    "secrets.VOIDGEN_UPDATE_TOKEN || github.token": "secret",
}


def with_workflow(host: str, project: Path, source: Path) -> Path:
    """Add a host's workflow to a project, and commit."""
    reference = voidgen_flake(source)
    ran = voidgen("init", "--ci", host, "--voidgen", reference, cwd=project)
    assert (ran.status, ran.err) == (0, "")
    assert f"    with voidgen from {reference}?" in ran.out
    assert {*ci.WEEKLY[host]} <= {*ran.out.splitlines()}
    git(project, "branch", "--move", "trunk")
    commit(project, "The image")
    return project


def assert_updated(project: Path) -> None:
    """The branch has one more commit, with what was updated and emitted."""
    assert git(project, "rev-parse", f"{BRANCH}~1") == git(project, "rev-parse", "trunk")
    changed = git(project, "diff", "--name-only", "trunk", BRANCH).splitlines()
    assert {"flake.nix", "voidgen.toml"} <= {*changed}
    assert not any(name.startswith((".voidgen", "diff", "result")) for name in changed)


def test_the_github_job_opens_a_pull_request(warm: Path, nix: Nix, tmp_path: Path) -> None:
    project = with_workflow("github", warm, tmp_path / "voidgen")
    workflow = load((project / ".github/workflows/voidgen.yml").read_text())
    assert workflow["on"]["schedule"]
    commit_of_voidgen = git(tmp_path / "voidgen", "rev-parse", "HEAD")
    assert workflow["env"]["VOIDGEN"].endswith(f"&rev={commit_of_voidgen}")
    image, job = workflow["jobs"]["image"], workflow["jobs"]["update"]
    assert job["if"] == "github.event_name == 'schedule' || inputs.update"
    assert image["if"] == "github.event_name != 'schedule' && !inputs.update"
    runner = Runner(tmp_path / "kept", checkout(project, tmp_path / "checkout"), nix.env)
    steps = [step for step in job["steps"] if "run" in step]
    assert not any("if" in step for step in steps)
    for step in steps:
        runner.run(step, VALUES, workflow["env"])
    assert_updated(project)
    assert ROW in runner.body()
    assert runner.body() == (runner.kept / "summary").read_text()
    asked = runner.asked()
    assert f"--raw-field head=me:{BRANCH} " in asked[-2]
    assert asked[-1].startswith("api --silent --method POST repos/me/image/pulls ")
    assert asked[-1].endswith(f"--raw-field head={BRANCH} --raw-field base=trunk")

    # The next week's run finds the pull request.
    git(runner.folder, "reset", "--quiet", "--soft", "HEAD~1")
    git(runner.folder, "switch", "--quiet", "trunk")
    git(runner.folder, "branch", "--quiet", "-D", BRANCH)
    (runner.kept / "open").write_text("12\n")
    runner.run(steps[-1], VALUES, workflow["env"])
    assert_updated(project)
    assert runner.asked()[-1].startswith("api --silent --method PATCH repos/me/image/pulls/12 ")

    # If nothing changed, it asks GitHub nothing.
    count = len(runner.asked())
    assert runner.run(steps[-1], VALUES, workflow["env"]) == "Nothing changed.\n"
    assert len(runner.asked()) == count


@pytest.mark.parametrize(("lines", "cut"), [(1000, False), (2000, True)])
def test_a_text_that_is_too_long_for_github_is_cut(
    tmp_path: Path, repository: Path, lines: int, cut: bool
) -> None:
    ran = voidgen("init", "--ci", "github", "--voidgen", f"github:x/y/{'0' * 40}", cwd=repository)
    assert ran.status == 0
    workflow = load((repository / ".github/workflows/voidgen.yml").read_text())
    (step,) = (one for one in workflow["jobs"]["update"]["steps"] if "voidgen diff" in str(one))
    diff = f"#!/bin/sh\nyes '{'x' * 39}' | head -n {lines}\n"
    runner = Runner(tmp_path / "kept", repository, {})
    (runner.kept / "bin/voidgen").write_text(diff)
    (runner.kept / "bin/voidgen").chmod(0o755)
    runner.run(step, {}, {})
    whole, body = ((runner.kept / name).read_text() for name in ("summary", "body.md"))
    assert len(whole) == 40 * lines
    assert len(body) <= 60_100
    assert (body != whole) == cut
    assert ("\n\n(cut: " in body) == cut


class Forge(BaseHTTPRequestHandler):
    """A stand-in for GitLab's API: it finds ``requests``, and records what it is asked."""

    requests: tuple[dict[str, int], ...] = ()
    asked: tuple[tuple[str, str, dict[str, list[str]]], ...] = ()

    def do_GET(self) -> None:
        self._record()

    def do_POST(self) -> None:
        self._record()

    def do_PUT(self) -> None:
        self._record()

    def _record(self) -> None:
        assert self.headers["PRIVATE-TOKEN"] == "secret"
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        assert self.command is not None
        Forge.asked = (*Forge.asked, (self.command, self.path, parse_qs(body)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(Forge.requests).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.slow
def test_the_gitlab_job_opens_a_merge_request(warm: Path, nix: Nix, tmp_path: Path) -> None:
    project = with_workflow("gitlab", warm, tmp_path / "voidgen")
    workflow = load((project / ".gitlab-ci.yml").read_text())
    job = workflow["update-image"]
    (tmp_path / "remote.git").symlink_to(project / ".git")
    server = HTTPServer(("127.0.0.1", 0), Forge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {
        **nix.env,
        **job["variables"],
        "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4",
        "CI_COMMIT_BRANCH": "trunk",
        "CI_PROJECT_ID": "12",
        "CI_PROJECT_URL": f"file://{tmp_path}/remote",
        "GITLAB_USER_EMAIL": "me@example.org",
        "GITLAB_USER_NAME": "Me",
        "VOIDGEN": workflow["variables"]["VOIDGEN"],
        "VOIDGEN_UPDATE_TOKEN": "secret",
    }

    def run(name: str) -> None:
        installed = [one for one in workflow["default"]["before_script"] if "apt-get" not in one]
        lines = "\n".join((*installed, *job["script"]))
        folder = checkout(project, tmp_path / name)
        done = subprocess.run(
            [*BASH, lines], cwd=folder, env=env, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        assert_updated(project)

    requests = "/api/v4/projects/12/merge_requests"
    try:
        run("first")
        (_, where, _), (method, path, fields) = Forge.asked
        assert where == f"{requests}?state=opened&source_branch={BRANCH}"
        assert (method, path) == ("POST", requests)
        assert ROW in fields.pop("description")[0]
        assert fields == {
            "title": ["Update the inputs"],
            "source_branch": [BRANCH],
            "target_branch": ["trunk"],
        }
        # A fork may have a branch of the same name.
        Forge.requests = ({"iid": 3, "source_project_id": 9}, {"iid": 4, "source_project_id": 12})
        run("second")
        assert Forge.asked[-1][:2] == ("PUT", f"{requests}/4")
        assert [*Forge.asked[-1][2]] == ["description"]
    finally:
        server.shutdown()
        server.server_close()
