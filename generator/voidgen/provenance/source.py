"""The source that an ISO is made from: a commit of a git repository that others can fetch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config import rules
from voidgen.errors import Fault, WrongInputError
from voidgen.system import git_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
FOLDER = re.compile(
    r"(?!-)(?!\.{1,2}(?:/|$))[^/\x00-\x1f\x7f]+(?:/(?!\.{1,2}(?:/|$))[^/\x00-\x1f\x7f]+)*"
)
_SCP = re.compile(r"(?:([A-Za-z0-9._-]+)@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?!/?/?:)(/?)([^:].*)")
"""``user@host:path`` (git-clone(1), "GIT URLS")."""
_URL = re.compile(r"(?:git\+)?([a-z]+)(?:\+ssh)?://(?:([^/?#@:]*)(?::[^/?#@]*)?@)?([^?#]*)(.*)")
FORM = "GITURL@COMMIT or GITURL@COMMIT?dir=FOLDER"


@frozen
class Source:
    """A commit of a repository; unknown fields are empty.

    ``folder`` is the project's in the repository, empty at the top. ``clean`` says whether the
    files were those of the commit.
    """

    url: str = ""
    commit: str = ""
    folder: str = ""
    clean: bool = False

    def __str__(self) -> str:
        """Return the source in the form of ``--source``."""
        where = f"{self.url}@{self.commit}"
        return f"{where}?dir={self.folder}" if self.folder else where


def find(project: Path, named: str | None, but: Sequence[str]) -> Source:
    """Return the source of the ``project`` folder as it is now.

    ``named`` is the URL in voidgen.toml; without it, the URL is git's remote. ``but`` are folders
    of the project whose changes do not count, because they are built from it.
    """
    commit = git_source.commit(project)
    if not commit:
        return Source()
    url = named or public(git_source.remote_url(project))
    clean = git_source.is_clean(project, but)
    return Source(url, commit, git_source.prefix(project), clean)


def public(url: str) -> str:
    """Return a URL that others can use, without a password; empty if there is none."""
    scp, rest = _SCP.fullmatch(url), _URL.fullmatch(url)
    if rest:
        kind, user, place, _ = rest.groups()
        user = f"{user}@" if kind == "ssh" and user else ""
        url = f"{kind}://{user}{place}"
    elif scp:
        user, host, _, path = scp.groups()
        url = f"ssh://{f'{user}@' if user else ''}{host}/{path}"
    elif url.startswith("/"):
        url = f"file://{url}"
    return url if re.fullmatch(rules.GIT_URL.pattern, url) else ""


def parse(text: str) -> Source:
    """Return the source that ``--source`` names; WrongInputError if it has another form."""
    place, _, folder = text.removeprefix("git+").partition("?dir=")
    url, _, commit = place.rpartition("@")
    if not re.fullmatch(rules.GIT_URL.pattern, url) or not COMMIT.fullmatch(commit):
        remedy = f"write {FORM}, with all 40 digits of the commit and https, ssh, git or file"
        raise WrongInputError(
            Fault(f"--source: {text!r} is not a commit of a git repository", remedy=remedy)
        )
    if folder and not FOLDER.fullmatch(folder):
        remedy = "write the project's folder relative to the repository, without a leading slash"
        raise WrongInputError(
            Fault(f"--source: {folder!r} is not a folder of a repository", remedy=remedy)
        )
    return Source(url, commit, folder, clean=True)
