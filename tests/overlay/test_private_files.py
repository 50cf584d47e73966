"""Files with secrets: default modes by path, refused modes, and warnings."""

from pathlib import Path

import pytest
from tests.support.program import voidgen, write

from voidgen import project
from voidgen.errors import WrongInputError
from voidgen.overlay import private
from voidgen.tree import Directory, File

PEM = "-----BEGIN {0}PRIVATE KEY{1}-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAA\n"
WIREGUARD = "[Interface]\nPrivateKey = " + 43 * "A" + "=\n"
PROFILE = "[wifi-security]\npsk=correct horse\n"
FILES = "overlay-src/mine/files"


def load(folder: Path, files: dict[str, str], module: str = "") -> project.Project:
    write(folder, {f"{FILES}{path}": text for path, text in files.items()})
    write(folder, {"overlay-src/mine/module.toml": f'summary = "mine"\n{module}'})
    write(folder, {"voidgen.toml": '[image]\nname = "x"\n[overlay]\nmodules = ["mine"]\n'})
    return project.load(folder)


def refused(folder: Path, files: dict[str, str], module: str = "") -> list[str]:
    try:
        load(folder, files, module)
    except WrongInputError as error:
        return [fault.what for fault in error.faults if fault.remedy]
    return []


SECRETS = [
    ("/etc/NetworkManager/system-connections/home.nmconnection", PROFILE),
    ("/usr/lib/NetworkManager/system-connections/x", "[connection]\n"),
    ("/etc/wireguard/wg0.conf", WIREGUARD),
    ("/etc/ssh/ssh_host_ed25519_key", PEM.format("OPENSSH ", "")),
    ("/root/.ssh/id_ed25519", PEM.format("OPENSSH ", "")),
    ("/etc/skel/.ssh/work", "x"),
    ("/etc/skel/.gnupg/private-keys-v1.d/0.key", "(11:private-key(3:rsa"),
    ("/root/.netrc", "machine x login y password z\n"),
    ("/etc/nix/netrc", "machine x login y password z\n"),
    ("/root/.pgpass", "*:*:*:*:x\n"),
    ("/root/.aws/credentials", "[default]\n"),
    ("/root/.config/rclone/rclone.conf", "[x]\n"),
    ("/root/.docker/config.json", '{"auths": {"x": {"auth": "eDp5"}}}'),
    ("/etc/wpa_supplicant/wpa_supplicant.conf", 'network={\n\tssid="x"\n\tpsk="y"\n}\n'),
    ("/var/lib/iwd/home.psk", "[Security]\nPassphrase=x\n"),
    ("/etc/ppp/chap-secrets", "x * y *\n"),
    ("/etc/krb5.keytab", "\5\2"),
    ("/etc/ssl/private/x.pem", "x"),
]


@pytest.mark.parametrize(("path", "text"), SECRETS)
def test_files_in_known_places_get_mode_0600(tmp_path: Path, path: str, text: str) -> None:
    image = load(tmp_path, {path: text})
    node = image.overlay[path]
    assert isinstance(node, File)
    assert node.mode == 0o600
    module = f'[files]\n"{path}" = {{ mode = "0644" }}\n'
    (said,) = refused(tmp_path, {path: text}, module)
    assert "mode 0644" in said
    assert "(private-file)" in said
    assert refused(tmp_path, {path: text}, f'{module}[allow]\n"{path}" = ["private-file"]\n') == []


@pytest.mark.parametrize(
    "path",
    [
        "/etc/ssh/ssh_host_ed25519_key.pub", "/etc/ssh/sshd_config", "/root/.ssh/authorized_keys",
        "/root/.ssh/known_hosts", "/root/.ssh/id_ed25519.pub", "/root/.ssh/config",
        "/etc/NetworkManager/NetworkManager.conf", "/etc/NetworkManager/conf.d/x.conf",
        "/root/.gnupg/gpg.conf", "/etc/wpa_supplicant/wpa_supplicant.conf", "/etc/ppp/options",
        "/root/.docker/config.json", "/var/lib/iwd/cafe.open", "/usr/share/doc/x.keytab.txt",
        "/etc/ssl/certs/x.pem", "/etc/wireguard", "/usr/share/x/etc/wireguard/x",
    ],
)  # fmt: skip
def test_files_in_other_places_keep_mode_0644(tmp_path: Path, path: str) -> None:
    image = load(tmp_path, {path: "# nothing\n"})
    node = image.overlay[path]
    assert isinstance(node, File)
    assert node.mode == 0o644
    assert image.warnings == ()


KEYS = [
    PEM.format("", ""),
    PEM.format("RSA ", ""),
    PEM.format("ENCRYPTED ", ""),
    "x\n" + PEM.format("OPENSSH ", ""),
    "-----BEGIN EC PRIVATE KEY-----\r\nMC4CAQAwBQYDK2VwBCIEIAAAAAAA\r\n",
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQWGBGF",
    "-----BEGIN OpenVPN Static key V1-----\n0123456789abcdef0123456789abcdef\n",
    "# created: x\nAGE-SECRET-KEY-1" + 58 * "Q" + "\n",
    WIREGUARD,
    "PuTTY-User-Key-File-3: ssh-ed25519\n",
    "Created: x\nKey: (private-key (rsa (n #00#)))\n",
    "untrusted comment: minisign encrypted secret key\n" + 60 * "A" + "\n",
]
NO_KEYS = [
    "-----BEGIN PUBLIC KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAA\n",
    "-----BEGIN CERTIFICATE-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAA\n",
    "grep -q '-----BEGIN PRIVATE KEY-----' \"$1\"\n",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
    "an age key begins with AGE-SECRET-KEY-1\n",
    "PrivateKey = YOUR_KEY\n",
    "# PrivateKey = " + 43 * "A" + "=\n",
    "The s-expression (private-key ...) is secret.\n",
]


@pytest.mark.parametrize("text", KEYS)
def test_readable_private_keys_are_refused_by_their_content(tmp_path: Path, text: str) -> None:
    (said,) = refused(tmp_path, {"/opt/x": text})
    assert "everyone on the system can read it (mode 0644) (private-file)" in said
    assert refused(tmp_path, {"/opt/x": text}, '[files]\n"/opt/*" = { mode = "0640" }\n') == []


@pytest.mark.parametrize("text", NO_KEYS)
def test_text_that_only_looks_like_a_key_passes(tmp_path: Path, text: str) -> None:
    image = load(tmp_path, {"/opt/x": text})
    assert image.warnings == ()


def test_private_folders_get_mode_0700(tmp_path: Path) -> None:
    files = {"/etc/wireguard/wg0.conf": WIREGUARD, "/etc/skel/.ssh/config": "Host x\n"}
    module = '[files]\n"/etc/wireguard/*" = { owner = "root:wheel" }\n'
    image = load(tmp_path, files, module)
    assert image.overlay["/etc/wireguard"] == Directory(0o700, "root", "wheel")
    assert image.overlay["/etc/skel/.ssh"] == Directory(0o700)
    assert image.overlay["/etc/skel"] == Directory()
    other = load(tmp_path, files, '[directories."/etc/wireguard"]\nmode = "0750"\n')
    assert other.overlay["/etc/wireguard"] == Directory(0o750)


def test_files_that_are_private_only_in_the_image_give_one_warning(repository: Path) -> None:
    files = {"/etc/wireguard/wg0.conf": WIREGUARD, "/opt/a": "x", "/opt/b": "x", "/opt/c": "x"}
    module = '[files]\n"/opt/**" = { mode = "0600" }\n[allow]\n"/opt/c" = ["private-file"]\n'
    load(repository, files, module)
    ran = voidgen("generate", cwd=repository)
    assert ran.status == 0
    first, remedy = ran.err.splitlines()
    assert first.startswith(
        f"warning: {FILES}/etc/wireguard/wg0.conf: is private only in the image"
    )
    assert first.endswith("(private-file) (and 2 more files)")
    assert "stick" in remedy


def test_private_modes_of_files_without_secrets_give_no_warning(tmp_path: Path) -> None:
    files = {
        "/etc/doas.conf": "permit :wheel\n",
        "/etc/cron.allow": "root\n",
        "/usr/bin/x": "#!x\n",
    }
    modes = '[files]\n"/etc/*" = { mode = "0400" }\n"/usr/bin/x" = { mode = "0700" }\n'
    assert load(tmp_path, files, modes).warnings == ()


def test_place_of_finds_every_known_place() -> None:
    more = (
        "/crypto_keyfile.bin",
        "/srv/x.keytab",
        "/srv/.smbcredentials",
        "/etc/shadow",
        "/home/live/.netrc",
    )
    for path in (*more, *(path for path, _ in SECRETS)):
        assert private.place_of(path)
    assert private.place_of("/etc/motd") is None


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        (
            "/etc/xbps.d/10-own.conf",
            "# mine\nrepository=https://me:s3cret@example.org/void\n",
            "a password",
        ),
        ("/etc/skel/.gitconfig", '[x "https://s3cret@example.org"]\n', "a user name or token"),
        (
            "/etc/profile.d/proxy.sh",
            "export http_proxy=http://me:s3cret@proxy:3128\n",
            "a password",
        ),
    ],
)
def test_a_url_with_a_password_gives_a_warning(
    tmp_path: Path, path: str, text: str, what: str
) -> None:
    (warning,) = load(tmp_path, {path: text}).warnings
    assert warning.what.startswith(f"has a URL with {what}, which git, the Nix store and the ISO")
    assert warning.line == text[: text.index("s3cret")].count("\n") + 1
    assert "s3cret" not in warning.what + warning.remedy
    allowed = f'[allow]\n"{path}" = ["private-file"]\n'
    assert load(tmp_path, {path: text}, allowed).warnings == ()


@pytest.mark.parametrize(
    "text", ["https://example.org/a@b\n", "https://$USER:$PASSWORD@example.org\n", "\0://a:b@c"]
)
def test_text_that_only_looks_like_a_password_passes(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, {"/etc/x": text}).warnings == ()
