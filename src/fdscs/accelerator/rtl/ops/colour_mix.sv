// Luma or chroma: (RED·R + GREEN·G + BLUE·B + half) >> SHIFT of the three lanes of a word.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. A pixel a cycle. Latency: 4.
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
    if (SUM_BITS < 2 || SUM_BITS > 12) begin : g_check5
        $error("colour_mix: sums of %0d bits", SUM_BITS);
    end
    // Products by the two halves of each sum, which are tables; then sums of two. Nothing above WIDE bits
    // reaches the output.
    localparam int WIDE = SHIFT + MIX_BITS, LOW = SUM_BITS / 2;
    localparam logic [WIDE-1:0] HALF = WIDE'((32'd1 << SHIFT) >> 1);

    assign in_ready = out_room;
    wire go = in_valid && in_ready;
    assign out_begins = go;
    logic [WIDE-1:0] products [3];
    for (genvar c = 0; c < 3; c++) begin : g_colour
        localparam int FACTOR = c == 0 ? RED : c == 1 ? GREEN : BLUE;
        logic [WIDE-1:0] low, high, low1, high1;
        times #(.BITS(LOW), .FACTOR(FACTOR), .TO(WIDE)) lower (
            .number(in_data[c*SUM_BITS +: LOW]), .product(low));
        times #(.BITS(SUM_BITS - LOW), .FACTOR(FACTOR * 2 ** LOW), .TO(WIDE)) upper (
            .number(in_data[c*SUM_BITS+LOW +: SUM_BITS-LOW]), .product(high));
        always_ff @(posedge clk) begin
            low1 <= low;
            high1 <= high;
            products[c] <= low1 + high1;
        end
    end
    logic [WIDE-1:0] some, rest, total;
    logic begun1, begun2, begun3;
    assign out_data = total[WIDE-1:SHIFT];
    if (SHIFT > 0) begin : g_rounded_away
        wire unused = &{1'b0, total[SHIFT-1:0]};
    end
    always_ff @(posedge clk) begin
        some <= products[0] + products[1];
        rest <= products[2] + HALF;
        total <= some + rest;
        begun1 <= go && !rst;
        begun2 <= begun1 && !rst;
        begun3 <= begun2 && !rst;
        out_push <= begun3 && !rst;
    end
endmodule
