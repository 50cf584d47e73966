"""Copies of a project in two places, to do the same in both under other conditions."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import git, process, share
from voidgen.errors import refused
from voidgen.overlay import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.process import Completed
    from voidgen.project import Project


@frozen
class Copy:
    """A project in a folder, with the umask and the environment of what is done there."""

    folder: Path
    umask: int
    env: Mapping[str, str]

    def voidgen(self, *words: str) -> Completed:
        """``voidgen WORDS``, whatever comes of it."""
        program = [sys.executable, "-m", "voidgen", "--quiet"]
        argv = ["env", *(f"{name}={value}" for name, value in self.env.items()), *program, *words]
        # All of it: what runs is voidgen again.
        return process.run(argv, cwd=self.folder, check=False, env=os.environ, umask=self.umask)


CONDITIONS = (
    ("one", 0o022, {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "1"}),
    (
        "another-with-a-longer-name",
        0o077,
        {"LC_ALL": "C", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"},
    ),
)
"""Folder, umask and environment of each."""


@contextmanager
def copies(image: Project, place: Path | None = None) -> Iterator[tuple[Copy, ...]]:
    """What git knows of the project, twice, in a folder in ``place`` that goes again."""
    files = git.tracked(image.folder)
    with tempfile.TemporaryDirectory(prefix="voidgen-", dir=place) as parent:
        found = []
        for name, umask, env in CONDITIONS:
            folder = Path(parent, name)
            _copy(image.folder, files, folder)
            found.append(Copy(folder, umask, env))
        yield tuple(found)


def _copy(project: Path, names: Iterable[str], folder: Path) -> None:
    folder.mkdir()
    own = project / catalogue.FOLDER
    # voidgen's own repository: its modules are the built-in ones.
    builtin = own.exists() and own.samefile(share.catalogue())
    for name in names:
        if builtin and name.startswith(f"{catalogue.FOLDER}/"):
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
