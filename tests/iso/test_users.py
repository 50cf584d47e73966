"""The container's script adds the modules' users to a root tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from voidgen.iso.inputs import SCRIPTS
from voidgen.overlay.asker import module
from voidgen.overlay.resolution import Account
from voidgen.plan import mklive_job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.iso.podman import Podman

FILES = {
    "passwd": "root:x:0:0::/root:/bin/bash\nmine:x:999:999::/var/empty:/sbin/nologin\n",
    "shadow": "root:!:1::::::\nmine:!:1::::::\n",
    "group": "root:x:0:\naudio:x:12:\nvideo:x:13:mine\nmine:x:999:\nkeys:x:997:\n",
    "gshadow": "root:::\naudio:!::\nvideo:!::mine\nmine:!::\nkeys:!::\n",
}


def user(name: str, uid: int | None = None, *groups: str) -> Account:
    description = f"{name} unprivileged user"
    return Account(name, module("mine"), uid, "/var/empty", "/sbin/nologin", groups, description)


def added(folder: Path, engine: Podman, *users: Account) -> tuple[int, list[str], Path]:
    """Run users.sh; return its exit status, its messages, and the folder /etc of the root tree."""
    etc, home = folder / "root/etc", folder / "home"
    etc.mkdir(parents=True)
    (home / "job").mkdir(parents=True)
    for name, text in FILES.items():
        (etc / name).write_text(text)
    shutil.copy(SCRIPTS / "users.sh", home)
    (home / "job/users").write_text("".join(f"{line}\n" for line in mklive_job.users(users)))
    done = subprocess.run(
        [
            *("podman", "run", "--rm", "--network=none", *engine.arguments),
            *(f"--volume={etc.parent}:/root-tree", f"--volume={home}:/voidgen:ro", engine.image),
            *("bash", "/voidgen/users.sh", "/root-tree"),
        ],
        env={**os.environ, **engine.env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines(), etc


def test_users_get_free_numbers(tmp_path: Path, engine: Podman) -> None:
    status, said, etc = added(
        tmp_path,
        engine,
        user("beacon", None, "audio", "video"),
        user("lamp", 998),
        user("torch", None, "lamp"),
    )
    assert (status, said) == (0, [])
    lines = {name: (etc / name).read_text().removeprefix(FILES[name]) for name in FILES}
    assert lines["passwd"].splitlines() == [
        "lamp:x:998:998:lamp unprivileged user:/var/empty:/sbin/nologin",
        # Packages have 999 and 997.
        "beacon:x:996:996:beacon unprivileged user:/var/empty:/sbin/nologin",
        "torch:x:995:995:torch unprivileged user:/var/empty:/sbin/nologin",
    ]
    assert lines["shadow"] == "".join(f"{name}:!:::::::\n" for name in ("lamp", "beacon", "torch"))
    groups = (etc / "group").read_text().splitlines()
    assert {"audio:x:12:beacon", "video:x:13:mine,beacon", "lamp:x:998:torch"} < {*groups}
    assert "video:!::mine,beacon" in (etc / "gshadow").read_text().splitlines()
    colons = {"passwd": 6, "shadow": 8, "group": 3, "gshadow": 3}
    for name, count in colons.items():
        assert {line.count(":") for line in (etc / name).read_text().splitlines()} == {count}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (user("mine"), "mine is a user or group of a package already"),
        (user("keys"), "keys is a user or group of a package already"),
        (user("lamp", 997), "lamp cannot have the number 997, which keys has"),
        (user("lamp", None, "dialout"), "lamp cannot be in the group dialout"),
    ],
)
def test_a_user_that_conflicts_with_a_package_is_an_error(
    tmp_path: Path, engine: Podman, asked: Account, said: str
) -> None:
    status, lines, _ = added(tmp_path, engine, asked)
    assert status == 1
    assert lines[0].startswith(f"voidgen: users: {said}")
    assert lines[1] == "voidgen: users: 1 of the modules' users do not fit this root tree"
