"""A commit of someone else's git repository, checked out so that nothing in it acts here."""

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
"""git's variable GIT_ALLOW_PROTOCOL: a redirect to another one is refused, too."""
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
    # A server that sends nothing more.
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
)
ATTRIBUTES = "* -text -ident -filter -working-tree-encoding -export-ignore -export-subst\n"
"""Above those of the repository (gitattributes(5)): files get the bytes that were committed."""
SSH = "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15"
_KEPT = ("GIT_EXEC_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
LATER = "try it again later, or name another place with --source"


def check_out(source: Source, folder: Path) -> None:
    """Make ``folder`` a clone of the repository, with the files of the commit.

    Raises StepFailedError where the commit cannot be had.
    """
    form = ["--object-format=sha256"] if len(source.commit) > len("sha1") * 10 else []
    _git(["init", "--quiet", "--template=", *form, str(folder)], Path("/"))
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/attributes").write_text(ATTRIBUTES)
    fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]
    done = _git([*fetch, "--", source.url, source.commit], folder, check=False)
    if done.status:
        # A server may give only what branches and tags name.
        every = ["+refs/heads/*:refs/remotes/all/*", "+refs/tags/*:refs/tags/*"]
        again = _git([*fetch, "--", source.url, *every], folder, check=False)
        if again.status or not _has(source.commit, folder):
            said = dict.fromkeys(
                one.stderr.decode(errors="replace").strip() for one in (done, again)
            )
            output = "\n".join(said)
            what = f"{source.url}: commit {source.commit} cannot be fetched"
            raise StepFailedError(what, LATER, output)
    _git(["checkout", "--quiet", "--detach", source.commit, "--"], folder)
    found = _git(["rev-parse", "--verify", "HEAD"], folder).stdout.decode().strip()
    if found != source.commit:
        what = f"{source.url}: {source.commit} is not a commit; it stands for {found}"
        raise StepFailedError(what, "name the commit itself with --source")


def _has(commit: str, folder: Path) -> bool:
    words = ["cat-file", "-e", f"{commit}^{{commit}}"]
    return _git(words, folder, check=False).status == 0


def _git(words: Sequence[str], cwd: Path, *, check: bool = True) -> Completed:
    settings = [word for one in SETTINGS for word in ("-c", one)]
    return run(["git", *settings, *words], cwd=cwd, env=variables(), check=check)


def variables() -> dict[str, str]:
    """The environment of git: no settings of a user's or the system's, and nobody is asked."""
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
