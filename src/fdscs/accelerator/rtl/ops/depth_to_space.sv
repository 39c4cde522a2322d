// Four times the channels become 2×2 pixels, block-major: the upper two pass as they are read, the lower
// two wait until the row is out.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. A word read a cycle, then the lower
// row, a word a cycle. Latency: 3.
module depth_to_space #(
    parameter int GRID_LEVEL = 0,  // of the input
    parameter int GRID_MULTIPLE = 1,
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int CHANNELS = 4,  // of the output
    parameter int LANES = 2,
    parameter int MAX_COLUMNS = 64,  // of the input
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
    if (CHANNELS % LANES != 0) begin : g_check1
        $error("depth_to_space: %0d lanes do not divide %0d channels", LANES, CHANNELS);
    end
    if (MAX_COLUMNS < 1 || CODE_BITS < 1 + 32'(CODE_SIGNED)) begin : g_check2
        $error("depth_to_space: a size is below its least");
    end
    localparam int HALF = 2 * CHANNELS / LANES, GB = $clog2(2 * HALF), W = LANES * CODE_BITS;
    localparam int DEPTH = MAX_COLUMNS * HALF, AW = $clog2(DEPTH);

    logic [15:0] height, width, x, y;
    logic last_x, last_y, last_group;
    logic [GB-1:0] group;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    logic lower;  // the lower row is written
    logic [AW-1:0] kept, given;  // where its next word goes, and comes from
    wire upper = group < GB'(HALF);
    wire writes = lower || upper;
    wire go = (in_valid || lower) && (out_room || !writes);
    wire read = go && !lower;
    wire give = go && lower;
    assign in_ready = !lower && (out_room || !writes);
    assign out_begins = go && writes;
    counter #(.COUNT(2*HALF)) groups (.clk, .rst, .step(read), .count(group), .last(last_group));
    raster #(.X_BITS($clog2(MAX_COLUMNS + 1))) pixels (
        .clk, .rst, .step(read && last_group), .height, .width, .x, .y, .last_x, .last_y);
    wire ends = give && given == kept - 1'b1;
    always_ff @(posedge clk) begin
        if (rst || ends) begin
            lower <= 1'b0;
            kept <= '0;
            given <= '0;
        end else begin
            if (read && last_group && last_x) lower <= 1'b1;
            if (read && !upper) kept <= kept + 1'b1;
            if (give) given <= given + 1'b1;
        end
    end

    logic [W-1:0] word1, word2, late;
    logic lower1, lower2, begun1, begun2;
    memory #(.WIDTH(W), .DEPTH(DEPTH), .STYLE(LINE_MEMORY)) lower_row (
        .clk, .write(read && !upper), .write_at(kept), .in_data, .read_at(given), .out_data(late));
    always_ff @(posedge clk) begin
        word1 <= in_data;
        word2 <= word1;
        lower1 <= lower;
        lower2 <= lower1;
        out_data <= lower2 ? late : word2;
        begun1 <= out_begins && !rst;
        begun2 <= begun1 && !rst;
        out_push <= begun2 && !rst;
    end
    wire unused = &{1'b0, x, y, last_y};
endmodule
