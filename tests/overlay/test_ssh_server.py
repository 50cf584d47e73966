"""The SSH server: the real sshd and ssh, on the loopback of a scratch root."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.overlay import mklive
from tests.overlay.conftest import needs_root, shells
from tests.overlay.debian import unpacked
from tests.overlay.test_session import run_part

from voidgen.errors import WrongInputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.overlay.conftest import MakeRoot, Root

SSHD_CONFIG = """\
# Stands in for Void's: it includes the folder first, and wants PAM.
Include /etc/ssh/sshd_config.d/*.conf
KbdInteractiveAuthentication yes
PasswordAuthentication yes
UsePAM no
"""
RUN = """\
ssh-keygen -A > /dev/null
mkdir -p /run/sshd
/usr/sbin/sshd -D 2> /run/sshd.log &
until ssh-keyscan -T 1 127.0.0.1 > /run/known 2> /dev/null && [ -s /run/known ]; do sleep 0.1; done
"""
SSH = "ssh -o UserKnownHostsFile=/run/known -o BatchMode=yes -o IdentitiesOnly=yes"


def key(folder: Path, name: str) -> str:
    """Make a pair of keys in ``folder``, and return the public one."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]
    subprocess.run([*command, str(folder / name)], check=True)
    return (folder / f"{name}.pub").read_text().strip()


def served(make_root: MakeRoot, folder: Path, **options: object) -> Root:
    """Return a root with sshd, in which ``live`` may log in with the key `mine`."""
    folder.mkdir(exist_ok=True)
    keys = {"authorized-keys": [key(folder, "mine")]}
    root = make_root("ssh-server", options={"ssh-server": {**keys, **options}})
    key(folder, "other")
    for name in ("mine", "other"):
        shutil.copy(folder / name, root.path(f"/root/{name}"))
    mklive.adduser(root)
    with root.path("/etc/passwd").open("a") as stream:
        stream.write("sshd:x:199:65534::/run/sshd:/usr/sbin/nologin\n")
    root.write("/etc/ssh/sshd_config", SSHD_CONFIG)
    for package, program in (("openssh-server", "usr/sbin/sshd"), ("libwrap0", "")):
        files = [unpacked(package) / program] if program else unpacked(package).rglob("libwrap.so*")
        for file in files:
            place = root.path(f"/usr/{'sbin' if program else 'lib'}/{file.name}")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file.resolve(), place)
    return root


@needs_root
@shells
def test_the_live_user_logs_in_only_by_key(
    make_root: MakeRoot, tmp_path: Path, shell: tuple[str, ...]
) -> None:
    root = served(make_root, tmp_path / "keys")
    run_part(root, "15-ssh", "live", *shell)
    script = f"""{RUN}
{SSH} -i /root/mine live@127.0.0.1 id -un
{SSH} -i /root/other live@127.0.0.1 id -un || echo "no other key"
{SSH} -i /root/mine root@127.0.0.1 id -un || echo "not root"
ssh -o UserKnownHostsFile=/run/known -v -o BatchMode=yes -o PreferredAuthentications=password \
	live@127.0.0.1 true 2>&1 | sed -n 's/.*Authentications that can continue: //p' | sort -u
"""
    done = root.run("sh", "-euc", script)
    assert done.stdout.splitlines() == ["live", "no other key", "not root", "publickey"]


@needs_root
def test_options_allow_root_and_add_lines(make_root: MakeRoot, tmp_path: Path) -> None:
    lines = ["MaxAuthTries 3"]
    root = served(make_root, tmp_path / "keys", root=True, **{"extra-lines": lines})
    run_part(root, "15-ssh", "live")
    script = f"{RUN}{SSH} -i /root/mine root@127.0.0.1 id -un; /usr/sbin/sshd -T"
    said = root.run("sh", "-euc", script).stdout.splitlines()
    assert said[0] == "root"
    assert "maxauthtries 3" in said


@needs_root
def test_an_installed_system_has_no_key_of_the_image(make_root: MakeRoot, tmp_path: Path) -> None:
    root = served(make_root, tmp_path / "keys")
    script = f'{RUN}{SSH} -i /root/mine live@127.0.0.1 id -un || echo "no key"'
    assert root.run("sh", "-euc", script).stdout == "no key\n"


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        (None, "option 'authorized-keys' of module 'ssh-server' has no default"),
        (["ssh-ed25519"], "expected a public SSH key"),
        (["-----BEGIN OPENSSH PRIVATE KEY-----"], "a value that is not shown here"),
    ],
)
def test_wrong_keys_are_refused(make_root: MakeRoot, keys: list[str] | None, what: str) -> None:
    options = {"ssh-server": {} if keys is None else {"authorized-keys": keys}}
    with pytest.raises(WrongInputError) as caught:
        make_root("ssh-server", options=options)
    assert what in str(caught.value)
    assert "BEGIN" not in str(caught.value)
