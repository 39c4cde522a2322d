// In place of ops/memory.sv in a proof: no more is known of what it holds than the word at one address, any
// of them, `spot`; what is read elsewhere is free. So a claim that holds with it holds with the memory.
module memory #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 16,
    parameter STYLE = "auto"
) (
    input  logic clk,
    input  logic write,
    input  logic [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] write_at,
    input  logic [WIDTH-1:0] in_data,
    input  logic [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] read_at,
    output logic [WIDTH-1:0] out_data
);
    (* anyconst, keep *) logic [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] spot;
    (* anyseq *) logic [WIDTH-1:0] unknown;
    (* keep *) logic [WIDTH-1:0] known, latch;
    always_ff @(posedge clk) begin
        if (write && write_at == spot) known <= in_data;
        latch <= read_at == spot ? known : unknown;
        out_data <= latch;
    end
endmodule
