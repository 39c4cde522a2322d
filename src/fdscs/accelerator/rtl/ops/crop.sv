// Takes off what mirroring added: ⌊p / 2⌋ of p extra rows above and the rest below; columns likewise.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. Reads a word a cycle. Latency: 1.
module crop #(
    parameter int PADDED_LEVEL = 0,  // the size of the input
    parameter int PADDED_MULTIPLE = 8,
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int CHANNELS = 3,
    parameter int LANES = 2,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [LANES*CODE_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [LANES*CODE_BITS-1:0] out_data,
    input  logic out_room
);
    if (MAX_COLUMNS < 1 || CODE_BITS < 1 + 32'(CODE_SIGNED)) begin : g_check1
        $error("crop: a size is below its least");
    end
    localparam int GROUPS = (CHANNELS + LANES - 1) / LANES, GB = GROUPS > 1 ? $clog2(GROUPS) : 1;

    logic [15:0] height, width, padded_height, padded_width, x, y;
    logic [15:0] top, bottom, left, right;  // the first pixel inside, and the first beyond
    logic last_x, last_y, last_group;
    logic [GB-1:0] group;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    grid_size #(.LEVEL(PADDED_LEVEL), .MULTIPLE(PADDED_MULTIPLE)) padded (
        .clk, .rows, .columns, .height(padded_height), .width(padded_width));
    always_ff @(posedge clk) begin
        top <= (padded_height - height) >> 1;
        left <= (padded_width - width) >> 1;
        bottom <= top + height;
        right <= left + width;
    end
    wire writes = y >= top && y < bottom && x >= left && x < right;
    wire go = in_valid && in_ready;
    assign in_ready = out_room || !writes;
    assign out_begins = go && writes;
    counter #(.COUNT(GROUPS)) groups (.clk, .rst, .step(go), .count(group), .last(last_group));
    raster pixels (
        .clk, .rst, .step(go && last_group), .height(padded_height), .width(padded_width), .x, .y,
        .last_x, .last_y);
    always_ff @(posedge clk) begin
        out_push <= out_begins && !rst;
        out_data <= in_data;
    end
    wire unused = &{1'b0, group, last_x, last_y};
endmodule
