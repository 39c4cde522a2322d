// Walks over `height` × `width` pixels, row by row, one a `step`, and begins again after the last.
// `last_x` and `last_y`, registers, say that x or y is the last. Sizes, below 2**X_BITS and 2**Y_BITS, change
// only at the first pixel, 3 cycles before its step.
module raster #(
    parameter int X_BITS = 16,
    parameter int Y_BITS = 16
) (
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
    if (X_BITS < 1 || X_BITS > 16 || Y_BITS < 1 || Y_BITS > 16) begin : g_check1
        $error("raster: %0d and %0d bits are not 1 to 16", X_BITS, Y_BITS);
    end
    logic [X_BITS-1:0] across, before_right;  // the place; the last place but one
    logic [Y_BITS-1:0] down, before_bottom;
    logic fresh, one_wide, one_tall;  // fresh: at the first pixel
    assign x = 16'(across);
    assign y = 16'(down);
    always_ff @(posedge clk) begin
        before_right <= X_BITS'(width) - X_BITS'(2);
        before_bottom <= Y_BITS'(height) - Y_BITS'(2);
        one_wide <= width == 16'd1;
        one_tall <= height == 16'd1;
        if (rst) begin
            across <= '0;
            down <= '0;
            fresh <= 1'b1;
        end else if (step) begin
            across <= last_x ? '0 : across + 1'b1;
            if (last_x) down <= last_y ? '0 : down + 1'b1;
            fresh <= last_x && last_y;
        end
        if (step) last_x <= last_x ? one_wide : across == before_right;
        else if (fresh) last_x <= one_wide;
        if (step && last_x) last_y <= last_y ? one_tall : down == before_bottom;
        else if (fresh) last_y <= one_tall;
    end
endmodule
