"""Copy a project to two places, to run voidgen in both under different conditions."""

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
from voidgen.iso.nix_sandbox import ANEW
from voidgen.overlay import catalogue
from voidgen.system import git, process

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voidgen.check.conditions import Condition, Start
    from voidgen.project import Project
    from voidgen.system.process import Completed


@frozen
class Copy:
    """A copy of a project in ``folder``, where voidgen starts as ``start`` says."""

    folder: Path
    start: Start

    def voidgen(self, *words: str) -> Completed:
        """Run ``voidgen WORDS`` here and return its result, whatever the exit status is."""
        # Nix would take the second ISO from its store.
        env = {**self.start.env, ANEW: "1"}
        if self.start.arguments:
            given = os.environ.get(engine.ARGUMENTS, "")
            env[engine.ARGUMENTS] = f"{given} {shlex.join(self.start.arguments)}"
        if self.start.build:
            env[engine.BUILD] = self.start.build
        # With -P, Python does not import a folder `voidgen` of the project.
        program = [sys.executable, "-P", "-m", "voidgen", "--quiet"]
        variables = [f"{name}={value}" for name, value in env.items()]
        argv = [*self.start.program, "env", *variables, *program, *words]
        # Pass the whole environment, because this runs voidgen again.
        return process.run(
            argv, cwd=self.folder, check=False, env=os.environ, umask=self.start.umask
        )


@contextmanager
def copies(
    project: Project, conditions: Sequence[Condition] = ANYWHERE, place: Path | None = None
) -> Iterator[tuple[Copy, ...]]:
    """Copy the project's files that git tracks twice, into a temporary folder in ``place``.

    What `voidgen iso` made is not copied: otherwise there would be nothing to build.
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
    # In voidgen's own repository, the project's modules are the built-in ones.
    builtin = own.exists() and own.samefile(bundled_files.catalogue())
    for name in names:
        top = name.partition("/")[0]
        if top == build.FOLDER or (builtin and top == catalogue.FOLDER):
            continue
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, folder / name, follow_symlinks=False)
        except FileNotFoundError:
            continue  # The file is deleted, but git still tracks it.
        except OSError as error:
            raise refused(error, name) from None
    if builtin:
        (folder / catalogue.FOLDER).symlink_to(own)
    git.init(folder)
    git.add_intent(folder, ["."])
