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
    logic [15:0] above, aside, bottom, right;  // the places before the first inside; the last inside
    logic at_top, at_left;  // the first pixels are inside
    logic begins_frame, begins_row, in_rows, in_columns;
    logic last_x, last_y, last_group;
    logic [GB-1:0] group;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    grid_size #(.LEVEL(PADDED_LEVEL), .MULTIPLE(PADDED_MULTIPLE)) padded (
        .clk, .rows, .columns, .height(padded_height), .width(padded_width));
    always_ff @(posedge clk) begin
        above <= ((padded_height - height) >> 1) - 16'd1;
        aside <= ((padded_width - width) >> 1) - 16'd1;
        bottom <= above + height;
        right <= aside + width;
        at_top <= above == '1;
        at_left <= aside == '1;
    end
    wire inside_rows = begins_frame ? at_top : in_rows;
    wire inside_columns = begins_row ? at_left : in_columns;
    wire writes = inside_rows && inside_columns;
    wire go = in_valid && in_ready;
    assign in_ready = out_room || !writes;
    assign out_begins = go && writes;
    counter #(.COUNT(GROUPS)) groups (.clk, .rst, .step(go), .count(group), .last(last_group));
    raster #(.X_BITS($clog2(MAX_COLUMNS + 1))) pixels (
        .clk, .rst, .step(go && last_group), .height(padded_height), .width(padded_width), .x, .y,
        .last_x, .last_y);
    always_ff @(posedge clk) begin
        if (rst) begin
            begins_row <= 1'b1;
            begins_frame <= 1'b1;
        end else if (go && last_group) begin
            begins_row <= last_x;
            in_columns <= inside_columns ? x != right : x == aside;
            if (last_x) begins_frame <= last_y;
            if (last_x) in_rows <= inside_rows ? y != bottom : y == above;
        end
        out_push <= out_begins && !rst;
        out_data <= in_data;
    end
    wire unused = &{1'b0, group};
endmodule
