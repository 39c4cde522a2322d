// Each product is that of its weight and the code, LATENCY cycles ago, as a product of its own would be.
// `weights` are as the table has them; the weight itself is one more where the one below is negative. Weights
// are symmetric, which freezing sees to.
localparam int LATENCY = SHARE > 1 ? 4 : 3;
logic [CODE_BITS-1:0] old_codes [LATENCY];
logic [SHARE*WEIGHT_BITS-1:0] old_weights [LATENCY];
logic [2:0] settled = 0;
always_ff @(posedge clk) begin
    if (settled != 3'(LATENCY)) settled <= settled + 3'd1;
    for (int i = 0; i < LATENCY; i++) begin
        old_codes[i] <= i == 0 ? code : old_codes[i > 0 ? i - 1 : 0];
        old_weights[i] <= i == 0 ? weights : old_weights[i > 0 ? i - 1 : 0];
    end
end
wire signed [CODE_BITS:0] old_code = {CODE_SIGNED && old_codes[LATENCY-1][CODE_BITS-1], old_codes[LATENCY-1]};
logic [SHARE-1:0] equal;
for (genvar i = 0; i < SHARE; i++) begin : g_separate
    wire now_more = i > 0 && weights[(i>0?i:1)*WEIGHT_BITS-1];
    wire more = i > 0 && old_weights[LATENCY-1][(i>0?i:1)*WEIGHT_BITS-1];
    wire signed [WEIGHT_BITS:0] now_weight = $signed(weights[i*WEIGHT_BITS +: WEIGHT_BITS])
        + $signed({1'b0, now_more});
    wire signed [WEIGHT_BITS:0] weight = $signed(old_weights[LATENCY-1][i*WEIGHT_BITS +: WEIGHT_BITS])
        + $signed({1'b0, more});
    wire signed [STEP+1:0] separate = (STEP+2)'(weight) * (STEP+2)'(old_code);
    wire signed [STEP-1:0] packed_ = products[i*STEP +: STEP];
    assign equal[i] = (STEP+2)'(packed_) == separate;
    always_comb assume (now_weight > -(1 <<< (WEIGHT_BITS - 1)) && now_weight < (1 <<< (WEIGHT_BITS - 1)));
end
always_comb if (settled == 3'(LATENCY)) product: assert (&equal);
