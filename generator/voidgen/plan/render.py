"""Turn the plan into the emitted tree: the overlay, the manifest, and the flake around them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.overlay import asker
from voidgen.plan import documents, mklive_job, template_values, templating
from voidgen.plan.documents import Check, PlanDocument, PlannedImage
from voidgen.schema import canonical_json, typed_json
from voidgen.system import git_names, iso_name, sri
from voidgen.tree import (
    Directory,
    File,
    Link,
    Made,
    Node,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voidgen.overlay.resolution import Chosen
    from voidgen.plan.plan import Plan


def checks(plan: Plan) -> tuple[Check, ...]:
    """Return what the modules check in the booted image, in their order.

    Raises WrongInputError with the faults of all templates.
    """
    values = template_values.by_module(plan)
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
        "inputs": [
            {"name": name, "url": one.source, "follows": sorted(one.follows.items())}
            for name, one in sorted(config.nix.sets.items())
            if not one.is_folder
        ],
        "has_inputs": config.mklive is not None
        or not all(one.is_folder for one in config.nix.every_set().values()),
        "extra": f"./{Path(config.flake.extra)}" if config.flake.extra else None,
    }
    return templating.render(template, values, Path("flake.nix"))
