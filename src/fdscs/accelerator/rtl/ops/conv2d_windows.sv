// The input of a convolution, a word a cycle (`go`) in the order of its weights: for each pixel OUT_GROUPS
// times its window, row by row, 0 outside the tensor. `codes` come 3 cycles after `go`.
//
// A ring holds two rows and four pixels, as many as there are from the first of a window to the one that
// is read while the window is. `first` and `last` mark a window's words.
//
// When all of a frame has been read, the next one's first pixels are read in the same cycles of the
// windows left, if they are there; so frames that follow each other at once follow without a pause.
module conv2d_windows #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int KERNEL = 3,
    parameter int GROUPS = 2,  // words a pixel
    parameter int OUT_GROUPS = 2,
    parameter int WIDTH = 16,
    parameter int MAX_COLUMNS = 64,
    /* verilator lint_off UNUSEDPARAM */
    parameter MEMORY = "auto"
    /* verilator lint_on UNUSEDPARAM */
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [WIDTH-1:0] in_data,
    input  logic out_room,
    output logic go,
    output logic [(OUT_GROUPS*KERNEL*KERNEL*GROUPS > 1 ? $clog2(OUT_GROUPS*KERNEL*KERNEL*GROUPS) : 1)-1:0] cycle,
    output logic [(OUT_GROUPS > 1 ? $clog2(OUT_GROUPS) : 1)-1:0] out_group,
    output logic first,
    output logic last,
    output logic [WIDTH-1:0] codes
);
    if (KERNEL != 1 && KERNEL != 3) begin : g_check1
        $error("conv2d_windows: KERNEL %0d is neither 1 nor 3", KERNEL);
    end
    localparam int WORDS = KERNEL * KERNEL * GROUPS, CYCLES = OUT_GROUPS * WORDS;  // of a window, of a pixel
    localparam int RING = (KERNEL == 1 ? 4 : 2 * MAX_COLUMNS + 4) * GROUPS, AW = $clog2(RING);
    localparam int XB = $clog2(MAX_COLUMNS + 3);
    localparam int GB = GROUPS > 1 ? $clog2(GROUPS) : 1, KB = KERNEL > 1 ? 2 : 1;

    function automatic logic [AW-1:0] on(input logic [AW-1:0] from, input int words);  // which divides both
        on = from == AW'(RING - words) ? '0 : from + AW'(words);
    endfunction

    // Of the size, which changes only while nothing is under way.
    logic [15:0] height, width;
    logic [XB-1:0] ahead_less_1;  // of the pixels read before the first window
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    always_ff @(posedge clk) ahead_less_1 <= KERNEL == 1 ? XB'(2) : XB'(width) + XB'(width > 16'd1);

    // What is read: all of this frame, then of the next as many pixels as its first window needs.
    logic running, fed_all, nearly, ready, whole, begun, anew, slot, top_row;
    logic ends_frame, last_fed_x, last_fed_y, last_word, last_cycle;
    logic [15:0] fed_x, fed_y;
    logic [XB-1:0] left;  // pixels to read of the next frame, but for the one that makes it ready: with `nearly`, 0
    logic one_left;
    logic [GB-1:0] word;
    logic [AW-1:0] write_at, row_end;  // where the next word goes, and where the top row's last pixel is
    wire must = !running || (slot && !fed_all);
    wire free = out_room || !(running && last);
    wire read = in_ready && in_valid;
    wire pixel_read = read && last_word;
    assign go = running && free && (in_valid || !must);
    assign in_ready = free && (!running || slot);
    counter #(.COUNT(GROUPS)) words (.clk, .rst, .step(read), .count(word), .last(last_word));
    raster #(.X_BITS(XB)) feeding (
        .clk, .rst, .step(pixel_read), .height, .width, .x(fed_x), .y(fed_y), .last_x(last_fed_x),
        .last_y(last_fed_y));
    wire last_fed = last_word && last_fed_x && last_fed_y, of_next = !running || fed_all;
    wire enough = of_next && (last_fed || (last_word && nearly)), completes = of_next && last_fed;  // if it is read
    wire of_next_read = read && last_word && of_next, frame_read = read && last_fed;
    wire ready_now = ready || (read && enough);
    wire whole_now = whole || (read && completes);
    wire begins = ready_now && (!running || ends_frame);
    always_ff @(posedge clk) begin
        if (rst || begins || !(begun || of_next_read)) begin
            left <= ahead_less_1;
            nearly <= ahead_less_1 == '0;
            one_left <= ahead_less_1 == XB'(1);
        end else if (of_next_read) begin
            left <= left - 1'b1;
            nearly <= one_left;
            one_left <= left == XB'(2);
        end
        if (rst || begins) begin
            ready <= 1'b0;
            whole <= 1'b0;
            begun <= 1'b0;
        end else begin
            ready <= ready_now;
            whole <= whole_now;
            if (read && of_next) begun <= 1'b1;
        end
        if (rst) begin
            running <= 1'b0;
            fed_all <= 1'b0;
        end else begin
            running <= begins || (running && !ends_frame);
            fed_all <= begins || ends_frame ? begins && whole_now : fed_all || (frame_read && running);
        end
        if (rst || (ends_frame && !begun && !read)) begin  // nothing is under way: the ring begins anew
            anew <= 1'b1;
            write_at <= '0;
        end else begin
            if (begins) anew <= 1'b0;
            if (read) write_at <= on(write_at, 1);
        end
        if (rst) slot <= 1'b1;
        else if (go) slot <= last_cycle || 32'(cycle) < GROUPS - 1;
        if (rst) top_row <= 1'b1;
        else if (pixel_read && last_fed_x) top_row <= last_fed_y;
        if (top_row && last_fed_x && word == '0) row_end <= write_at;
    end

    // What is computed: a word of a window.
    logic [15:0] x, y;
    logic at_left, at_top, last_x, last_y, last_group, last_tap_x, last_tap_y, last_out;
    logic [GB-1:0] group;
    logic [(WORDS > 1 ? $clog2(WORDS) : 1)-1:0] place;  // in the window: `last`, which `go` waits for, is a register
    logic [KB-1:0] tap_x, tap_y;
    wire row_done = go && last_group && last_tap_x;
    wire window_done = go && last;
    wire pixel_done = go && last_cycle;
    wire at_end = last_cycle && last_x && last_y;
    assign ends_frame = at_end && running && out_room && (in_valid || !slot || fed_all);  // with `go`, in fewer LUTs
    assign first = group == '0 && tap_x == '0 && tap_y == '0;
    counter #(.COUNT(GROUPS)) groups (.clk, .rst, .step(go), .count(group), .last(last_group));
    counter #(.COUNT(KERNEL)) taps_x (.clk, .rst, .step(go && last_group), .count(tap_x), .last(last_tap_x));
    counter #(.COUNT(KERNEL)) taps_y (.clk, .rst, .step(row_done), .count(tap_y), .last(last_tap_y));
    counter #(.COUNT(WORDS)) places (.clk, .rst, .step(go), .count(place), .last);
    counter #(.COUNT(OUT_GROUPS)) outs (.clk, .rst, .step(window_done), .count(out_group), .last(last_out));
    counter #(.COUNT(CYCLES)) cycles (.clk, .rst, .step(go), .count(cycle), .last(last_cycle));
    raster #(.X_BITS(XB)) pixels (.clk, .rst, .step(pixel_done), .height, .width, .x, .y, .last_x, .last_y);

    always_ff @(posedge clk) begin
        if (rst) at_left <= 1'b1;
        else if (pixel_done) at_left <= last_x;
        if (rst) at_top <= 1'b1;
        else if (pixel_done && last_x) at_top <= last_y;
    end

    // Where its words lie, a cycle later: one after the other, within a row of the window. While a ring that
    // begins anew is filled, they are set to where the rows of its first window begin.
    logic begins_anew1, go1, row_done1, window_done1, pixel_done1, to_middle1, outside1;
    wire outside = KERNEL > 1 && ((tap_y == '0 && at_top) || (last_tap_y && last_y)
                                  || (tap_x == '0 && at_left) || (last_tap_x && last_x));
    always_ff @(posedge clk) begin
        begins_anew1 <= anew && !running;
        {go1, row_done1, window_done1, pixel_done1} <= {go, row_done, window_done, pixel_done};
        to_middle1 <= tap_y == '0;
        outside1 <= outside;
    end
    logic [AW-1:0] base [3], read_at;
    wire [AW-1:0] above = AW'(RING - 2 * GROUPS) - row_end;
    always_ff @(posedge clk) begin
        if (begins_anew1) begin
            base[0] <= KERNEL == 1 ? '0 : above;
            base[1] <= KERNEL == 1 ? '0 : AW'(RING - GROUPS);
            base[2] <= row_end;
            read_at <= KERNEL == 1 ? '0 : above;
        end else if (pixel_done1) begin
            for (int i = 0; i < 3; i++) base[i] <= on(base[i], GROUPS);
            read_at <= on(base[0], GROUPS);
        end else if (window_done1) read_at <= base[0];
        else if (row_done1) read_at <= base[to_middle1 ? 1 : 2];
        else if (go1) read_at <= on(read_at, 1);
    end

    logic outside2;
    logic [WIDTH-1:0] latch;
    (* ram_style = MEMORY *) logic [WIDTH-1:0] ring [RING];
    always_ff @(posedge clk) begin
        if (read) ring[write_at] <= in_data;
        latch <= ring[read_at];
        outside2 <= outside1;
        codes <= outside2 ? '0 : latch;
    end
    wire unused = &{1'b0, fed_x, fed_y, x, y, place, last_out};
endmodule
