// Bit n is 1 exactly where neighbour n of the window that is compared lies in the image and is not above the
// centre; positions in 32 bits, 4 cycles ago. Which pixels are in the window is not claimed here.
logic [2:0] settled = 0;
logic [3:0] under_way;
logic [15:0] old_x [4], old_y [4], old_height [4], old_width [4];
logic [LUMA_BITS-1:0] compared [25];
always_ff @(posedge clk) begin
    if (settled != 3'd4) settled <= settled + 3'd1;
    under_way <= rst ? 4'd0 : {under_way[2:0], out_begins};
    for (int i = 0; i < 25; i++) compared[i] <= window[i];
    for (int i = 0; i < 4; i++) begin
        old_x[i] <= i == 0 ? x : old_x[i > 0 ? i - 1 : 0];
        old_y[i] <= i == 0 ? y : old_y[i > 0 ? i - 1 : 0];
        old_height[i] <= i == 0 ? height : old_height[i > 0 ? i - 1 : 0];
        old_width[i] <= i == 0 ? width : old_width[i > 0 ? i - 1 : 0];
    end
end
wire signed [31:0] row = 32'(old_y[3]) - 32'sd4, column_ = 32'(old_x[3]) - 32'sd4;
wire signed [31:0] most_row = 32'(old_height[3]), most_column = 32'(old_width[3]);
logic [23:0] wanted;
for (genvar n = 0; n < 25; n++) begin : g_wanted
    if (n != 12) begin : g_neighbour
        wire inside_ = row + n / 5 >= 0 && row + n / 5 < most_row
            && column_ + n % 5 >= 0 && column_ + n % 5 < most_column;
        assign wanted[n < 12 ? n : n - 1] = inside_ && !(compared[n] > compared[12]);
    end
end
always_comb begin
    assume (height < 16'd65530 && width < 16'd65530);  // two more must be counted
    assume (x < 16'd65532 && y < 16'd65532);
    if (settled == 3'd0) assume (rst);
    else begin
        valid_bits: assert (under_way == {out_push, begun3, begun2, begun1});
        promise: assert (!out_begins || out_room);
        waits: assert (!in_valid || !out_room || go);
        if (settled == 3'd4) comparisons: assert (out_data == wanted);
    end
end
