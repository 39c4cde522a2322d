// Each number of the next level is the exact sum of its two, a cycle ago, in bits to spare; this holds at
// every level, since each is an add_tree, so the result is the exact sum.
if (COUNT > 1) begin : g_exact
    logic settled = 0;
    logic [COUNT*WIDTH-1:0] old;
    always_ff @(posedge clk) begin
        settled <= 1'b1;
        old <= in_data;
    end
    logic [(COUNT+1)/2-1:0] equal;
    for (genvar i = 0; i < (COUNT + 1) / 2; i++) begin : g_pair
        wire signed [WIDTH-1:0] a = old[2*i*WIDTH +: WIDTH];
        wire signed [WIDTH-1:0] b = 2 * i + 1 < COUNT ? old[(2*i+1<COUNT?2*i+1:0)*WIDTH +: WIDTH] : '0;
        wire signed [WIDTH+3:0] exact = (WIDTH+4)'(a) + (WIDTH+4)'(b);
        wire signed [WIDTH:0] made = g_level.level[i*(WIDTH+1) +: WIDTH+1];
        assign equal[i] = (WIDTH+4)'(made) == exact;
    end
    always_comb if (settled) no_overflow: assert (&equal);
end
