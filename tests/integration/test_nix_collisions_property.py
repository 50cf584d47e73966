"""Made-up packages: voidgen refuses what buildenv refuses, and reports what buildenv hides."""

import filecmp
import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import few
from tests.integration import colliding
from tests.integration.colliding import BRINGS, Case, Package, Verdict
from tests.integration.offline import Nix

OUTPUTS = ("o0", "o1", "o2", "o3", "o4")
FOLDERS = ("a", "a", "b", "info")
NAMES = st.sampled_from((*FOLDERS, *"ccde", "x  y", "log", "dir", ".h"))
SKIPPED = {"log", "nix-support"}


def paths(least: int) -> st.SearchStrategy[str]:
    names = st.lists(st.one_of(NAMES, NAMES, st.just("..")), min_size=least, max_size=3)
    return names.map("/".join)


@st.composite
def targets(draw: st.DrawFn, index: int) -> str:
    """Draw a link's quoted target: in its own output, in an earlier one, or a missing path."""
    if draw(st.booleans()):
        return shlex.quote(draw(paths(1)))
    return f"${draw(st.sampled_from(OUTPUTS[: index + 1]))}/{shlex.quote(draw(paths(0)))}"


@st.composite
def trees(draw: st.DrawFn, index: int, at: str, depth: int = 3) -> list[str]:
    """Draw commands that make the folder ``at``."""
    made = [f"mkdir {at}"]
    for name in draw(st.lists(NAMES, unique=True, min_size=min(depth, 2), max_size=4)):
        path = f"{at}/{shlex.quote(name)}"
        often = "folder" if name in FOLDERS else "file"
        kind = draw(st.sampled_from((*[often] * 9, "link", "link", "link", "folder", "file")))
        if kind == "link":
            made.append(f"ln -s {draw(targets(index))} {path}")
        elif kind == "folder" and depth:
            made += draw(trees(index, path, depth - 1))
        else:
            made.append(f"echo {draw(st.sampled_from('12'))} > {path}")
            made += [f"chmod +x {path}"] * draw(st.sampled_from((0, 0, 0, 1)))
    return made


@st.composite
def outputs(draw: st.DrawFn, index: int) -> str:
    out, earlier = f"${OUTPUTS[index]}", OUTPUTS[:index]
    kind = draw(st.sampled_from((*["folder"] * 20, "file", "link")))
    if kind == "file":
        return f"echo > {out}"
    if kind == "link":
        return f"ln -s {draw(targets(index))} {out}"
    made = draw(trees(index, out))
    brought = draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else []
    if draw(st.integers(0, 60)) == 60:
        brought.append("o0/missing")
    if brought:
        text = " ".join(f"${name}" for name in brought)
        made += [f"mkdir {out}/nix-support", f"echo {text} > {out}/{BRINGS}"]
    return "\n".join(made)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    made = {name: draw(outputs(index)) for index, name in enumerate(OUTPUTS)}
    waiting = list(draw(st.permutations(OUTPUTS)))[: draw(st.sampled_from((5, 5, 4, 3, 2, 2)))]
    packages: list[Package] = []
    while waiting:
        of = [
            waiting.pop()
            for _ in range(min(len(waiting), draw(st.sampled_from((1, 1, 1, 1, 1, 2)))))
        ]
        # Propagated packages have priorities from 1000 on.
        priority = draw(st.sampled_from((*[10 + len(packages)] * 9, 11, 1000, 1002)))
        packages.append(Package(of[0], of, priority))
    return Case(made, packages)


def test_voidgen_reports_and_refuses_the_same_as_buildenv(nix: Nix, tmp_path: Path) -> None:
    made: list[Case] = []

    # One Nix builds all cases, so Hypothesis cannot shrink them.
    @few(25)
    @given(case=cases())
    def collect(case: Case) -> None:
        made.append(case)

    collect()
    verdicts = colliding.judge(nix, tmp_path, made)
    wrong = [
        (case, verdict)
        for case, verdict in zip(made, verdicts, strict=True)
        if not is_right(case, verdict)
    ]
    assert {verdict.profile is None for verdict in verdicts} == {False, True}
    assert any(verdict.report for verdict in verdicts)
    # The smallest is easiest to understand; add it to collision_shapes.py, too.
    assert not wrong, min(wrong, key=lambda one: len(str(one[0])))


def is_right(case: Case, verdict: Verdict) -> bool:
    if verdict.profile is None or verdict.report is None:
        return verdict.profile is None and verdict.report is None
    labels = dict(labelled(case, verdict))
    expected = {
        (path, label)
        for path, shown in entries(verdict.profile)
        for root, label in labels.items()
        if hides(shown, root / path)
    }
    reported = {(one["path"], plain(one["hidden"])) for one in verdict.report}
    return without_dir(reported) == without_dir(expected) and all(
        plain(one["from"]) in owners(verdict.profile, one["path"], labels) for one in verdict.report
    )


def plain(label: str) -> str:
    """Return ``label`` without the package that propagates this one."""
    return label.partition(" (")[0]


def labelled(case: Case, verdict: Verdict) -> Iterator[tuple[Path, str]]:
    """Yield each store path in the profile, and its name in the report."""
    asked = sorted(
        (package.priority, verdict.outputs[name], f"{package.name}^{name}")
        for package in case.packages
        for name in package.outputs
    )
    found: dict[Path, str] = {}
    waiting = [(path, label) for _, path, label in asked]
    while waiting:
        path, label = waiting.pop(0)
        if path in found:
            continue
        found[path] = label
        if (path / BRINGS).is_file():
            names = sorted({*(path / BRINGS).read_text().split()})
            waiting += [(Path(name), Path(name).name.partition("-")[2]) for name in names]
    yield from found.items()


def entries(profile: Path) -> Iterator[tuple[str, Path]]:
    """Yield everything in the profile, without following links."""
    for folder, folders, files in os.walk(profile):
        for name in (*folders, *files):
            path = Path(folder, name)
            yield str(path.relative_to(profile)), path


def hides(shown: Path, other: Path) -> bool:
    """Return whether the profile shows ``shown`` instead of a package's different ``other``."""
    if other.name in SKIPPED or not other.exists() or shown.resolve() == other.resolve():
        return False
    if shown.is_dir() or other.is_dir():
        return not (other.is_dir() and shown.is_dir())
    same_mode = os.access(shown, os.X_OK) == os.access(other, os.X_OK)
    return not (same_mode and filecmp.cmp(shown, other, shallow=False))


def owners(profile: Path, path: str, labels: Mapping[Path, str]) -> list[str]:
    """Return the labels of the packages whose file the profile shows at ``path``."""
    shown = profile / path
    return [
        label
        for root, label in labels.items()
        if (root / path).resolve() == shown.resolve()
        or (not shown.is_symlink() and (root / path).is_dir())
    ]


def without_dir(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leave out `dir` files: which ones buildenv skips depends on links (see the shapes)."""
    return {(path, label) for path, label in found if not f"/{path}".endswith("/dir")}
