"""Record facts from Void's recipes about each package that voidgen names.

    python -m tests.void_facts.record CHECKOUT [COMMIT]

CHECKOUT is a clone of https://github.com/void-linux/void-packages. Writes packages.json beside
this file: facts alone, no text of a recipe. What a recipe cannot show is in upstream.json, by hand.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.void_facts import named
from tests.void_facts.recipes import MACHINES, Recipe, Recipes

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).with_name("packages.json")
ABOUT = {
    "source": "https://github.com/void-linux/void-packages",
    "licence": "names, versions and dependencies are facts; the recipes are BSD-2-Clause",
    "left out": "dependencies on shared libraries, which XBPS finds in what a recipe has built",
}


def record(recipes: Recipes, names: Iterable[str]) -> dict[str, Any]:
    """Return the facts of ``names`` and their dependencies, from recipes."""
    found: dict[str, dict[str, Any]] = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        by = {machine: recipes.find(name, machine) for machine in MACHINES}
        made = {machine: recipe for machine, recipe in by.items() if recipe is not None}
        if not made:
            continue
        found[name] = _facts(made)
        for recipe in made.values():
            waiting += [name for name in map(named.dependency, recipe.depends) if name]
    return {
        "about": {**ABOUT, "commit": recipes.commit, "date": recipes.date},
        "packages": dict(sorted(found.items())),
    }


def _facts(made: dict[str, Recipe]) -> dict[str, Any]:
    """Return a package's facts, with those that all machines share written once."""
    first = next(iter(made.values()))
    depends = {machine: sorted(recipe.depends) for machine, recipe in made.items()}
    common = sorted(set.intersection(*(set(names) for names in depends.values())))
    further = {
        machine: more
        for machine, names in depends.items()
        if (more := sorted({*names} - {*common}))
    }
    facts = {
        "version": first.version,
        "recipe": first.source if first.source != first.name else "",
        "machines": list(made) if len(made) < len(MACHINES) else [],
        "repository": first.repository,
        "depends": common,
        "depends of": further,
        "provides": [re.sub(r"-[^-]*$", "", name) for name in first.provides],
        "accounts": sorted({*first.accounts, *first.groups}),
        "services": list(first.services),
        "files": list(first.files),
    }
    return {key: value for key, value in facts.items() if value}


def text(facts: dict[str, Any]) -> str:
    """Return JSON with one package a line, so that diffs stay small."""
    lines = ",\n".join(
        f"    {json.dumps(name)}: {json.dumps(facts['packages'][name])}"
        for name in facts["packages"]
    )
    about = json.dumps(facts["about"], indent=2).replace("\n", "\n  ")
    return f'{{\n  "about": {about},\n  "packages": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    source = Recipes(Path(sys.argv[1]), (*sys.argv[2:], "HEAD")[0])
    FILE.write_text(text(record(source, named.packages())))
