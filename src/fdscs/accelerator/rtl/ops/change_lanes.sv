// The same channels in words of another number of lanes. While a pixel is written the next is read.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. The more of words read and written
// a pixel. Latency: 1.
module change_lanes #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int CHANNELS = 8,
    parameter int FROM = 4,
    parameter int TO = 2,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [FROM*CODE_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [TO*CODE_BITS-1:0] out_data,
    input  logic out_room
);
    if (MAX_COLUMNS < 1 || CODE_BITS < 1 + 32'(CODE_SIGNED)) begin : g_check1
        $error("change_lanes: a size is below its least");
    end
    localparam int READS = (CHANNELS + FROM - 1) / FROM, WRITES = (CHANNELS + TO - 1) / TO;
    localparam int CYCLES = READS > WRITES ? READS : WRITES, TB = CYCLES > 1 ? $clog2(CYCLES) : 1;

    logic [15:0] height, width;
    logic [TB-1:0] cycle;
    logic reading, writing, moves;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    wire reads = reading && 32'(cycle) < READS;
    wire writes = writing && 32'(cycle) < WRITES;
    wire go = (in_valid || !reads) && (out_room || !writes);
    interleaved #(.CYCLES(CYCLES)) course (
        .clk, .rst, .go, .height, .width, .cycle, .reads(reading), .writes(writing), .moves);
    assign in_ready = reads && (out_room || !writes);
    assign out_begins = go && writes;

    logic [CHANNELS*CODE_BITS-1:0] pixel;
    logic [TO*CODE_BITS-1:0] word;
    gather #(.BITS(CODE_BITS), .CHANNELS(CHANNELS), .FROM(FROM)) words (
        .clk, .step(go && reads), .in_data, .pixel);
    scatter #(.BITS(CODE_BITS), .CHANNELS(CHANNELS), .TO(TO)) now (
        .clk, .load(moves), .step(out_begins), .pixel, .word);
    always_ff @(posedge clk) begin
        out_push <= out_begins && !rst;
        out_data <= word;
    end
endmodule
