"""Passwords and tokens in URLs are found, refused in every input, and never shown."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.support.lock import lock, package
from tests.support.program import voidgen, write
from tests.unit.tools.test_json_schema import SCHEMA

from voidgen import project
from voidgen.cli import LazyGroup
from voidgen.cli.report import report, say, warn
from voidgen.config import variants
from voidgen.config.types import Config
from voidgen.errors import Fault, WrongInputError
from voidgen.lock import flake_lock
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.flake_lock import Input
from voidgen.overlay.types import ModuleFile
from voidgen.provenance import source, statement
from voidgen.provenance.source import Source
from voidgen.schema.structure import structure
from voidgen.system.credentials import hidden, remedy_for, secret_in

WORD = "s3cret"
URL = f"https://build:{WORD}@example.org/void"
PASSWORD, NAME = "a password", "a user name or token"
FOUND = {
    URL: (PASSWORD, "https://example.org/void"),
    f"HTTPS://{WORD}@example.org/x": (NAME, "HTTPS://example.org/x"),
    f"https://{WORD}:@example.org": (PASSWORD, "https://example.org"),
    f"https://:{WORD}@example.org": (PASSWORD, "https://example.org"),
    f"https://build%3A{WORD}@example.org": (PASSWORD, "https://example.org"),
    f"https://a@b.org:{WORD}@example.org/": (PASSWORD, "https://example.org/"),
    f"https://build:{WORD}@[::1]:80/": (PASSWORD, "https://[::1]:80/"),
    f"https://build:1/{WORD}x@h@example.org/": ("", f"https://build:1/{WORD}x@h@example.org/"),
    f"https://build:x/{WORD}@example.org/": (PASSWORD, "https://example.org/"),
    f"https://build:x?{WORD}@example.org/": (PASSWORD, "https://example.org/"),
    f"https://build:x#{WORD}@example.org/": (PASSWORD, "https://example.org/"),
    f"git+https://{WORD}@example.org/x": (NAME, "git+https://example.org/x"),
    f"ssh://git:{WORD}@example.org/x": (PASSWORD, "ssh://example.org/x"),
    f"x --proxy=http://a:{WORD}@b:3 y": (PASSWORD, "x --proxy=http://b:3 y"),
    f"http://a:{WORD}@b http://c:{WORD}@d": (PASSWORD, "http://b http://d"),
    f"github:a/b?host=x%3A{WORD}%40h": ("a secret in its parameter 'host'", "github:a/b?host="),
    f"gitlab:a/b?dir=x&private_token={WORD}&ref=y": (
        "a secret in its parameter 'private_token'",
        "gitlab:a/b?dir=x&private_token=&ref=y",
    ),
    f"https://example.org/x?X-Amz-Signature={WORD}": (
        "a secret in its parameter 'X-Amz-Signature'",
        "https://example.org/x?X-Amz-Signature=",
    ),
    f"https://example.org/x?sig={WORD}#y": (
        "a secret in its parameter 'sig'",
        "https://example.org/x?sig=#y",
    ),
}
PLAIN = (
    *("", "x", "void:nonfree", "/srv/repo", "git@example.org:me/x", "me@example.org"),
    *("https://example.org:8080/a@b", "http://[::1]:80/x@y", "https://example.org/?a=b@c"),
    *("git+ssh://git@example.org/x", "ssh-ng://me@host", "ssh://git@host:me/x@v1", "file:///a:b@c"),
    *("https://${USER}:${PASSWORD}@host", "https://<user>:<password>@host", "http://h:{port}/a@b"),
    *("https://example.org/?token=", "https://example.org/?token=$TOKEN", "https://x:y"),
    *("github:a/b?narHash=sha256-x%3D&rev=0&dir=a", "s3://b?profile=x&secret-key=/k&region=y"),
    *("ssh://me@host?base64-ssh-public-host-key=eA", "gitlab:a/b?host=example.org"),
)


@pytest.mark.parametrize("text", FOUND)
def test_secrets_are_found_and_hidden(text: str) -> None:
    assert (secret_in(text), hidden(text)) == FOUND[text]


@pytest.mark.parametrize("text", PLAIN)
def test_text_without_secrets_is_unchanged(text: str) -> None:
    assert (secret_in(text), hidden(text)) == ("", text)


PARTS = st.sampled_from(
    [*"ab:@/?#&=. \"'", "://", "http", "ssh", "1", "token", "pass", "host", "$"]
)


@given(st.lists(PARTS, max_size=30).map("".join))
def test_hidden_text_has_no_secret(text: str) -> None:
    assert (hidden(text) == text) is (secret_in(text) == "")
    assert hidden(hidden(text)) == hidden(text)


SIGNS = st.characters(blacklist_categories=("Cs", "Cc", "Z"), blacklist_characters='"')


@given(
    st.sampled_from(["http", "https", "git+https", "git+ssh", "ssh-ng", "ftp", "tarball+https"]),
    st.text(SIGNS.filter(lambda sign: sign not in "/?#@:[]"), min_size=1, max_size=9),
    st.text(SIGNS, min_size=1, max_size=9).filter(lambda text: text[0] not in "$<{*%"),
)
def test_every_password_is_found(scheme: str, user: str, password: str) -> None:
    if password[0].isdigit():
        # A password that begins with a digit could be a port.
        password = f"x{password}"
    url = f"{scheme}://{user}:{password}@example.org/x"
    if password.startswith(("/", "?", "#")):
        return
    assert secret_in(url) == PASSWORD
    assert hidden(f"see {url}, and") == f"see {scheme}://example.org/x, and"


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        (URL, "netrc-file"),
        (f"tarball+{URL}", "netrc-file"),
        (f"git+{URL}", "credential helper"),
        (f"git+ssh://me:{WORD}@host/x", "SSH key"),
        (f"ssh-ng://me:{WORD}@host", "SSH key"),
        (f"github:a/b?token={WORD}", "access-tokens"),
        (f"sourcehut:~a/b?token={WORD}", "git+ssh"),
        (f"s3://me:{WORD}@b", ".aws"),
        (f"docker://me:{WORD}@host/x", "podman login"),
    ],
)
def test_each_kind_of_url_has_its_remedy(url: str, remedy: str) -> None:
    assert remedy in remedy_for(url)


def rows(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a table for each key that takes text, with a value that contains the URL."""
    for key, value in places(table):
        row: dict[str, Any] = dict.fromkeys(table.get("required", ()), "x")
        inner = row
        for name in key[:-1]:
            inner = inner.setdefault(name, {})
        inner[key[-1]] = value
        yield row


def places(
    table: dict[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each key of voidgen.toml that takes text, with a value that contains the URL."""
    for name, value in table["properties"].items():
        if name == variants.TABLE:
            # A variant has the keys of the other tables, and is read as they are.
            continue
        key = (*above, name)
        if "properties" in value:
            yield from places(value, key)
        elif value.get("type") == "string":
            yield key, URL
        elif value.get("type") == "array":
            yield key, [URL]
        elif "properties" in value.get("additionalProperties", {}):
            yield from ((key, {"a": one}) for one in rows(value["additionalProperties"]))
        elif value.get("additionalProperties", {}).get("type") == "string":
            yield key, {"A": URL}
        elif value.get("type") == "object":
            yield key, {"a": {"b": URL}}
            yield key, {"a": {"b": [URL]}}


PLACES = [*places(SCHEMA)]


def faults(document: dict[str, Any], kind: type[Any] = Config) -> tuple[Fault, ...]:
    with pytest.raises(WrongInputError) as caught:
        structure(document, kind, Path("x.toml"))
    return caught.value.faults


def refused(fault: Fault) -> bool:
    assert WORD not in fault.what + fault.remedy
    return fault.what.startswith("has a URL with a password") and "netrc" in fault.remedy


@pytest.mark.parametrize(("key", "value"), PLACES, ids=[".".join(key) for key, _ in PLACES])
def test_every_key_of_voidgen_toml_refuses_a_password(key: tuple[str, ...], value: Any) -> None:
    document: dict[str, Any] = {"image": {"name": "x"}}
    table = document
    for name in key[:-1]:
        table = table.setdefault(name, {})
    table[key[-1]] = value
    (fault,) = faults(document)
    assert refused(fault)
    assert fault.key[: len(key)] == key


def test_a_variant_refuses_a_password(tmp_path: Path) -> None:
    file = tmp_path / "voidgen.toml"
    file.write_text(f'image.name = "x"\n[variants.a.xbps]\nrepositories.add = ["{URL}"]\n')
    with pytest.raises(WrongInputError) as caught:
        project.load(tmp_path)
    (fault,) = caught.value.faults
    assert refused(fault)
    assert fault.key[:2] == ("variants", "a")


def test_the_cases_include_every_key_with_a_url() -> None:
    known = {".".join(key) for key, _ in PLACES}
    assert known >= {
        *("xbps.repositories", "xbps.mirrors", "cache.stores", "nix.nixpkgs", "mklive.source"),
        *("container.image", "container.arguments", "release.source", "image.cmdline"),
        "overlay.options",
    }


@pytest.mark.parametrize(
    "table",
    [
        {"packages": {"repositories": [URL]}},
        {"options": {"a": {"type": "string", "help": "x", "default": URL}}},
        {"options": {"a": {"type": "list", "help": "x", "default": [URL]}}},
    ],
)
def test_every_key_of_module_toml_refuses_a_password(table: dict[str, Any]) -> None:
    (fault,) = faults({"summary": "x", **table}, ModuleFile)
    assert refused(fault)


@pytest.mark.parametrize("value", [f"me:{WORD}@host/x@sha256:{'0' * 64}", f"me:{WORD}@host/x"])
def test_a_container_image_with_a_password_is_refused(value: str) -> None:
    (fault,) = faults({"image": {"name": "x"}, "container": {"image": value}})
    assert WORD not in fault.what
    assert "podman login" in fault.remedy


@pytest.mark.parametrize(
    "document",
    [{"xbps": {"repositories": URL}}, {"xbps": {"mirrors": {URL: 1}}}, {URL: 1}, {"image": URL}],
)
def test_a_value_of_a_wrong_type_is_not_shown(repository: Path, document: dict[str, Any]) -> None:
    text = "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in document.items())
    write(repository, {"voidgen.toml": text})
    ran = voidgen("generate", cwd=repository)
    assert ran.status == 2
    assert WORD not in ran.err


def toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(k)} = {toml(v)}' for k, v in value.items())} }}"
    return json.dumps(value)


@pytest.mark.parametrize("name", LazyGroup.COMMANDS)
def test_every_command_refuses_a_password(repository: Path, name: str) -> None:
    write(repository, {"voidgen.toml": '[image]\nname = "x"\n'})
    for words in ((URL,), ("--source", URL), (f"--no-such-option={URL}",), ("-C", URL)):
        ran = voidgen(name, *words, cwd=repository)
        assert ran.status == 2
        assert ran.out == ""
        assert "an argument has a URL with a password" in ran.err
        assert WORD not in ran.err


@pytest.mark.parametrize("words", [(URL,), ("-C", URL, "show"), (f"--x={URL}", "show")])
def test_arguments_before_a_command_are_not_shown(repository: Path, words: tuple[str, ...]) -> None:
    ran = voidgen(*words, cwd=repository)
    assert (ran.status, ran.out) == (2, "")
    assert WORD not in ran.err


@pytest.mark.parametrize("url", FOUND)
def test_a_git_remote_is_named_without_its_password(url: str) -> None:
    assert WORD not in source.public(url)


def test_no_message_shows_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    say(URL, URL, f"{URL}\n{URL}")
    report([Fault(URL, Path("x"), remedy=URL)])
    warn(Fault(URL, remedy=URL))
    assert WORD not in capsys.readouterr().err


def test_a_voidgen_lock_with_a_password_is_refused(repository: Path) -> None:
    repository_of = evolve(package("acl-2.3.2_1"), repository=URL)
    file = repository / lock_file.FILE
    file.write_bytes(lock_file.dump(lock([repository_of])))
    ran = voidgen("diff", str(file), str(file), cwd=repository)
    assert ran.status == 2
    assert "voidgen.lock: has a URL with a password" in ran.err
    assert WORD not in ran.out + ran.err


@pytest.mark.parametrize(
    "entry",
    [
        {"locked": {"type": "git", "url": URL, "rev": "0" * 40}},
        {"locked": {"type": "tarball", "url": f"https://example.org/x?token={WORD}"}},
        {"locked": {"type": "gitlab", "host": f"x:{WORD}@h", "rev": "0" * 40}},
        {"locked": {"type": "path", "path": "/x"}, "original": {"type": "git", "url": URL}},
    ],
)
@pytest.mark.parametrize("direct", [True, False])
def test_a_flake_lock_with_a_password_is_refused(
    repository: Path, entry: dict[str, Any], direct: bool
) -> None:
    entry["locked"] |= {"narHash": "sha256-x", "owner": "a", "repo": "b"}
    inputs = {"a": "a"} if direct else {}
    nodes = {"root": {"inputs": inputs}, "a": {"original": {}} | entry}
    file = repository / flake_lock.FILE
    file.write_text(json.dumps({"nodes": nodes, "root": "root", "version": 7}))
    ran = voidgen("diff", str(file), str(file), cwd=repository)
    assert ran.status == 2
    assert "flake.lock: a has a URL with" in ran.err
    assert WORD not in ran.out + ran.err


def test_a_flake_lock_with_an_ssh_user_is_accepted(tmp_path: Path) -> None:
    locked = {"type": "git", "url": "ssh://git@host", "rev": "0" * 40, "narHash": "sha256-x"}
    nodes = {"root": {"inputs": {"a": "a"}}, "a": {"locked": {**locked, "ref": "me@x"}}}
    (tmp_path / flake_lock.FILE).write_text(json.dumps({"nodes": nodes, "root": "root"}))
    (pinned,) = flake_lock.pinned(tmp_path / flake_lock.FILE)
    assert pinned.url.startswith("git+ssh://git@host?")


def test_a_provenance_has_no_password() -> None:
    one = Input("a", "", rev="0" * 40, hash="sha256-" + "0" * 43 + "=", url=f"git+{URL}")
    described = statement.describe("x.iso", Source(), "sha256-x", None, [one])
    assert described.dependencies[0].uri == "git+https://example.org/void"


def test_init_from_a_script_leaves_out_passwords(tmp_path: Path) -> None:
    script = f"curl {URL}\nNIX_PACKAGES='{URL}'\nXBPS_PACKAGES={URL}\nKEYMAP={URL}\n"
    write(tmp_path, {"install.conf": script})
    ran = voidgen("init", "--json", "--from", "install.conf", "new", cwd=tmp_path)
    assert ran.status == 0
    assert ran.err.count("not taken over: ") == 4
    assert WORD not in ran.out + ran.err + (tmp_path / "new" / "voidgen.toml").read_text()
