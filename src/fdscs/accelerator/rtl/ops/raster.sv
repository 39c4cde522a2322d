// Walks over `height` × `width` pixels, row by row, one a `step`, and begins again after the last.
// `last_x` and `last_y` say that x or y is the last. Sizes change only at the first pixel.
module raster (
    input  logic clk,
    input  logic rst,
    input  logic step,
    input  logic [15:0] height,
    input  logic [15:0] width,
    output logic [15:0] x,
    output logic [15:0] y,
    output logic last_x,
    output logic last_y
);
    logic [15:0] right, bottom;
    assign last_x = x == right;
    assign last_y = y == bottom;
    always_ff @(posedge clk) begin
        right <= width - 16'd1;
        bottom <= height - 16'd1;
        if (rst) begin
            x <= '0;
            y <= '0;
        end else if (step) begin
            x <= last_x ? '0 : x + 16'd1;
            if (last_x) y <= last_y ? '0 : y + 16'd1;
        end
    end
endmodule
