"""Facts about packages, read from the recipes in a git repository of void-packages."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from attrs import frozen

READER = Path(__file__).with_name("recipe.sh")
MACHINES = ("x86_64", "aarch64", "i686", "x86_64-musl", "aarch64-musl")
"""The machines that voidgen makes images for; the first is what the others are compared with."""

INSTALLED = re.compile(r"^(?:vinstall|vconf|vsconf|vbin|vsv|vmove)\s+(?P<words>.*)$")
SERVICE = re.compile(r"^vsv\s+\"?(?P<name>[\w.@+-]+)\"?(?:\s|$)")


@frozen
class Recipe:
    """One package of a recipe, for one machine."""

    name: str
    source: str
    version: str
    repository: str
    depends: tuple[str, ...]
    provides: tuple[str, ...]
    accounts: tuple[str, ...]
    groups: tuple[str, ...]
    services: tuple[str, ...]
    files: tuple[str, ...]
    """Files that the recipe itself installs; upstream's ``make install`` adds others."""


class Recipes:
    """The recipes of one commit of ``repository``."""

    def __init__(self, repository: Path, commit: str) -> None:
        self._repository = repository
        self.commit = self._git("rev-parse", commit).strip()
        self.date = self._git("log", "-1", "--format=%cs", commit).strip()
        self.sources = self._sources()
        """The recipe of each package: its folder in srcpkgs, or its link's target."""

    def _git(self, *argv: str) -> str:
        command = ["git", "-C", str(self._repository), *argv]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()

    def _sources(self) -> dict[str, str]:
        found, links = {}, {}
        for line in self._git("ls-tree", f"{self.commit}:srcpkgs").splitlines():
            head, _, name = line.partition("\t")
            mode, _, blob = head.split()
            if mode == "120000":
                links[name] = blob
            else:
                found[name] = name
        targets = self._blobs(sorted(set(links.values())))
        return found | {name: targets[blob].strip("/") for name, blob in links.items()}

    def _blobs(self, names: list[str]) -> dict[str, str]:
        command = ["git", "-C", str(self._repository), "cat-file", "--batch"]
        asked = "\n".join(names).encode()
        data = subprocess.run(command, input=asked, capture_output=True, check=True).stdout
        blobs = {}
        while data:
            head, _, data = data.partition(b"\n")
            name, _, size = head.decode().split()
            blobs[name], data = data[: int(size)].decode(), data[int(size) + 1 :]
        return blobs

    def find(self, name: str, machine: str) -> Recipe | None:
        """Return the package ``name`` as it is built for ``machine``, or None."""
        source = self.sources.get(name)
        return self._read(source, machine).get(name) if source else None

    def services(self) -> dict[str, set[str]]:
        """Return the services of each recipe whose folder has their files."""
        found: dict[str, set[str]] = {}
        for path in self._git("ls-tree", "-r", "--name-only", self.commit, "srcpkgs/").splitlines():
            match = re.fullmatch(r"srcpkgs/([^/]+)/files/([^/]+)/run", path)
            if match:
                found.setdefault(match[1], set()).add(match[2])
        for source in self.that_say(r"vsv |etc/sv/"):
            found.setdefault(source, set())
        return found

    def that_say(self, pattern: str) -> list[str]:
        """Return the recipes with a line that matches the (extended) ``pattern``."""
        said = self._git("grep", "-lE", pattern, self.commit, "--", "srcpkgs/*/template")
        return [line.split("/")[1] for line in said.splitlines()]

    def file(self, path: str) -> str:
        """Return the text of the repository's file ``path``."""
        return self._git("show", f"{self.commit}:{path}")

    def all_of(self, source: str, machine: str) -> list[Recipe]:
        """Return the packages of the recipe ``source``, as they are built for ``machine``."""
        return list(self._read(source, machine).values())

    @cache  # noqa: B019 - one object a run
    def _read(self, source: str, machine: str) -> dict[str, Recipe]:
        with tempfile.NamedTemporaryFile("w") as template:
            template.write(self._git("show", f"{self.commit}:srcpkgs/{source}/template"))
            template.flush()
            # The shell runs the recipe, in a sandbox in which it cannot change this machine.
            apart = [
                "bwrap",
                "--ro-bind",
                "/",
                "/",
                "--dev",
                "/dev",
                "--unshare-all",
                "--die-with-parent",
            ]
            reader = ["--clearenv", "/bin/bash", "--noprofile", "--norc", str(READER)]
            command = [*apart, *reader, template.name, machine]
            done = subprocess.run(command, capture_output=True, check=True, timeout=60)
        blocks = done.stdout.decode().split("\nend\n")
        made = (_recipe(block.splitlines(), source, machine) for block in blocks if block.strip())
        return {recipe.name: recipe for recipe in made if recipe is not None}


def _recipe(lines: list[str], source: str, machine: str) -> Recipe | None:
    values: dict[str, str] = {}
    body: list[str] = []
    for line in lines:
        key, _, value = line.partition("\t")
        if key == "does":
            body.append(value.strip().rstrip(";"))
        else:
            values[key] = value.strip()
    archs = values["archs"].split()
    if not values["package"] or (archs and not _matches(machine, archs)):
        return None
    name = values["package"]
    services = {match["name"] for line in body if (match := SERVICE.match(line))}
    for alternative in values["alternatives"].split():
        _, link, target = alternative.split(":", 2)
        if target.startswith("/etc/sv/"):
            services.add(link)
    return Recipe(
        name=name,
        source=source,
        version=f"{values['version']}_{values['revision']}",
        repository=values["repository"] or ("nonfree" if values["restricted"] else ""),
        depends=tuple(values["depends"].split()),
        provides=tuple(values["provides"].split()),
        accounts=_names(values["system_accounts"]),
        groups=_names(values["system_groups"]),
        services=tuple(sorted(services)),
        files=tuple(sorted({path for line in body for path in _files(line, name)})),
    )


def _names(accounts: str) -> tuple[str, ...]:
    """Return the names in a list of ``name:id`` or ``name``."""
    return tuple(sorted({word.partition(":")[0] for word in accounts.split()}))


def _matches(machine: str, archs: list[str]) -> bool:
    """Return whether a package with these ``archs`` is built for ``machine`` (xbps-src's rule)."""
    for pattern in archs:
        if fnmatch.fnmatchcase(machine, pattern.lstrip("~")):
            return not pattern.startswith("~")
    return archs[-1].startswith("~")


def _files(line: str, package: str) -> list[str]:
    """Return the paths that a recipe's command adds to the package, if it names them."""
    match = INSTALLED.match(line)
    if not match:
        return []
    command = line.split(maxsplit=1)[0]
    words = [word.strip("\"'") for word in match["words"].split()]
    base = words[0].rsplit("/", 1)[-1]
    if command == "vmove":
        paths = words
    elif command == "vsv":
        paths = [f"etc/sv/{base}/run"]
    elif command == "vbin":
        paths = [f"usr/bin/{words[1] if len(words) > 1 else base}"]
    elif command == "vconf":
        paths = [f"etc/{words[1] if len(words) > 1 else base}"]
    elif command == "vsconf":
        paths = [f"usr/share/examples/{package}/{words[1] if len(words) > 1 else base}"]
    elif len(words) > 2:
        paths = [f"{words[2].strip('/')}/{words[3] if len(words) > 3 else base}"]
    else:
        return []
    return [f"/{path.strip('/')}" for path in paths if not re.search(r"[$`]", path)]
