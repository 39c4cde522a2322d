// Two codes times two weights by one multiplication: codes lie FIELD bits apart, weights twice that, so that
// field i + 2 · k of `product` is that of code i and weight k; `split` takes them, or the sum of several such,
// apart. The upper of `weights` has to be less by one where the lower is negative, as in `multiply`.
// Latency: 3, no valid bits.
module multiply_outer #(
    parameter int CODE_BITS = 4,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int WEIGHT_BITS = 4,
    parameter int FIELD = 8
) (
    input  logic clk,
    input  logic [2*CODE_BITS-1:0] codes,
    input  logic [2*WEIGHT_BITS-1:0] weights,
    output logic [3*FIELD+WEIGHT_BITS+CODE_BITS-1:0] product
);
    if (WEIGHT_BITS < 2 || CODE_BITS < 1 || FIELD < WEIGHT_BITS + CODE_BITS) begin : g_check1
        $error("multiply_outer: a size is below its least");
    end
    localparam int WIDE = 2 * FIELD + WEIGHT_BITS, NARROW = FIELD + CODE_BITS + 1;
    localparam int OUT = WIDE + NARROW - 1;
    wire [CODE_BITS-1:0] low = codes[CODE_BITS-1:0], high = codes[2*CODE_BITS-1:CODE_BITS];
    wire [WEIGHT_BITS-1:0] lower = weights[WEIGHT_BITS-1:0], upper = weights[2*WEIGHT_BITS-1:WEIGHT_BITS];
    wire [NARROW-1:0] low_code = {{(NARROW-CODE_BITS){CODE_SIGNED && low[CODE_BITS-1]}}, low};
    wire [NARROW-1:0] high_code = {CODE_SIGNED && high[CODE_BITS-1], high, {FIELD{1'b0}}};
    logic [OUT:0] whole;
    multiplier #(.WIDE(WIDE), .NARROW(NARROW)) together (
        .clk, .wide({upper, {(2*FIELD-WEIGHT_BITS){lower[WEIGHT_BITS-1]}}, lower}),
        .narrow(low_code + high_code), .product(whole));
    assign product = whole[OUT-1:0];
    wire unused = &{1'b0, whole[OUT]};
endmodule
