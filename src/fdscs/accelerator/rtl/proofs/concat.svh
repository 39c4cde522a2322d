// The words of a pixel of each input are kept aside as they are read; each word that is written has its
// channels of the pixel before, the first input's and then the second's, extended by their signs; every pixel
// that is read is written once, whole and in order, and where there are words and room the process goes on.
// connect: shifted_first = first.lanes
// connect: shifted_second = second.lanes
// connect: shifted_out = now.lanes
// connect: at_end = course.last
localparam int B1 = FIRST_LANES * FIRST_BITS, B2 = SECOND_LANES * SECOND_BITS, BO = LANES * OUT_BITS;
(* keep *) wire [READS1*B1-1:0] shifted_first;
(* keep *) wire [READS2*B2-1:0] shifted_second;
(* keep *) wire [WRITES*BO-1:0] shifted_out;
(* keep *) wire at_end;
logic settled = 0, was_begun, was_written, was_writing;
logic [READS1*B1-1:0] coming1, with1;  // words that were read, each in its place
logic [READS2*B2-1:0] coming2, with2;
logic [WRITES*BO-1:0] going, joined;  // the pixel that is written, and the next
logic [TB:0] taken1, taken2, given;
logic [WRITES*BO-1:0] to_write, out;  // words of it that are not given yet; those as scatter shifts them, a cycle late
logic [BO-1:0] next_wanted, wanted;
wire takes1 = first_valid && first_ready, takes2 = second_valid && second_ready;
always_comb begin
    with1 = coming1;
    with2 = coming2;
    joined = '0;
    for (int k = 0; k < READS1; k++) if (takes1 && 32'(taken1) == k) with1[k*B1 +: B1] = first_data;
    for (int k = 0; k < READS2; k++) if (takes2 && 32'(taken2) == k) with2[k*B2 +: B2] = second_data;
    for (int c = 0; c < FIRST_CHANNELS; c++)
        joined[c*OUT_BITS +: OUT_BITS] = FIRST_SIGNED ? OUT_BITS'($signed(with1[c*FIRST_BITS +: FIRST_BITS]))
            : OUT_BITS'(with1[c*FIRST_BITS +: FIRST_BITS]);
    for (int c = 0; c < SECOND_CHANNELS; c++)
        joined[(FIRST_CHANNELS+c)*OUT_BITS +: OUT_BITS] = SECOND_SIGNED
            ? OUT_BITS'($signed(with2[c*SECOND_BITS +: SECOND_BITS]))
            : OUT_BITS'(with2[c*SECOND_BITS +: SECOND_BITS]);
    to_write = '0;
    for (int k = 0; k < WRITES; k++) if (32'(given) == k) to_write = going >> (k * BO);
end
always_ff @(posedge clk) begin
    settled <= 1'b1;
    was_writing <= settled && writing;
    was_begun <= out_begins && !rst;
    was_written <= was_begun && !rst;
    out <= to_write;
    wanted <= next_wanted;
    next_wanted <= to_write[BO-1:0];
    if (rst || moves) begin
        taken1 <= '0;
        taken2 <= '0;
        given <= '0;
    end else begin
        taken1 <= taken1 + (TB+1)'(takes1);
        taken2 <= taken2 + (TB+1)'(takes2);
        given <= given + (TB+1)'(out_begins);
    end
    coming1 <= with1;
    coming2 <= with2;
    if (moves) going <= joined;
end
logic [READS1:1] misplaced1;  // words of this pixel, as gather shifts them, where there are so many
logic [READS2:1] misplaced2;
for (genvar k = 1; k <= READS1; k++) begin : g_misplaced1
    assign misplaced1[k] = 32'(taken1) == k && shifted_first[(READS1-k)*B1 +: k*B1] != coming1[0 +: k*B1];
end
for (genvar k = 1; k <= READS2; k++) begin : g_misplaced2
    assign misplaced2[k] = 32'(taken2) == k && shifted_second[(READS2-k)*B2 +: k*B2] != coming2[0 +: k*B2];
end
wire [31:0] step = 32'(cycle);
always_comb begin
    if (!settled) assume (rst);
    else if (!rst) begin
        moves_on: assert (!first_valid || !second_valid || !out_room || go);
        promise: assert (!out_begins || out_room);
        some_course: assert ((reading || writing) && step < CYCLES);
        in_step: assert (32'(taken1) == (!reading ? 0 : step < READS1 ? step : READS1)
            && 32'(taken2) == (!reading ? 0 : step < READS2 ? step : READS2)
            && 32'(given) == (!writing ? 0 : step < WRITES ? step : WRITES));
        gathered: assert (misplaced1 == '0 && misplaced2 == '0);
        flags: assert (at_end == (step == CYCLES - 1) && more_reads1 == (step < READS1)
            && more_reads2 == (step < READS2) && more_writes == (step < WRITES));
        if (moved && writing) loaded: assert (pixel == going[CHANNELS*OUT_BITS-1:0]);
        if (was_writing) scattered: assert (shifted_out == out);
        if (moves) whole: assert (32'(taken1) + 32'(takes1) == (reading ? READS1 : 0)
            && 32'(taken2) + 32'(takes2) == (reading ? READS2 : 0)
            && 32'(given) + 32'(out_begins) == (writing ? WRITES : 0));
        once: assert (out_push == was_written);
        if (was_written) same_channels: assert (out_data == wanted);
    end
end
