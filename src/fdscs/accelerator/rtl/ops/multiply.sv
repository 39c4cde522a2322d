// Products of one code with SHARE weights by one multiplication. The weights lie a product's bits apart in
// the wide factor, which is wiring: each of `weights` but the lowest has to be less by one where the one
// below it, so lessened, is negative. Weights are symmetric, so it fits its bits.
// Latency: 3, or 4 where SHARE is above 1; no valid bits.
module multiply #(
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int WEIGHT_BITS = 8,
    parameter int SHARE = 1
) (
    input  logic clk,
    input  logic [CODE_BITS-1:0] code,
    input  logic [SHARE*WEIGHT_BITS-1:0] weights,
    output logic [SHARE*(WEIGHT_BITS+CODE_BITS)-1:0] products
);
    if (SHARE < 1 || WEIGHT_BITS < 2 || CODE_BITS < 1) begin : g_check1
        $error("multiply: a size is below its least");
    end
    localparam int STEP = WEIGHT_BITS + CODE_BITS, WIDE = (SHARE - 1) * STEP + WEIGHT_BITS;
    localparam int NARROW = CODE_BITS + (CODE_SIGNED ? 0 : 1), PRODUCT = WIDE + NARROW;
    logic [WIDE-1:0] side_by_side;
    for (genvar i = 0; i < SHARE; i++) begin : g_weight
        wire [WEIGHT_BITS-1:0] weight = weights[i*WEIGHT_BITS +: WEIGHT_BITS];
        if (i == SHARE - 1) begin : g_top
            assign side_by_side[i*STEP +: WEIGHT_BITS] = weight;
        end else begin : g_below
            assign side_by_side[i*STEP +: STEP] = {{CODE_BITS{weight[WEIGHT_BITS-1]}}, weight};
        end
    end
    logic signed [WIDE-1:0] wide1;
    logic signed [NARROW-1:0] narrow1;
    (* use_dsp = "yes" *) logic signed [PRODUCT-1:0] product2, product3;
    always_ff @(posedge clk) begin
        wide1 <= side_by_side;
        narrow1 <= NARROW'({!CODE_SIGNED ? 1'b0 : code[CODE_BITS-1], code});
        product2 <= PRODUCT'(wide1) * PRODUCT'(narrow1);
        product3 <= product2;
    end
    if (SHARE == 1) begin : g_alone
        assign products = product3[STEP-1:0];
        if (PRODUCT > STEP) begin : g_sign
            wire unused = &{1'b0, product3[PRODUCT-1:STEP]};
        end
    end else begin : g_shared
        // A negative product has taken one from that above it.
        for (genvar i = 0; i < SHARE; i++) begin : g_product
            wire [STEP-1:0] field = product3[i*STEP +: STEP];
            if (i == 0) begin : g_lowest
                always_ff @(posedge clk) products[0 +: STEP] <= field;
            end else begin : g_above
                always_ff @(posedge clk) products[i*STEP +: STEP] <= field + STEP'(product3[i*STEP-1]);
            end
        end
        if (PRODUCT > SHARE * STEP) begin : g_sign
            wire unused = &{1'b0, product3[PRODUCT-1:SHARE*STEP]};
        end
    end
endmodule
