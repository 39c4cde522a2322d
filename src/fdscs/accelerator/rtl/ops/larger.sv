// The larger of two codes.
module larger #(
    parameter int BITS = 8,
    parameter bit IS_SIGNED = 1'b0
) (
    input  logic [BITS-1:0] a,
    input  logic [BITS-1:0] b,
    output logic [BITS-1:0] most
);
    if (BITS < 1) begin : g_check1
        $error("larger: BITS %0d is below 1", BITS);
    end
    localparam logic [BITS-1:0] TURNED = BITS'(IS_SIGNED) << (BITS - 1);  // signs order the other way
    assign most = (a ^ TURNED) > (b ^ TURNED) ? a : b;
endmodule
