"""Netlists of operations in the place of their sources: the same cases, tolerance 0."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from fdscs.accelerator.rtl.netlist.synthesis import SYNTHESIS, netlist
from fdscs.hardware.dataflow import Folding
from fdscs.vectors.words import Lanes
from tests.accelerator.ops import (
    cases,
    test_block_sum,
    test_census,
    test_centred_rgb,
    test_change_lanes,
    test_colour_mix,
    test_concat,
    test_conv2d,
    test_cost_volume,
    test_crop,
    test_depth_to_space,
    test_fork,
    test_max_pool,
    test_reflect_pad,
    test_requantise,
    test_upsample,
)
from tests.accelerator.rtl.module import Module

COLUMNS = 1242  # of memories, as the product has them, so that they are block memory
CASES: dict[str, Callable[[type[cases.Operation], Path], None]] = {
    "block_sum": test_block_sum.test_equals_the_reference,
    "census": test_census.test_equals_the_reference,
    "centred_rgb": partial(test_centred_rgb.test_equals_the_reference_for_every_sum, bits=8),
    "change_lanes": partial(test_change_lanes.test_keeps_every_code, source=3, target=2),
    "colour_mix": partial(
        test_colour_mix.test_equals_the_reference,
        mix=test_colour_mix.CHROMA_U, shift=test_colour_mix.CHROMA_SHIFT, bits=8, signed=True,
    ),
    "concat": partial(test_concat.test_equals_the_reference, first=2, second=1, lanes=4),
    "conv2d": partial(
        test_conv2d.check, size=3, inputs=3, outputs=7, folding=Folding(2, 4), bits=(4, 4, False)
    ),
    "conv2d, two products": partial(
        test_conv2d.check, size=1, inputs=5, outputs=4, folding=Folding(2, 2), bits=(8, 8, False)
    ),
    "conv2d_pairs": partial(
        test_conv2d.check, size=3, inputs=3, outputs=7, folding=Folding(2, 3, 2), bits=(4, 4, False)
    ),
    "cost_volume": partial(
        test_cost_volume.test_equals_the_reference, disparities=5, saturation=63, lanes=6
    ),
    "crop": partial(test_crop.test_equals_the_reference, lanes=2),
    "depth_to_space": partial(test_depth_to_space.test_equals_the_reference, lanes=2),
    "fork_stream": test_fork.test_both_readers_get_every_word,
    "max_pool": partial(test_max_pool.test_equals_the_reference, lanes=3, signed=True),
    "reflect_pad": partial(
        test_reflect_pad.test_equals_the_reference,
        lanes=2, multiple=8, sizes=test_reflect_pad.SIZES,
    ),
    "requantise": partial(
        test_requantise.test_ties_negatives_and_saturation_as_in_the_reference,
        shift=[0, 1, 4, 7, 12], lanes=3,
    ),
    "upsample": test_upsample.test_equals_the_reference,
}  # fmt: skip
QUICK = "max_pool", "ecp5"  # with a block memory


class Netlist(Module):
    """An operation's netlist with the ports of the operation."""

    def __init__(
        self, folder: Path, name: str, parameters: Mapping[str, object],
        inputs: Mapping[str, Lanes], outputs: Mapping[str, Lanes], family: str,
    ) -> None:  # fmt: skip
        given = dict(parameters)
        if "MAX_COLUMNS" in given:
            given["MAX_COLUMNS"] = COLUMNS
        text = netlist(name, given, family, folder)
        super().__init__(folder, f"{name}_netlist", {}, inputs, outputs, text)


@pytest.mark.parametrize(
    ("case", "family"),
    [
        pytest.param(case, family, marks=[] if (case, family) == QUICK else [pytest.mark.slow])
        for family in SYNTHESIS
        for case in CASES
    ],
)
def test_a_netlist_equals_the_reference(
    case: str, family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "Module", partial(Netlist, family=family))
    CASES[case](cases.SystemVerilog, tmp_path)


@pytest.mark.parametrize(
    ("family", "cell"),
    [("ecp5", "DP16KD"), pytest.param("xcup", "RAMB36E2", marks=pytest.mark.slow)],
)
def test_block_memory_is_used(family: str, cell: str, tmp_path: Path) -> None:
    """Else the model of it would be tested by nothing."""
    given = {"WIDTH": 20, "DEPTH": 900, "STYLE": "block"}
    made = netlist("memory", given, family, tmp_path).partition("endmodule")[0]
    assert f"{cell} #(" in made
