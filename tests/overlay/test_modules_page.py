"""docs/reference/modules.md is generated from the modules."""

from __future__ import annotations

from pathlib import Path

from tools import modules_page
from voidgen.data import bundled_files
from voidgen.overlay import catalogue

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    """If it is not, run `make golden`."""
    assert (ROOT / modules_page.FILE).read_text() == modules_page.page(
        catalogue.load([bundled_files.catalogue()])
    )


def test_the_page_of_a_module_with_one_of_everything(tmp_path: Path) -> None:
    module = tmp_path / "one"
    (module / "files" / "etc").mkdir(parents=True)
    (module / "files" / "etc" / "one.conf.j2").write_text("")
    (module / "module.toml").write_text("""\
summary = "One of everything"
requires = ["two"]
conflicts = ["three"]
services = ["one"]
packages = { xbps = ["one"], nix = ["uno"] }
links = { "/etc/ein" = "one.conf" }
directories = { "/var/lib/one" = {} }
[options.pick]
type = "enum"
choices = ["a", "b"]
help = "one | the other"
[options.words]
type = "list"
default = ["é", "|"]
help = "words"
""")
    assert (
        modules_page.page(catalogue.load([tmp_path]))
        == modules_page.HEAD
        + """
## one

One of everything.

- requires: [two](#two)
- conflicts with: [three](#three)
- services: `one`
- xbps packages: `one`
- Nix packages: `uno`
- in the image: `/etc/ein`, `/etc/one.conf`, `/var/lib/one`

| option | default | meaning |
|---|---|---|
| `pick` | required | one &#124; the other (a, b) |
| `words` | <code>["é", "&#124;"]</code> | words |
"""
    )
