"""git's commands. A flake in a repository consists of the files that git knows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.system import git_trust
from voidgen.system.process import ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


GARBLED = ("git printed what voidgen cannot read", "run `git --version`: is it git?")


def is_inside_work_tree(folder: Path) -> bool:
    """Return whether ``folder`` is in a work tree (``git rev-parse --is-inside-work-tree``).

    Raises StepFailedError if git cannot read the repository.
    """
    done = ask(["git", "rev-parse", "--is-inside-work-tree"], cwd=folder, check=False)
    if done.status and b"not a git repository" not in done.stderr:
        output = done.stderr.decode(errors="replace").strip()
        remedy = git_trust.remedy(output) or "fix what git reports"
        raise StepFailedError("git cannot read the repository", remedy, output)
    return done.stdout.strip() == b"true"


def top(folder: Path) -> Path:
    """Return the top folder of the work tree that ``folder`` is in."""
    said = ask(["git", "rev-parse", "--show-toplevel"], cwd=folder).stdout
    return Path(os.fsdecode(said.removesuffix(b"\n")))


def is_ignored(repository: Path, folder: Path) -> bool:
    """Return whether git ignores ``folder``, which lies in ``repository``."""
    name = folder.relative_to(repository)
    return (
        ask(["git", "check-ignore", "-q", "--", f"{name}/"], cwd=repository, check=False).status
        == 0
    )


def index(folder: Path) -> Path:
    """Return the path of the index of the repository that ``folder`` is in."""
    said = ask(["git", "rev-parse", "--git-path", "index"], cwd=folder).stdout
    return folder / os.fsdecode(said.removesuffix(b"\n"))


def init(folder: Path) -> None:
    """Make ``folder`` a git repository."""
    ask(["git", "init", "--quiet"], cwd=folder)


def untracked(folder: Path, paths: Iterable[str], *, ignored: bool = True) -> list[str]:
    """Return the files at or below ``paths`` that git does not track, sorted.

    With ``ignored``, those that git ignores are among them.
    """
    those = [] if ignored else ["--exclude-standard"]
    names = ask(["git", "ls-files", "-z", "--others", *those, "--", *paths], cwd=folder).stdout
    return sorted(os.fsdecode(name) for name in names.split(b"\0") if name)


def tracked(folder: Path) -> list[str]:
    """Return the files below ``folder`` that git tracks, sorted."""
    names = ask(["git", "ls-files", "-z"], cwd=folder).stdout
    return sorted(os.fsdecode(name) for name in names.split(b"\0") if name)


def modes(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return the octal modes of what git tracks at or below ``paths``, by path."""
    words = ["--literal-pathspecs", "ls-files", "-z", "--stage", "--", *paths]
    rows = ask(["git", *words], cwd=folder).stdout.split(b"\0")
    found = (row.partition(b"\t") for row in rows if row)
    return {os.fsdecode(name): os.fsdecode(about[:6]) for about, _, name in found}


SUBMODULE = "160000"
"""The mode with which git tracks a commit of another repository."""


def submodules(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return those of ``paths`` that are submodules, with their mode."""
    wanted = {*paths}
    # Whole folders, because `ls-files` fails for a path in a submodule.
    found = modes(folder, sorted({path.partition("/")[0] for path in wanted})) if wanted else {}
    return {name: mode for name, mode in found.items() if mode == SUBMODULE and name in wanted}


def prefix(folder: Path) -> str:
    """Return the path of ``folder`` in its work tree, with a slash at the end; "" for the top."""
    said = ask(["git", "rev-parse", "--show-prefix"], cwd=folder).stdout
    return os.fsdecode(said.removesuffix(b"\n"))


def info_attributes(folder: Path) -> Path:
    """Return the path of info/attributes, which clones do not have (gitattributes(5))."""
    said = ask(["git", "rev-parse", "--git-path", "info/attributes"], cwd=folder).stdout
    return folder / os.fsdecode(said.removesuffix(b"\n"))


def attributes(
    folder: Path, paths: Iterable[str], names: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return the values of the attributes ``names`` for each of ``paths`` (``git check-attr``).

    Give a folder's path with a slash at its end.
    """
    words = ["git", "check-attr", "-z", "--stdin", *names]
    found: dict[str, dict[str, str]] = {}
    for path, name, value in _rows(ask(words, cwd=folder, stdin=_joined(paths)).stdout, 3):
        found.setdefault(path, {})[name] = value
    if any(values.keys() != {*names} for values in found.values()):
        raise StepFailedError(*GARBLED)
    return found


@frozen
class Rule:
    """A line of an ignore file; ``file`` is its path from the top of the work tree."""

    file: str
    line: str
    pattern: str


def ignored(folder: Path, paths: Iterable[str]) -> dict[str, Rule]:
    """Return those of ``paths`` that git ignores, with the rule for each (``git check-ignore``)."""
    words = ["git", "check-ignore", "-v", "-z", "--stdin"]
    done = ask(words, cwd=folder, stdin=_joined(paths), check=False)
    if done.status > 1:
        output = done.stderr.decode(errors="replace").strip()
        raise StepFailedError("git check-ignore failed", "fix what git reports", output)
    return {
        path: Rule(file, line, pattern)
        for file, line, pattern, path in _rows(done.stdout, 4)
        if not pattern.startswith("!")
    }


def _joined(paths: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def _rows(output: bytes, width: int) -> list[list[str]]:
    """Split ``output`` into rows of ``width`` fields, each of which ends with a NUL."""
    fields = [os.fsdecode(field) for field in output.split(b"\0")[:-1]]
    if len(fields) % width:
        raise StepFailedError(*GARBLED)
    return [fields[start : start + width] for start in range(0, len(fields), width)]


def keeps_run_bits(folder: Path) -> bool:
    """Return whether git heeds the run bits of the file system (``core.fileMode``)."""
    words = ["git", "config", "--type=bool", "core.fileMode"]
    return ask(words, cwd=folder, check=False).stdout.strip() != b"false"


def add_intent(folder: Path, paths: Iterable[str], but: Iterable[str] = ()) -> None:
    """Make git track ``paths``, so that a flake sees them; the user still adds their content.

    ``paths`` may be folders: git takes quadratic time for a long list of files. ``but`` names
    files to leave out. git's ``--force`` is needed for files that a global ignore file names.
    """
    specs = [f":(literal){path}" for path in paths] + [f":(exclude,literal){path}" for path in but]
    ask(
        [
            "git",
            "add",
            "--intent-to-add",
            "--force",
            "--pathspec-from-file=-",
            "--pathspec-file-nul",
        ],
        cwd=folder,
        stdin=b"\0".join(map(os.fsencode, specs)),
    )


def is_revision(folder: Path, name: str) -> bool:
    """Return whether ``name`` stands for a commit of the repository."""
    words = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    return ask(words, cwd=folder, check=False).status == 0


def has_commits(folder: Path) -> bool:
    """Return whether the repository of ``folder`` has a commit that HEAD leads to."""
    return is_revision(folder, "HEAD")


def merge_base(folder: Path, one: str, other: str) -> str:
    """Return the best common ancestor of two commits; "" if they have none."""
    words = ["git", "merge-base", "--end-of-options", one, other]
    return ask(words, cwd=folder, check=False).stdout.decode().strip()


def commit_date(folder: Path, revision: str) -> str:
    """Return the day on which a commit was made, such as 2026-11-30, where its maker was.

    Not by ``git log``, which may run programs that the repository's settings name.
    """
    words = ["rev-list", "--max-count=1", "--format=%cd", "--date=short", "--end-of-options"]
    return ask(["git", *words, revision, "--"], cwd=folder).stdout.decode().split("\n")[1]


def changed(folder: Path) -> list[str]:
    """Return the files at or below ``folder`` that differ from HEAD, sorted; not untracked ones."""
    words = ["git", "diff", "--name-only", "--relative", "-z", "HEAD", "--", "."]
    names = ask(words, cwd=folder).stdout
    return sorted(os.fsdecode(name) for name in names.split(b"\0") if name)


def has_file(folder: Path, revision: str, name: str) -> bool:
    """Return whether a revision has the file ``name`` of ``folder``."""
    words = ["git", "cat-file", "-e", f"{revision}:./{name}"]
    return ask(words, cwd=folder, check=False).status == 0


def references(folder: Path) -> list[str]:
    """Return the short names of branches, remote branches and tags (``git for-each-ref``)."""
    words = ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"]
    return ask(["git", *words], cwd=folder).stdout.decode(errors="replace").split()


def archive(folder: Path, revision: str) -> bytes:
    """Return ``folder`` as it is in ``revision``, as a tar archive (``git archive``)."""
    words = ["-c", "core.autocrlf=false", "archive", "--format=tar", revision]
    return ask(["git", *words], cwd=folder).stdout
