// A table for $readmemh, by `at`. Latency: 2, the memory's latch and its register.
// It is kept apart, so that Yosys makes a LUT of 64 words of a bit: among other logic, whose longest path leaves
// it room, it takes several smaller ones.
(* keep_hierarchy = "yes" *)
module rom #(
    parameter int WORDS = 16,
    parameter int WIDTH = 8,
    parameter FILE = "table.hex",
    /* verilator lint_off UNUSEDPARAM */
    parameter MEMORY = "auto"
    /* verilator lint_on UNUSEDPARAM */
) (
    input  logic clk,
    input  logic [(WORDS > 1 ? $clog2(WORDS) : 1)-1:0] at,
    output logic [WIDTH-1:0] out_data
);
    if (WORDS < 1) begin : g_check1
        $error("rom: WORDS %0d is below 1", WORDS);
    end
    (* rom_style = MEMORY, ram_style = MEMORY *) logic [WIDTH-1:0] words [WORDS];
    initial $readmemh(FILE, words);
    logic [WIDTH-1:0] latch;
    always_ff @(posedge clk) begin
        latch <= words[at];
        out_data <= latch;
    end
endmodule
