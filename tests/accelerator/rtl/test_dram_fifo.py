"""rtl/ops/dram_fifo.sv: every word once and in order, through memory that answers when it likes."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.rtl.vivado import SIMULATION
from fdscs.vectors.words import Lanes
from tests.accelerator.rtl.module import Frames, Module

MEMORY = (SIMULATION / "axi_memory.sv").read_text()
AXI = """
    logic [31:0] awaddr, araddr;
    logic [127:0] wdata, rdata;
    logic [15:0] wstrb;
    logic [1:0] bresp, rresp;
    logic awvalid, awready, wlast, wvalid, wready, bvalid, bready, arvalid, arready, rlast, rvalid, rready;
    axi_memory #(.SLOTS(SLOTS), .SEED(SEED), .LATENCY(LATENCY), .PAUSES(PAUSES)) memory (
        .clk, .cold, .awaddr, .awvalid, .awready, .wdata, .wstrb, .wlast, .wvalid, .wready, .bresp, .bvalid,
        .bready, .araddr, .arvalid, .arready, .rdata, .rresp, .rlast, .rvalid, .rready);
    dram_fifo #(.WIDTH(WIDTH), .SLOTS(SLOTS), .STAGING(128), .AHEAD(128)) fifo (
        .clk, .rst, .cold, .begins, .push, .in_data(late), .room, .valid, .out_data, .ready,
        .base('0), .fault, .m_axi_awaddr(awaddr), .m_axi_awvalid(awvalid), .m_axi_awready(awready),
        .m_axi_wdata(wdata), .m_axi_wstrb(wstrb), .m_axi_wlast(wlast), .m_axi_wvalid(wvalid),
        .m_axi_wready(wready), .m_axi_bresp(bresp), .m_axi_bvalid(bvalid), .m_axi_bready(bready),
        .m_axi_araddr(araddr), .m_axi_arvalid(arvalid), .m_axi_arready(arready), .m_axi_rdata(rdata),
        .m_axi_rresp(rresp), .m_axi_rlast(rlast), .m_axi_rvalid(rvalid), .m_axi_rready(rready));
"""  # noqa: E501
# A writer whose words come three cycles late; a reader that first lets WAITS cycles pass.
BETWEEN = """
module dram_between #(parameter int WIDTH = 9, SLOTS = 4, SEED = 1, LATENCY = 100, WAITS = 0, bit PAUSES = 1) (
    input logic clk, rst, input logic in_valid, output logic in_ready, input logic [WIDTH-1:0] in_data,
    output logic out_begins, out_push, output logic [WIDTH-1:0] out_data, input logic out_room);
    logic push, valid, room, fault;
    logic [WIDTH-1:0] late;
    int cycle;
    wire cold = rst;
    wire begins = in_valid && in_ready;
    assign in_ready = room;
    delay #(.WIDTH(WIDTH + 1), .CYCLES(3)) pipeline (
        .clk, .rst, .in_data({begins, in_data}), .out_data({push, late}));
    always_ff @(posedge clk) cycle <= rst ? 0 : cycle + 1;
    wire ready = out_room && cycle >= WAITS;
AXI
    assign out_push = valid && ready;
    assign out_begins = out_push;
    always_ff @(posedge clk) if (!rst && fault) $error("a fault");
endmodule
""".replace("AXI", AXI)  # noqa: E501
COUNT = 60, 100


def between(folder: Path, lanes: int, bits: int, **given: int) -> tuple[Module, Frames]:
    port = Lanes(lanes, lanes, bits, False)
    made = Module(folder, "dram_between", {"WIDTH": lanes * bits, **given}, {"in": port},
                  {"out": port}, BETWEEN + MEMORY)  # fmt: skip
    words = np.random.default_rng(lanes).integers(0, 1 << bits, (lanes, *COUNT))
    return made, Frames(1, 1, [[words]], [[words]])


@pytest.mark.parametrize(
    ("lanes", "bits", "given"),
    [
        (1, 8, {"SEED": 1}),
        (6, 10, {"SEED": 2, "SLOTS": 64, "WAITS": 9000}),
        (16, 8, {"SEED": 3, "SLOTS": 128, "WAITS": 9000}),
        (13, 10, {"SEED": 4, "LATENCY": 400, "SLOTS": 8, "WAITS": 500}),
        (30, 10, {"SEED": 5, "WAITS": 3000, "SLOTS": 7}),
    ],
)
def test_every_word_once_and_in_order(
    tmp_path: Path, lanes: int, bits: int, given: dict[str, int]
) -> None:
    made, frames = between(tmp_path, lanes, bits, **given)
    for seed in (1, 2, 3, 0):
        made.check([frames], seed)


# Words 0, 1, 2 … without a pause, and every PERIOD cycles `rst`, when a new count begins.
RESETS = """
module dram_resets #(parameter int WIDTH = 32, SLOTS = 16, SEED = 1, LATENCY = 300, PERIOD = 2500, bit PAUSES = 1) (
    input logic clk, rst, input logic in_valid, output logic in_ready, input logic [95:0] in_data,
    output logic out_begins, out_push, output logic [95:0] out_data, input logic out_room);
    logic push, valid, room, fault, again;
    logic [WIDTH-1:0] late, sent, got, out;
    int cycle, epoch;
    wire cold = rst;
    wire begins = room && !again;
    assign in_ready = out_room && again;
    always_ff @(posedge clk) begin
        cycle <= rst ? 0 : cycle + 1;
        again <= !rst && cycle % PERIOD == PERIOD - 1 && cycle < 30 * PERIOD;
        if (rst || again) begin
            sent <= '0;
            got <= '0;
            push <= 1'b0;
            epoch <= rst ? 0 : epoch + 1;
        end else begin
            push <= begins;
            late <= sent;
            sent <= sent + WIDTH'(begins);
            if (valid && ready) begin
                if (out != got) $error("word %0d is %0d", got, out);
                got <= got + 1'b1;
            end
        end
        if (!rst && fault) $error("a fault");
    end
    wire ready = cycle % PERIOD > PERIOD / 2;
    // What is told: how many words came before each reset.
    assign out_push = again && in_valid && out_room;
    assign out_begins = out_push;
    assign out_data = 96'(got > 20);
AXI
endmodule
""".replace("AXI", AXI.replace(".rst,", ".rst(rst || again),").replace("out_data", "out_data(out)"))  # noqa: E501


def test_a_reset_while_bursts_are_under_way(tmp_path: Path) -> None:
    port = Lanes(3, 3, 32, False)
    made = Module(tmp_path, "dram_resets", {}, {"in": port}, {"out": port}, RESETS + MEMORY)
    told = np.zeros((3, 1, 20), np.int64)
    told[0] = 1
    made.check([Frames(1, 1, [[told]], [[told]])])
