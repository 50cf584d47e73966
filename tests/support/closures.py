"""Made-up manifests of built images, with closures like those of nixpkgs."""

import random
from typing import Any

from tests.support.documents import built_data

ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz"
PACKAGES = (
    "google-chrome", "spotify", "discord", "localsend", "mission-center", "vscode", "gimp",
    "libreoffice", "blender", "neovim",
)  # fmt: skip
LIBRARIES = (
    "gtk+3", "qtbase", "mesa", "llvm", "webkitgtk", "pipewire", "ffmpeg", "icu4c", "python3",
    "systemd", "perl", "gcc", "openssl", "glib", "cairo", "pango", "libX11", "bash", "zlib",
)  # fmt: skip


def manifest(count: int, seed: int = 1) -> dict[str, Any]:
    """The manifest of an image of ``count`` store paths: profile, packages, libraries, glibc.

    Most paths are small, few are large; each needs some later ones, mostly those at the end.
    """
    chance = random.Random(seed)
    names = [
        "voidgen-profile",
        *(f"{name}-{number}.{number + 1}" for number, name in enumerate(PACKAGES, 1)),
        *(
            f"{chance.choice(LIBRARIES)}-{chance.randrange(9)}.{number}"
            for number in range(count - len(PACKAGES) - 2)
        ),
        "glibc-2.40-66",
    ]
    paths = [f"/nix/store/{_digest(chance)}-{name}" for name in names]
    last = count - 1
    entries: list[dict[str, Any]] = []
    for number, path in enumerate(paths):
        needed = set()
        if number == 0:
            needed = {*range(1, len(PACKAGES) + 1)}
        elif number < last:
            wanted = chance.randrange(4, 40) if number <= len(PACKAGES) else chance.randrange(1, 8)
            first = max(number, len(PACKAGES)) + 1
            for _ in range(wanted):
                near = min(last, first + int(chance.expovariate(1 / 200)))
                needed.add(chance.choice((near, max(first, last - int(chance.expovariate(0.1))))))
            needed = {min(one, last) for one in needed} | {last, number}
        size = int(chance.lognormvariate(12, 2.2)) * (20 if 0 < number <= len(PACKAGES) else 1)
        references = [paths[one] for one in sorted(needed)]
        entries.append({"path": path, "narSize": size, "references": references})
    # What nothing else needs would not be there: the first library stands for its users.
    reached = {one for entry in entries for one in entry["references"] if one != entry["path"]}
    entries[1]["references"] += [one for one in paths[len(PACKAGES) + 1 :] if one not in reached]
    packages = [
        {"name": name, "outputs": {"out": path}}
        for name, path in zip(PACKAGES, paths[1:], strict=False)
    ]
    return built_data(packages, entries)


def _digest(chance: random.Random) -> str:
    return "".join(chance.choices(ALPHABET, k=32))
