"""The table of users and groups, and how it is made of recipes."""

import json
from pathlib import Path

from voidgen import account_tables, accounts

RECIPES = {
    "base-files/template": 'pkgname=base-files\nsystem_groups="kvm:24"\n',
    "base-files/files/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "base-files/files/group": "root:x:0:\naudio:x:12:\nkvm:x:24:\n",
    "one/template": 'pkgname=one\nsystem_accounts="_${pkgname} two:22"\nsystem_groups=lamps\n',
    "parts/template": """\
pkgname=parts
parts-devel_package() {
	depends="x"
}
parts-server_package() {
	system_accounts="
served
"
	served_pgroup="serving"
}
parts-tools_package() {
	system_groups+=" tools"
}
""",
    "nix/template": 'for f in 1; do\nsystem_accounts+=" nixbld${f}"\ndone\nsystem_groups=nixbld\n',
}


def test_recipes_are_read(tmp_path: Path) -> None:
    for name, text in RECIPES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    # A link is a package that is made of another's recipe.
    (tmp_path / "parts-server").symlink_to("parts")
    found = account_tables.read(tmp_path, "recipes of a test")
    builders = {f"nixbld{number}": ["nix"] for number in range(1, 10)}
    assert found["users"] == {
        "_one": ["one"],
        **builders,
        "root": ["base-files"],
        "served": ["parts-server"],
        "two": ["one"],
    }
    assert found["groups"] == {
        "_one": ["one"],
        "audio": ["base-files"],
        "kvm": ["base-files"],
        "lamps": ["one"],
        "nixbld": ["nix"],
        "root": ["base-files"],
        "served": ["parts-server"],
        "serving": ["parts-server"],
        "tools": ["parts-tools"],
        "two": ["one"],
    }
    assert json.loads(account_tables.to_json(found)) == found


def test_the_table_names_its_source() -> None:
    assert accounts.tables()["source"].startswith("void-packages ")
    assert accounts.makers("root") == ["base-files"]
    assert accounts.makers("polkitd") == ["polkit"]
    assert accounts.makers("live") == []
    assert accounts.FILE.read_text() == account_tables.to_json(accounts.tables())
