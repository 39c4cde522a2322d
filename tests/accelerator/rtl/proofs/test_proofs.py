"""Claims about rtl/ops hold, and each fails for a module with a mistake in it."""

import re
from dataclasses import replace

import numpy as np
import pytest

from fdscs.accelerator.rtl.proofs.accumulators import overflow
from fdscs.accelerator.rtl.proofs.claims import WORDS, claim_of, claims
from fdscs.accelerator.rtl.proofs.prove import proofs
from fdscs.accelerator.rtl.proofs.solver import CLAIMS, PROVED, REFUTED, decide
from fdscs.accelerator.rtl.verilator import LIBRARY
from fdscs.export.build import Build
from fdscs.model.graph import Conv2d
from tests.accelerator.hls.test_accelerator import small_flow

SMALL = {  # parameters of each module that take a solver a second or two
    "multiply": {"CODE_BITS": 4, "CODE_SIGNED": 0, "WEIGHT_BITS": 4, "SHARE": 3, "FIELD": 9},
    "multiply_outer": {"CODE_BITS": 2, "CODE_SIGNED": 1, "WEIGHT_BITS": 3, "FIELD": 6},
    "split": {"FIELDS": 4, "FIELD": 11},
    "add_tree": {"COUNT": 5, "WIDTH": 8},
    "requantise": {"ACC_BITS": 12, "OUT_BITS": 4, "SHIFT_LEAST": 1, "SHIFT_MOST": 3},
    "colour_mix": {
        "RED": -38, "GREEN": -74, "BLUE": 112, "SHIFT": 10, "SUM_BITS": 10, "MIX_BITS": 8,
        "MIX_SIGNED": 1,
    },
    "centred_rgb": {"SUM_BITS": 10, "RGB_BITS": 8},
    "census": {"LUMA_BITS": 3, "MAX_COLUMNS": 20},
    "costs_of_pixel": {"U_BITS": 8, "V_BITS": 9, "COST_BITS": 6, "SATURATION": 63},
    "larger": {"BITS": 9, "IS_SIGNED": 1},
    "fork_stream": {"WORD_BITS": 8},
    "change_lanes": {"CODE_BITS": 2, "CHANNELS": 8, "FROM": 3, "TO": 2},
    "concat": {
        "FIRST_BITS": 3, "FIRST_SIGNED": 1, "FIRST_CHANNELS": 3, "FIRST_LANES": 3,
        "SECOND_BITS": 3, "SECOND_SIGNED": 0, "SECOND_CHANNELS": 5, "SECOND_LANES": 2,
        "OUT_BITS": 4, "OUT_SIGNED": 1, "LANES": 3,
    },
    "stream_fifo": {"WIDTH": 8, "DEPTH": 5},
}  # fmt: skip
QUICK = "multiply", "add_tree", "requantise", "colour_mix", "stream_fifo", "concat"
DEEP = {"WIDTH": 8, "DEPTH": 5, "DEEP": 1}
# Module, file with the mistake, what is written there and what instead, the claim that fails.
MISTAKES = {
    "no borrow": ("split", "split", "together[i*FIELD-1]", "1'b0", "taken_apart"),
    "room for one too many": (
        "stream_fifo", "stream_fifo", "promised < CW'(DEPTH))", "promised <= CW'(DEPTH))", "room_",
    ),
    "floor": (
        "requantise", "requantise", " + (((WIDE'(1) << SHIFT_LEAST) << more) >> 1)", "", "formula",
    ),
    "words swapped": ("change_lanes", "gather", "{in_data, lanes} >>", "{lanes, in_data} >>", "ga"),
}  # fmt: skip
MORE_MISTAKES = {
    "no sign between weights": (
        "multiply", "multiply", "{(FIELD-WEIGHT_BITS){weight[WEIGHT_BITS-1]}}",
        "{(FIELD-WEIGHT_BITS){1'b0}}", "product_",
    ),
    "no sign between weights of four": (
        "multiply_outer", "multiply_outer", "{(2*FIELD-WEIGHT_BITS){lower[WEIGHT_BITS-1]}}",
        "{(2*FIELD-WEIGHT_BITS){1'b0}}", "product_",
    ),
    "a sum of too few bits": (
        "add_tree", "add_tree", "(WIDTH+1)'(a) + (WIDTH+1)'(b)", "WIDTH'(a + b)", "no_overflow",
    ),
    "a lone number lost": ("add_tree", "add_tree", "both <= (WIDTH+1)'(a);", "both <= '0;", "no_o"),
    "shift by one more": (
        "requantise", "requantise", "(rounded2 >> SHIFT_LEAST) >> more2",
        "(rounded2 >> SHIFT_LEAST) >> 1 >> more2", "formula",
    ),
    "wraps": (
        "requantise", "requantise", "(shifted3 >> OUT_BITS) != '0 ? '1 : ", "", "formula",
    ),
    "no half": ("colour_mix", "colour_mix", "products[2] + HALF", "products[2]", "formula"),
    "no grey": ("centred_rgb", "centred_rgb", "{!top[RGB_BITS-1],", "{top[RGB_BITS-1],", "formula"),
    "above, not above or equal": (
        "census", "census", "window[12] >= window[n]", "window[12] > window[n]", "comparisons",
    ),
    "a column too far": (
        "census", "census", "columns_in[4] && x != right", "columns_in[4]", "in_image",
    ),
    "five of six": ("costs_of_pixel", "costs_of_pixel", "+ 3'(differ1[6*i+5])", "", "hamming"),
    "unsigned": ("larger", "larger", "BITS'(IS_SIGNED) << (BITS - 1)", "'0", "maximum"),
    "one reader waited for": (
        "fork_stream", "fork_stream", "first_room && second_room", "first_room", "room",
    ),
    "an unsigned input": ("concat", "extend", "IS_SIGNED && in_data[FROM-1]", "1'b0", "loaded"),
    "a pixel loaded late": ("concat", "concat", ".load(moved)", ".load(1'b0)", "scattered"),
    "an address that does not turn": (
        "stream_fifo", "stream_fifo", "tail == LAST ? '0 : tail + 1'b1", "tail + 1'b1", "addresses",
    ),
    "stuck": (
        "stream_fifo", "stream_fifo", "held != '0 && (!valid || ready)",
        "held > CW'(1) && (!valid || ready)", "reader_goes_on",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in SMALL]
)
def test_a_claim_is_proved(name: str) -> None:
    found = decide(claim_of(name, SMALL[name]))
    assert found.outcome == PROVED, found.fault


def refuted(mistake: str) -> None:
    name, place, written, instead, label = {**MISTAKES, **MORE_MISTAKES}[mistake]
    text = (LIBRARY / f"{place}.sv").read_text()
    assert written in text
    found = decide(claim_of(name, SMALL[name]), {place: text.replace(written, instead)})
    assert found.outcome == REFUTED
    assert re.search(rf"{name} fails `[\w.]*{label}\w*` in cycle \d+ with cycle \d+: ", found.fault)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_refutes_the_claim(mistake: str) -> None:
    refuted(mistake)


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MORE_MISTAKES)
def test_every_mistake_refutes_its_claim(mistake: str) -> None:
    refuted(mistake)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("stream_fifo", DEEP),
        ("stream_fifo", {"DEPTH": 200, "DEEP": 1}),
        ("stream_fifo", {"DEPTH": 2}),
        ("multiply_outer", {"CODE_BITS": 4, "CODE_SIGNED": 0, "WEIGHT_BITS": 4, "FIELD": 11}),
        ("multiply", {"CODE_BITS": 6, "CODE_SIGNED": 1, "WEIGHT_BITS": 6, "SHARE": 2, "FIELD": 12}),
        (
            "multiply",
            {"CODE_BITS": 10, "CODE_SIGNED": 0, "WEIGHT_BITS": 12, "SHARE": 1, "FIELD": 22},
        ),
        ("change_lanes", {"CODE_BITS": 8, "CHANNELS": 24, "FROM": 6, "TO": 24}),
    ],
)
def test_other_parameters(name: str, values: dict[str, int]) -> None:
    found = decide(claim_of(name, values))
    assert found.outcome == PROVED, found.fault


@pytest.mark.slow
def test_a_queue_read_too_early_refutes_the_claim() -> None:
    text = (LIBRARY / "stream_fifo.sv").read_text()
    wrong = text.replace(
        "if (coming[1]) queue[next] <= read;", "if (coming[0]) queue[next] <= read;"
    )
    found = decide(claim_of("stream_fifo", DEEP), {"stream_fifo": wrong})
    assert found.outcome == REFUTED


def test_accumulators_hold_what_their_tables_can_make(tiny_build: Build) -> None:
    flow, params = small_flow(tiny_build.graph), tiny_build.params
    convs = list(tiny_build.graph.of_type(Conv2d))
    assert [overflow(flow, conv, params) for conv in convs] == [""] * len(convs)
    conv = convs[1]
    assert conv.acc_bits is not None
    narrow = replace(conv, acc_bits=conv.acc_bits - 3)
    assert f"beyond {conv.acc_bits - 3} bits" in overflow(
        flow, narrow, {**params, conv.bias: np.zeros_like(params[conv.bias])}
    )


def test_every_module_with_claims_is_named_and_every_operation_s_parts_are_found(
    tiny_build: Build,
) -> None:
    assert {path.stem for path in CLAIMS.glob("*.svh")} == set(WORDS) == set(SMALL)
    flow = small_flow(tiny_build.graph)
    found = claims(flow, tiny_build.params)
    assert {claim.module for claim, _ in found} >= set(WORDS) - {"multiply_outer"}
    named = [place for claim, places in found for place in places if claim.module == "stream_fifo"]
    assert sorted(named) == sorted(n for process in flow.processes for n in process.outputs)
    count, _ = proofs(flow, tiny_build.params, 1)
    assert count == len(found) + len(list(tiny_build.graph.of_type(Conv2d)))
