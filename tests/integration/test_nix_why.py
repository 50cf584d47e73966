"""`voidgen why` for files in a closure that Nix has built."""

import json
from pathlib import Path

from tests.integration.offline import Nix
from tests.support.program import voidgen


def test_why_names_the_store_path_of_a_file(example: Path, empty_nix: Nix) -> None:
    empty_nix.run("nix", "build", "--out-link", example / "result", example)
    (greet,) = Path(empty_nix.env["NIX_STORE_DIR"]).glob("*-greet-2.1")
    program = greet / "bin/greet"
    for name in ("bin/greet", "~/.nix-profile/bin/greet", "result/profile/bin/greet", program):
        ran = voidgen("why", str(name), cwd=example)
        assert (ran.status, ran.err) == (0, "")
        assert ran.out.startswith(f"file {name}: {program}\n\nstore path {greet}\n")
        assert "asked for as greet" in ran.out
        found = json.loads(voidgen("why", str(name), "--json", cwd=example).out)
        assert found["file"] == str(program)
        assert [one["path"] for one in found["closure"]] == [str(greet)]
    # A folder that several packages share belongs to the profile.
    (found,) = json.loads(voidgen("why", "bin", "--json", cwd=example).out)["closure"]
    assert found["path"] == str((example / "result/profile").resolve())
    for name in ("bin/absent", "/etc/passwd", f"{greet}/absent", "../../etc/passwd", "x\ny"):
        ran = voidgen("why", name, cwd=example)
        assert (ran.status, ran.out) == (2, "")
