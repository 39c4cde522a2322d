// Sends bytes over a serial line: a start bit, eight bits from the lowest, a stop bit; CYCLES a bit.
module uart_tx #(
    parameter int CYCLES = 868
) (
    input  logic clk,
    input  logic rst,
    input  logic valid,
    output logic ready,
    input  logic [7:0] data,
    output logic tx
);
    if (CYCLES < 2) begin : g_check1
        $error("uart_tx: CYCLES %0d is below 2", CYCLES);
    end
    logic [9:0] bits;  // still to send, the stop bit above
    logic [3:0] left;
    logic [15:0] cycle;
    assign ready = left == 4'd0;
    assign tx = ready || bits[0];
    always_ff @(posedge clk) begin
        if (rst) left <= 4'd0;
        else if (ready && valid) begin
            bits <= {1'b1, data, 1'b0};
            left <= 4'd10;
            cycle <= 16'(CYCLES - 1);
        end else if (!ready) begin
            cycle <= cycle == 16'd0 ? 16'(CYCLES - 1) : cycle - 16'd1;
            if (cycle == 16'd0) begin
                bits <= {1'b1, bits[9:1]};
                left <= left - 4'd1;
            end
        end
    end
endmodule
