"""Turn the plan into a tree: the overlay's files, the manifest, and the flake around them."""

from __future__ import annotations

from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING, Any

from attrs import evolve

from voidgen.config import keymap
from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.overlay import asker, private
from voidgen.overlay.services import AT_BOOT
from voidgen.plan import documents, mklive_job, templating
from voidgen.plan.documents import Check, PlanDocument, PlannedImage
from voidgen.schema import canonical_json, typed_json
from voidgen.system import git_names, iso_name, sri
from voidgen.tree import (
    CONSOLE_KEYMAP,
    LOCALE_ARCHIVE,
    Directory,
    File,
    Link,
    Made,
    Node,
    Recipe,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from voidgen.overlay.paths import Entry
    from voidgen.overlay.resolution import Chosen
    from voidgen.overlay.types import Source
    from voidgen.plan.plan import Plan

NIX_LOCALES = "/usr/local/share/nix-locales/locale-archive"
"""What LOCALE_ARCHIVE names, with [nix] locales."""


def overlay(plan: Plan, contents: Mapping[Path, bytes]) -> dict[str, Node]:
    """Return the overlay by path in the image; ``contents`` holds the bytes of every source.

    Raises WrongInputError with the faults of all templates.
    """
    values = _values(plan)
    nodes: dict[str, Node] = {}
    faults: list[Fault] = []
    for entry in plan.resolution.entries:
        try:
            nodes[entry.path] = _node(entry, contents, values.get(entry.module, {}))
        except WrongInputError as error:
            faults += error.faults
    raise_all(faults)
    console = plan.config.image.console()
    if console.made and not any(console.is_map(path) for path in nodes):
        nodes[console.path] = _keymap(console.made)
    if plan.config.nix.locales is not None:
        locales = sorted({plan.config.image.locale, *plan.config.nix.locales})
        nodes[NIX_LOCALES] = Made(Recipe(LOCALE_ARCHIVE, {"locales": " ".join(locales)}))
    for name in plan.resolution.disabled:
        if name in AT_BOOT:
            # The boot hook makes the link again; runsv(8) does not start a service with this file.
            nodes.setdefault(f"/etc/sv/{name}/down", File(b""))
    for place, node in [*nodes.items()]:
        path = place
        while (path := dirname(path)) != "/" and path not in nodes:
            nodes[path] = _implied(path, node)
    return dict(sorted(nodes.items()))


def _implied(path: str, below: Node) -> Directory:
    """Return the folder ``path`` above ``below``: a private one belongs to the same owner."""
    mode = private.folder_mode(path)
    if mode is None:
        return Directory()
    return Directory(mode, below.owner, below.group) if isinstance(below, File) else Directory(mode)


def checks(plan: Plan) -> tuple[Check, ...]:
    """Return what the modules check in the booted image, in their order.

    Raises WrongInputError with the faults of all templates.
    """
    values = _values(plan)
    found: list[Check] = []
    faults: list[Fault] = []
    for chosen in plan.resolution.modules:
        module = chosen.module
        for index, check in enumerate(module.spec.checks):
            texts = {"command": check.command, "prints": check.prints}
            for key, text in texts.items():
                try:
                    texts[key] = text and templating.render(text, values[module.name], module.file)
                except WrongInputError as error:
                    place = ("checks", index, key)
                    # Lines in a template are not lines of the file that contains it.
                    faults += [evolve(one, key=place, line=None) for one in error.faults]
            found.append(
                Check(
                    check.name, asker.module(module.name), texts["command"] or "",
                    texts["prints"], check.matches, check.within,
                )
            )  # fmt: skip
    raise_all(faults)
    return tuple(found)


def project(
    plan: Plan,
    nodes: Mapping[str, Node],
    constant: Tree,
    flake: File,
    variants: Sequence[str] = (),
) -> Tree:
    """Return all that is emitted for an image, by path in the project.

    ``constant`` holds the files that are the same for every image, ``flake`` is the template of
    flake.nix, which names the ``variants``. Only files are written to disk: the manifest says what
    else the overlay has.
    """
    tree: dict[str, Node] = dict(constant)
    tree["flake.nix"] = File(_flake(plan, flake.data.decode(), variants).encode())
    planned = document(plan, nodes)
    tree["image/manifest.json"] = File(canonical_json.to_json(typed_json.plain(planned)))
    if planned.mklive:
        for name, data in mklive_job.emitted(plan, planned.mklive, planned.include).items():
            tree[f"image/iso/job/{name}"] = File(data)
    for path, node in nodes.items():
        if isinstance(node, File):
            tree[f"image/include{git_names.emitted(path)}"] = node
    return dict(sorted(tree.items()))


VARIANTS = "image/variants"
"""The folder with a folder for each variant."""


def with_variants(base: Tree, variants: Mapping[str, Tree]) -> Tree:
    """Return what is emitted for a project: its own image's files, and those of its variants.

    Variants share the flake, and the files that are the same for every image.
    """
    tree = dict(base)
    for name, files in variants.items():
        for path, node in files.items():
            if path.startswith(_OF_AN_IMAGE):
                tree[f"{VARIANTS}/{name}/{path.removeprefix('image/')}"] = node
    return dict(sorted(tree.items()))


_OF_AN_IMAGE = ("image/manifest.json", "image/include/", "image/iso/job/")


def document(plan: Plan, nodes: Mapping[str, Node]) -> PlanDocument:
    """Return what image/nix/ builds from (see docs/reference/manifest.md)."""
    config, resolution, root = plan.config, plan.resolution, plan.root
    image, layouts = config.image, config.image.layouts()
    modules = {entry.path: entry.module or None for entry in resolution.entries}
    return PlanDocument(
        image=PlannedImage(
            name=image.name,
            title=image.title,
            arch=image.arch,
            system=plan.system,
            keymap=image.console().name,
            xkb=",".join(layouts.sources),
            xkb_options=layouts.options,
            locale=image.locale,
            user=image.user,
            cmdline=plan.cmdline,
            max_size=image.limit(),
            platforms=root.platforms,
            remove_files=image.remove_files or None,
            hostname=image.hostname,
            timezone=image.timezone,
            version=image.version,
            file_name=None if image.file_name == iso_name.DEFAULT else image.file_name,
            os_release=image.os_release or None,
            volume_label=image.volume_label,
            root_shell=image.root_shell,
            user_shell=image.user_shell,
            groups=image.groups,
        ),
        nix=documents.Nix(
            config.nix.nixpkgs,
            plan.packages,
            config.nix.unfree,
            config.nix.insecure,
            config.nix.state_dir,
            config.nix.locales,
            config.nix.certificates,
            config.nix.overlays or None,
            config.nix.sets or None,
        ),
        xbps=documents.Xbps(
            resolution.repositories,
            resolution.xbps,
            config.xbps.mirrors,
            root.kernel,
            root.base,
            root.ignore,
        ),
        modules=tuple(
            documents.Module(chosen.module.name, chosen.by, chosen.options, _set_by(chosen))
            for chosen in resolution.modules
        ),
        services=resolution.services,
        users=resolution.users,
        checks=checks(plan),
        include=tuple(
            evolve(_listed(path, node), module=modules.get(path)) for path, node in nodes.items()
        ),
        mklive=config.mklive,
        container=config.container,
        boot=config.boot,
        hooks=config.hooks,
        disabled=resolution.disabled,
    )


def _set_by(chosen: Chosen) -> dict[str, str] | None:
    """Return the modules that gave the options of ``chosen`` values, by option."""
    found = {name: one.by.name for name, one in chosen.given.items() if one.by != asker.USER}
    return found or None


def _values(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return what templates see, by module."""
    modules = plan.resolution.modules
    shared = {
        "image": plan.config.image,
        "nix": plan.config.nix,
        "locale_archive": NIX_LOCALES,
        "xbps": plan.config.xbps,
        "cmdline": plan.cmdline,
        "xkb": plan.config.image.layouts(),
        "modules": tuple(chosen.module.name for chosen in modules),
        "services": tuple(service.name for service in plan.resolution.services),
        "paths": frozenset(entry.path for entry in plan.resolution.entries),
    }
    return {
        chosen.module.name: {**shared, "options": templating.names(chosen.options)}
        for chosen in modules
    }


def _listed(path: str, node: Node) -> documents.Entry:
    match node:
        case Link():
            return documents.Entry(path, "symlink", target=node.target)
        case Made():
            owned = f"{node.mode:04o}", "root", "root"
            return documents.Entry(path, node.type, *owned, made_by=node.recipe)
        case File():
            emitted = git_names.emitted(path)
            renamed = emitted if emitted != path else None
            hash_ = sri.of_bytes(node.data)
            owned = _owned(node.mode, node)
            return documents.Entry(path, "file", *owned, hash=hash_, emitted=renamed)
        case Directory():
            owns = (None, None, None) if node.mode is None else _owned(node.mode, node)
            return documents.Entry(path, "directory", *owns)


def _owned(mode: int, node: File | Directory) -> tuple[str, str, str]:
    return f"{mode:04o}", node.owner, node.group


def _node(entry: Entry, contents: Mapping[Path, bytes], values: Mapping[str, Any]) -> Node:
    if entry.target is not None:
        return Link(entry.target)
    if entry.made is not None:
        return entry.made
    if entry.content is not None:
        return File(entry.content, 0o755 if entry.content.startswith(b"#!") else 0o644)
    owner, _, group = entry.ownership.owner.partition(":")
    mode = entry.ownership.mode
    if entry.source is None:
        return Directory(int(mode, 8) if mode else 0o755, owner, group)
    data = contents[entry.source.file]
    if entry.source.template:
        data = _fill(data, values, entry.source.file)
    return File(data, int(mode, 8) if mode else _default_mode(entry.source, data), owner, group)


def _default_mode(source: Source, data: bytes) -> int:
    """Return the mode of a file if no module.toml names one."""
    private_mode = private.mode_of(source.path, data)
    if private_mode is not None:
        return private_mode
    return 0o755 if source.executable or data.startswith(b"#!") else 0o644


def _keymap(made: keymap.Xkb) -> Made:
    """Return the console keymap of XKB's layouts.

    ``nearest`` is kbd's map that the console gets if the package set cannot make it: FOLDER/NAME.
    """
    near = keymap.nearest_kbd_keymap(made.source)
    arguments = {
        "layout": made.layout,
        "variant": made.variant,
        "options": ",".join(made.options),
        "nearest": f"{keymap.kbd_folder(near)}/{near}.map",
    }
    return Made(Recipe(CONSOLE_KEYMAP, arguments))


def _fill(data: bytes, values: Mapping[str, Any], file: Path) -> bytes:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise WrongInputError(Fault("template: not UTF-8", file)) from None
    return templating.render(text, values, file).encode()


def _flake(plan: Plan, template: str, variants: Sequence[str]) -> str:
    config = plan.config
    values = {
        "description": f"{config.image.title} ({config.image.name})",
        "nixpkgs": config.nix.nixpkgs,
        "stores": config.cache.stores,
        "keys": config.cache.keys,
        "folder": config.nix.nixpkgs.startswith("./"),
        "mklive": config.mklive.source if config.mklive else None,
        "variants": variants,
        "overlays": _paths(config.nix.overlays),
        "sets": [
            {
                "name": name,
                "nixpkgs": one.nixpkgs,
                "is_folder": one.is_folder,
                "overlays": _paths(one.overlays),
            }
            for name, one in sorted(config.nix.sets.items())
        ],
        "has_inputs": config.mklive is not None
        or not all(one.is_folder for one in config.nix.every_set().values()),
        "extra": f"./{Path(config.flake.extra)}" if config.flake.extra else None,
    }
    return templating.render(template, values, Path("flake.nix"))


def _paths(names: Iterable[str]) -> list[str]:
    """Return files of the project as paths in Nix code."""
    return [f"./{Path(name)}" for name in names]
