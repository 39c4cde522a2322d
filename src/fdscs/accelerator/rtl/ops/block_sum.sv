// Sums of 2×2 pixels. The first row of an odd height counts twice, and so does the first column of an
// odd width. Pixels are R, G, B from the low byte up; sums have a lane for each.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. Reads a pixel a cycle. Latency: 3.
module block_sum #(
    parameter int SUM_BITS = 10,
    parameter bit SUM_SIGNED = 1'b0,
    parameter int MAX_COLUMNS = 64  // of the output
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [23:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [3*SUM_BITS-1:0] out_data,
    input  logic out_room
);
    if (SUM_BITS < 10 || SUM_SIGNED) begin : g_check1
        $error("block_sum: sums are unsigned, of 10 bits at least");
    end
    if (MAX_COLUMNS < 1) begin : g_check2
        $error("block_sum: MAX_COLUMNS %0d is below 1", MAX_COLUMNS);
    end
    localparam int AW = MAX_COLUMNS > 1 ? $clog2(MAX_COLUMNS) : 1, XB = $clog2(2 * MAX_COLUMNS + 1);

    logic [15:0] x, y;
    logic last_x, last_y;
    wire go = in_valid && in_ready;
    raster #(.X_BITS(XB)) pixels (
        .clk, .rst, .step(go), .height(rows), .width(columns), .x, .y, .last_x, .last_y);
    logic begins_row, begins_frame;
    always_ff @(posedge clk) begin
        if (rst) begin
            begins_row <= 1'b1;
            begins_frame <= 1'b1;
        end else if (go) begin
            begins_row <= last_x;
            if (last_x) begins_frame <= last_y;
        end
    end
    wire first_column = columns[0] && begins_row;
    wire first_row = rows[0] && begins_frame;
    wire ends_pair = first_column || (x[0] ^ columns[0]);
    wire ends_block = first_row || (y[0] ^ rows[0]);
    wire [AW-1:0] column = AW'((x + 16'(columns[0])) >> 1);
    wire writes = ends_pair && ends_block;
    assign in_ready = out_room || !writes;
    assign out_begins = go && writes;

    logic [3*SUM_BITS-1:0] pair, pair1, pair2, above;
    logic begun1, begun2, twice1, twice2;
    logic [23:0] previous;
    for (genvar c = 0; c < 3; c++) begin : g_colour
        wire [7:0] pixel = in_data[8*c +: 8];
        wire [7:0] beside = first_column ? pixel : previous[8*c +: 8];
        assign pair[c*SUM_BITS +: SUM_BITS] = SUM_BITS'(beside) + SUM_BITS'(pixel);
        wire [SUM_BITS-1:0] below = pair2[c*SUM_BITS +: SUM_BITS];
        always_ff @(posedge clk)
            out_data[c*SUM_BITS +: SUM_BITS] <= below + (twice2 ? below : above[c*SUM_BITS +: SUM_BITS]);
    end
    always_ff @(posedge clk) begin
        if (go) previous <= in_data;
        pair1 <= pair;
        pair2 <= pair1;
        twice1 <= first_row;
        twice2 <= twice1;
        begun1 <= out_begins && !rst;
        begun2 <= begun1 && !rst;
        out_push <= begun2 && !rst;
    end
    // Read where it is written, which Yosys 0.70 cannot do in LUTs.
    memory #(.WIDTH(3*SUM_BITS), .DEPTH(MAX_COLUMNS), .STYLE("block")) row_above (
        .clk, .write(go && ends_pair && !ends_block), .write_at(column), .in_data(pair), .read_at(column),
        .out_data(above));
    wire unused = &{1'b0, y[15:1]};
endmodule
