// Sums over SIMD lanes of codes times the weights of SHARE outputs; with FOUR, SHARE is 2, and `codes` are those
// of two pixels, the second's above the first's. Products that share a multiplier are added as they lie, 2**LEVELS
// of them, before they are split, which so many bits between them allow; LEVELS is clog2(SIMD) where SHARE is 1.
// Sum f is `sums` f plus `borrows` f, the carry of an addition behind; f is the output, with FOUR pixel + 2 · output.
// `weights`, lane k · SIMD + s, are lessened as `multiply` has it.
// Latency: 3 + clog2(SIMD), 1 more where LEVELS is less than clog2(SIMD); no valid bits.
module dot_product #(
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int WEIGHT_BITS = 8,
    parameter int SIMD = 4,
    parameter int SHARE = 2,
    parameter bit FOUR = 1'b0,
    parameter int LEVELS = 2
) (
    input  logic clk,
    input  logic [(FOUR?2:1)*SIMD*CODE_BITS-1:0] codes,
    input  logic [SHARE*SIMD*WEIGHT_BITS-1:0] weights,
    output logic [(FOUR?4:SHARE)*(WEIGHT_BITS+CODE_BITS+$clog2(SIMD))-1:0] sums,
    output logic [(FOUR?4:SHARE)-1:0] borrows
);
    localparam int STEP = WEIGHT_BITS + CODE_BITS, TREE = $clog2(SIMD), FIELDS = FOUR ? 4 : SHARE;
    localparam int FIELD = STEP + LEVELS, PRODUCT = (FIELDS - 1) * FIELD + STEP;
    localparam int PARTS = (SIMD + (1 << LEVELS) - 1) >> LEVELS, LANES = PARTS == 1 ? SIMD : PARTS << LEVELS;
    if (LEVELS < 0 || LEVELS > TREE || (SHARE == 1 && LEVELS != TREE) || (FOUR && SHARE != 2)) begin : g_check1
        $error("dot_product: %0d levels of sums of %0d lanes, before %0d are split", LEVELS, SIMD, SHARE);
    end
    logic [LANES*PRODUCT-1:0] products;
    for (genvar s = 0; s < SIMD; s++) begin : g_lane
        logic [SHARE*WEIGHT_BITS-1:0] beside;
        for (genvar k = 0; k < SHARE; k++) begin : g_weight
            assign beside[k*WEIGHT_BITS +: WEIGHT_BITS] = weights[(k*SIMD+s)*WEIGHT_BITS +: WEIGHT_BITS];
        end
        if (FOUR) begin : g_four
            multiply_outer #(
                .CODE_BITS(CODE_BITS), .CODE_SIGNED(CODE_SIGNED), .WEIGHT_BITS(WEIGHT_BITS), .FIELD(FIELD)
            ) lane (
                .clk, .codes({codes[(SIMD+s)*CODE_BITS +: CODE_BITS], codes[s*CODE_BITS +: CODE_BITS]}),
                .weights(beside), .product(products[s*PRODUCT +: PRODUCT]));
        end else begin : g_one
            multiply #(
                .CODE_BITS(CODE_BITS), .CODE_SIGNED(CODE_SIGNED), .WEIGHT_BITS(WEIGHT_BITS), .SHARE(SHARE),
                .FIELD(FIELD)
            ) lane (
                .clk, .code(codes[s*CODE_BITS +: CODE_BITS]), .weights(beside),
                .product(products[s*PRODUCT +: PRODUCT]));
        end
    end
    if (PARTS == 1) begin : g_whole
        logic [FIELDS*FIELD-1:0] together;
        add_tree #(.COUNT(SIMD), .WIDTH(PRODUCT)) tree (.clk, .in_data(products), .sum(together));
        split #(.FIELDS(FIELDS), .FIELD(FIELD)) apart (.together, .fields(sums), .borrows);
    end else begin : g_parts
        if (LANES > SIMD) begin : g_spare
            assign products[LANES*PRODUCT-1:SIMD*PRODUCT] = '0;
        end
        logic [FIELDS*PARTS*FIELD-1:0] parts;  // of sum f those with number f · PARTS and above
        for (genvar q = 0; q < PARTS; q++) begin : g_part
            logic [FIELDS*FIELD-1:0] together, fields;
            logic [FIELDS-1:0] taken;
            add_tree #(.COUNT(1 << LEVELS), .WIDTH(PRODUCT)) tree (
                .clk, .in_data(products[(q<<LEVELS)*PRODUCT +: (1<<LEVELS)*PRODUCT]), .sum(together));
            split #(.FIELDS(FIELDS), .FIELD(FIELD)) apart (.together, .fields, .borrows(taken));
            for (genvar f = 0; f < FIELDS; f++) begin : g_field
                always_ff @(posedge clk)
                    parts[(f*PARTS+q)*FIELD +: FIELD] <= fields[f*FIELD +: FIELD] + FIELD'(taken[f]);
            end
        end
        for (genvar f = 0; f < FIELDS; f++) begin : g_sum
            add_tree #(.COUNT(PARTS), .WIDTH(FIELD)) tree (
                .clk, .in_data(parts[f*PARTS*FIELD +: PARTS*FIELD]), .sum(sums[f*(STEP+TREE) +: STEP+TREE]));
        end
        assign borrows = '0;
    end
endmodule
