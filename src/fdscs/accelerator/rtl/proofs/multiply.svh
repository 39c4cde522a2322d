// Each field of the product, with its borrow, is the product of its weight and the code, LATENCY cycles ago.
// `weights` are as the table has them; the weight itself is one more where the one below is negative. Weights
// are symmetric, which freezing sees to.
localparam int LATENCY = 3, STEP = WEIGHT_BITS + CODE_BITS;
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
    wire signed [(i<SHARE-1?FIELD:STEP)-1:0] field = product[i*FIELD +: (i<SHARE-1?FIELD:STEP)]
        + (i<SHARE-1?FIELD:STEP)'(i > 0 && product[(i>0?i:1)*FIELD-1]);
    assign equal[i] = (FIELD+2)'(field) == (FIELD+2)'(separate);
    always_comb assume (now_weight > -(1 <<< (WEIGHT_BITS - 1)) && now_weight < (1 <<< (WEIGHT_BITS - 1)));
end
always_comb if (settled == 3'(LATENCY)) product_: assert (&equal);
