// The top RGB_BITS bits of each sum, less mid-grey: which turns the top bit round.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. A pixel a cycle. Latency: 1.
module centred_rgb #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int SUM_BITS = 10,
    parameter bit SUM_SIGNED = 1'b0,
    parameter int RGB_BITS = 8,
    parameter bit RGB_SIGNED = 1'b1,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic in_valid,
    output logic in_ready,
    input  logic [3*SUM_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [3*RGB_BITS-1:0] out_data,
    input  logic out_room
);
    if (GRID_LEVEL < 0 || GRID_MULTIPLE < 1 || MAX_COLUMNS < 1) begin : g_check1
        $error("centred_rgb: a size is below its least");
    end
    if (SUM_SIGNED || !RGB_SIGNED) begin : g_check2
        $error("centred_rgb: makes signed codes of unsigned ones");
    end
    if (RGB_BITS < 2 || RGB_BITS > SUM_BITS) begin : g_check3
        $error("centred_rgb: %0d bits of %0d", RGB_BITS, SUM_BITS);
    end

    assign in_ready = out_room;
    wire go = in_valid && in_ready;
    assign out_begins = go;
    for (genvar c = 0; c < 3; c++) begin : g_colour
        wire [RGB_BITS-1:0] top = in_data[(c+1)*SUM_BITS-1 -: RGB_BITS];
        always_ff @(posedge clk)
            out_data[c*RGB_BITS +: RGB_BITS] <= {!top[RGB_BITS-1], top[RGB_BITS-2:0]};
    end
    always_ff @(posedge clk) out_push <= go && !rst;
    if (RGB_BITS < SUM_BITS) begin : g_dropped
        localparam int LOW = SUM_BITS - RGB_BITS;
        wire unused = &{1'b0, in_data[0 +: LOW], in_data[SUM_BITS +: LOW], in_data[2*SUM_BITS +: LOW]};
    end
endmodule
