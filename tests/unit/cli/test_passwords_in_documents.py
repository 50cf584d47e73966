"""A document of someone else may have URLs with passwords: no output of voidgen repeats them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support import documents
from tests.support.program import voidgen

from voidgen.image import snapshot_file
from voidgen.image.snapshot import Entry, Snapshot
from voidgen.outcome import forms
from voidgen.outcome.types import Outcome

HIDDEN = "hunter2"
URL = f"https://build:{HIDDEN}@example.org/void"
TOKEN = f"https://example.org/void?private_token={HIDDEN}"
FORMS = [["--json"], *(["--format", form] for form in ("text", "json", "markdown", "html"))]


def data(url: str) -> dict[str, Any]:
    """The manifest of an ISO that has this URL in several places."""
    asked = [{"name": url, "by": [documents.BY]}]
    module = {"name": "m", "by": [documents.BY], "options": {"mirror": url, "all": [url]}}
    plan = documents.plan_data(
        nix={**documents.NIX, "nixpkgs": url},
        xbps={"repositories": asked, "packages": []},
        modules=[module],
        mklive={"source": url},
        container={"engine": "auto", "image": url, "arguments": [url]},
    )
    return documents.iso_data(documents.built_data(plan=plan), container=url)


def snapshot(url: str) -> bytes:
    """A saved snapshot whose overlay has a file with this URL."""
    entry = Entry("file", "0644", "root:root", "", url, f"repository={url}\n")
    return snapshot_file.dump(Snapshot("x", overlay={"/etc/xbps.d/a.conf": entry}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, url in (("old", URL), ("new", TOKEN)):
        (tmp_path / f"{name}.manifest.json").write_text(json.dumps(data(url)))
        (tmp_path / f"{name}.json").write_bytes(snapshot(url))
    return tmp_path


@pytest.mark.parametrize("ending", ["manifest.json", "json"])
@pytest.mark.parametrize("words", FORMS, ids="-".join)
def test_no_form_of_a_diff_has_them(words: list[str], ending: str, folder: Path) -> None:
    assert HIDDEN in (folder / f"old.{ending}").read_text()
    ran = voidgen("diff", f"old.{ending}", f"new.{ending}", *words, cwd=folder)
    assert ran.status == 0, ran.err
    assert "example.org/void" in ran.out
    assert HIDDEN not in ran.out + ran.err


@pytest.mark.parametrize("ending", ["manifest.json", "json"])
def test_a_saved_snapshot_does_not_have_them(ending: str, folder: Path) -> None:
    ran = voidgen("diff", f"old.{ending}", "--save", "saved.json", cwd=folder)
    assert ran.status == 0, ran.err
    saved = (folder / "saved.json").read_text()
    assert "https://example.org/void" in saved
    assert HIDDEN not in saved


def test_a_built_image_is_shown_without_them(folder: Path) -> None:
    made = {**documents.built_data(), "plan": data(URL)["plan"]}
    (folder / "result/include").mkdir(parents=True)
    (folder / "result/manifest.json").write_text(json.dumps(made))
    for words in FORMS:
        ran = voidgen("diff", "result", "new.manifest.json", *words, cwd=folder)
        assert ran.status == 0, ran.err
        assert HIDDEN not in ran.out + ran.err


def test_results_of_checks_do_not_have_them() -> None:
    found = [Outcome(f"a {URL}", "failed", f"b {URL}", f"c\nd {TOKEN}")]
    shown = (
        forms.to_json(found, iso=URL).decode(),
        forms.to_junit(found, URL).decode(),
        *forms.to_github(found),
    )
    for text in shown:
        assert "example.org/void" in text
        assert HIDDEN not in text
