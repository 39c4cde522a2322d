// The words of a pixel are kept aside as they are read; each word that is written has its channels of the
// pixel before, every pixel that is read is written once, whole and in order, and where there is a word and
// room the process goes on.
// connect: shifted_in = words.lanes
// connect: shifted_out = now.lanes
// connect: at_end = course.last
(* keep *) wire [READS*FROM*CODE_BITS-1:0] shifted_in;
(* keep *) wire [WRITES*TO*CODE_BITS-1:0] shifted_out;
(* keep *) wire at_end;
logic settled = 0, was_begun, was_written, was_writing;
logic [READS*FROM*CODE_BITS-1:0] coming;  // words that were read, each in its place
logic [CHANNELS*CODE_BITS-1:0] going;     // the pixel that is written
logic [TB:0] taken, given;                // words of these
logic [WRITES*TO*CODE_BITS-1:0] out;      // as scatter shifts them, a cycle late
logic [TO*CODE_BITS-1:0] next_wanted, wanted;
wire takes = in_valid && in_ready;
logic [READS*FROM*CODE_BITS-1:0] with_this;
always_comb begin
    with_this = coming;
    for (int k = 0; k < READS; k++)
        if (takes && 32'(taken) == k) with_this[k*FROM*CODE_BITS +: FROM*CODE_BITS] = in_data;
end
wire [WRITES*TO*CODE_BITS-1:0] going_padded = (WRITES*TO*CODE_BITS)'(going);
logic [WRITES*TO*CODE_BITS-1:0] to_write;  // words of it that are not given yet
always_comb begin
    to_write = '0;
    for (int k = 0; k < WRITES; k++) if (32'(given) == k) to_write = going_padded >> (k * TO * CODE_BITS);
end
always_ff @(posedge clk) begin
    settled <= 1'b1;
    was_writing <= settled && writing;
    was_begun <= out_begins && !rst;
    was_written <= was_begun && !rst;
    out <= to_write;
    wanted <= next_wanted;
    next_wanted <= to_write[TO*CODE_BITS-1:0];
    if (rst || moves) begin
        taken <= '0;
        given <= '0;
    end else begin
        taken <= taken + (TB+1)'(takes);
        given <= given + (TB+1)'(out_begins);
    end
    coming <= with_this;
    if (moves) going <= with_this[CHANNELS*CODE_BITS-1:0];
end
wire [31:0] now_taken = 32'(taken) + 32'(takes), now_given = 32'(given) + 32'(out_begins);
logic [READS:1] misplaced;  // words of this pixel, as gather shifts them, where there are so many
for (genvar k = 1; k <= READS; k++) begin : g_misplaced
    assign misplaced[k] = 32'(taken) == k
        && shifted_in[(READS-k)*FROM*CODE_BITS +: k*FROM*CODE_BITS] != coming[0 +: k*FROM*CODE_BITS];
end
always_comb begin
    if (!settled) assume (rst);
    else if (!rst) begin
        moves_on: assert (!in_valid || !out_room || go);
        promise: assert (!out_begins || out_room);
        some_course: assert ((reading || writing) && 32'(cycle) < CYCLES);
        in_step: assert (32'(taken) == (!reading ? 0 : 32'(cycle) < READS ? 32'(cycle) : READS)
            && 32'(given) == (!writing ? 0 : 32'(cycle) < WRITES ? 32'(cycle) : WRITES));
        gathered: assert (misplaced == '0);
        flags: assert (at_end == (32'(cycle) == CYCLES - 1) && more_reads == (32'(cycle) < READS)
            && more_writes == (32'(cycle) < WRITES));
        if (moved && writing) loaded: assert (pixel == going);
        if (was_writing) scattered: assert (shifted_out == out);
        if (moves) whole: assert (now_taken == (reading ? READS : 0) && now_given == (writing ? WRITES : 0));
        once: assert (out_push == was_written);
        if (was_written) same_channels: assert (out_data == wanted);
    end
end
