// The input of conv2d_pairs, a word of two pixels a cycle (`go`) in the order of its weights: for each pair
// OUT_GROUPS times its windows, row by row, 0 outside the tensor. `codes`, the first pixel's in the lower
// half, come 3 cycles after `go`. `first` and `last` mark a window's words; with `late` a kept word of the
// second pixel before is written, number `cycle`.
//
// Two rings, of even columns and of odd ones, hold two rows and four pairs each: as many as there are from
// the first of a window to the one that is read while the window is.
//
// When all of a frame has been read, the next one's first pixels are read in the same cycles of the
// windows left, if they are there; so frames that follow each other at once follow without a pause, and
// the last pair's kept words go out with the next frame's first.
module conv2d_pairs_windows #(
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
    output logic late,
    output logic [2*WIDTH-1:0] codes
);
    if (KERNEL != 1 && KERNEL != 3) begin : g_check1
        $error("conv2d_pairs_windows: KERNEL %0d is neither 1 nor 3", KERNEL);
    end
    localparam int WORDS = KERNEL * KERNEL * GROUPS, CYCLES = OUT_GROUPS * WORDS;  // of a window, of a pair
    localparam int RING = (KERNEL == 1 ? 4 : 2 * ((MAX_COLUMNS + 1) / 2) + 4) * GROUPS, AW = $clog2(RING);
    localparam int XB = $clog2(MAX_COLUMNS + 4);
    localparam int GB = GROUPS > 1 ? $clog2(GROUPS) : 1, KB = KERNEL > 1 ? 2 : 1;

    function automatic logic [AW-1:0] on(input logic [AW-1:0] from);  // to the next pair
        on = from == AW'(RING - GROUPS) ? '0 : from + AW'(GROUPS);
    endfunction

    // Of the size, which changes only while nothing is under way.
    logic [15:0] height, width, steps;
    logic [XB-1:0] ahead, ahead_less_1;  // pixels read before the first window
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    always_ff @(posedge clk) begin
        steps <= 16'((17'(width) + 17'd1) >> 1);
        if (KERNEL == 1) ahead <= width < 16'd2 ? XB'(width) : XB'(2);
        else ahead <= XB'(width) + (width < 16'd3 ? XB'(width) : XB'(3));
        ahead_less_1 <= ahead - 1'b1;
    end

    // Filling until the first pair is there, then running; flushing the last pair's kept words, if no
    // frame follows at once. What is read is all of this frame, then the first pixels of the next.
    logic running, flushing, keeps, fed_all, nearly, ready, whole, begun, anew, top_row;
    logic writing, reading, last_kept;  // what `cycle` is for: `writing` where a word is kept, too
    logic needs_room;  // `writing`, or `last`
    logic last_fed_x, last_fed_y, last_word, last_cycle, lone, computed;
    logic [15:0] fed_x, fed_y;
    logic [XB-1:0] left;  // pixels to read of the next frame, but for the one that makes it ready: with `nearly`, 0
    logic one_left;
    logic [GB-1:0] word;
    logic [AW-1:0] slot, row_end;  // where the pair begins that is read, and the top row's last
    wire filling = !running && !flushing;
    wire reads = running && reading;
    wire must = filling || (reads && !fed_all);
    wire emits = flushing || (running && writing);
    wire free = out_room || !(flushing || (running && needs_room));
    wire read = in_ready && in_valid;
    wire pixel_read = read && last_word;
    assign go = running && free && (in_valid || !must);
    assign late = emits && free && (in_valid || !must);
    assign in_ready = free && (filling || reads);
    counter #(.COUNT(GROUPS)) words (.clk, .rst, .step(read), .count(word), .last(last_word));
    raster #(.X_BITS(XB)) feeding (
        .clk, .rst, .step(pixel_read), .height, .width, .x(fed_x), .y(fed_y), .last_x(last_fed_x),
        .last_y(last_fed_y));
    wire last_fed = last_word && last_fed_x && last_fed_y, of_next = filling || fed_all;
    wire enough = of_next && (last_fed || (last_word && nearly)), completes = of_next && last_fed;  // if it is read
    wire of_next_read = read && last_word && of_next, frame_read = read && last_fed;
    wire ready_now = ready || (read && enough);
    wire whole_now = whole || (read && completes);
    wire begins = ready_now && (filling || computed);

    // What is computed: a word of two windows.
    logic [15:0] x, y;  // x counts pairs
    logic at_left, at_top, last_x, last_y, last_group, last_tap_x, last_tap_y, last_out;
    logic [GB-1:0] group;
    logic [(WORDS > 1 ? $clog2(WORDS) : 1)-1:0] place_in;  // in the window: `last`, which `go` waits for, is a register
    logic [KB-1:0] tap_x, tap_y;
    wire row_done = go && last_group && last_tap_x;
    wire window_done = go && last;
    wire pair_done = go && last_cycle;
    wire writing_next = last_cycle ? !lone : keeps && 32'(cycle) + 1 < OUT_GROUPS;
    wire flushed = late && flushing && last_kept;
    wire at_end = last_cycle && last_x && last_y;
    assign computed = at_end && running && out_room && (in_valid || !reading || fed_all);  // with `go`, in fewer LUTs
    assign first = group == '0 && tap_x == '0 && tap_y == '0;
    assign lone = width[0] && last_x;
    counter #(.COUNT(GROUPS)) groups (.clk, .rst, .step(go), .count(group), .last(last_group));
    counter #(.COUNT(KERNEL)) taps_x (.clk, .rst, .step(go && last_group), .count(tap_x), .last(last_tap_x));
    counter #(.COUNT(KERNEL)) taps_y (.clk, .rst, .step(row_done), .count(tap_y), .last(last_tap_y));
    counter #(.COUNT(WORDS)) places (.clk, .rst, .step(go), .count(place_in), .last);
    counter #(.COUNT(OUT_GROUPS)) outs (.clk, .rst, .step(window_done), .count(out_group), .last(last_out));
    counter #(.COUNT(CYCLES)) cycles (
        .clk, .rst(rst || flushed), .step(go || late), .count(cycle), .last(last_cycle));
    raster #(.X_BITS(XB)) pairs (.clk, .rst, .step(pair_done), .height, .width(steps), .x, .y, .last_x, .last_y);
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
            flushing <= 1'b0;
            keeps <= 1'b0;
            fed_all <= 1'b0;
        end else begin
            running <= begins || (running && !computed);
            fed_all <= begins || computed ? begins && whole_now : fed_all || (frame_read && running);
            if (pair_done) keeps <= !lone;
            if (computed && !begins && !lone) flushing <= 1'b1;
            if (flushed) begin
                flushing <= 1'b0;
                keeps <= 1'b0;
            end
        end
        if (rst || (computed && !begun && !read)) begin  // nothing is under way: the rings begin anew
            anew <= 1'b1;
            slot <= '0;
        end else begin
            if (begins) anew <= 1'b0;
            if (pixel_read && (fed_x[0] || last_fed_x)) slot <= on(slot);
        end
        if (rst) top_row <= 1'b1;
        else if (pixel_read && last_fed_x) top_row <= last_fed_y;
        if (top_row && last_fed_x) row_end <= slot;
        if (rst) at_left <= 1'b1;
        else if (pair_done) at_left <= last_x;
        if (rst) at_top <= 1'b1;
        else if (pair_done && last_x) at_top <= last_y;
        if (rst || flushed) begin
            {writing, needs_room} <= 2'(WORDS == 1);
            last_kept <= OUT_GROUPS == 1;
            reading <= 1'b0;
        end else if (go || late) begin
            writing <= writing_next;
            needs_room <= writing_next || (last ? WORDS == 1 : 32'(place_in) + 2 == WORDS);
            last_kept <= last_cycle ? OUT_GROUPS == 1 : 32'(cycle) + 2 == OUT_GROUPS;
            reading <= 32'(cycle) + 1 >= OUT_GROUPS && 32'(cycle) + 1 < OUT_GROUPS + (lone ? 1 : 2) * GROUPS;
        end
    end

    // Where its words lie: a pair, the next and the one after it, in three rows. While rings that begin
    // anew are filled, they are set to where the rows of the first window begin.
    logic [AW-1:0] place [3][3];
    wire [AW-1:0] above = AW'(RING - 2 * GROUPS) - row_end;  // row_end is far below RING: its next wrap nowhere
    always_ff @(posedge clk) begin
        if (anew && !running) begin
            place[0][0] <= KERNEL == 1 ? '0 : above;
            place[0][1] <= AW'(RING - GROUPS) - row_end;
            place[0][2] <= row_end == '0 ? '0 : AW'(RING) - row_end;
            place[1][0] <= KERNEL == 1 ? '0 : AW'(RING - GROUPS);
            place[1][1] <= '0;
            place[1][2] <= AW'(GROUPS);
            place[2][0] <= row_end;
            place[2][1] <= row_end + AW'(GROUPS);
            place[2][2] <= row_end + AW'(2 * GROUPS);
        end else if (pair_done) begin
            for (int i = 0; i < 3; i++) begin
                place[i][0] <= KERNEL == 1 ? on(place[i][0]) : place[i][1];
                place[i][1] <= place[i][2];
                place[i][2] <= on(place[i][2]);
            end
        end
    end
    // Their addresses are registers, so they are read a cycle later.
    wire first_odd = KERNEL > 1 && !tap_x[0];  // the first pixel's column
    localparam int BESIDE = KERNEL == 1 ? 0 : 1, BEYOND = KERNEL == 1 ? 0 : 2;
    wire row_outside = KERNEL > 1 && ((tap_y == '0 && at_top) || (last_tap_y && last_y));
    logic [AW-1:0] even_at, odd_at;
    logic even_outside1, odd_outside1, first_odd1, even_outside2, odd_outside2, first_odd2;
    logic [WIDTH-1:0] even_latch, odd_latch;
    (* ram_style = MEMORY *) logic [WIDTH-1:0] even [RING];
    (* ram_style = MEMORY *) logic [WIDTH-1:0] odd [RING];
    wire [WIDTH-1:0] even_word = even_outside2 ? '0 : even_latch;
    wire [WIDTH-1:0] odd_word = odd_outside2 ? '0 : odd_latch;
    always_ff @(posedge clk) begin
        if (read && !fed_x[0]) even[slot + AW'(word)] <= in_data;
        if (read && fed_x[0]) odd[slot + AW'(word)] <= in_data;
        even_at <= place[tap_y][last_tap_x && first_odd ? BEYOND : BESIDE] + AW'(group);
        odd_at <= place[tap_y][tap_x == '0 ? 0 : BESIDE] + AW'(group);
        even_outside1 <= row_outside || (KERNEL > 1 && last_tap_x && last_x);
        odd_outside1 <= row_outside || (KERNEL > 1 && tap_x == '0 ? at_left : lone);
        first_odd1 <= first_odd;
        even_latch <= even[even_at];
        odd_latch <= odd[odd_at];
        {even_outside2, odd_outside2, first_odd2} <= {even_outside1, odd_outside1, first_odd1};
        codes <= first_odd2 ? {even_word, odd_word} : {odd_word, even_word};
    end
    wire unused = &{1'b0, fed_y, fed_x[15:1], x, y, last_out};
endmodule
