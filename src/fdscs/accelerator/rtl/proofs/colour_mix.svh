// The mix is (RED·R + GREEN·G + BLUE·B + half) >> SHIFT in 64 bits, and fits, for all sums of four 8-bit
// pixels (0 … 1020); it comes 4 cycles after its word was read.
logic settled = 0;
logic [3:0] under_way;
logic [3*SUM_BITS-1:0] old [4];
wire reads = in_valid && in_ready;
always_ff @(posedge clk) begin
    settled <= 1'b1;
    under_way <= rst ? 4'd0 : {under_way[2:0], reads};
    for (int i = 0; i < 4; i++) old[i] <= i == 0 ? in_data : old[i > 0 ? i - 1 : 0];
end
wire signed [63:0] old_r = 64'(old[3][0 +: SUM_BITS]);
wire signed [63:0] old_g = 64'(old[3][SUM_BITS +: SUM_BITS]);
wire signed [63:0] old_b = 64'(old[3][2*SUM_BITS +: SUM_BITS]);
wire signed [63:0] formula_ = (64'(RED) * old_r + 64'(GREEN) * old_g + 64'(BLUE) * old_b
    + ((64'sd1 <<< SHIFT) >>> 1)) >>> SHIFT;
logic [2:0] multiplied;  // what a product of its own would be, 2 cycles later: it spares the solver one sum of six tables
for (genvar c = 0; c < 3; c++) begin : g_multiplied
    localparam int BY = c == 0 ? RED : c == 1 ? GREEN : BLUE;
    wire [63:0] product = 64'(BY) * 64'(old[1][c*SUM_BITS +: SUM_BITS]);
    assign multiplied[c] = products[c] == product[WIDE-1:0];
end
wire signed [MIX_BITS:0] mix = {MIX_SIGNED && out_data[MIX_BITS-1], out_data};
always_comb begin
    for (int c = 0; c < 3; c++) assume (in_data[c*SUM_BITS +: SUM_BITS] <= SUM_BITS'(1020));
    if (!settled) assume (rst);
    else begin
        valid_bits: assert (under_way == {out_push, begun3, begun2, begun1});
        promise: assert (out_begins == reads && (!out_begins || out_room));
        waits: assert (!in_valid || !out_room || reads);
        if (under_way[1]) products_: assert (&multiplied);
        if (under_way[3]) formula: assert (64'(mix) == formula_);
    end
end
