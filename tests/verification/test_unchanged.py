"""The proof passes what is equal, and names where a wrongly removed channel shows."""

from collections.abc import Callable

import numpy as np
import pytest

from fdscs.quantization import clean
from fdscs.quantization.clean import CleanUp, clean_up
from fdscs.quantization.freeze import Frozen, freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.verification.unchanged import Proof, channels_kept, prove_unchanged
from tests.planted import plant
from tests.tiny import TINY


@pytest.fixture
def pair(random_images: Callable) -> StereoPair:
    return StereoPair("random", *random_images(45, 71))


def cleaned(net: QuantNetwork) -> tuple[Frozen, Frozen, CleanUp]:
    before = freeze(net)
    after, _, report = clean_up(net, TINY)
    return before, freeze(after), report


def prove(net: QuantNetwork, pair: StereoPair) -> Proof:
    before, after, report = cleaned(net)
    return prove_unchanged(before, after, report.kept, [pair], progress=False)


def test_every_remaining_value_is_unchanged(tiny_net: QuantNetwork, pair: StereoPair) -> None:
    proof = prove(plant(tiny_net), pair)
    assert proof.passed and proof.first == []
    assert proof.cases[0] == "random (45x71)" and len(proof.cases) == 16
    assert all(layer.elements > 0 for layer in proof.layers.values())
    assert {"cost", "enc0", "cat_2", "up_2", "out_relu", "disparity"} <= set(proof.layers)


def claim_dead(monkeypatch: pytest.MonkeyPatch, relu: str, channels: list[int]) -> None:
    """Let the analysis claim, once, that live channels are dead."""
    honest, lies = clean.channel_ranges, iter([True])

    def wrong(frozen: Frozen) -> dict:
        ranges = honest(frozen)
        for channel in channels if next(lies, False) else ():
            ranges[relu][channel] = (0, 0)
        return ranges

    monkeypatch.setattr(clean, "channel_ranges", wrong)


@pytest.mark.parametrize(
    ("relu", "channels", "layer"),
    [
        ("enc0_relu", [4], "enc1"),
        ("u2_2_relu", [3], "u1u1_1"),
        ("u1u3_2_relu", [1, 7, 13, 19], "u4_2"),
    ],
)
def test_a_live_channel_that_was_removed_shows_in_its_reader(
    tiny_net: QuantNetwork, pair: StereoPair, monkeypatch: pytest.MonkeyPatch,
    relu: str, channels: list[int], layer: str,
) -> None:  # fmt: skip
    claim_dead(monkeypatch, relu, channels)
    proof = prove(tiny_net, pair)
    assert not proof.passed
    assert {mismatch.layer for mismatch in proof.first} == {layer}
    first = proof.first[0]
    assert first.backend == "cleaned" and first.case == "random (45x71)" and first.count > 0
    assert first.reference != first.found


def test_a_wrong_bias_is_named_with_channel_and_pixel(
    tiny_net: QuantNetwork, pair: StereoPair
) -> None:
    before, after, report = cleaned(plant(tiny_net))
    after.params["u4_3.bias"][2] += 1
    proof = prove_unchanged(before, after, report.kept, [pair], progress=False)
    first = proof.first[0]
    assert (first.layer, first.index) == ("u4_3", (2, 0, 0))
    assert first.found == first.reference + 1 and first.last_equal == "cat_3"


def test_channels_kept_follow_concatenation_and_depth_to_space(tiny_net: QuantNetwork) -> None:
    before, after, report = cleaned(plant(tiny_net))
    kept = {
        node.name: channels_kept(before.graph, report.kept, node.name).tolist()
        for node in before.graph.nodes
    }
    assert kept["up_2"] == [0, 1, 2, 4, 5]
    assert kept["cat_2"] == [0, 2, 3, 4, 5, *(6 + c for c in (0, 1, 2, 4, 5))]
    assert kept["pool_2"] == [0, 2, 3, 4, 5]
    assert kept["cenc_in"] == [0, 1, 2, *(3 + c for c in (0, 1, 2, 4, 5))]
    assert kept["cost"] == list(range(24)) and kept["disparity"] == [0]
    for node in after.graph.nodes:
        assert len(kept[node.name]) == node.channels


def test_images_too_small_are_refused(tiny_net: QuantNetwork) -> None:
    small = np.zeros((20, 9, 3), np.uint8)
    with pytest.raises(BadInput, match="9 pixels wide"):
        prove(tiny_net, StereoPair("small", small, small))
