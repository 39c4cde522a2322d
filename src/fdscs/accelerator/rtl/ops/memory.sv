// One port writes, one reads. Latency: 2 cycles from `read_at` to `out_data`, the memory's latch and its
// output register; a word read in the cycle after it is written is there already.
module memory #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 16,
    /* verilator lint_off UNUSEDPARAM */
    parameter STYLE = "auto"  // or "distributed", "block", "ultra"
    /* verilator lint_on UNUSEDPARAM */
) (
    input  logic clk,
    input  logic write,
    input  logic [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] write_at,
    input  logic [WIDTH-1:0] in_data,
    input  logic [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] read_at,
    output logic [WIDTH-1:0] out_data
);
    if (DEPTH < 1) begin : g_check1
        $error("memory: DEPTH %0d is below 1", DEPTH);
    end
    (* ram_style = STYLE *) logic [WIDTH-1:0] words [DEPTH];
    logic [WIDTH-1:0] latch;
    always_ff @(posedge clk) begin
        if (write) words[write_at] <= in_data;
        latch <= words[read_at];
        out_data <= latch;
    end
endmodule
