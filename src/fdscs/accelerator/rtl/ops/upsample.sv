// Full-resolution disparity: bilinear where it is within 1 px of nearest, else nearest; FRAC fraction bits
// become FRAC + 2. Even outputs lie on the samples, odd ones half way to the next; the last sample
// repeats. The row or column that made the size even is left out at the top or left.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. Rows are read, then written, a pixel
// a cycle. Latency: 7.
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
    localparam int AW = MAX_COLUMNS > 1 ? $clog2(MAX_COLUMNS) : 1;
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
    raster inner (
        .clk, .rst, .step(read), .height, .width, .x(read_x), .y(read_y), .last_x(last_read_x),
        .last_y(last_read_y));
    raster outer (
        .clk, .rst, .step(write), .height(rows), .width(columns), .x, .y, .last_x, .last_y);
    wire row_read = read && last_read_x;
    wire row_written = write && last_x;
    // Places among the even number of rows and columns.
    wire [15:0] full_x = x + 16'(columns[0]);
    wire [15:0] full_y = y + 16'(rows[0]);
    logic all_read;
    always_ff @(posedge clk) begin
        if (rst) begin
            writing <= 1'b0;
            all_read <= 1'b0;
        end else begin
            // A first row is read, and one more before each two that are written.
            if (row_read) writing <= last_read_y || read_y != '0;
            else if (row_written) writing <= !last_y && !(full_y[0] && !all_read);
            if (row_read && last_read_y) all_read <= 1'b1;
            else if (row_written && last_y) all_read <= 1'b0;
        end
    end

    // Stage 1: addresses; stage 3: samples a, b to the right, c below, d below right.
    wire [15:0] column = full_x >> 1;
    wire ends_row = column == width - 16'd1;
    wire ends_frame = full_y >> 1 == height - 16'd1;
    logic [AW-1:0] column1, beside1;
    logic line1, line2, line3, under1, under2, under3;
    logic [HALF_BITS-1:0] samples [4];  // of line 0 and 1, then beside them
    for (genvar i = 0; i < 4; i++) begin : g_line
        memory #(.WIDTH(HALF_BITS), .DEPTH(MAX_COLUMNS)) line (
            .clk, .write(read && read_y[0] == 1'(i % 2)), .write_at(AW'(read_x)), .in_data,
            .read_at(i < 2 ? column1 : beside1), .out_data(samples[i]));
    end
    always_ff @(posedge clk) begin
        column1 <= AW'(column);
        beside1 <= AW'(column + 16'(full_x[0] && !ends_row));
        line1 <= full_y[1];
        under1 <= full_y[1] ^ (full_y[0] && !ends_frame);
        {line2, under2} <= {line1, under1};
        {line3, under3} <= {line2, under2};
    end

    logic [WIDE-1:0] upper4, lower4, nearest4, nearest5, nearest6, bilinear5, bilinear6;
    logic signed [WIDE-1:0] apart6;
    logic [5:0] begun;
    wire [HALF_BITS-1:0] a = samples[{1'b0, line3}], b = samples[{1'b1, line3}];
    wire [HALF_BITS-1:0] c = samples[{1'b0, under3}], d = samples[{1'b1, under3}];
    always_ff @(posedge clk) begin
        upper4 <= WIDE'(a) + WIDE'(b);
        lower4 <= WIDE'(c) + WIDE'(d);
        nearest4 <= WIDE'(a) << 2;
        bilinear5 <= upper4 + lower4;
        nearest5 <= nearest4;
        bilinear6 <= bilinear5;
        nearest6 <= nearest5;
        apart6 <= bilinear5 - nearest5;
        out_data <= FULL_BITS'(apart6 < PIXEL && apart6 > -PIXEL ? bilinear6 : nearest6);
        begun <= rst ? '0 : {begun[4:0], write};
        out_push <= begun[5] && !rst;
    end
    wire unused = &{1'b0, read_x, read_y};
endmodule
