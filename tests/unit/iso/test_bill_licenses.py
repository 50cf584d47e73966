"""Licenses in the bill of materials: SPDX ids, expressions, and names that are neither."""

from collections.abc import Sequence
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component
from cyclonedx.output.json import JsonV1Dot6

from voidgen.iso import outputs
from voidgen.system import untrusted


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (["MIT"], [{"license": {"id": "MIT"}}]),
        (["unfree"], [{"license": {"name": "unfree"}}]),
        (["LicenseRef-nixos-unfree"], [{"license": {"name": "LicenseRef-nixos-unfree"}}]),
        (["MIT OR Apache-2.0"], [{"expression": "MIT OR Apache-2.0"}]),
        (["GPL-2.0-only WITH x", "MIT"], None),
    ],
)
def test_licences_are_written_as_ids_expressions_or_names(
    names: Sequence[str], written: list[Any] | None
) -> None:
    licenses = outputs._licences(names)  # noqa: SLF001
    bom = Bom(components=[Component(name="x", licenses=licenses)])
    (component,) = untrusted.parse_json(JsonV1Dot6(bom).output_as_string())["components"]
    if written is None:
        # CycloneDX allows an expression only alone.
        found = [one["license"] for one in component["licenses"]]
        assert sorted(one.get("id") or one["name"] for one in found) == sorted(names)
    else:
        assert component["licenses"] == written
