// Hamming distance of the census words, and min(abs(difference), SATURATION) of U and of V, for all features,
// 3 cycles ago; 0 where there is no such pixel.
localparam int F = BITS_BITS + U_BITS + V_BITS;
logic [F-1:0] old_a [3], old_b [3];
logic [2:0] existed;
logic [1:0] settled = 0;
always_ff @(posedge clk) begin
    if (settled != 2'd3) settled <= settled + 2'd1;
    existed <= {existed[1:0], exists};
    for (int i = 0; i < 3; i++) begin
        old_a[i] <= i == 0 ? a : old_a[i > 0 ? i - 1 : 0];
        old_b[i] <= i == 0 ? b : old_b[i > 0 ? i - 1 : 0];
    end
end
wire [23:0] unequal = old_a[2][23:0] ^ old_b[2][23:0];
logic [4:0] distance;
always_comb begin
    distance = 5'd0;
    for (int i = 0; i < 24; i++) distance = distance + 5'(unequal[i]);
end
wire signed [31:0] du = 32'($signed(old_a[2][24 +: U_BITS])) - 32'($signed(old_b[2][24 +: U_BITS]));
wire signed [31:0] dv = 32'($signed(old_a[2][24+U_BITS +: V_BITS])) - 32'($signed(old_b[2][24+U_BITS +: V_BITS]));
wire [31:0] au = du < 0 ? -du : du, av = dv < 0 ? -dv : dv;
wire [31:0] found0 = 32'(costs[0 +: COST_BITS]), found1 = 32'(costs[COST_BITS +: COST_BITS]);
wire [31:0] found2 = 32'(costs[2*COST_BITS +: COST_BITS]);
always_comb if (settled == 2'd3) begin
    hamming: assert (found0 == (existed[2] ? 32'(distance) : 32'd0));
    cost_u: assert (found1 == (!existed[2] ? 32'd0 : au > SATURATION ? SATURATION : au));
    cost_v: assert (found2 == (!existed[2] ? 32'd0 : av > SATURATION ? SATURATION : av));
end
