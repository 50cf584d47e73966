import pytest

from voidgen.boot import kvm
from voidgen.boot.kvm import MODELS, Trial

REFUSED = Trial(runs=False, why="no MSR", printed="error: failed to set MSR 0x10a to 0x0")
RUNS = Trial(runs=True)


@pytest.fixture(autouse=True)
def nested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kvm, "_is_nested", lambda: True)


@pytest.mark.parametrize(
    ("trials", "found"),
    [
        ([RUNS], (MODELS[0], "")),
        ([REFUSED, RUNS], (MODELS[1], "")),
        ([REFUSED, Trial(runs=False, why="another")], ("", "no MSR")),
        ([Trial(runs=False, why="no KVM", printed="no KVM")], ("", "no KVM")),
    ],
)
def test_models_are_tried_in_order(trials: list[Trial], found: tuple[str, str]) -> None:
    tried: list[str] = []

    def start(model: str) -> Trial:
        tried.append(model)
        return trials[len(tried) - 1]

    assert kvm.find_model(start) == found
    assert tried == [*MODELS[: len(trials)]]


def test_an_emulated_device_gets_no_other_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kvm, "_is_nested", lambda: False)
    assert kvm.find_model({MODELS[0]: REFUSED}.__getitem__) == ("", "no MSR")
