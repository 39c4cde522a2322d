// Field i + 2 · k of the product, with its borrow, is that of code i and weight k, 3 cycles ago.
// `weights` are as the table has them; the upper weight itself is one more where the lower is negative.
// Weights are symmetric, which freezing sees to.
localparam int LATENCY = 3, STEP = WEIGHT_BITS + CODE_BITS;
logic [2*CODE_BITS-1:0] old_codes [LATENCY];
logic [2*WEIGHT_BITS-1:0] old_weights [LATENCY];
logic [2:0] settled = 0;
always_ff @(posedge clk) begin
    if (settled != 3'(LATENCY)) settled <= settled + 3'd1;
    for (int i = 0; i < LATENCY; i++) begin
        old_codes[i] <= i == 0 ? codes : old_codes[i > 0 ? i - 1 : 0];
        old_weights[i] <= i == 0 ? weights : old_weights[i > 0 ? i - 1 : 0];
    end
end
logic [3:0] equal;
for (genvar n = 0; n < 4; n++) begin : g_separate
    wire [CODE_BITS-1:0] bits = old_codes[LATENCY-1][(n%2)*CODE_BITS +: CODE_BITS];
    wire signed [CODE_BITS:0] code = {CODE_SIGNED && bits[CODE_BITS-1], bits};
    wire now_more = n > 1 && weights[WEIGHT_BITS-1];
    wire more = n > 1 && old_weights[LATENCY-1][WEIGHT_BITS-1];
    wire signed [WEIGHT_BITS:0] now_weight = $signed(weights[(n/2)*WEIGHT_BITS +: WEIGHT_BITS])
        + $signed({1'b0, now_more});
    wire signed [WEIGHT_BITS:0] weight = $signed(old_weights[LATENCY-1][(n/2)*WEIGHT_BITS +: WEIGHT_BITS])
        + $signed({1'b0, more});
    wire signed [STEP+1:0] separate = (STEP+2)'(weight) * (STEP+2)'(code);
    wire signed [(n<3?FIELD:STEP)-1:0] field = product[n*FIELD +: (n<3?FIELD:STEP)]
        + (n<3?FIELD:STEP)'(n > 0 && product[(n>0?n:1)*FIELD-1]);
    assign equal[n] = (FIELD+2)'(field) == (FIELD+2)'(separate);
    always_comb assume (now_weight > -(1 <<< (WEIGHT_BITS - 1)) && now_weight < (1 <<< (WEIGHT_BITS - 1)));
end
always_comb if (settled == 3'(LATENCY)) product_: assert (&equal);
