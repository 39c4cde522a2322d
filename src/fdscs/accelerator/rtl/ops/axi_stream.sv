// Codes as AXI4-Stream beats at the accelerator's border: a code in the low bits of whole bytes, TUSER on
// the first beat of a frame, TLAST on the last of each row, or of the frame alone. `ends` says that the
// last beat of a frame is taken.
//
// Reads valid/ready, writes AXI4-Stream; both sides by wires, so latency 0.
module axi_stream #(
    parameter int BITS = 16,
    parameter bit FRAME_LAST = 1'b0  // one TLAST a frame
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [BITS-1:0] in_data,
    output logic tvalid,
    input  logic tready,
    output logic [8*((BITS+7)/8)-1:0] tdata,
    output logic [(BITS+7)/8-1:0] tkeep,
    output logic tuser,
    output logic tlast,
    output logic ends
);
    if (BITS < 1) begin : g_check1
        $error("axi_stream: BITS %0d is below 1", BITS);
    end
    logic [15:0] x, y;
    logic last_x, last_y;
    wire step = tvalid && tready;
    raster beats (
        .clk, .rst, .step, .height(rows), .width(columns), .x, .y, .last_x, .last_y);
    assign tvalid = in_valid;
    assign in_ready = tready;
    assign tdata = (8*((BITS+7)/8))'(in_data);
    assign tkeep = '1;
    assign tlast = last_x && (last_y || !FRAME_LAST);
    assign ends = step && last_x && last_y;
    always_ff @(posedge clk) begin
        if (rst) tuser <= 1'b1;
        else if (step) tuser <= ends;
    end
    wire unused = &{1'b0, x, y};
endmodule
