"""The tables of accounts and services, and how they are made from recipes."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.void_facts import record_accounts, record_services
from tests.void_facts.recipes import Recipes

from voidgen.config import accounts
from voidgen.overlay import services

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "version=1\nrevision=1\n"
RECIPES = {
    "base-files/template": f'pkgname=base-files\n{HEAD}system_groups="kvm:24"\n',
    "base-files/files/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "base-files/files/group": "root:x:0:\naudio:x:12:\nkvm:x:24:\n",
    "one/template": f"""\
pkgname=one
{HEAD}system_accounts="_${{pkgname}} two:22"
system_groups=lamps
post_install() {{
	for one in a b; do
		vsv one-$one
	done
}}
""",
    "one/files/one-a/run": "",
    "one/files/one-b/run": "",
    "parts/template": f"""\
pkgname=parts
{HEAD}parts-devel_package() {{
	depends="x"
}}
parts-server_package() {{
	system_accounts="
served
"
	served_pgroup="serving"
	pkg_install() {{
		vmove etc/sv/partsd
	}}
}}
parts-tools_package() {{
	system_groups+=" tools"
}}
do_install() {{
	vsv partsd
	vsv "${{pkgname}}-log" 644
}}
""",
    "nix/template": f"""\
pkgname=nix
{HEAD}for f in 1 2; do
	system_accounts+=" nixbld${{f}}"
	declare "nixbld${{f}}_pgroup=nixbld"
done
system_groups=nixbld
""",
}


@pytest.fixture
def recipes(tmp_path: Path) -> Recipes:
    for name, text in RECIPES.items():
        file = tmp_path / "srcpkgs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    # A link is a subpackage of the recipe that it leads to.
    (tmp_path / "srcpkgs/parts-server").symlink_to("parts")
    for words in (
        ("init", "-q"),
        ("add", "--all"),
        ("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    return Recipes(tmp_path, "HEAD")


def test_accounts_of_recipes(recipes: Recipes) -> None:
    found = record_accounts.tables(recipes)
    assert found["users"] == {
        "_one": ["one"],
        "nixbld1": ["nix"],
        "nixbld2": ["nix"],
        "root": ["base-files"],
        "served": ["parts-server"],
        "two": ["one"],
    }
    # A primary group in the recipe replaces one with the user's name.
    assert found["groups"] == {
        "_one": ["one"],
        "audio": ["base-files"],
        "kvm": ["base-files"],
        "lamps": ["one"],
        "nixbld": ["nix"],
        "root": ["base-files"],
        "serving": ["parts-server"],
        "tools": ["parts-tools"],
        "two": ["one"],
    }
    assert json.loads(record_accounts.to_json(found)) == found


def test_services_of_recipes(recipes: Recipes) -> None:
    found = record_services.tables(recipes)["services"]
    assert {name: by for name, by in found.items() if "runit-void" not in by} == {
        "one-a": ["one"],
        "one-b": ["one"],
        "parts-log": ["parts"],
        "partsd": ["parts-server"],
    }


def test_the_tables_name_their_source() -> None:
    for source in (accounts.tables()["source"], services.tables()["source"]):
        assert source.startswith("void-packages ")
    assert accounts.makers("root") == ["base-files"]
    assert accounts.makers("polkitd") == ["polkit"]
    assert accounts.makers("live") == []
    assert services.packages("chronyd") == ["chrony"]
    assert accounts.FILE.read_text() == record_accounts.to_json(accounts.tables())
    assert services.FILE.read_text() == record_services.to_json(services.tables())
