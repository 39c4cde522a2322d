// Each lane is min((max(acc, 0) + (1 << shift >> 1)) >> shift, largest code), in bits to spare, and comes 4
// cycles after its word was read. The table for this proof holds every shift from SHIFT_LEAST to SHIFT_MOST:
// upwards in even lanes, downwards in odd ones.
localparam int SPARE = (ACC_BITS > 32 ? ACC_BITS : 32) + 4;
logic settled = 0;  // no longer the cycle of the first reset
logic [4:0] turn;         // of the channels' groups, counted anew
logic [3:0] under_way;
logic [LANES*ACC_BITS-1:0] old [4];
logic [4:0] turns [4];
wire reads = in_valid && in_ready;
always_ff @(posedge clk) begin
    settled <= 1'b1;
    if (rst) turn <= 5'd0;
    else if (reads) turn <= turn == 5'(GROUPS - 1) ? 5'd0 : turn + 5'd1;
    under_way <= rst ? 4'd0 : {under_way[2:0], reads};
    for (int i = 0; i < 4; i++) begin
        old[i] <= i == 0 ? in_data : old[i > 0 ? i - 1 : 0];
        turns[i] <= i == 0 ? turn : turns[i > 0 ? i - 1 : 0];
    end
end
always_comb begin
    if (!settled) assume (rst);
    else begin
        in_step: assert (32'(turn) == 32'(group) && 32'(turn) < GROUPS
            && last_group == (32'(turn) == GROUPS - 1));
        valid_bits: assert (under_way == {out_push, begun3, begun2, begun1});
        promise: assert (out_begins == reads && (!out_begins || out_room));
        waits: assert (!in_valid || !out_room || reads);
    end
end
logic [LANES-1:0] equal;
for (genvar i = 0; i < LANES; i++) begin : g_formula
    wire signed [ACC_BITS-1:0] acc = old[3][i*ACC_BITS +: ACC_BITS];
    wire [5:0] by = 6'(i % 2 == 0 ? SHIFT_LEAST + 32'(turns[3]) : SHIFT_MOST - 32'(turns[3]));
    wire [SPARE-1:0] positive = acc < 0 ? '0 : SPARE'(acc);
    wire [SPARE-1:0] rounded = (positive + ((SPARE'(1) << by) >> 1)) >> by;
    wire [SPARE-1:0] most = (SPARE'(1) << OUT_BITS) - SPARE'(1);
    assign equal[i] = SPARE'(out_data[i*OUT_BITS +: OUT_BITS]) == (rounded > most ? most : rounded);
end
always_comb if (settled && under_way[3]) formula: assert (&equal);
