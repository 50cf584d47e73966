"""Services enabled by runsvdir links (docs/contributing/live-system-tests.md, 4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot

SERVICES = ("NetworkManager", "dbus", "lightdm", "nix-daemon")
LINKS = "/etc/runit/runsvdir/default"

WATCH = """
/etc/runit/2 &
runsvdir=$!
export SVDIR=/run/runit/runsvdir/current
wait_for() {
	for _ in $(seq 100); do
		! "$@" > /dev/null 2>&1 || return 0
		sleep 0.1
	done
	echo "never came: $*"
}
all_run() {
	for name; do
		case $(sv status "$name") in run:*) ;; *) return 1 ;; esac
	done
}
wait_for all_run "$@"
sv status "$@"
first=$(cat "$SVDIR/dbus/supervise/pid")
kill "$first"
started_anew() {
	pid=$(cat "$SVDIR/dbus/supervise/pid")
	[ -n "$pid" ] && [ "$pid" != "$first" ]
}
wait_for started_anew
cat "/proc/$runsvdir/comm"
"""
"""Stage 2 with the real runsvchdir and runsvdir, and sv to ask; a killed service comes back."""


def test_runsvdir_supervises_the_services(make_root: MakeRoot) -> None:
    root = make_root("cinnamon-live")
    root.path("/etc/runit/runsvdir/single").mkdir()
    root.path("/etc/runit/runsvdir/current").symlink_to("default")
    root.path("/run/runit").mkdir(parents=True)
    root.cmdline = "quiet"
    for name in SERVICES:
        assert str(root.path(f"{LINKS}/{name}").readlink()) == f"/etc/sv/{name}"
        # A stand-in for the run file of Void's package.
        root.write(f"/etc/sv/{name}/run", "#!/bin/sh\nexec sleep 1000\n", 0o755)
    first, *states, last = root.run("sh", "-c", WATCH, "sh", *SERVICES).stdout.splitlines()
    assert first == "runsvchdir: default: current."
    assert [state.split(":")[:2] for state in states] == [["run", f" {name}"] for name in SERVICES]
    assert last == "runsvdir"


def test_the_reference_image_enables_services_only_by_links() -> None:
    manifest = json.loads((Path(__file__).parents[2] / "image" / "manifest.json").read_text())
    links = {
        Path(entry["path"]).name: entry["target"]
        for entry in manifest["include"]
        if entry["path"].startswith(f"{LINKS}/")
    }
    assert {name: f"/etc/sv/{name}" for name in SERVICES}.items() <= links.items()
    assert sorted(links) == [service["name"] for service in manifest["services"]]
