"""From a rate and a board to a design."""

import re

import numpy as np
import pytest

from fdscs.hardware.dataflow import Folding
from fdscs.hardware.plan import design, fastest_fitting, target_for
from fdscs.model.config import Architecture, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, Graph
from fdscs.storage.errors import BadInput

SIZE = (96, 128)


@pytest.fixture(scope="module")
def graph() -> Graph:
    """A small network of wide layers."""
    plain = build_graph(
        Architecture(disparities=16, encoder=(64, 32), context=(16,), unet=(16, 24, 32)),
        Precision(),
    )
    return plain.with_accumulators({conv.name: 24 for conv in plain.of_type(Conv2d)})


@pytest.mark.parametrize("fps", [1.0, 60.0, 500.0])
def test_reaches_the_rate_that_is_asked_for(graph: Graph, fps: float) -> None:
    target = target_for("U250", 200, SIZE)
    found = design(graph, target, fps)
    assert found.fps >= fps
    slower = design(graph, target, fps / 4)
    assert slower.usage.dsps <= found.usage.dsps


@pytest.mark.parametrize("clock", [200, 300])
def test_every_rate_up_to_the_highest_is_reached(graph: Graph, clock: int) -> None:
    target = target_for("U250", clock, SIZE)
    with pytest.raises(BadInput, match="out of reach") as refusal:
        design(graph, target, 1e6)
    highest = float(re.search(r"([\d.]+) frames/s at", str(refusal.value))[1])  # type: ignore[index]
    for fps in [*np.geomspace(1, highest, 40)[:-1], highest - 0.1]:
        assert design(graph, target, fps).fps >= fps
    with pytest.raises(BadInput, match="out of reach"):
        design(graph, target, highest + 1)


def test_says_what_the_highest_rate_is(graph: Graph) -> None:
    with pytest.raises(BadInput, match=r"1e\+06 frames/s is out of reach: \w+ takes [\d,]+ cycles"):
        design(graph, target_for("U250", 200, SIZE), 1e6)


def test_the_fastest_that_fits_does_and_leaves_no_room_for_half_as_much_again(graph: Graph) -> None:
    target = target_for("KV260", 200, SIZE, limit=0.3)
    found = fastest_fitting(graph, target)
    assert found.fits and max(found.shares.values()) <= 0.3
    assert not design(graph, target, 1.5 * found.fps).fits


def test_a_given_folding_is_kept(graph: Graph) -> None:
    target = target_for("KV260", 200, SIZE, folding={"enc1": Folding(5, 7)})
    assert design(graph, target, 10).flow.folding["enc1"] == Folding(5, 7)


def test_a_network_that_no_rate_makes_fit(graph: Graph) -> None:
    with pytest.raises(
        BadInput,
        match=r"KV260 does not hold this network; it comes nearest with LUT \d+ %, FF \d+ %, DSP",
    ):
        fastest_fitting(graph, target_for("KV260", 200, SIZE, limit=0.001))


def test_refuses_unknown_boards_and_narrow_accelerators() -> None:
    with pytest.raises(BadInput, match="--board ZX81: choose from ZCU104, ZCU102, KV260, U250"):
        target_for("ZX81", 200, SIZE)
    with pytest.raises(BadInput, match="--max-columns 100: images of --size are 128 columns wide"):
        target_for("U250", 200, SIZE, 100)


def test_the_sum_of_the_rows_is_the_whole(graph: Graph) -> None:
    found = design(graph, target_for("ZCU104", 200, SIZE), 30)
    assert found.usage.dsps == sum(each.usage.dsps for each in found.table)
    assert found.usage.brams == sum(each.usage.brams for each in found.table)
    assert found.usage.ffs == pytest.approx(sum(each.usage.ffs for each in found.table))
    macs = {each.name: each.macs for each in found.table if each.macs}
    for conv in graph.of_type(Conv2d):
        folding = found.flow.folding[conv.name]
        assert macs[conv.name] == folding.simd * folding.pe * folding.pixels
