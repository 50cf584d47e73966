"""Where a workflow gets voidgen: what is accepted, and what is pinned."""

import pytest

from voidgen.errors import StepFailedError, WrongInputError
from voidgen.init import voidgen_source
from voidgen.nix import flakes

REV = "0123456789" * 4
HASH = f"sha256-{'A' * 43}="


@pytest.mark.parametrize(
    "reference",
    [
        f"github:me/voidgen/{REV}",
        f"gitlab:group%2Fsub/voidgen/{REV}?host=git.example.org",
        f"github:me/voidgen?rev={REV}",
        f"git+https://example.org/voidgen?ref=main&rev={REV}",
        f"git+ssh://git@example.org/voidgen?rev={REV}&dir=x",
        f"https://example.org/voidgen.tar.gz?narHash={HASH}",
    ],
)
def test_a_pinned_reference_needs_no_network(
    reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert voidgen_source.pinned(reference) == reference


@pytest.mark.parametrize(
    "reference",
    [
        "github:me/voidgen",
        "github:me/voidgen/main",
        f"github:me/voidgen/{REV[:-1]}",
        f"git+https://example.org/{REV}",
        f"git+https://example.org/voidgen?rev={REV}0",
        f"git+https://example.org/voidgen?narHash={HASH}",
        "https://example.org/voidgen.tar.gz",
    ],
)
def test_nix_pins_what_is_not_pinned(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flakes, "locked", lambda asked: f"locked {asked}")
    assert voidgen_source.pinned(reference) == f"locked {reference}"


@pytest.mark.parametrize(
    "reference",
    [
        "voidgen",
        "voidgen==1.0",
        "/srv/voidgen",
        "path:/srv/voidgen",
        "https://example.org/voidgen",
        "github:me/voidgen#other",
        "github:me/voidgen'",
        "github:me/$(id)",
        "github:me/voidgen\nx",
        "git+https://example.org/a b",
    ],
)
def test_other_references_are_refused(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(WrongInputError) as error:
        voidgen_source.pinned(reference)
    (fault,) = error.value.faults
    assert fault.remedy


def test_what_nix_cannot_fetch_has_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> str:
        raise StepFailedError("nix flake metadata: failed", output="no such host")

    monkeypatch.setattr(flakes, "locked", fail)
    with pytest.raises(StepFailedError) as error:
        voidgen_source.pinned("github:me/voidgen")
    assert "needs no network" in error.value.remedy
    assert error.value.output == "no such host"
