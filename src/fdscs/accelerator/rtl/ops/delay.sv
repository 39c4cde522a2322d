// `out_data` is `in_data` as it was CYCLES cycles before; with 0 it is a wire.
module delay #(
    parameter int WIDTH = 1,
    parameter int CYCLES = 1
) (
    input  logic clk,
    input  logic rst,  // clears what is under way; tie low where valid bits go beside
    input  logic [WIDTH-1:0] in_data,
    output logic [WIDTH-1:0] out_data
);
    if (CYCLES < 0) begin : g_check1
        $error("delay: CYCLES %0d is below 0", CYCLES);
    end
    if (CYCLES == 0) begin : g_wire
        assign out_data = in_data;
    end else begin : g_registers
        logic [WIDTH-1:0] stages [CYCLES];
        assign out_data = stages[CYCLES-1];
        always_ff @(posedge clk) begin
            for (int i = 0; i < CYCLES; i++) begin
                if (rst) stages[i] <= '0;
                else stages[i] <= i == 0 ? in_data : stages[i > 0 ? i - 1 : 0];
            end
        end
    end
endmodule
