// Full-resolution disparity: bilinear where it is within 1 px of nearest, else nearest; FRAC fraction bits
// become FRAC + 2. Even outputs lie on the samples, odd ones half way to the next; the last sample
// repeats. The row or column that made the size even is left out at the top or left.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. Rows are read, then written, a pixel
// a cycle. Latency: 8.
module upsample #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int HALF_BITS = 14,
    parameter bit HALF_SIGNED = 1'b0,
    parameter int FULL_BITS = 16,
    parameter bit FULL_SIGNED = 1'b0,
    parameter int FRAC = 6,
    parameter int MAX_COLUMNS = 64  // of the input
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [HALF_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [FULL_BITS-1:0] out_data,
    input  logic out_room
);
    if (HALF_SIGNED || FULL_SIGNED || FULL_BITS < HALF_BITS + 2) begin : g_check1
        $error("upsample: not the codes of a disparity");
    end
    if (MAX_COLUMNS < 1 || FRAC < 0) begin : g_check2
        $error("upsample: a size is below its least");
    end
    localparam int AW = MAX_COLUMNS > 1 ? $clog2(MAX_COLUMNS) : 1, XB = $clog2(2 * MAX_COLUMNS + 1);
    localparam int WIDE = FULL_BITS + 1;  // of differences
    localparam logic signed [WIDE-1:0] PIXEL = WIDE'(4 << FRAC);

    logic [15:0] height, width, read_x, read_y, x, y;
    logic last_read_x, last_read_y, last_x, last_y;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    logic writing;
    wire go = writing ? out_room : in_valid;
    wire read = go && !writing;
    wire write = go && writing;
    assign in_ready = !writing;
    assign out_begins = write;
    raster #(.X_BITS(XB)) inner (
        .clk, .rst, .step(read), .height, .width, .x(read_x), .y(read_y), .last_x(last_read_x),
        .last_y(last_read_y));
    raster #(.X_BITS(XB)) outer (
        .clk, .rst, .step(write), .height(rows), .width(columns), .x, .y, .last_x, .last_y);
    wire row_read = read && last_read_x;
    wire row_written = write && last_x;
    // Places among the even number of rows and columns.
    logic [15:0] full_x, full_y;  // a cycle later
    logic all_read, second_row;  // a row but the first has been read
    always_ff @(posedge clk) begin
        if (rst) begin
            writing <= 1'b0;
            all_read <= 1'b0;
            second_row <= 1'b0;
        end else begin
            // A first row is read, and one more before each two that are written.
            if (row_read) writing <= last_read_y || second_row;
            else if (row_written) writing <= !last_y && !((y[0] ^ rows[0]) && !all_read);
            if (row_read) second_row <= !last_read_y;
            if (row_read && last_read_y) all_read <= 1'b1;
            else if (row_written && last_y) all_read <= 1'b0;
        end
    end

    // Stage 2: addresses; stage 4: samples a, b to the right, c below, d below right.
    wire [15:0] column = full_x >> 1;
    logic ends_row, ends_frame;  // the last sample repeats
    logic [AW-1:0] column2, beside2;
    logic line2, line3, line4, under2, under3, under4;
    logic read1, line_read1;  // a sample is kept
    logic [AW-1:0] read_x1;
    logic [HALF_BITS-1:0] data1;
    logic [HALF_BITS-1:0] samples [4];  // of line 0 and 1, then beside them
    for (genvar i = 0; i < 4; i++) begin : g_line
        memory #(.WIDTH(HALF_BITS), .DEPTH(MAX_COLUMNS)) line (
            .clk, .write(read1 && line_read1 == 1'(i % 2)), .write_at(read_x1), .in_data(data1),
            .read_at(i < 2 ? column2 : beside2), .out_data(samples[i]));
    end
    always_ff @(posedge clk) begin
        read1 <= read && !rst;
        line_read1 <= read_y[0];
        read_x1 <= AW'(read_x);
        data1 <= in_data;
        ends_row <= last_x;
        ends_frame <= last_y;
        full_x <= x + 16'(columns[0]);
        full_y <= y + 16'(rows[0]);
        column2 <= AW'(column);
        beside2 <= AW'(column + 16'(full_x[0] && !ends_row));
        line2 <= full_y[1];
        under2 <= full_y[1] ^ (full_y[0] && !ends_frame);
        {line3, under3} <= {line2, under2};
        {line4, under4} <= {line3, under3};
    end

    logic [WIDE-1:0] upper5, lower5, nearest5, nearest6, nearest7, bilinear6, bilinear7;
    logic signed [WIDE-1:0] apart7;
    logic [6:0] begun;
    wire [HALF_BITS-1:0] a = samples[{1'b0, line4}], b = samples[{1'b1, line4}];
    wire [HALF_BITS-1:0] c = samples[{1'b0, under4}], d = samples[{1'b1, under4}];
    always_ff @(posedge clk) begin
        upper5 <= WIDE'(a) + WIDE'(b);
        lower5 <= WIDE'(c) + WIDE'(d);
        nearest5 <= WIDE'(a) << 2;
        bilinear6 <= upper5 + lower5;
        nearest6 <= nearest5;
        bilinear7 <= bilinear6;
        nearest7 <= nearest6;
        apart7 <= bilinear6 - nearest6;
        out_data <= FULL_BITS'(apart7 < PIXEL && apart7 > -PIXEL ? bilinear7 : nearest7);
        begun <= rst ? '0 : {begun[5:0], write};
        out_push <= begun[6] && !rst;
    end
    wire unused = &{1'b0, read_x, read_y, full_y[15:2]};
endmodule
