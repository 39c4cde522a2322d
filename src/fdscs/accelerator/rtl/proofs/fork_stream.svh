// A word is read exactly when both readers have room; it is begun for both in that cycle and pushed to both,
// the same word, in the next. Nothing else is pushed.
logic settled = 0, was_read;
logic [WORD_BITS-1:0] old;
wire takes = in_valid && in_ready;
always_ff @(posedge clk) begin
    settled <= 1'b1;
    was_read <= takes && !rst;
    old <= in_data;
end
always_comb begin
    if (!settled) assume (rst);
    else begin
        once: assert (first_push == was_read && second_push == was_read);
        if (was_read) same_word: assert (first_data == old && second_data == old);
        promise: assert (first_begins == takes && second_begins == takes);
        room: assert (!takes || (first_room && second_room));
        waits: assert (!in_valid || !first_room || !second_room || takes);
    end
end
