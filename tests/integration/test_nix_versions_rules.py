"""voidgen's rules for names and versions, compared with the real Nix's `builtins`."""

import json
import random
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from tests.integration.offline import Nix
from tests.support.versions import AWKWARD_VERSIONS, made_up, nix_names, nix_versions

from voidgen.nix import version as rules

PARTS = [*"019.-._+aZé~", "pre", "rc", "2147483647", "2147483648", "20230101123456", "-é", "--"]

ASK = """
let
  asked = builtins.fromJSON (builtins.readFile %s);
  order = pair: builtins.compareVersions (builtins.elemAt pair 0) (builtins.elemAt pair 1);
  split = name: let found = builtins.parseDrvName name; in [ found.name found.version ];
in {
  names = map split asked.names;
  orders = map order asked.pairs;
}
"""


def ask(nix: Nix, folder: Path, names: list[str], pairs: list[tuple[str, str]]) -> Any:
    """Return how Nix splits names and compares pairs of versions, in one call."""
    file = folder / "asked.json"
    file.write_text(json.dumps({"names": names, "pairs": pairs}))
    words = ("nix-instantiate", "--eval", "--strict", "--json", "-E", ASK % file)
    return json.loads(nix.run(*words))


def test_names_and_versions_agree_with_nix(nix: Nix, tmp_path: Path) -> None:
    chance = random.Random(1)
    names = [*nix_names(), *made_up(chance, PARTS, 2000)]
    versions = nix_versions()
    shuffled = chance.sample(versions, len(versions))
    pairs = [
        *product(AWKWARD_VERSIONS, AWKWARD_VERSIONS),
        *pairwise(versions),
        *((new, old) for old, new in pairwise(versions)),
        *pairwise(shuffled),
        *pairwise(made_up(chance, PARTS, 4000)),
        *zip(AWKWARD_VERSIONS * (len(versions) // len(AWKWARD_VERSIONS)), versions, strict=False),
    ]
    said = ask(nix, tmp_path, names, pairs)
    assert [list(rules.split(name)) for name in names] == said["names"]
    found = [(pair, rules.compare(*pair)) for pair in pairs]
    assert found == list(zip(pairs, said["orders"], strict=True))
