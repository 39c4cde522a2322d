// Channels of the first input, then of the second, extended to the output's bits by their own signs.
// While a pixel is written the next is read.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. The most of words read and written
// a pixel. Latency: 2.
module concat #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int FIRST_BITS = 8,
    parameter bit FIRST_SIGNED = 1'b1,
    parameter int FIRST_CHANNELS = 3,
    parameter int FIRST_LANES = 3,
    parameter int SECOND_BITS = 8,
    parameter bit SECOND_SIGNED = 1'b0,
    parameter int SECOND_CHANNELS = 5,
    parameter int SECOND_LANES = 2,
    parameter int OUT_BITS = 9,
    parameter bit OUT_SIGNED = 1'b1,
    parameter int LANES = 4,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic first_valid,
    output logic first_ready,
    input  logic [FIRST_LANES*FIRST_BITS-1:0] first_data,
    input  logic second_valid,
    output logic second_ready,
    input  logic [SECOND_LANES*SECOND_BITS-1:0] second_data,
    output logic out_begins,
    output logic out_push,
    output logic [LANES*OUT_BITS-1:0] out_data,
    input  logic out_room
);
    if (MAX_COLUMNS < 1) begin : g_check1
        $error("concat: MAX_COLUMNS %0d is below 1", MAX_COLUMNS);
    end
    if (OUT_BITS < FIRST_BITS + 32'(OUT_SIGNED && !FIRST_SIGNED)
        || OUT_BITS < SECOND_BITS + 32'(OUT_SIGNED && !SECOND_SIGNED)
        || (!OUT_SIGNED && (FIRST_SIGNED || SECOND_SIGNED))) begin : g_check2
        $error("concat: an input does not fit the output");
    end
    localparam int CHANNELS = FIRST_CHANNELS + SECOND_CHANNELS;
    localparam int READS1 = (FIRST_CHANNELS + FIRST_LANES - 1) / FIRST_LANES;
    localparam int READS2 = (SECOND_CHANNELS + SECOND_LANES - 1) / SECOND_LANES;
    localparam int WRITES = (CHANNELS + LANES - 1) / LANES, READS = READS1 > READS2 ? READS1 : READS2;
    localparam int CYCLES = READS > WRITES ? READS : WRITES, TB = CYCLES > 1 ? $clog2(CYCLES) : 1;

    logic [15:0] height, width;
    logic [TB-1:0] cycle;
    logic reading, writing, moves, more_reads1, more_reads2, more_writes, moved, begun;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    wire reads1 = reading && more_reads1;
    wire reads2 = reading && more_reads2;
    wire writes = writing && more_writes;
    wire go = (first_valid || !reads1) && (second_valid || !reads2) && (out_room || !writes);
    interleaved #(.CYCLES(CYCLES), .MAX_COLUMNS(MAX_COLUMNS)) course (
        .clk, .rst, .go, .height, .width, .cycle, .reads(reading), .writes(writing), .moves);
    assign first_ready = go && reads1;
    assign second_ready = go && reads2;
    assign out_begins = go && writes;

    logic [FIRST_CHANNELS*FIRST_BITS-1:0] pixel1;
    logic [SECOND_CHANNELS*SECOND_BITS-1:0] pixel2;
    logic [CHANNELS*OUT_BITS-1:0] pixel;
    logic [LANES*OUT_BITS-1:0] word;
    gather #(.BITS(FIRST_BITS), .CHANNELS(FIRST_CHANNELS), .FROM(FIRST_LANES)) first (
        .clk, .step(first_ready), .in_data(first_data), .pixel(pixel1));
    gather #(.BITS(SECOND_BITS), .CHANNELS(SECOND_CHANNELS), .FROM(SECOND_LANES)) second (
        .clk, .step(second_ready), .in_data(second_data), .pixel(pixel2));
    for (genvar c = 0; c < FIRST_CHANNELS; c++) begin : g_first
        extend #(.FROM(FIRST_BITS), .IS_SIGNED(FIRST_SIGNED), .TO(OUT_BITS)) code (
            .in_data(pixel1[c*FIRST_BITS +: FIRST_BITS]), .out_data(pixel[c*OUT_BITS +: OUT_BITS]));
    end
    for (genvar c = 0; c < SECOND_CHANNELS; c++) begin : g_second
        extend #(.FROM(SECOND_BITS), .IS_SIGNED(SECOND_SIGNED), .TO(OUT_BITS)) code (
            .in_data(pixel2[c*SECOND_BITS +: SECOND_BITS]),
            .out_data(pixel[(FIRST_CHANNELS+c)*OUT_BITS +: OUT_BITS]));
    end
    scatter #(.BITS(OUT_BITS), .CHANNELS(CHANNELS), .TO(LANES)) now (
        .clk, .load(moved), .step(begun), .pixel, .word);
    always_ff @(posedge clk) begin
        if (rst || moves) begin
            more_reads1 <= 1'b1;
            more_reads2 <= 1'b1;
            more_writes <= 1'b1;
        end else if (go) begin
            more_reads1 <= 32'(cycle) + 1 < READS1;
            more_reads2 <= 32'(cycle) + 1 < READS2;
            more_writes <= 32'(cycle) + 1 < WRITES;
        end
        moved <= moves;
        begun <= out_begins && !rst;
        out_push <= begun && !rst;
        out_data <= word;
    end
endmodule
