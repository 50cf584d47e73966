"""sudoers files: with a wrong one, sudo refuses all users (sudoers(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

TOP = "/etc/sudoers"


def syntax(image: LintedImage) -> Iterator[Finding]:
    """Find sudoers files with wrong lines, a wrong mode, or a name that sudo ignores."""
    for path, node in image.files("/etc"):
        if path != TOP and not path.startswith(f"{TOP}.d/"):
            continue
        name = path.rpartition("/")[2]
        if path != TOP and ("." in name or name.endswith("~")):
            what = "sudo ignores files with a . in their names, or a ~ at the end"
            yield Finding(path, what, "rename it")
        if node.mode & 0o022 or (node.owner, node.group) != ("root", "root"):
            remedy = 'set mode = "0440" in [files], and leave the owner root:root'
            what = (
                f"sudo refuses a file of mode {node.mode:04o} and owner {node.owner}:{node.group}"
            )
            yield Finding(path, what, remedy)
        # Imported here: few overlays have such a file.
        from voidgen.lint.sudoers_grammar import faults  # noqa: PLC0415

        for number, what in faults(node.data.decode(errors="surrogateescape")):
            yield Finding(path, f"sudo cannot read this line: {what}", "see sudoers(5)", number)
