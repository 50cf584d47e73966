"""Shapes of files, folders and links that packages have at the same path of a profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.integration.colliding import BRINGS, Package, in_order

REMOVE = "emove one of these packages, or name the outputs that you need: NAME^OUTPUT."
ENDLESS = "cannot be followed: Too many levels of symbolic links."
BROKEN = "Remove this package, or use another version of the package set."


@dataclass(frozen=True)
class Shape:
    """Outputs and packages, and what is hidden or what the refusal says."""

    outputs: Mapping[str, str]
    packages: Sequence[Package]
    hidden: Sequence[str] = ()
    refusal: str = ""


def taken(outputs: Mapping[str, str], *asked: str, hidden: Sequence[str] = ()) -> Shape:
    """Return a case that builds; ``hidden`` has "PATH: FROM over HIDDEN" (first outputs' names)."""
    return Shape(outputs, in_order(*asked), hidden)


def refused(outputs: Mapping[str, str], *asked: str, refusal: str) -> Shape:
    return Shape(outputs, in_order(*asked), refusal=refusal)


def file(path: str, text: str = "") -> str:
    """Make a file, with another text in each output unless one is given."""
    return f'mkdir -p "$(dirname {path})"; echo {text or path} > {path}\n'


def link(path: str, target: str) -> str:
    return f'mkdir -p "$(dirname {path})"; ln -s {target} {path}\n'


def brings(output: str, *paths: str) -> str:
    return file(f"{output}/{BRINGS}", f'"{" ".join(paths)}"')


A_FOLDER, B_FOLDER = file("$a/share/x/in-a"), file("$b/share/x/in-b")
A_FILE, B_FILE = file("$a/share/x"), file("$b/share/x")
X = "share/x: a^a over b^b"

FOLDERS = {
    "folders": taken({"a": A_FOLDER, "b": B_FOLDER}, "a", "b"),
    "a folder that is a link": taken(
        {"whole": file("$whole/share/x/in-whole"), "a": link("$a/share", "$whole/share"),
         "b": B_FOLDER}, "a", "b",
    ),
    "a folder that is a link, named last": taken(
        {"whole": file("$whole/share/x/in-whole"), "a": link("$a/share", "$whole/share"),
         "b": B_FOLDER}, "b", "a",
    ),
    "two folders that are links": taken(
        {"one": file("$one/share/x"), "two": file("$two/share/x"),
         "a": link("$a/share", "$one/share"), "b": link("$b/share", "$two/share")}, "a", "b",
        hidden=[X],
    ),
    "a folder below that is a link": taken(
        {"one": file("$one/apps/a"), "a": link("$a/share/applications", "$one/apps"),
         "b": file("$b/share/applications/b")}, "a", "b",
    ),
    "a link to a package that is there itself": taken(
        {"a": A_FOLDER, "b": link("$b/share", "$a/share")}, "a", "b"
    ),
    "links to the same folder": taken(
        {"one": file("$one/x/y"), "a": link("$a/share", "$one/x"),
         "b": link("$b/share", "$one/x")}, "a", "b",
    ),
    "sbin is bin": taken(
        {"a": file("$a/bin/a") + link("$a/sbin", "bin"),
         "b": file("$b/bin/b") + link("$b/sbin", "bin")}, "a", "b",
    ),
    "sbin is bin, and both have a program": taken(
        {"a": file("$a/bin/x") + link("$a/sbin", "bin"),
         "b": file("$b/bin/x") + link("$b/sbin", "bin")}, "a", "b",
        hidden=["bin/x: a^a over b^b", "sbin/x: a^a over b^b"],
    ),
    "a chain of links": taken(
        {"a": link("$a/share", "other") + link("$a/other", "../../$a/x/../y") + link("$a/y", "z")
         + file("$a/z/x") + "mkdir $a/x", "b": B_FILE}, "a", "b",
    ),
    "outputs of one package with one folder": taken({"a": A_FOLDER, "b": B_FOLDER}, "a b"),
}  # fmt: skip
FILES = {
    "files": taken({"a": A_FILE, "b": B_FILE}, "a", "b", hidden=[X]),
    "three files": taken(
        {"a": A_FILE, "b": B_FILE, "c": file("$c/share/x")}, "a", "b", "c",
        hidden=[X, "share/x: a^a over c^c"],
    ),
    "the same bytes": taken({"a": file("$a/x", "x"), "b": file("$b/x", "x")}, "a", "b"),
    "the same bytes, once as a program": taken(
        {"a": file("$a/x", "x"), "b": file("$b/x", "x") + "chmod +x $b/x"}, "a", "b",
        hidden=["x: a^a over b^b"],
    ),
    "a link to the same file": taken(
        {"a": A_FILE, "b": link("$b/share/x", "$a/share/x")}, "a", "b"
    ),
    "a link to another file": taken(
        {"a": A_FILE, "b": file("$b/y") + link("$b/share/x", "../y")}, "a", "b", hidden=[X]
    ),
    "a folder hides a file": taken({"a": A_FOLDER, "b": B_FILE}, "a", "b", hidden=[X]),
    "a linked folder hides a file": taken(
        {"a": A_FOLDER + link("$a/y", "share"), "b": file("$b/y")}, "a", "b",
        hidden=["y: a^a over b^b"],
    ),
    "a file between two folders": taken(
        {"a": A_FOLDER, "b": B_FILE, "c": file("$c/share/x/in-c")}, "a", "b", "c", hidden=[X]
    ),
    "a file before a folder": refused(
        {"a": A_FILE, "b": B_FOLDER}, "a", "b",
        refusal="share/x is a file in a^a and a folder in b^b.\n"
        f"    Name b before a, so that its folder hides the file. Or r{REMOVE}",
    ),
    "a file after two folders": refused(
        {"a": A_FOLDER, "b": B_FOLDER, "c": file("$c/share/x")}, "a", "b", "c",
        refusal="share/x is a folder in a^a and b^b, and a file in c^c.\n" f"    R{REMOVE}",
    ),
    "a file before two folders": refused(
        {"a": A_FILE, "b": B_FOLDER, "c": file("$c/share/x/in-c")}, "a", "b", "c",
        refusal="share/x is a file in a^a and a folder in b^b.\n    Name b before a, so",
    ),
    "more than a screen has lines": refused(
        {name: f"mkdir ${name}; cd ${name}; seq 35 | xargs touch" for name in "ab"}, "a b",
        refusal="And 15 more.\n    Name only one of its outputs: a^a or a^b.",
    ),
    "outputs of one package with one file": refused(
        {"a": file("$a/x", "x"), "b": file("$b/x", "x")}, "a b",
        refusal="x is in two outputs of one package: a^a and a^b.\n"
        "    Name only one of its outputs: a^a or a^b.",
    ),
}  # fmt: skip
LINKS = {
    "dangling, and a file": taken(
        {"a": link("$a/share/x", "missing"), "b": B_FILE, "c": link("$c/share/x", "/no/where")},
        "a", "b", "c",
    ),
    "dangling, and a folder": taken(
        {"a": link("$a/share/x", "missing"), "b": B_FOLDER,
         "c": file("$c/y") + link("$c/share/x", "../y/z")},
        "a", "b", "c",
    ),
    "dangling twice": taken(
        {"a": link("$a/x", "missing"), "b": link("$b/x", "missing")}, "a", "b"
    ),
    "in a circle": refused(
        {"a": link("$a/share/x", "y") + link("$a/share/y", "x"), "b": B_FILE}, "a", "b",
        refusal=f"The link share/x in a^a {ENDLESS}",
    ),
    "in a circle in a folder of one package": taken(
        {"a": link("$a/share/x", "x"), "b": file("$b/bin/b")}, "a", "b"
    ),
    "in a circle, under a name that no profile has": refused(
        {"a": link("$a/log", "log")}, "a",
        refusal=f"The link log in a^a {ENDLESS}\n    {BROKEN}",
    ),
    "in a circle, hidden": taken({"a": link("$a/.x", ".x")}, "a"),
    # Near the limit, 40, the system now and then counts links twice.
    "a long chain": taken(
        {"a": "mkdir $a; for n in $(seq 15); do ln -s $((n + 1)) $a/$n; done; echo > $a/16",
         "b": file("$b/1")}, "a", "b", hidden=["1: a^a over b^b"],
    ),
    "more than the system follows": refused(
        {"a": "mkdir $a; for n in $(seq 41); do ln -s $((n + 1)) $a/$n; done; echo > $a/42"}, "a",
        refusal=f"The link 1 in a^a {ENDLESS}",
    ),
    "to the folder itself": taken(
        {"a": link("$a/share/self", "."), "b": file("$b/share/self/self/x")}, "a", "b"
    ),
    "to the folder itself in both": refused(
        {name: link(f"${name}/share/one", ".") + link(f"${name}/share/two", ".")
         for name in ("a", "b")}, "a", "b",
        refusal="share/one leads back to itself without end in a^a and another package.",
    ),
}  # fmt: skip
