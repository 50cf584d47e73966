"""Copies of a project in two places, to do the same in both under other conditions."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.check.conditions import ANYWHERE, start
from voidgen.container import engine
from voidgen.data import bundled_files
from voidgen.errors import refused
from voidgen.iso import build
from voidgen.overlay import catalogue
from voidgen.system import git, process

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voidgen.check.conditions import Condition, Start
    from voidgen.project import Project
    from voidgen.system.process import Completed


@frozen
class Copy:
    """A project in a folder, and how what is done there starts."""

    folder: Path
    start: Start

    def voidgen(self, *words: str) -> Completed:
        """Run ``voidgen WORDS``, whatever its exit status."""
        env = dict(self.start.env)
        if self.start.arguments:
            given = os.environ.get(engine.ARGUMENTS, "")
            env[engine.ARGUMENTS] = f"{given} {shlex.join(self.start.arguments)}"
        if self.start.build:
            env[engine.BUILD] = self.start.build
        # Not the project's folder `voidgen`, if it has one (-P).
        program = [sys.executable, "-P", "-m", "voidgen", "--quiet"]
        variables = [f"{name}={value}" for name, value in env.items()]
        argv = [*self.start.program, "env", *variables, *program, *words]
        # All of it: what runs is voidgen again.
        return process.run(
            argv, cwd=self.folder, check=False, env=os.environ, umask=self.start.umask
        )


@contextmanager
def copies(
    project: Project, conditions: Sequence[Condition] = ANYWHERE, place: Path | None = None
) -> Iterator[tuple[Copy, ...]]:
    """Copy what git knows of the project twice, into a folder in ``place`` that goes again.

    What `iso` made does not come along, or there would be nothing to do.
    """
    files = git.tracked(project.folder)
    with tempfile.TemporaryDirectory(prefix="voidgen-", dir=place) as parent:
        found = []
        for number in (0, 1):
            run = start(conditions, number)
            folder = Path(parent, run.folder)
            _copy(project.folder, files, folder)
            found.append(Copy(folder, run))
        yield tuple(found)


def _copy(project: Path, names: Iterable[str], folder: Path) -> None:
    folder.mkdir(parents=True)
    own = project / catalogue.FOLDER
    # voidgen's own repository: its modules are the built-in ones.
    builtin = own.exists() and own.samefile(bundled_files.catalogue())
    for name in names:
        top = name.partition("/")[0]
        if top == build.FOLDER or (builtin and top == catalogue.FOLDER):
            continue
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, folder / name, follow_symlinks=False)
        except FileNotFoundError:
            continue  # Removed, and not committed.
        except OSError as error:
            raise refused(error, name) from None
    if builtin:
        (folder / catalogue.FOLDER).symlink_to(own)
    git.init(folder)
    git.add_intent(folder, ["."])
