"""Record which of Void's packages makes which user and group.

    python -m tests.void_facts.record_accounts CHECKOUT [COMMIT]

CHECKOUT is a clone of https://github.com/void-linux/void-packages. Writes the table of
`voidgen.config.accounts`: names alone.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.void_facts.recipes import MACHINES, Recipes

from voidgen.config.accounts import BASE, FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.config.accounts import Tables


def tables(recipes: Recipes) -> Tables:
    """Return the users and groups of all recipes and of base-files."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for table, name in ((users, "passwd"), (groups, "group")):
        for line in recipes.file(f"srcpkgs/{BASE}/files/{name}").splitlines():
            table[line.partition(":")[0]].add(BASE)
    for source in recipes.that_say(r"system_(accounts|groups)"):
        for machine in MACHINES:
            for recipe in recipes.all_of(source, machine):
                for name in recipe.accounts:
                    users[name].add(recipe.name)
                for name in recipe.groups:
                    groups[name].add(recipe.name)
    return {
        "source": f"void-packages {recipes.commit[:11]} of {recipes.date}",
        "users": _sorted(users),
        "groups": _sorted(groups),
    }


def _sorted(table: Mapping[str, set[str]]) -> dict[str, list[str]]:
    return {name: sorted(table[name]) for name in sorted(table)}


def to_json(found: Tables) -> str:
    """Return the table's file: sorted, with one entry a line."""
    parts = [f'"source": {json.dumps(found["source"])}']
    for title, entries in (("groups", found["groups"]), ("users", found["users"])):
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items()]
        parts.append(f'"{title}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(to_json(tables(Recipes(Path(sys.argv[1]), (*sys.argv[2:], "HEAD")[0]))))
