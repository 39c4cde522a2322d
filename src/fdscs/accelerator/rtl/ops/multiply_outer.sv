// Products of two codes with two weights by one multiplication: codes lie a product's bits apart, weights
// twice that. The upper of `weights` has to be less by one where the lower is negative, as in `multiply`.
// Product i + 2 · k is that of code i and weight k. Latency: 4, no valid bits.
module multiply_outer #(
    parameter int CODE_BITS = 4,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int WEIGHT_BITS = 4
) (
    input  logic clk,
    input  logic [2*CODE_BITS-1:0] codes,
    input  logic [2*WEIGHT_BITS-1:0] weights,
    output logic [4*(WEIGHT_BITS+CODE_BITS)-1:0] products
);
    if (WEIGHT_BITS < 2 || CODE_BITS < 1) begin : g_check1
        $error("multiply_outer: a size is below its least");
    end
    localparam int STEP = WEIGHT_BITS + CODE_BITS, WIDE = 2 * STEP + WEIGHT_BITS;
    localparam int NARROW = STEP + CODE_BITS + 1, PRODUCT = WIDE + NARROW;
    wire [CODE_BITS-1:0] low = codes[CODE_BITS-1:0], high = codes[2*CODE_BITS-1:CODE_BITS];
    wire [WEIGHT_BITS-1:0] lower = weights[WEIGHT_BITS-1:0], upper = weights[2*WEIGHT_BITS-1:WEIGHT_BITS];
    logic signed [WIDE-1:0] wide1;
    logic signed [NARROW-1:0] narrow1;
    (* use_dsp = "yes" *) logic signed [PRODUCT-1:0] product2, product3;
    wire [NARROW-1:0] low_code = {{(NARROW-CODE_BITS){CODE_SIGNED && low[CODE_BITS-1]}}, low};
    wire [NARROW-1:0] high_code = {CODE_SIGNED && high[CODE_BITS-1], high, {STEP{1'b0}}};
    always_ff @(posedge clk) begin
        wide1 <= {upper, {(2*STEP-WEIGHT_BITS){lower[WEIGHT_BITS-1]}}, lower};
        narrow1 <= low_code + high_code;
        product2 <= PRODUCT'(wide1) * PRODUCT'(narrow1);
        product3 <= product2;
        products[0 +: STEP] <= product3[0 +: STEP];
    end
    for (genvar i = 1; i < 4; i++) begin : g_product
        // A negative product has taken one from that above it.
        always_ff @(posedge clk)
            products[i*STEP +: STEP] <= product3[i*STEP +: STEP] + STEP'(product3[i*STEP-1]);
    end
    if (PRODUCT > 4 * STEP) begin : g_sign
        wire unused = &{1'b0, product3[PRODUCT-1:4*STEP]};
    end
endmodule
