// Maximum of each 2×2 block; rows and columns of the input are even.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. Reads a word a cycle. Latency: 3.
module max_pool #(
    parameter int GRID_LEVEL = 0,  // of the input
    parameter int GRID_MULTIPLE = 1,
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int CHANNELS = 4,
    parameter int LANES = 2,
    parameter int MAX_COLUMNS = 64,
    parameter LINE_MEMORY = "auto"
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
    if (MAX_COLUMNS < 2) begin : g_check1
        $error("max_pool: MAX_COLUMNS %0d is below 2", MAX_COLUMNS);
    end
    localparam int GROUPS = (CHANNELS + LANES - 1) / LANES, GB = GROUPS > 1 ? $clog2(GROUPS) : 1;
    localparam int DEPTH = MAX_COLUMNS / 2 * GROUPS, AW = DEPTH > 1 ? $clog2(DEPTH) : 1, W = LANES * CODE_BITS;

    logic [15:0] height, width, x, y;
    logic last_x, last_y, last_group;
    logic [GB-1:0] group;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    wire writes = x[0] && y[0];
    wire go = in_valid && in_ready;
    assign in_ready = out_room || !writes;
    assign out_begins = go && writes;
    counter #(.COUNT(GROUPS)) groups (.clk, .rst, .step(go), .count(group), .last(last_group));
    raster #(.X_BITS($clog2(MAX_COLUMNS + 1))) pixels (
        .clk, .rst, .step(go && last_group), .height, .width, .x, .y, .last_x, .last_y);

    // Places of the row above: one for each word of each second pixel.
    logic [AW-1:0] at, at1;
    always_ff @(posedge clk) begin
        if (rst || (go && last_group && last_x)) at <= '0;
        else if (go && x[0]) at <= at + 1'b1;
    end

    logic [W-1:0] recent [GROUPS];  // the words before
    logic [W-1:0] left1, word1, pair1, pair2, above, most;
    logic begun1, begun2, upper1;
    for (genvar i = 0; i < LANES; i++) begin : g_lane
        larger #(.BITS(CODE_BITS), .IS_SIGNED(CODE_SIGNED)) beside (
            .a(left1[i*CODE_BITS +: CODE_BITS]), .b(word1[i*CODE_BITS +: CODE_BITS]),
            .most(pair1[i*CODE_BITS +: CODE_BITS]));
        larger #(.BITS(CODE_BITS), .IS_SIGNED(CODE_SIGNED)) below (
            .a(above[i*CODE_BITS +: CODE_BITS]), .b(pair2[i*CODE_BITS +: CODE_BITS]),
            .most(most[i*CODE_BITS +: CODE_BITS]));
    end
    memory #(.WIDTH(W), .DEPTH(DEPTH), .STYLE(LINE_MEMORY)) row_above (
        .clk, .write(upper1), .write_at(at1), .in_data(pair1), .read_at(at), .out_data(above));
    always_ff @(posedge clk) begin
        if (go) begin
            for (int i = 0; i < GROUPS; i++) recent[i] <= i == 0 ? in_data : recent[i > 0 ? i - 1 : 0];
        end
        left1 <= recent[GROUPS-1];
        word1 <= in_data;
        at1 <= at;
        upper1 <= go && x[0] && !y[0] && !rst;
        pair2 <= pair1;
        out_data <= most;
        begun1 <= out_begins && !rst;
        begun2 <= begun1 && !rst;
        out_push <= begun2 && !rst;
    end
    wire unused = &{1'b0, group, x[15:1], y[15:1], last_y};
endmodule
