"""Check out a commit of someone else's git repository without running anything in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.system import environment
from voidgen.system.process import Completed, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.provenance.source import Source

PROTOCOLS = "file:git:https:ssh"
"""git's variable GIT_ALLOW_PROTOCOL: git also refuses a redirect to another protocol."""
SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.safecrlf=false",
    "core.attributesFile=/dev/null",
    "core.symlinks=true",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",
    # Give up on a server that stops sending.
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
)
ATTRIBUTES = "* -text -ident -filter -working-tree-encoding -export-ignore -export-subst\n"
"""Attributes that override the repository's (gitattributes(5)): files get the committed bytes."""
SSH = "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15"
_KEPT = ("GIT_EXEC_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
LATER = "try again later, or name another repository with --source"


def check_out(source: Source, folder: Path) -> None:
    """Clone the repository to ``folder``, and check out the files of the commit.

    Raises StepFailedError if the commit cannot be fetched.
    """
    form = ["--object-format=sha256"] if len(source.commit) > len("sha1") * 10 else []
    _git(["init", "--quiet", "--template=", *form, str(folder)], Path("/"))
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/attributes").write_text(ATTRIBUTES)
    fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]
    done = _git([*fetch, "--", source.url, source.commit], folder, check=False)
    if done.status:
        # Some servers give only commits that branches and tags name.
        every = ["+refs/heads/*:refs/remotes/all/*", "+refs/tags/*:refs/tags/*"]
        again = _git([*fetch, "--", source.url, *every], folder, check=False)
        if again.status or not _has(source.commit, folder):
            messages = dict.fromkeys(
                one.stderr.decode(errors="replace").strip() for one in (done, again)
            )
            output = "\n".join(messages)
            what = f"{source.url}: commit {source.commit} cannot be fetched"
            raise StepFailedError(what, LATER, output)
    _git(["checkout", "--quiet", "--detach", source.commit, "--"], folder)
    found = _git(["rev-parse", "--verify", "HEAD"], folder).stdout.decode().strip()
    if found != source.commit:
        what = f"{source.url}: {source.commit} is not a commit, but leads to the commit {found}"
        raise StepFailedError(what, "name that commit with --source")


def _has(commit: str, folder: Path) -> bool:
    words = ["cat-file", "-e", f"{commit}^{{commit}}"]
    return _git(words, folder, check=False).status == 0


def _git(words: Sequence[str], cwd: Path, *, check: bool = True) -> Completed:
    settings = [word for one in SETTINGS for word in ("-c", one)]
    return run(["git", *settings, *words], cwd=cwd, env=variables(), check=check)


def variables() -> dict[str, str]:
    """Return git's environment: without the user's and the system's settings, and no prompts."""
    given = environment.of("git")
    kept = {k: v for k, v in given.items() if k in _KEPT or not k.startswith(("GIT_", "SSH_ASK"))}
    return kept | {
        "GIT_ALLOW_PROTOCOL": PROTOCOLS,
        "GIT_ASKPASS": "false",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_SSH_COMMAND": SSH,
        "GIT_TERMINAL_PROMPT": "0",
        "SSH_ASKPASS_REQUIRE": "never",
    }
