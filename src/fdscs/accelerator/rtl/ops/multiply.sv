// One code times SHARE weights by one multiplication: `product` is the sum of the products, each FIELD bits
// above the one below; `split` takes them, or the sum of several such, apart. The weights lie so far apart in
// the wide factor, which is wiring: each of `weights` but the lowest has to be less by one where the one below
// it, so lessened, is negative. Weights are symmetric, so it fits its bits. Latency: 3, no valid bits.
module multiply #(
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int WEIGHT_BITS = 8,
    parameter int SHARE = 1,
    parameter int FIELD = 16
) (
    input  logic clk,
    input  logic [CODE_BITS-1:0] code,
    input  logic [SHARE*WEIGHT_BITS-1:0] weights,
    output logic [(SHARE-1)*FIELD+WEIGHT_BITS+CODE_BITS-1:0] product
);
    if (SHARE < 1 || WEIGHT_BITS < 2 || CODE_BITS < 1 || FIELD < WEIGHT_BITS + CODE_BITS) begin : g_check1
        $error("multiply: a size is below its least");
    end
    localparam int WIDE = (SHARE - 1) * FIELD + WEIGHT_BITS, NARROW = CODE_BITS + (CODE_SIGNED ? 0 : 1);
    localparam int OUT = WIDE + CODE_BITS;
    logic [WIDE-1:0] side_by_side;
    for (genvar i = 0; i < SHARE; i++) begin : g_weight
        wire [WEIGHT_BITS-1:0] weight = weights[i*WEIGHT_BITS +: WEIGHT_BITS];
        if (i == SHARE - 1) begin : g_top
            assign side_by_side[i*FIELD +: WEIGHT_BITS] = weight;
        end else begin : g_below
            assign side_by_side[i*FIELD +: FIELD] = {{(FIELD-WEIGHT_BITS){weight[WEIGHT_BITS-1]}}, weight};
        end
    end
    wire [NARROW-1:0] narrow = NARROW'({!CODE_SIGNED ? 1'b0 : code[CODE_BITS-1], code});
    logic [WIDE+NARROW-1:0] whole;
    multiplier #(.WIDE(WIDE), .NARROW(NARROW)) together (.clk, .wide(side_by_side), .narrow, .product(whole));
    assign product = whole[OUT-1:0];
    if (WIDE + NARROW > OUT) begin : g_sign
        wire unused = &{1'b0, whole[WIDE+NARROW-1:OUT]};
    end
endmodule
