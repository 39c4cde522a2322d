// Census of 5×5 windows: a bit for each neighbour, row by row, the first in bit 0; 1 where centre ≥
// neighbour, 0 where the neighbour is outside the image.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. A window a cycle over rows and
// columns that are 2 longer than the image. Latency: 4.
module census #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int LUMA_BITS = 18,
    parameter bit LUMA_SIGNED = 1'b0,
    parameter int BITS_BITS = 24,
    parameter bit BITS_SIGNED = 1'b0,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [LUMA_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [BITS_BITS-1:0] out_data,
    input  logic out_room
);
    if (LUMA_SIGNED || BITS_SIGNED || BITS_BITS != 24) begin : g_check1
        $error("census: makes 24 bits of unsigned luma");
    end
    if (MAX_COLUMNS < 1) begin : g_check2
        $error("census: MAX_COLUMNS %0d is below 1", MAX_COLUMNS);
    end
    localparam int AW = MAX_COLUMNS > 1 ? $clog2(MAX_COLUMNS) : 1, XB = $clog2(MAX_COLUMNS + 3);

    logic [15:0] height, width, x, y;
    logic last_x, last_y;
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    logic [15:0] tall, wide, right, bottom;  // with the window's reach; the image's last column and row
    logic [4:0] rows_in, columns_in;  // those of the window that arrives that lie in the image
    logic [1:0] below, beyond;  // past the first and second row, and column
    wire arrives = columns_in[4];
    wire reads = arrives && rows_in[4];
    wire writes = below[1] && beyond[1];
    wire go = (in_valid || !reads) && (out_room || !writes);
    raster #(.X_BITS(XB)) windows (.clk, .rst, .step(go), .height(tall), .width(wide), .x, .y, .last_x, .last_y);
    always_ff @(posedge clk) begin
        tall <= height + 16'd2;
        wide <= width + 16'd2;
        right <= width - 16'd1;
        bottom <= height - 16'd1;
        if (rst || (go && last_x)) begin
            columns_in <= 5'b10000;
            beyond <= 2'b00;
        end else if (go) begin
            columns_in <= {columns_in[4] && x != right, columns_in[4:1]};
            beyond <= {beyond[0], 1'b1};
        end
        if (rst || (go && last_x && last_y)) begin
            rows_in <= 5'b10000;
            below <= 2'b00;
        end else if (go && last_x) begin
            rows_in <= {rows_in[4] && y != bottom, rows_in[4:1]};
            below <= {below[0], 1'b1};
        end
    end
    assign in_ready = reads && (out_room || !writes);
    assign out_begins = go && writes;

    // Stage 2: the column that arrives, four rows of it from the memory, which keep the newest four.
    logic begun1, begun2, begun3, arrives1, arrives2, shifts1, shifts2;
    logic [AW-1:0] at1, at2;
    logic [LUMA_BITS-1:0] luma1, luma2;
    logic [4*LUMA_BITS-1:0] above;
    logic [4:0] rows_in1, rows_in2, rows_in3, columns_in1, columns_in2, columns_in3;
    wire [5*LUMA_BITS-1:0] column = {luma2, above};
    memory #(.WIDTH(4*LUMA_BITS), .DEPTH(MAX_COLUMNS)) lines (
        .clk, .write(arrives2), .write_at(at2), .in_data(column[5*LUMA_BITS-1:LUMA_BITS]),
        .read_at(AW'(x)), .out_data(above));
    always_ff @(posedge clk) begin
        rows_in1 <= rows_in;
        columns_in1 <= columns_in;
        rows_in2 <= rows_in1;
        rows_in3 <= rows_in2;
        columns_in2 <= columns_in1;
        columns_in3 <= columns_in2;
        luma1 <= in_data;
        luma2 <= luma1;
        at1 <= AW'(x);
        at2 <= at1;
        shifts1 <= go && !rst;
        shifts2 <= shifts1 && !rst;
        arrives1 <= go && arrives && !rst;
        arrives2 <= arrives1 && !rst;
        begun1 <= out_begins && !rst;
        begun2 <= begun1 && !rst;
        begun3 <= begun2 && !rst;
        out_push <= begun3 && !rst;
    end

    // Stage 3: the window; stage 4: its comparisons.
    logic [LUMA_BITS-1:0] window [25];
    always_ff @(posedge clk) if (shifts2) begin
        for (int i = 0; i < 5; i++) begin
            for (int j = 0; j < 4; j++) window[5*i+j] <= window[5*i+j+1];
            window[5*i+4] <= column[i*LUMA_BITS +: LUMA_BITS];
        end
    end
    for (genvar n = 0; n < 25; n++) begin : g_neighbour
        if (n != 12) begin : g_bit
            always_ff @(posedge clk)
                out_data[n < 12 ? n : n - 1] <= rows_in3[n/5] && columns_in3[n%5] && window[12] >= window[n];
        end
    end
endmodule
