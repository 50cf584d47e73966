"""Image projects that lock Void's packages, in git repositories of their own."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.program import Ran, voidgen, write

FLAKE_LOCK, LOCK = "flake.lock", "voidgen.lock"

GIT = (
    *("git", "-c", "user.name=tests", "-c", "user.email=tests@void.invalid"),
    *("-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false"),
    # A commit would start git again, to see whether there is anything to pack.
    *("-c", "maintenance.auto=false"),
)


def toml(
    mklive: Path | str | None,
    repositories: Sequence[str | Path] = (),
    packages: Sequence[str] = ("htop",),
    **more: str,
) -> str:
    """Return a voidgen.toml; ``more`` is TOML to append to the tables of these names."""
    if mklive is not None:
        source = mklive if isinstance(mklive, str) else f"git+file://{mklive}?ref=main"
        more["mklive"] = f"source = {json.dumps(source)}\n" + more.get("mklive", "")
    xbps = {"repositories": [str(where) for where in repositories], "packages": list(packages)}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in xbps.items())
    tables = {
        "image": 'name = "tests"\n' + more.pop("image", ""),
        "nix": more.pop("nix", 'nixpkgs = "./packages"\n'),
        "xbps": lines + more.pop("xbps", ""),
        **more,
    }
    return "\n".join(f"[{name}]\n{text}" for name, text in tables.items())


def project(folder: Path, text: str, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Make and commit a project in ``folder``, with an empty package set."""
    repository(
        folder,
        {"voidgen.toml": text, "packages/default.nix": "_: { }\n", **(files or {})},
    )
    return folder


def repository(folder: Path, files: Mapping[str, str | bytes]) -> str:
    """Make ``folder`` a git repository, with ``files`` added, and return the commit."""
    write(folder, files)
    git(folder, "init", "--quiet", "--template=")
    return commit(folder)


def commit(folder: Path, files: Mapping[str, str | bytes] | None = None, day: int = 1) -> str:
    """Commit everything and return the commit, which is the same for the same content."""
    write(folder, files or {})
    git(folder, "add", "--all", "--force")
    date = f"2026-01-{day:02}T00:00:00Z"
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "tests", **dates)
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *words: str, **env: str) -> str:
    return subprocess.run(
        [*GIT, *words], cwd=folder, env={**os.environ, **env},
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def clone(template: Path, folder: Path, *, made: bool = False) -> Path:
    """Copy a project, or another folder, to ``folder``.

    ``made`` also copies ``out``, in which `iso` has left its ISO, so that the copy's `iso` has
    nothing to do.
    """

    def left_out(place: str, names: list[str]) -> list[str]:
        return ["out"] if not made and Path(place) == template and "out" in names else []

    return shutil.copytree(template, folder, symlinks=True, ignore=left_out)


def changes(folder: Path) -> list[str]:
    """Return the files that changed since the last commit, ignored files included."""
    said = git(folder, "status", "--porcelain", "--ignored", "--untracked-files=all")
    return [line.split()[-1] for line in said.splitlines()]


def locks(folder: Path) -> tuple[bytes, bytes]:
    """Return the bytes of flake.lock and voidgen.lock."""
    return (folder / FLAKE_LOCK).read_bytes(), (folder / LOCK).read_bytes()


def lock_of(folder: Path) -> dict[str, Any]:
    """Return voidgen.lock's JSON."""
    found: dict[str, Any] = json.loads((folder / LOCK).read_bytes())
    return found


def versions(folder: Path) -> dict[str, str]:
    """Return the locked versions of Void packages, by name."""
    each = (one["pkgver"].rpartition("-") for one in lock_of(folder)["xbps"]["packages"])
    return {name: version for name, _, version in each}


def edit(folder: Path, old: str, new: str) -> None:
    """Replace text in voidgen.toml."""
    file = folder / "voidgen.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def well(folder: Path, *words: str) -> str:
    """Run voidgen, which must succeed, and return its output."""
    ran = voidgen(*words, cwd=folder)
    assert ran.status == 0, ran.err
    return ran.out


def refused(folder: Path, *words: str, status: int = 1) -> str:
    """Run voidgen, which must fail and write nothing, and return its message."""
    before = changes(folder), contents(folder)
    ran = voidgen(*words, cwd=folder)
    assert ran.status == status, f"{ran.out}{ran.err}"
    assert (changes(folder), contents(folder)) == before
    return message(ran)


def message(ran: Ran) -> str:
    """Return a failed run's message without the lines of progress."""
    said = [line for line in ran.err.splitlines(keepends=True) if not is_step(line)]
    assert ran.status != 1 or sum(line.startswith("voidgen: ") for line in said) == 1, ran.err
    assert "internal error" not in ran.err
    return "".join(said)


def is_step(line: str) -> bool:
    """Return whether a line only shows progress."""
    transfer = line.startswith("  ") and " of " in line and "B" in line
    return line.endswith(" ...\n") or (transfer and not line.startswith("  | "))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of a project's files, without .git."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and ".git" not in file.relative_to(folder).parts
    }
