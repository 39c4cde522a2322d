// Luma or chroma: (RED·R + GREEN·G + BLUE·B + half) >> SHIFT of the three lanes of a word.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. A pixel a cycle. Latency: 3.
module colour_mix #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int RED = 77,
    parameter int GREEN = 150,
    parameter int BLUE = 29,
    parameter int SHIFT = 0,
    parameter int SUM_BITS = 10,
    parameter bit SUM_SIGNED = 1'b0,
    parameter int MIX_BITS = 18,
    parameter bit MIX_SIGNED = 1'b0,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic in_valid,
    output logic in_ready,
    input  logic [3*SUM_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [MIX_BITS-1:0] out_data,
    input  logic out_room
);
    if (GRID_LEVEL < 0 || GRID_MULTIPLE < 1 || MAX_COLUMNS < 1) begin : g_check1
        $error("colour_mix: a size is below its least");
    end
    if (SUM_SIGNED) begin : g_check2
        $error("colour_mix: sums are unsigned");
    end
    if (SHIFT < 0 || SHIFT + MIX_BITS > 31) begin : g_check3
        $error("colour_mix: SHIFT %0d and %0d bits", SHIFT, MIX_BITS);
    end
    if (!MIX_SIGNED && (RED < 0 || GREEN < 0 || BLUE < 0)) begin : g_check4
        $error("colour_mix: negative values need a sign");
    end
    localparam logic signed [31:0] HALF = (32'sd1 <<< SHIFT) >>> 1;

    assign in_ready = out_room;
    wire go = in_valid && in_ready;
    assign out_begins = go;
    logic signed [31:0] red, green, blue, some, rest, total;
    logic begun1, begun2;
    wire signed [31:0] r = 32'(in_data[0 +: SUM_BITS]);
    wire signed [31:0] g = 32'(in_data[SUM_BITS +: SUM_BITS]);
    wire signed [31:0] b = 32'(in_data[2*SUM_BITS +: SUM_BITS]);
    assign out_data = MIX_BITS'(total >>> SHIFT);
    always_ff @(posedge clk) begin
        red <= RED * r;
        green <= GREEN * g;
        blue <= BLUE * b;
        some <= red + green;
        rest <= blue + HALF;
        total <= some + rest;
        begun1 <= go && !rst;
        begun2 <= begun1 && !rst;
        out_push <= begun2 && !rst;
    end
endmodule
