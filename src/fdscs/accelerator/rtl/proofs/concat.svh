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
logic [READS1*B1-1:0] coming1, with1, in_place1, filled1;  // words that were read, each in its place
logic [READS2*B2-1:0] coming2, with2, in_place2, filled2;
logic [WRITES*BO-1:0] going, joined;  // the pixel that is written, and the next
logic [TB:0] taken1, taken2, given;
logic [WRITES*BO-1:0] out;  // the pixel that is written, a cycle ago, its words given moved out
logic [BO-1:0] next_wanted, wanted;
wire takes1 = first_valid && first_ready, takes2 = second_valid && second_ready;
always_comb begin
    with1 = coming1;
    with2 = coming2;
    joined = '0;
    if (takes1) with1[32'(taken1)*B1 +: B1] = first_data;
    if (takes2) with2[32'(taken2)*B2 +: B2] = second_data;
    for (int c = 0; c < FIRST_CHANNELS; c++)
        joined[c*OUT_BITS +: OUT_BITS] = FIRST_SIGNED ? OUT_BITS'($signed(with1[c*FIRST_BITS +: FIRST_BITS]))
            : OUT_BITS'(with1[c*FIRST_BITS +: FIRST_BITS]);
    for (int c = 0; c < SECOND_CHANNELS; c++)
        joined[(FIRST_CHANNELS+c)*OUT_BITS +: OUT_BITS] = SECOND_SIGNED
            ? OUT_BITS'($signed(with2[c*SECOND_BITS +: SECOND_BITS]))
            : OUT_BITS'(with2[c*SECOND_BITS +: SECOND_BITS]);
    in_place1 = coming1 << ((READS1 - 32'(taken1)) * B1);  // as gather shifts them
    in_place2 = coming2 << ((READS2 - 32'(taken2)) * B2);
    filled1 = ~({(READS1*B1){1'b1}} >> (32'(taken1) * B1));                 // lanes that hold words of this pixel
    filled2 = ~({(READS2*B2){1'b1}} >> (32'(taken2) * B2));
end
always_ff @(posedge clk) begin
    settled <= 1'b1;
    was_writing <= settled && writing;
    was_begun <= out_begins && !rst;
    was_written <= was_begun && !rst;
    out <= going >> (32'(given) * BO);
    wanted <= next_wanted;
    next_wanted <= going[32'(given)*BO +: BO];
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
        gathered: assert (((shifted_first ^ in_place1) & filled1) == '0
            && ((shifted_second ^ in_place2) & filled2) == '0);
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
