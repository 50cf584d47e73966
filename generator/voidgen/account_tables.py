"""The table of `voidgen.accounts`, from the recipes of void-packages.

``python -m voidgen.account_tables SRCPKGS SOURCE`` writes it anew: SRCPKGS is the folder of the
recipes, SOURCE says which they are.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.accounts import BASE, FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voidgen.accounts import Tables

_ASSIGNED = re.compile(
    r"(?P<package>^[\w+.-]+)_package\(\)|^}|^\s*(?P<key>system_accounts|system_groups|\w+_pgroup)"
    r"\+?=(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>\S+))",
    re.MULTILINE,
)
_NIX_BUILDERS = [f"nixbld{number}" for number in range(1, 10)]
"""What the recipe of nix makes in a loop of its shell."""


def read(srcpkgs: Path, source: str) -> Tables:
    """Return the table for the recipes below ``srcpkgs``."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for table, name in ((users, "passwd"), (groups, "group")):
        for line in (srcpkgs / BASE / "files" / name).read_text().splitlines():
            table[line.partition(":")[0]].add(BASE)
    for template in sorted(srcpkgs.glob("*/template")):
        if template.parent.is_symlink():
            continue
        for package, key, name in _made(template):
            (users if key == "system_accounts" else groups)[name].add(package)
    # XBPS makes a group of the same name, unless the recipe names another (xbps-triggers).
    for name, packages in users.items():
        if name not in _NIX_BUILDERS:
            groups[name] |= packages
    return {"source": source, "users": _sorted(users), "groups": _sorted(groups)}


def _made(template: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the package, the recipe's key and the name of each account."""
    whole = package = template.parent.name
    for match in _ASSIGNED.finditer(template.read_text(errors="replace")):
        if match["key"] is None:
            package = match["package"] or whole
            continue
        value = match["bare"] if match["quoted"] is None else match["quoted"]
        key = "system_groups" if match["key"].endswith("_pgroup") else match["key"]
        for word in value.replace("\\\n", " ").replace("${pkgname}", whole).split():
            name = word.partition(":")[0]
            for one in _NIX_BUILDERS if name == "nixbld${f}" else [name]:
                yield package, key, one


def _sorted(table: Mapping[str, set[str]]) -> dict[str, list[str]]:
    return {name: sorted(table[name]) for name in sorted(table)}


def to_json(tables: Tables) -> str:
    """Return the table as it is kept: sorted, an entry a line."""
    parts = [f'"source": {json.dumps(tables["source"])}']
    for title, entries in (("groups", tables["groups"]), ("users", tables["users"])):
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items()]
        parts.append(f'"{title}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(to_json(read(Path(sys.argv[1]), sys.argv[2])))
