// Windows come row by row over the image and two columns and rows more; the first two of either make no word.
// Bit n is 1 exactly where neighbour n of the window that is compared lies in the image and is not above the
// centre; positions in 32 bits, 4 cycles ago. Which pixels are in the window is not claimed here.
// A word is offered from 5 cycles after a reset or a new size on, and a size is new only between two frames or
// with a reset; an image has a pixel at least.
// connect: sized_tall = size.tall
// connect: sized_wide = size.wide
// connect: fresh = windows.fresh
// connect: one_wide = windows.one_wide
// connect: one_tall = windows.one_tall
// connect: last_column = windows.right
// connect: last_row = windows.bottom
// connect: to_right = windows.to_right
// connect: to_bottom = windows.to_bottom
(* keep *) wire [16:0] sized_tall, sized_wide;
(* keep *) wire fresh, one_wide, one_tall;
(* keep *) wire [XB-1:0] last_column, to_right;
(* keep *) wire [15:0] last_row, to_bottom;
logic [2:0] settled = 0;
logic [3:0] under_way;
logic [15:0] old_x [4], old_y [4], old_height [4], old_width [4];
logic [15:0] old_rows, old_columns;
logic [2:0] waited = 0;
logic [LUMA_BITS-1:0] compared [25];
wire [2:0] steady = rst || rows != old_rows || columns != old_columns ? 3'd0 : waited;  // cycles, up to 5
always_ff @(posedge clk) begin
    if (settled != 3'd4) settled <= settled + 3'd1;
    under_way <= rst ? 4'd0 : {under_way[2:0], out_begins};
    old_rows <= rows;
    old_columns <= columns;
    waited <= steady == 3'd5 ? 3'd5 : steady + 3'd1;
    for (int i = 0; i < 25; i++) compared[i] <= window[i];
    for (int i = 0; i < 4; i++) begin
        old_x[i] <= i == 0 ? x : old_x[i > 0 ? i - 1 : 0];
        old_y[i] <= i == 0 ? y : old_y[i > 0 ? i - 1 : 0];
        old_height[i] <= i == 0 ? height : old_height[i > 0 ? i - 1 : 0];
        old_width[i] <= i == 0 ? width : old_width[i > 0 ? i - 1 : 0];
    end
end
wire [31:0] image_rows = (32'(rows) + 1) / 2, image_columns = (32'(columns) + 1) / 2;  // at level 0
wire [31:0] along = 32'(x), down = 32'(y), most_right = 32'(width) + 1, most_down = 32'(height) + 1;
logic [4:0] rows_there, columns_there;
for (genvar i = 0; i < 5; i++) begin : g_there
    assign rows_there[i] = down + i >= 4 && down + i < 32'(height) + 4;
    assign columns_there[i] = along + i >= 4 && along + i < 32'(width) + 4;
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
    assume (rows != 16'd0 && columns != 16'd0 && image_columns <= MAX_COLUMNS);
    if (settled == 3'd0) assume (rst);
    else begin
        assume (rst || steady == 3'd5 || (fresh && !in_valid));
        valid_bits: assert (under_way == {out_push, begun3, begun2, begun1});
        promise: assert (!out_begins || out_room);
        waits: assert (!in_valid || !out_room || go);
        if (steady >= 3'd1) halved: assert (32'(sized_tall) == image_rows && 32'(sized_wide) == image_columns);
        if (steady >= 3'd2) image: assert (32'(height) == image_rows && 32'(width) == image_columns);
        if (steady >= 3'd3) reach: assert (32'(tall) == image_rows + 2 && 32'(wide) == image_columns + 2
            && 32'(right) == image_columns - 1 && 32'(bottom) == image_rows - 1);
        if (steady >= 3'd4) ends: assert (32'(last_column) == most_right && 32'(last_row) == most_down
            && !one_wide && !one_tall);
        first: assert (fresh == (x == 16'd0 && y == 16'd0)
            && (!fresh || (columns_in == 5'd16 && rows_in == 5'd16 && below == 2'd0 && beyond == 2'd0)));
        if (steady == 3'd5) begin
            walk: assert (along <= most_right && last_x == (along == most_right)
                && 32'(to_right) == most_right - along && down <= most_down
                && last_y == (down == most_down) && 32'(to_bottom) == most_down - down);
            in_image: assert (columns_in == columns_there && rows_in == rows_there);
            centre: assert (beyond == {along >= 2, along >= 1} && below == {down >= 2, down >= 1}
                && out_begins == (go && along >= 2 && down >= 2));
        end
        if (under_way[3] && settled == 3'd4) comparisons: assert (out_data == wanted);
    end
end
