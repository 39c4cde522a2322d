// Counts `step`s from 0 to COUNT − 1 and begins again.
module counter #(
    parameter int COUNT = 4
) (
    input  logic clk,
    input  logic rst,
    input  logic step,
    output logic [(COUNT > 1 ? $clog2(COUNT) : 1)-1:0] count,
    output logic last
);
    if (COUNT < 1) begin : g_check1
        $error("counter: COUNT %0d is below 1", COUNT);
    end
    localparam int WIDTH = COUNT > 1 ? $clog2(COUNT) : 1;
    assign last = count == WIDTH'(COUNT - 1);
    always_ff @(posedge clk) begin
        if (rst) count <= '0;
        else if (step) count <= last ? '0 : count + 1'b1;
    end
endmodule
