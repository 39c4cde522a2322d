// Rows and columns up to multiples of MULTIPLE, mirrored, the border itself not repeated: of p rows ⌊p / 2⌋
// above and the rest below; columns likewise. As many rows are kept as a mirror reaches back.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. Rows are read, then written, a word
// a cycle. Latency: 3.
module reflect_pad #(
    parameter int GRID_LEVEL = 0,  // the size of the input
    parameter int GRID_MULTIPLE = 1,
    parameter int PADDED_LEVEL = 0,
    parameter int PADDED_MULTIPLE = 8,
    parameter int MULTIPLE = 8,
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int CHANNELS = 3,
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
    if (MAX_COLUMNS < 1 || CODE_BITS < 1 + 32'(CODE_SIGNED)) begin : g_check1
        $error("reflect_pad: a size is below its least");
    end
    if (MULTIPLE != PADDED_MULTIPLE) begin : g_check2
        $error("reflect_pad: MULTIPLE %0d is not that of the output", MULTIPLE);
    end
    localparam int GROUPS = (CHANNELS + LANES - 1) / LANES, GB = GROUPS > 1 ? $clog2(GROUPS) : 1;
    localparam int KEPT = MULTIPLE / 2 + 1, LINE = MAX_COLUMNS * GROUPS, DEPTH = KEPT * LINE;
    localparam int AW = DEPTH > 1 ? $clog2(DEPTH) : 1, W = LANES * CODE_BITS;
    localparam int MB = MULTIPLE > 2 ? $clog2(MULTIPLE) - 1 : 1;  // of mirrored rows above
    localparam int XB = $clog2(MAX_COLUMNS + MULTIPLE);
    localparam logic [AW-1:0] LAST_LINE = AW'((KEPT - 1) * LINE);

    logic [15:0] height, width, padded_height, padded_width, bottom, right, top, left;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    grid_size #(.LEVEL(PADDED_LEVEL), .MULTIPLE(PADDED_MULTIPLE)) padded (
        .clk, .rows, .columns, .height(padded_height), .width(padded_width));
    logic [AW-1:0] top_line;  // where row `top` lies
    logic [AW-1:0] left_word;  // where the first pixel lies that is written
    logic [AW-1:0] top_times_line, left_times_groups;
    times #(.BITS(MB), .FACTOR(LINE), .TO(AW)) line_of_top (.number(top[MB-1:0]), .product(top_times_line));
    times #(.BITS(MB), .FACTOR(GROUPS), .TO(AW)) word_of_left (
        .number(left[MB-1:0]), .product(left_times_groups));
    always_ff @(posedge clk) begin
        bottom <= height - 16'd1;
        right <= width - 16'd1;
        top <= (padded_height - height) >> 1;
        left <= (padded_width - width) >> 1;
        top_line <= top_times_line;
        left_word <= left_times_groups;
    end

    // A row is read into line `to`, or row `from` is written from line `source`.
    logic writing, begins_frame;  // nothing of the frame is there yet
    logic [15:0] have, newest;  // rows read; the last of them
    logic [AW-1:0] to, read_words, source;
    logic [15:0] x, read_y, out_x, y, from, column;
    logic last_read_x, last_read_y, last_x, last_y, last_group, up_falls, column_falls;
    logic [GB-1:0] group;
    wire go = writing ? out_room : in_valid;
    wire read = go && !writing;
    wire write = go && writing;
    assign in_ready = !writing;
    assign out_begins = write;
    counter #(.COUNT(GROUPS)) groups (.clk, .rst, .step(go), .count(group), .last(last_group));
    raster #(.X_BITS(XB)) inner (
        .clk, .rst, .step(read && last_group), .height, .width, .x, .y(read_y), .last_x(last_read_x),
        .last_y(last_read_y));
    raster #(.X_BITS(XB)) outer (
        .clk, .rst, .step(write && last_group), .height(padded_height), .width(padded_width), .x(out_x), .y,
        .last_x, .last_y);
    wire row_read = read && last_group && last_read_x;
    wire row_written = write && last_group && last_x;
    wire frame_written = row_written && last_y;
    mirror row_from (
        .clk, .restart(rst || begins_frame), .step(row_written), .padding(top), .last(bottom), .place(from),
        .falls(up_falls));
    mirror column_from (
        .clk, .restart(rst || !writing || row_written), .step(write && last_group), .padding(left),
        .last(right), .place(column), .falls(column_falls));
    logic [AW-1:0] line_up, line_down;
    assign line_up = source == LAST_LINE ? '0 : source + AW'(LINE);
    assign line_down = source == '0 ? LAST_LINE : source - AW'(LINE);
    always_ff @(posedge clk) begin
        if (rst || frame_written) begin
            writing <= 1'b0;
            begins_frame <= 1'b1;
            have <= '0;
            to <= '0;
            read_words <= '0;
        end else if (row_read) begin
            writing <= have == (begins_frame ? top : from);
            begins_frame <= 1'b0;
            have <= have + 16'd1;
            newest <= have;
            to <= to == LAST_LINE ? '0 : to + AW'(LINE);
            read_words <= '0;
        end else if (row_written) begin
            writing <= up_falls || from != newest;
        end else if (read) begin
            read_words <= read_words + 1'b1;
        end
        if (begins_frame) source <= top_line;
        else if (row_written) source <= up_falls ? line_down : line_up;
    end

    // Words of the mirrored columns: `at` within the line.
    logic [AW-1:0] at, read_at1;
    always_ff @(posedge clk) begin
        if (!writing || row_written) at <= left_word;
        else if (write) at <= at + (last_group && column_falls ? AW'(1 - 2 * GROUPS) : AW'(1));
        read_at1 <= source + at;
    end
    logic begun1, begun2;
    always_ff @(posedge clk) begin
        begun1 <= write && !rst;
        begun2 <= begun1 && !rst;
        out_push <= begun2 && !rst;
    end
    memory #(.WIDTH(W), .DEPTH(DEPTH), .STYLE(LINE_MEMORY)) lines (
        .clk, .write(read), .write_at(to + read_words), .in_data, .read_at(read_at1), .out_data);
    wire unused = &{1'b0, x, read_y, last_read_y, out_x, y, column, group};
endmodule
