// Adds a sum and its borrow where `adds` is high, to `bias` where `starts` is, too. Latency: 1.
module accumulator #(
    parameter int SUM_BITS = 18,
    parameter int ACC_BITS = 24
) (
    input  logic clk,
    input  logic adds,
    input  logic starts,
    input  logic signed [ACC_BITS-1:0] bias,
    input  logic signed [SUM_BITS-1:0] sum,
    input  logic borrow,
    output logic signed [ACC_BITS-1:0] acc
);
    if (SUM_BITS < 1 || ACC_BITS < 1) begin : g_check1
        $error("accumulator: a sum of %0d bits, %0d of an accumulator", SUM_BITS, ACC_BITS);
    end
    wire [ACC_BITS-1:0] from = starts ? bias : acc, more = ACC_BITS'(sum);
    logic carry;  // of the borrow, which adds in the place below, without an adder of its own
    always_ff @(posedge clk) if (adds) {acc, carry} <= {more, borrow} + {from, 1'b1};
    wire unused = &{1'b0, carry, sum};  // bits of the sum that no accumulator's range reaches
endmodule
