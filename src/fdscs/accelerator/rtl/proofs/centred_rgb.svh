// Each colour is (sum >> (SUM_BITS − RGB_BITS)) − 2^(RGB_BITS − 1), for all sums; it comes a cycle after its
// word was read.
logic settled = 0, was_read;
logic [3*SUM_BITS-1:0] old;
wire takes = in_valid && in_ready;
always_ff @(posedge clk) begin
    settled <= 1'b1;
    was_read <= takes && !rst;
    old <= in_data;
end
always_comb begin
    if (!settled) assume (rst);
    else begin
        valid_bits: assert (was_read == out_push);
        promise: assert (out_begins == takes && (!out_begins || out_room));
        waits: assert (!in_valid || !out_room || takes);
    end
end
logic [2:0] equal;
for (genvar c = 0; c < 3; c++) begin : g_formula
    wire signed [SUM_BITS+1:0] high = (SUM_BITS+2)'(old[c*SUM_BITS +: SUM_BITS] >> (SUM_BITS - RGB_BITS));
    wire signed [RGB_BITS-1:0] made = out_data[c*RGB_BITS +: RGB_BITS];
    assign equal[c] = (SUM_BITS+2)'(made) == high - (1 <<< (RGB_BITS - 1));
end
always_comb if (settled && was_read) formula: assert (&equal);
