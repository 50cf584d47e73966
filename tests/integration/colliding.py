"""Made-up packages that collide: what builtin:buildenv does with them, and what voidgen reports."""

import json
import os
import shutil
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.integration.offline import NIX_CODE, PACKAGES, SYSTEM, Nix

BRINGS = "nix-support/propagated-user-env-packages"
"""The file of a package that names others, which are in the profile, too."""

EXPRESSION = """
let
  given = builtins.fromJSON (builtins.readFile ./cases.json);
  inherit (given) system;
  busybox = import ./packages/busybox.nix { inherit system; licenses.gpl2 = { }; };
  build = import ./nix/build.nix { inherit system; pkgs = { inherit busybox; }; };
  made = case:
    let
      trees = derivation {
        name = "tree";
        inherit system;
        builder = "${busybox}/bin/sh";
        args = [ "-euc" case.script ];
        PATH = "${busybox}/bin";
        outputs = case.outputs;
      };
      packages = map
        (package: package // {
          wanted = [ ];
          outputs = map (name: { inherit name; value = trees.${name}.outPath; }) package.outputs;
        })
        case.packages;
      links = import ./nix/profile-links.nix { inherit packages; collisions = null; };
      collisions = import ./nix/collisions.nix { inherit build packages; };
    in
    {
      outputs = builtins.listToAttrs
        (map (name: { inherit name; value = trees.${name}.outPath; }) case.outputs);
      links = [ links.drvPath links.outPath ];
      collisions = [ collisions.drvPath collisions.outPath ];
    };
in
map made given.cases
"""


@dataclass(frozen=True)
class Package:
    """A package of voidgen.toml, and the outputs of the case that belong to it."""

    name: str
    outputs: Sequence[str]
    priority: int


@dataclass(frozen=True)
class Case:
    """A script for each output, which may refer to earlier ones like ``$a``, and the packages."""

    outputs: Mapping[str, str]
    packages: Sequence[Package]


def in_order(*asked: str) -> list[Package]:
    """Return packages in voidgen.toml's order, each from "OUTPUT" or "OUTPUT OUTPUT"."""
    return [
        Package(outputs.split()[0], outputs.split(), 10 + index)
        for index, outputs in enumerate(asked)
    ]


@dataclass(frozen=True)
class Verdict:
    """The outcome: buildenv's ``profile`` and voidgen's ``report``, each None if it was refused."""

    outputs: Mapping[str, Path]
    profile: Path | None
    report: list[dict[str, str]] | None
    derivation: str


def judge(nix: Nix, folder: Path, cases: Sequence[Case]) -> list[Verdict]:
    """Build all cases with one Nix, because starting Nix takes longer than building a case."""
    shutil.copytree(NIX_CODE, folder / "nix")
    shutil.copytree(PACKAGES, folder / "packages", ignore=shutil.ignore_patterns("busybox"))
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    shutil.copy(busybox, folder / "packages" / "busybox")
    (folder / "default.nix").write_text(EXPRESSION)
    data = {"system": SYSTEM, "cases": [_data(case) for case in cases]}
    (folder / "cases.json").write_text(json.dumps(data))
    made = json.loads(nix.run("nix", "eval", "--json", "--file", folder / "default.nix"))
    wanted = {one[kind][0] for one in made for kind in ("links", "collisions")}
    subprocess.run(
        ["nix-store", "--realise", "--keep-going", *sorted(wanted)],
        env=nix.env, capture_output=True, check=False,
    )  # fmt: skip
    outputs = [one[kind][1] for one in made for kind in ("links", "collisions")]
    check = ("nix-store", "--check-validity", "--print-invalid")
    # The outputs of a builder that failed are there, too.
    refused = {*nix.run(*check, *outputs).split()}
    return [_verdict(refused, **one) for one in made]


def _data(case: Case) -> dict[str, object]:
    script = "\n".join(f"( {made or 'mkdir $' + name}\n)" for name, made in case.outputs.items())
    packages = [asdict(package) for package in case.packages]
    return {"outputs": list(case.outputs), "packages": packages, "script": script}


def _verdict(
    refused: Collection[str],
    outputs: Mapping[str, str],
    links: Sequence[str],
    collisions: Sequence[str],
) -> Verdict:
    paths = {name: Path(path) for name, path in outputs.items()}
    # A case proves nothing if its outputs cannot be built.
    assert all(os.path.lexists(path) for path in paths.values()), outputs
    return Verdict(
        paths,
        None if links[1] in refused else Path(links[1]),
        None if collisions[1] in refused else json.loads(Path(collisions[1]).read_bytes()),
        collisions[0],
    )
