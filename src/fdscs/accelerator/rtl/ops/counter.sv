// Counts `step`s from 0 to COUNT − 1 and begins again. `last`, a register, says that it stands at the end.
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
    if (COUNT == 1) begin : g_one
        assign count = '0;
        assign last = 1'b1;
        wire unused = &{1'b0, clk, rst, step};
    end else begin : g_several
        always_ff @(posedge clk) begin
            if (rst) begin
                count <= '0;
                last <= 1'b0;
            end else if (step) begin
                count <= last ? '0 : count + 1'b1;
                last <= count == WIDTH'(COUNT - 2);
            end
        end
    end
endmodule
