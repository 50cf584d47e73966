"""Provenance and its signatures, with the real ssh-keygen."""

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from voidgen.errors import WrongInputError
from voidgen.outcome.types import Outcome
from voidgen.provenance import envelope, signature, statement, statements
from voidgen.provenance.source import Source
from voidgen.provenance.statement import Dependency, Provenance
from voidgen.system import sri

ISO = b"the iso"
COMMIT = "a" * 40
SOURCE = Source("https://example.org/x", COMMIT, "images/one", clean=True)
SAID = Provenance(
    "x.iso",
    sri.of_bytes(ISO),
    SOURCE,
    sri.of_bytes(b"inputs"),
    1_700_000_000,
    (
        Dependency("mklive", "https://x.org/mklive.tar.gz", "", sri.of_bytes(b"mklive")),
        Dependency("nixpkgs", "github:NixOS/nixpkgs/x", "b" * 40, sri.of_bytes(b"nixpkgs")),
    ),
    "1.0",
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name, kind in (("one", "ed25519"), ("two", "ed25519"), ("three", "ecdsa"), ("r", "rsa")):
        argv = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(argv, check=True)
    return folder


@pytest.fixture
def iso(tmp_path: Path) -> Path:
    file = tmp_path / "x.iso"
    file.write_bytes(ISO)
    return file


def outcomes(iso: Path, keys: Path, *names: str) -> list[Outcome]:
    allowed = signature.signers([keys / f"{name}.pub" for name in names], ())
    return [*statements.outcomes(iso, SAID.hash, allowed, "--signer")]


def states(iso: Path, keys: Path, *names: str) -> list[str]:
    return [one.state for one in outcomes(iso, keys, *names)]


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        evolve(SAID, source=Source()),
        evolve(SAID, source=Source("", COMMIT, "", clean=False), source_date=None),
        evolve(SAID, dependencies=()),
    ],
)
def test_a_written_statement_is_read_unchanged(said: Provenance) -> None:
    data = statement.dump(said)
    assert statement.parse(data) == said
    assert statement.dump(said) == data


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda table: table.update(subject=[]),
        lambda table: table["subject"].append(table["subject"][0]),
        lambda table: table["subject"][0]["digest"].update(sha256="00"),
        lambda table: table["subject"][0].update(name=1),
        lambda table: table["predicate"]["buildDefinition"].update(buildType="make"),
        lambda table: parameters(table)["source"].update(uri="ext::sh"),
        lambda table: parameters(table)["source"].update(uri="https://me:x@example.org/y"),
        lambda table: parameters(table)["source"].update(dir="../x"),
        lambda table: parameters(table)["source"].update(clean="yes"),
        lambda table: parameters(table).update(sourceDateEpoch=True),
        lambda table: parameters(table).update(sourceDateEpoch=1 << 40),
        lambda table: parameters(table).pop("source"),
        lambda table: table["predicate"]["buildDefinition"]["resolvedDependencies"].clear(),
    ],
)
def test_other_statements_are_refused(change: Callable[[Any], object]) -> None:
    table = json.loads(statement.dump(SAID))
    change(table)
    with pytest.raises(ValueError, match="is not voidgen's statement"):
        statement.parse(json.dumps(table).encode())


def parameters(table: Any) -> Any:
    return table["predicate"]["buildDefinition"]["externalParameters"]


def test_a_statement_for_each_key(iso: Path, keys: Path) -> None:
    for name in ("one", "two", "three", "r"):
        assert statements.add(iso, SAID, keys / name) == iso.with_name("x.intoto.jsonl")
    assert states(iso, keys, "one", "two", "three", "r") == ["passed"] * 4
    assert states(iso, keys, "two") == ["warning", "passed", "warning", "warning"]
    assert states(iso, keys) == ["warning"] * 4
    first = outcomes(iso, keys, "one")[0]
    shown = "https://example.org/x@" + COMMIT + "?dir=images/one"
    assert first.about.endswith(f", named by --signer: from {shown}")
    # Signing again, and signing another ISO.
    statements.add(iso, SAID, keys / "one")
    statements.add(iso, evolve(SAID, hash=sri.of_bytes(b"other")), keys / "one")
    statements.add(iso, evolve(SAID, hash=sri.of_bytes(b"other")), keys / "one")
    assert states(iso, keys, "one") == ["warning"] * 3 + ["passed", "failed"]


def test_the_bundle_follows_dsse_and_in_toto(iso: Path, keys: Path, tmp_path: Path) -> None:
    """Verified with ssh-keygen, as someone without voidgen would do it."""
    (line,) = statements.add(iso, SAID, keys / "one").read_bytes().splitlines()
    table = json.loads(line)
    payload = b64decode(table["payload"])
    assert payload == statement.dump(SAID)
    assert table["payloadType"] == "application/vnd.in-toto+json"
    (signed,) = table["signatures"]
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(keys / "one.pub")], capture_output=True, check=True
    )
    assert signed["keyid"] in shown.stdout.decode()
    kind = table["payloadType"]
    encoded = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    armored = f"-----BEGIN SSH SIGNATURE-----\n{signed['sig']}\n-----END SSH SIGNATURE-----\n"
    (tmp_path / "sig").write_text(armored)
    (tmp_path / "allowed").write_text(f"me {(keys / 'one.pub').read_text()}")
    words = ["-n", "voidgen-statement", "-f", "allowed", "-I", "me", "-s", "sig"]
    argv = ["ssh-keygen", "-Y", "verify", *words]
    subprocess.run(argv, cwd=tmp_path, input=encoded, check=True, capture_output=True)


def test_statements_without_a_valid_signature_fail(iso: Path, keys: Path) -> None:
    bundle = statements.add(iso, SAID, keys / "one")
    line = bundle.read_bytes()
    table = json.loads(line)

    def told(**changed: object) -> Outcome:
        bundle.write_text(json.dumps({**table, **changed}) + "\n")
        (one,) = outcomes(iso, keys, "one", "two")
        return one

    other = statement.dump(evolve(SAID, source=evolve(SOURCE, commit="b" * 40)))
    found = told(payload=b64encode(other).decode())
    assert (found.state, found.about) == ("failed", "its signature does not belong to its content")
    # A signature of the same bytes in another namespace.
    made = signature.sign(envelope.encoded(statement.dump(SAID)), keys / "one")
    raw = "".join(made.decode().splitlines()[1:-1])
    (signed,) = table["signatures"]
    assert told(signatures=[{**signed, "sig": raw}]).state == "failed"
    # The name of another key.
    two = envelope.sign(b"x", keys / "two").key
    found = told(signatures=[{**signed, "keyid": two}])
    assert found.about.startswith(f"it names the key {two}, but ED25519 key ")
    wrong: list[Any] = [[], [signed, signed], [{}], [{**signed, "keyid": "me"}], None]
    for signatures in wrong:
        assert (
            told(signatures=signatures).about
            == "the line is not a statement that an SSH key signed"
        )
    assert told(payloadType="text/plain").state == "failed"
    assert told(payload="*").state == "failed"
    for garbage in (b"x\n", b"[" * 10_000, b"\xff\n", b"\0\n", b"{}\n", b"null\n"):
        bundle.write_bytes(garbage)
        assert states(iso, keys, "one") == ["failed"]
    bundle.write_bytes(b"\n\n" + line + b"\n" + line + b"   \n")
    assert states(iso, keys, "one") == ["passed"]
    # Signing again with some kinds of keys gives another signature.
    again = statements.add(iso, evolve(SAID, version="2.0"), keys / "one").read_bytes()
    bundle.write_bytes(line + again)
    assert states(iso, keys, "one") == ["passed", "warning"]
    bundle.write_bytes(b"".join(b"%d\n" % number for number in range(65)))
    (one,) = outcomes(iso, keys)
    assert (one.name, one.state) == ("statements", "failed")
    with pytest.raises(WrongInputError, match="has 65 statements already"):
        statements.add(iso, SAID, keys / "one")
    bundle.write_bytes(b"x" * (statements.LARGEST + 1))
    (one,) = outcomes(iso, keys)
    assert one.about == "x.intoto.jsonl: larger than 1 MiB"


def test_a_bundle_that_is_a_folder_fails(iso: Path, keys: Path) -> None:
    iso.with_name("x.intoto.jsonl").mkdir()
    assert states(iso, keys) == ["failed"]
    with pytest.raises(WrongInputError):
        statements.add(iso, SAID, keys / "one")


def test_a_clean_source_is_kept_as_long_as_the_iso_is_the_same(iso: Path) -> None:
    file = iso.with_name("x.provenance.json")
    bare = evolve(SAID, hash="")
    dirty = evolve(bare, source=evolve(SOURCE, clean=False))
    statement.write(iso, dirty, SAID.hash)
    assert statement.parse(file.read_bytes()).source.clean is False
    statement.write(iso, bare, SAID.hash)
    assert statement.parse(file.read_bytes()) == SAID
    statement.write(iso, dirty, SAID.hash)
    assert statement.parse(file.read_bytes()) == SAID
    later = evolve(bare, source=evolve(SOURCE, commit="c" * 40))
    statement.write(iso, later, SAID.hash)
    assert statement.parse(file.read_bytes()).source == later.source
    statement.write(iso, dirty, sri.of_bytes(b"another ISO"))
    assert statement.parse(file.read_bytes()).source.clean is False
    file.write_bytes(b"garbage")
    statement.write(iso, bare, SAID.hash)
    assert statement.parse(file.read_bytes()) == SAID
