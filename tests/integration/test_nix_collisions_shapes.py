"""voidgen accepts what buildenv accepts, and explains in its own words what buildenv refuses."""

from collections.abc import Mapping

import pytest
from tests.integration import colliding
from tests.integration.colliding import BRINGS, Case, Package, Verdict
from tests.integration.collision_shapes import (
    A_FILE,
    A_FOLDER,
    B_FILE,
    FILES,
    FOLDERS,
    LINKS,
    REMOVE,
    Shape,
    brings,
    file,
    link,
    refused,
    taken,
)  # fmt: skip
from tests.integration.offline import Nix

ROOTS = {
    "a file": taken({"a": "echo > $a", "b": B_FILE}, "a", "b"),
    "a link to a file": taken({"b": B_FILE, "a": "ln -s $b/share/x $a"}, "a", "b"),
    "a link to another package": taken({"b": B_FILE, "a": "ln -s $b $a"}, "a", "b"),
    "a link to a folder": taken(
        {"b": B_FILE, "c": file("$c/x"), "a": "ln -s $b/share $a"}, "c", "a",
        hidden=["x: c^c over a^a"],
    ),
    "dangling": refused(
        {"a": "ln -s missing $a"}, "a", refusal="which cannot be opened: No such file or directory."
    ),
    "in a circle": refused(
        {"a": "ln -s $a $a"}, "a",
        refusal="which cannot be opened: Too many levels of symbolic links.",
    ),
    "through a file": taken({"b": "echo > $b", "a": "ln -s $b/x $a"}, "a"),
    "empty": taken({"a": "mkdir $a", "b": B_FILE}, "a", "b"),
    "asked for twice": taken({"a": A_FILE}, "a", "a"),
}  # fmt: skip
NOWHERE = (
    "nix-support/x", "propagated-build-inputs", "lib/perllocal.pod", "share/info/dir",
    "share/log", "log/x", "manifest.nix", "share/manifest.json", ".x", "share/.x/y",
)  # fmt: skip
LEFT_OUT = {
    "names that no profile has": taken(
        {name: "".join(file(f"${name}/{path}") for path in NOWHERE) for name in "ab"}, "a", "b"
    ),
    "names like these": taken(
        {name: file(f"${name}/dir") + file(f"${name}/logs") for name in "ab"}, "a", "b",
        hidden=["dir: a^a over b^b", "logs: a^a over b^b"],
    ),
    "a file and a folder": taken({"a": file("$a/log"), "b": file("$b/log/x")}, "a", "b"),
    # Nix looks at the path through which it reaches `dir`.
    "a link to info": taken(
        {"a": link("$a/docs", "info") + file("$a/info/dir"), "b": file("$b/docs/dir")}, "a", "b"
    ),
    "a link to info, named last": taken(
        {"a": link("$a/docs", "info") + file("$a/info/dir"), "b": file("$b/docs/dir")}, "b", "a",
        hidden=["docs/dir: b^b over a^a"],
    ),
    "a link called info": taken(
        {"a": link("$a/info", "docs") + file("$a/docs/dir"), "b": file("$b/info/dir")}, "a", "b"
    ),
}  # fmt: skip
P_FILE = file("$p/share/x")
P = "tree-p (propagated by a^a)"
PROPAGATED = {
    "hides nothing": taken({"p": P_FILE, "a": brings("$a", "$p")}, "a"),
    "is hidden by all others": taken(
        {"p": P_FILE, "a": brings("$a", "$p"), "b": B_FILE}, "a", "b",
        hidden=[f"share/x: b^b over {P}"],
    ),
    "is asked for, too": taken(
        {"p": P_FILE, "a": brings("$a", "$p"), "b": B_FILE}, "a", "p", "b",
        hidden=["share/x: p^p over b^b"],
    ),
    "brings another": taken(
        {"q": file("$q/share/x"), "p": P_FILE + brings("$p", "$q"), "a": brings("$a", "$p")}, "a",
        hidden=[f"share/x: {P} over tree-q (propagated by a^a)"],
    ),
    "by two packages": taken(
        {"p": P_FILE, "b": brings("$b", "", "$p", "  ") + B_FILE, "a": brings("$a", "$p")},
        "b", "a", hidden=[f"share/x: b^b over {P}"],
    ),
    "has a file where there is a folder": taken(
        {"p": P_FILE, "a": A_FOLDER + brings("$a", "$p")}, "a",
        hidden=[f"share/x: a^a over {P}"],
    ),
    "has a folder where there is a file": refused(
        {"p": file("$p/share/x/y"), "a": A_FILE + brings("$a", "$p")}, "a",
        refusal=f"share/x is a file in a^a and a folder in {P}.\n    R{REMOVE}",
    ),
    "is a file": taken({"p": "echo > $p", "a": brings("$a", "$p")}, "a"),
    "is nowhere": refused(
        {"a": brings("$a", "$a-missing")}, "a",
        refusal="which cannot be opened: No such file or directory.",
    ),
    "is no path": refused(
        {"a": brings("$a", "p")}, "a",
        refusal=f"{BRINGS} of a^a names p, which is not a store path.",
    ),
    "is not said by a folder": refused(
        {"a": f"mkdir -p $a/{BRINGS}"}, "a",
        refusal=f"{BRINGS} of a^a cannot be read: Not a file.",
    ),
    "is said by a circle": refused(
        {"a": link(f"$a/{BRINGS}", BRINGS.partition("/")[2])},
        "a", refusal="cannot be read: Too many levels of symbolic links.",
    ),
    "is said by nothing": taken(
        {"a": link(f"$a/{BRINGS}", "missing")}, "a"
    ),
    "is before what is named very late": Shape(
        {"p": P_FILE, "a": brings("$a", "$p") + A_FOLDER + file("$a/y"), "b": file("$b/y")},
        [Package("a", ["a"], 1001), Package("b", ["b"], 1002)],
        [f"share/x: {P} over a^a", "y: a^a over b^b"],
    ),
    "is as strong as what is named very late": Shape(
        {"p": P_FILE, "a": brings("$a", "$p") + A_FILE}, [Package("a", ["a"], 1000)],
        refusal=f"share/x is in a^a and {P}, which have the same priority in the profile.",
    ),
}  # fmt: skip
SHAPES = {
    f"{kind}: {name}": shape
    for kind, shapes in {
        "folders": FOLDERS, "files": FILES, "links": LINKS, "an output": ROOTS,
        "left out": LEFT_OUT, "what is propagated": PROPAGATED,
    }.items()
    for name, shape in shapes.items()
}  # fmt: skip


@pytest.fixture(scope="module")
def verdicts(nix: Nix, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    cases = [Case(shape.outputs, shape.packages) for shape in SHAPES.values()]
    found = colliding.judge(nix, tmp_path_factory.mktemp("shapes"), cases)
    return dict(zip(SHAPES, found, strict=True))


@pytest.mark.parametrize("name", SHAPES)
def test_voidgen_agrees_with_buildenv(nix: Nix, verdicts: Mapping[str, Verdict], name: str) -> None:
    shape, verdict = SHAPES[name], verdicts[name]
    log = nix.run("nix-store", "--read-log", verdict.derivation)
    if shape.refusal:
        assert verdict.report is None
        assert f"voidgen: {shape.refusal}" in log or f"{shape.refusal}\n" in log
        assert verdict.profile is None
        return
    assert verdict.report is not None, log
    found = [f"{one['path']}: {one['from']} over {one['hidden']}" for one in verdict.report]
    assert found == sorted(shape.hidden)
    assert verdict.profile
    said = [
        f"voidgen: {one['path']} comes from {one['from']} and hides the file of {one['hidden']}\n"
        for one in verdict.report
    ]
    assert sorted(log.splitlines(keepends=True)) == sorted(said)
