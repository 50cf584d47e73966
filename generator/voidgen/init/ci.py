"""Workflows that build an image where its repository is hosted."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from attrs import frozen
from jinja2 import Environment, StrictUndefined

from voidgen import __version__
from voidgen.data.bundled_files import DATA
from voidgen.errors import Fault, WrongInputError, refused
from voidgen.init import repository
from voidgen.system import git
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = DATA / "workflows"
HOSTS = ("github", "gitlab")
KEPT = ("iso", "iso.sha256", "cdx.json", "manifest.json", "log")
"""Endings of the files in out/ that a run keeps."""
_PLAIN = re.compile(r"[A-Za-z0-9._+/-]*")


@frozen
class Workflow:
    """A workflow for the project in ``folder`` of the repository ``top``; "" is the top itself."""

    host: str
    top: Path
    folder: str

    @property
    def file(self) -> Path:
        """Where the host looks for it."""
        if self.host == "gitlab":
            return self.top / ".gitlab-ci.yml"
        name = "-".join(("voidgen", *filter(None, self.folder.split("/"))))
        return self.top / f".github/workflows/{name}.yml"

    def text(self, *, iso: bool) -> str:
        """The YAML. ``iso``: the project makes an ISO."""
        # Not jinja's own signs, which GitHub has for itself.
        environment = Environment(
            undefined=StrictUndefined,
            variable_start_string="<<",
            variable_end_string=">>",
            block_start_string="<%",
            block_end_string="%>",
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 - YAML, of names that are plain or quoted
        )
        prefix = f"{self.folder}/" if self.folder else ""
        return environment.from_string((FOLDER / f"{self.host}.yml.j2").read_text()).render(
            title=json.dumps(f"Image {self.folder}".strip()),
            folder=self.folder or ".",
            prefix=prefix,
            out=f"{prefix}out",
            artifact=self.folder.replace("/", "-") or "image",
            version=__version__,
            kept=KEPT,
            iso=iso,
        )


def find(host: str, project: Path) -> Workflow:
    """The workflow that ``project`` is to have; WrongInputError where it is there already.

    ``project`` may be missing: it is looked at as the repository that it will be, or lie in.
    """
    folder = ""
    top = project
    if not repository.wanted(project):
        top = git.top(repository.above(project))
        folder = os.path.relpath(os.path.realpath(project), top).removeprefix(".")
    if not _PLAIN.fullmatch(folder):
        what = "no workflow is written for this path of the repository"
        remedy = "move the project to one of letters, digits and . _ + -"
        raise WrongInputError(Fault(what, project, remedy=remedy))
    workflow = Workflow(host, top, folder)
    if os.path.lexists(workflow.file):
        remedy = "move it away, and take from it what you need: init never overwrites"
        raise WrongInputError(Fault("is there already", workflow.file, remedy=remedy))
    return workflow


def add(workflow: Workflow, *, iso: bool) -> None:
    """Write it; its top becomes a repository where it is none. StepFailedError where refused."""
    top = workflow.top
    if not (git.is_inside_work_tree(top) and top.samefile(git.top(top))):
        git.init(top)
    try:
        workflow.file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(workflow.file, workflow.text(iso=iso).encode())
    except OSError as error:
        raise refused(error, workflow.file) from None
    git.add_intent(top, [str(workflow.file.relative_to(top))])
