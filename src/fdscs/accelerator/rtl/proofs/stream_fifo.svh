// One word, any of them (where DEEP, that at `spot`), is watched from its push: it is taken after exactly the words that were there
// before it, unchanged; so none is lost, doubled or out of order. The writer keeps to `room` and pushes only
// what it began, as late as it likes; the reader is free.
// connect where DEEP: spot = g_deep.memory_of_words.spot
// connect where DEEP: known = g_deep.memory_of_words.known
// connect where DEEP: latched = g_deep.memory_of_words.latch
(* keep *) wire [AW-1:0] spot;
(* keep *) wire [WIDTH-1:0] known, latched;
localparam int NB = $clog2(DEPTH + 16) + 2;
(* anyseq *) logic chosen;
logic settled = 0, after_reset = 1, watching, taken_before;
logic [NB-1:0] begun;   // and not pushed
logic [NB-1:0] inside_; // pushed and not taken
logic [NB-1:0] ahead;   // of the watched word
logic [NB-1:0] left;    // in the memory before the watched word, while it is there
logic in_memory;        // the watched word
logic [WIDTH-1:0] watched, old_data;
logic [2:0] waited;
wire taken = valid && ready;
wire [NB-1:0] end_ = NB'(head) + NB'(held);
wire watch = push && chosen && !watching && (!DEEP || tail == spot);
always_ff @(posedge clk) begin
    settled <= 1'b1;
    after_reset <= rst;
    taken_before <= valid && !ready && !rst;
    old_data <= out_data;
    if (rst) begin
        begun <= '0;
        inside_ <= '0;
        watching <= 1'b0;
        waited <= 3'd0;
    end else begin
        begun <= begun + NB'(begins) - NB'(push);
        inside_ <= inside_ + NB'(push) - NB'(taken);
        if (watch) begin
            watching <= 1'b1;
            watched <= in_data;
            ahead <= inside_ - NB'(taken);
            left <= NB'(held) - NB'(pop);
            in_memory <= 1'b1;
        end else if (watching && taken) begin
            if (ahead == '0) watching <= 1'b0;
            else ahead <= ahead - 1'b1;
        end
        if (watching && in_memory && pop) begin
            if (left == '0) in_memory <= 1'b0;
            else left <= left - 1'b1;
        end
        waited <= valid || inside_ == '0 ? 3'd0 : waited + 3'd1;
    end
end
always_comb begin
    if (!settled) assume (rst);
    if (!rst) begin
        assume (!begins || room);
        assume (!push || begun != '0 || begins);
    end
    if (settled && !rst) begin
        if (watching && taken && ahead == '0) same_word: assert (out_data == watched);
        if (taken) not_invented: assert (inside_ != '0);
        if (watching) watched_is_inside: assert (ahead < inside_);
        if (taken_before) steady: assert (valid && out_data == old_data);
        room_as_said: assert (room == (!after_reset && promised < CW'(DEPTH)));
        if (after_reset) empty: assert (promised == '0 && inside_ == '0 && held == '0);
        fits: assert (promised <= CW'(DEPTH) && held <= CW'(DEPTH) && NB'(promised) == begun + inside_
            && begun <= NB'(DEPTH) && inside_ <= NB'(DEPTH));
        addresses: assert (head <= LAST && tail <= LAST
            && NB'(tail) == (end_ >= NB'(DEPTH) ? end_ - NB'(DEPTH) : end_));
    end
end
// Where the watched word is: `left` words further in the memory than the head, or behind it.
wire [NB-1:0] far = NB'(head) + left;
wire [AW-1:0] place_ = AW'(far >= NB'(DEPTH) ? far - NB'(DEPTH) : far);
wire [NB-1:0] behind = ahead - NB'(valid);  // words between it and the output register
if (!DEEP) begin : g_where
    always_comb if (settled && !rst) begin
        count: assert (inside_ == NB'(held) + NB'(valid));
        reader_goes_on: assert (waited < 3'd1 || valid || inside_ == '0);
        if (watching && in_memory) place: assert (
            left < NB'(held) && ahead == left + NB'(valid) && g_shallow.words[place_] == watched);
        if (watching && !in_memory) out: assert (valid && ahead == '0 && out_data == watched);
    end
end else begin : g_where_deep
    wire [2:0] coming = 3'(g_deep.coming[0]) + 3'(g_deep.coming[1]);
    wire [NB-1:0] passed = NB'(g_deep.queued) + NB'(coming);  // words between memory and output
    wire [2:0] furthest = g_deep.queued != 3'd0 ? 3'd4 : g_deep.coming[1] ? 3'd3 : g_deep.coming[0] ? 3'd2 : 3'd1;
    wire [1:0] in_queue = g_deep.first + behind[1:0];
    always_comb if (settled && !rst) begin
        count: assert (inside_ == NB'(held) + NB'(valid) + passed);
        places: assert (g_deep.places <= 3'd4 && g_deep.queued <= 3'd4 && 4'(g_deep.places) + 4'(g_deep.queued) + 4'(coming) == 4'd4);
        reader_goes_on: assert (waited < furthest || valid || inside_ == '0);
        queue: assert (g_deep.next == g_deep.first + g_deep.queued[1:0]);
        if (watching && in_memory) place: assert (
            left < NB'(held) && ahead == left + NB'(valid) + passed && place_ == spot && known == watched);
        if (watching && !in_memory) out: assert (
            ahead < NB'(valid) ? out_data == watched
            : behind < NB'(g_deep.queued) ? g_deep.queue[in_queue] == watched
            : behind < NB'(g_deep.queued) + NB'(g_deep.coming[1]) ? g_deep.read == watched
            : behind < passed && latched == watched);
    end
end
