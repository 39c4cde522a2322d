// The course of processes that write a pixel while they read the next: CYCLES cycles (`go`) a pixel, and
// as many for a frame's last. `reads` where there is still a pixel to read, `writes` where one has been
// read before; `moves` in a pixel's last cycle.
module interleaved #(
    parameter int CYCLES = 4,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic go,
    input  logic [15:0] height,
    input  logic [15:0] width,
    output logic [(CYCLES > 1 ? $clog2(CYCLES) : 1)-1:0] cycle,
    output logic reads,
    output logic writes,
    output logic moves
);
    logic [15:0] x, y;
    logic last_x, last_y, last;
    assign moves = go && last;
    counter #(.COUNT(CYCLES)) cycles (.clk, .rst, .step(go), .count(cycle), .last);
    raster #(.X_BITS($clog2(MAX_COLUMNS + 1))) pixels (
        .clk, .rst, .step(moves && reads), .height, .width, .x, .y, .last_x, .last_y);
    always_ff @(posedge clk) begin
        if (rst) begin
            reads <= 1'b1;
            writes <= 1'b0;
        end else if (moves) begin
            reads <= !(reads && last_x && last_y);
            writes <= reads;
        end
    end
    wire unused = &{1'b0, x, y};
endmodule
