"""Workflows for GitHub and GitLab that build an image."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.data.bundled_files import DATA
from voidgen.errors import Fault, WrongInputError, refused
from voidgen.init import repository
from voidgen.system import git
from voidgen.system.files import write_atomically
from voidgen.system.templates import Templates

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = DATA / "workflows"
HOSTS = ("github", "gitlab")
KEPT = ("iso", "iso.sha256", "cdx.json", "manifest.json", "log")
"""Endings of the files of out/ that a workflow keeps."""
WEEKLY = {
    "github": (
        "its weekly job needs a setting: Settings > Actions > General >",
        "    Allow GitHub Actions to create and approve pull requests",
    ),
    "gitlab": (
        "its weekly job needs a schedule: Build > Pipeline schedules; and a project",
        "    token (api, write_repository) in the variable VOIDGEN_UPDATE_TOKEN",
    ),
}
"""What the user has to set up on the host, as lines."""
_PLAIN = re.compile(r"[A-Za-z0-9._+/-]*")


@frozen
class Workflow:
    """A workflow for the project in ``folder`` of the repository ``top``.

    ``folder`` is empty if the project is the repository's top. ``voidgen`` is the pinned flake
    that the workflow gets voidgen from.
    """

    host: str
    top: Path
    folder: str
    voidgen: str

    @property
    def file(self) -> Path:
        """The file in which the host looks for the workflow."""
        if self.host == "gitlab":
            return self.top / ".gitlab-ci.yml"
        name = "-".join(("voidgen", *filter(None, self.folder.split("/"))))
        return self.top / f".github/workflows/{name}.yml"

    def text(self, *, iso: bool) -> str:
        """Return the YAML; with ``iso``, the workflow makes the ISO, too."""
        prefix = f"{self.folder}/" if self.folder else ""
        values = {
            "title": json.dumps(f"Image {self.folder}".strip()),
            "folder": self.folder or ".",
            "prefix": prefix,
            "out": f"{prefix}out",
            "artifact": self.folder.replace("/", "-") or "image",
            "branch": "-".join(("voidgen-update", *filter(None, self.folder.split("/")))),
            "voidgen": json.dumps(self.voidgen),
            "kept": KEPT,
            "iso": iso,
        }
        # Not Jinja's own delimiters: GitHub's workflows use these.
        templates = Templates(str, trusted=True, delimiters=("<<", ">>", "<%", "%>"))
        return templates.fill((FOLDER / f"{self.host}.yml.j2").read_text(), values)


def find(host: str, project: Path, voidgen: str) -> Workflow:
    """Return the workflow for ``project``; WrongInputError if its file exists already.

    ``voidgen`` is the pinned flake that it gets voidgen from.

    ``project`` may be missing: then the repository is the one that it will be, or will be in.
    """
    folder = ""
    top = project
    if not repository.needs_own(project):
        top = git.top(repository.nearest_existing(project))
        found = os.path.relpath(os.path.realpath(project), top)
        folder = "" if found == "." else found
    if not _PLAIN.fullmatch(folder):
        what = "voidgen cannot write a workflow for this path in the repository"
        remedy = "move the project to a path of letters, digits and . _ + -"
        raise WrongInputError(Fault(what, project, remedy=remedy))
    workflow = Workflow(host, top, folder, voidgen)
    if os.path.lexists(workflow.file):
        remedy = "move it away, and copy what you need from it: init never overwrites a file"
        raise WrongInputError(Fault("already exists", workflow.file, remedy=remedy))
    return workflow


def add(workflow: Workflow, *, iso: bool) -> None:
    """Write the workflow; if its top isn't a git repository, make one there.

    Raises StepFailedError if the system refuses to write it.
    """
    top = workflow.top
    if not (git.is_inside_work_tree(top) and top.samefile(git.top(top))):
        git.init(top)
    try:
        workflow.file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(workflow.file, workflow.text(iso=iso).encode())
    except OSError as error:
        raise refused(error, workflow.file) from None
    git.add_intent(top, [str(workflow.file.relative_to(top))])
