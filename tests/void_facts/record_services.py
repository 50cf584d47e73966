"""Record which of Void's packages has which service.

    python -m tests.void_facts.record_services CHECKOUT [COMMIT]

CHECKOUT is a clone of https://github.com/void-linux/void-packages. Writes the table of
`voidgen.overlay.services`: names alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.void_facts.facts import UPSTREAM, closure
from tests.void_facts.named import BASE
from tests.void_facts.recipes import MACHINES, Recipes

from voidgen.overlay.services import FILE

if TYPE_CHECKING:
    from voidgen.overlay.services import Tables

FOLDER = re.compile(r"/etc/sv/([^/]+)")


def tables(recipes: Recipes) -> Tables:
    """Return the services of all recipes, and base-system's packages that have services."""
    packages: defaultdict[str, set[str]] = defaultdict(set)
    for source, kept in recipes.services().items():
        found: defaultdict[str, set[str]] = defaultdict(set)
        for machine in MACHINES:
            for recipe in recipes.all_of(source, machine):
                moved = {match[1] for path in recipe.files if (match := FOLDER.match(path))}
                for service in {*recipe.services, *moved}:
                    found[service].add(recipe.name)
        # If a recipe installs services in a loop, only its files name them.
        for service in kept:
            found.setdefault(service, {source})
        for service, names in found.items():
            # A service that the recipe installs first may move into a subpackage.
            packages[service] |= names - {source} or names
    for name, known in UPSTREAM["services"].items():
        for service in known["services"]:
            packages[service].add(name)
    base = {name for machine in MACHINES for name in closure([BASE], machine)}
    owners = {name for names in packages.values() for name in names}
    return {
        "source": f"void-packages {recipes.commit[:11]} of {recipes.date}",
        "base": sorted(base & owners),
        "services": {name: sorted(packages[name]) for name in sorted(packages)},
    }


def to_json(found: Tables) -> str:
    """Return the table's file: sorted, with one entry a line."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found["services"].items()]
    return (
        f'{{\n"source": {json.dumps(found["source"])},\n"base": {json.dumps(found["base"])},\n'
        '"services": {\n' + ",\n".join(lines) + "\n}\n}\n"
    )


if __name__ == "__main__":
    FILE.write_text(to_json(tables(Recipes(Path(sys.argv[1]), (*sys.argv[2:], "HEAD")[0]))))
