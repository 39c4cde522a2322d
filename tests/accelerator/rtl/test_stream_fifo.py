"""rtl/ops/stream_fifo.sv: every word once and in order, however late, a word a cycle."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.vectors.words import Lanes
from tests.accelerator.rtl.module import Frames, Module

# A writer whose words come LATE cycles after they began.
BETWEEN = """
module fifo_between #(parameter int DEPTH = 4, parameter bit DEEP = 0, parameter int LATE = 0) (
    input logic clk, rst, input logic in_valid, output logic in_ready, input logic [8:0] in_data,
    output logic out_begins, out_push, output logic [8:0] out_data, input logic out_room);
    logic push, valid;
    logic [8:0] late;
    delay #(.WIDTH(10), .CYCLES(LATE)) pipeline (
        .clk, .rst, .in_data({in_valid && in_ready, in_data}), .out_data({push, late}));
    stream_fifo #(.WIDTH(9), .DEPTH(DEPTH), .DEEP(DEEP)) fifo (
        .clk, .rst, .begins(in_valid && in_ready), .push, .in_data(late), .room(in_ready),
        .valid, .out_data, .ready(out_room));
    assign out_push = valid && out_room;
    assign out_begins = out_push;
endmodule
"""


@pytest.mark.parametrize(
    ("depth", "deep", "late"), [(2, 0, 0), (3, 0, 5), (16, 0, 9), (2, 1, 0), (5, 1, 3), (17, 1, 9)]
)
def test_every_word_once_and_in_order(tmp_path: Path, depth: int, deep: int, late: int) -> None:
    port = Lanes(1, 1, 9, False)
    parameters = {"DEPTH": depth, "DEEP": deep, "LATE": late}
    made = Module(tmp_path, "fifo_between", parameters, {"in": port}, {"out": port}, BETWEEN)
    words = np.random.default_rng(depth).integers(0, 512, (1, 20, 20))
    case = [Frames(1, 1, [[words]], [[words]])]
    for seed in range(1, 6):
        made.check(case, seed)
    run = made.check(case)
    latency = late + (5 if deep else 2)
    first = run.reads[0][0]
    assert run.writes[0][0] == first + latency
    if depth > latency:
        assert np.array_equal(run.reads[0], first + np.arange(400))
        assert np.array_equal(run.writes[0], run.reads[0] + latency)
