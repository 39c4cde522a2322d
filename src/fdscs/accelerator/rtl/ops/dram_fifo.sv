// A stream whose words wait in external memory: a stream_fifo for skip connections that look many rows ahead.
//
// Writer and reader: as stream_fifo. Between them words are packed into beats of 128 bits, which wait in
// STAGING, go in bursts to a ring of SLOTS bursts from `base` on, and come back ahead of the reader into
// AHEAD. A burst is read only when its write has been acknowledged. While the ring is empty
// beats pass it by, and words pass a beat that is not full: so nothing waits for words that never
// come, and frames need no padding.
//
// Memory: an AXI4 master, one identity, INCR bursts that cross no 4 KiB border (`base` is a multiple of a burst, with 64
// beats 1 KiB). `fault` rises with a response that is not OKAY, and stays.
// `rst` empties the stream; bursts under way are ended and their words thrown away, and meanwhile there is no
// `room`. `cold` is a reset of the memory's side too: nothing is under way after it.
// Latency: some 20 cycles while nothing waits, that of the memory otherwise.
module dram_fifo #(
    parameter int WIDTH = 8,
    parameter int BURST = 64,  // beats, a power of two
    parameter int SLOTS = 4,  // of a burst each
    parameter int STAGING = 512,  // beats
    parameter int AHEAD = 504,  // with eight under way 512
    parameter int ADDRESS = 32  // bits
) (
    input  logic clk,
    input  logic rst,
    input  logic cold,
    input  logic begins,
    input  logic push,
    input  logic [WIDTH-1:0] in_data,
    output logic room,
    output logic valid,
    output logic [WIDTH-1:0] out_data,
    input  logic ready,
    input  logic [ADDRESS-1:0] base,
    output logic fault,
    output logic [ADDRESS-1:0] m_axi_awaddr,
    output logic m_axi_awvalid,
    input  logic m_axi_awready,
    output logic [127:0] m_axi_wdata,
    output logic [15:0] m_axi_wstrb,
    output logic m_axi_wlast,
    output logic m_axi_wvalid,
    input  logic m_axi_wready,
    input  logic [1:0] m_axi_bresp,
    input  logic m_axi_bvalid,
    output logic m_axi_bready,
    output logic [ADDRESS-1:0] m_axi_araddr,
    output logic m_axi_arvalid,
    input  logic m_axi_arready,
    input  logic [127:0] m_axi_rdata,
    input  logic [1:0] m_axi_rresp,
    input  logic m_axi_rlast,
    input  logic m_axi_rvalid,
    output logic m_axi_rready
);
    localparam int BEAT = 128, ENTRANCE = 64;
    if (STAGING < 2 * BURST || AHEAD < 2 * BURST) begin : g_check1
        $error("dram_fifo: STAGING %0d and AHEAD %0d must be two bursts of %0d beats", STAGING, AHEAD, BURST);
    end
    if (SLOTS < 2) begin : g_check2
        $error("dram_fifo: SLOTS %0d is below 2", SLOTS);
    end
    if (BURST < 2 || BURST > 256 || 2 ** $clog2(BURST) != BURST) begin : g_check3
        $error("dram_fifo: BURST %0d is no power of two from 2 to 256", BURST);
    end
    localparam int SW = $clog2(STAGING + 1), AW = $clog2(AHEAD + 1), RW = $clog2(SLOTS + 1);
    localparam int LW = $clog2(SLOTS), BW = $clog2(BURST), BYTES = BW + 4;  // log2 of a burst's

    // Bursts that memory owes something for, which `rst` does not end.
    logic writing, reading_old;  // beats of a burst are being sent; beats of reads before `rst` come
    logic clearing;  // after `rst`, until they have ended
    wire clear = rst || clearing;

    // Words in.
    logic word_valid, word_ready, open_door;
    logic [WIDTH-1:0] word;
    stream_fifo #(.WIDTH(WIDTH), .DEPTH(ENTRANCE)) entrance (
        .clk, .rst, .begins, .push, .in_data, .room(open_door), .valid(word_valid), .out_data(word),
        .ready(word_ready));
    assign room = open_door && !clearing;

    // Words to beats.
    logic packed_valid, packed_ready;  // a whole beat
    logic [BEAT-1:0] packed_beat;
    logic short_valid, short_taken;  // a beat that is not full
    // Beats to words.
    logic beat_valid, beat_ready;
    logic [BEAT-1:0] beat;
    logic idle;  // the reader has taken all
    if (WIDTH <= BEAT) begin : g_many
        localparam int PER = BEAT / WIDTH, CW = $clog2(PER + 1);
        logic [CW-1:0] count, left;
        logic [WIDTH-1:0] lanes [PER];
        logic [PER*WIDTH-1:0] shown;
        wire full = count == CW'(PER);
        wire leaves = (full && packed_ready) || short_taken;
        assign word_ready = !full || leaves;
        wire comes = word_valid && word_ready;
        assign packed_valid = full;
        assign short_valid = count != '0 && !full;
        for (genvar i = 0; i < PER; i++) begin : g_lane
            always_ff @(posedge clk) if (comes && (leaves ? CW'(0) : count) == CW'(i)) lanes[i] <= word;
            assign packed_beat[i*WIDTH +: WIDTH] = lanes[i];
        end
        if (BEAT > PER * WIDTH) begin : g_rest
            assign packed_beat[BEAT-1:PER*WIDTH] = '0;
        end
        assign valid = left != '0;
        assign out_data = shown[WIDTH-1:0];
        assign idle = left == '0;
        wire take = valid && ready;
        assign beat_ready = left == '0 || (take && left == CW'(1));
        always_ff @(posedge clk) begin
            if (clear) count <= '0;
            else count <= (leaves ? '0 : count) + CW'(comes);
            if (beat_valid && beat_ready) shown <= beat[PER*WIDTH-1:0];
            else if (short_taken) shown <= packed_beat[PER*WIDTH-1:0];
            else if (take) shown <= shown >> WIDTH;
            if (clear) left <= '0;
            else if (beat_valid && beat_ready) left <= CW'(PER);
            else if (short_taken) left <= count;
            else if (take) left <= left - 1'b1;
        end
        wire unused = &{1'b0, beat};
    end else begin : g_one
        localparam int PARTS = (WIDTH + BEAT - 1) / BEAT, PW = $clog2(PARTS);
        localparam logic [PW-1:0] LAST = PW'(PARTS - 1);
        logic [PW-1:0] sent, held;
        logic [PARTS*BEAT-1:0] whole, made;
        logic there;
        assign whole = (PARTS*BEAT)'(word);
        assign packed_beat = whole[BEAT*sent +: BEAT];
        assign packed_valid = word_valid;
        assign word_ready = packed_ready && sent == LAST;
        assign short_valid = 1'b0;
        assign valid = there;
        assign out_data = made[WIDTH-1:0];
        assign idle = !there && held == '0;
        assign beat_ready = !there || ready;
        always_ff @(posedge clk) begin
            if (clear) sent <= '0;
            else if (packed_valid && packed_ready) sent <= sent == LAST ? '0 : sent + 1'b1;
            if (beat_valid && beat_ready) made[BEAT*held +: BEAT] <= beat;
            if (clear) begin
                held <= '0;
                there <= 1'b0;
            end else begin
                if (beat_valid && beat_ready) held <= held == LAST ? '0 : held + 1'b1;
                if (beat_valid && beat_ready && held == LAST) there <= 1'b1;
                else if (ready) there <= 1'b0;
            end
        end
        wire unused = &{1'b0, made, short_taken};
    end

    // Beats wait on both sides of the memory.
    logic staged_valid, staged_ready, staging_room;
    logic [BEAT-1:0] staged_beat;
    logic [SW-1:0] staged;  // beats
    wire stages = packed_valid && packed_ready;
    assign packed_ready = staging_room && !clear;
    stream_fifo #(.WIDTH(BEAT), .DEPTH(STAGING), .DEEP(1'b1)) staging (
        .clk, .rst(clear), .begins(stages), .push(stages), .in_data(packed_beat), .room(staging_room),
        .valid(staged_valid), .out_data(staged_beat), .ready(staged_ready));

    logic ahead_push, ahead_room;
    logic [BEAT-1:0] ahead_beat;
    logic [AW-1:0] ahead;  // beats, those that are asked for counted
    stream_fifo #(.WIDTH(BEAT), .DEPTH(AHEAD + 8), .DEEP(1'b1)) read_ahead (
        .clk, .rst(clear), .begins(ahead_push), .push(ahead_push), .in_data(ahead_beat), .room(ahead_room),
        .valid(beat_valid), .out_data(beat), .ready(beat_ready));

    // The ring.
    logic [RW-1:0] used;  // slots that are written, or will be, and not read to their end
    logic [RW-1:0] unread;  // of them, acknowledged and not asked for
    logic [RW-1:0] owed;  // bursts without an acknowledgement
    logic [LW-1:0] write_slot, read_slot;
    logic [RW-1:0] asked;  // bursts that are read
    logic [BW-1:0] left_of_burst;
    logic draining;  // the burst that is sent was begun before `rst`
    wire passes = used == '0 && !writing && staged_valid && ahead < AW'(AHEAD) && !clear;
    wire begins_burst = !writing && !m_axi_awvalid && !passes && !clear && staged >= SW'(BURST)
        && used < RW'(SLOTS);
    wire sends = m_axi_wvalid && m_axi_wready;
    wire answered = m_axi_bvalid && m_axi_bready;
    wire asks = !m_axi_arvalid && unread != '0 && ahead <= AW'(AHEAD - BURST) && !clear;
    wire returns = m_axi_rvalid && m_axi_rready;
    wire ends_read = returns && m_axi_rlast;
    wire unstages = staged_valid && staged_ready;
    wire consumes = beat_valid && beat_ready;
    assign short_taken = short_valid && staged == '0 && used == '0 && ahead == '0 && idle && !clear;
    assign staged_ready = passes || (writing && !draining && m_axi_wready);
    assign m_axi_wvalid = writing && (draining || staged_valid);
    assign m_axi_wdata = staged_beat;
    assign m_axi_wstrb = draining ? '0 : '1;
    assign m_axi_wlast = left_of_burst == '0;
    assign m_axi_bready = 1'b1;
    assign m_axi_rready = 1'b1;
    assign ahead_push = passes || (returns && !reading_old && !clear);
    assign ahead_beat = passes ? staged_beat : m_axi_rdata;
    assign reading_old = clearing;

    always_ff @(posedge clk) begin
        if (cold) begin
            writing <= 1'b0;
            draining <= 1'b0;
            clearing <= 1'b0;
            m_axi_awvalid <= 1'b0;
            m_axi_arvalid <= 1'b0;
            owed <= '0;
            asked <= '0;
            left_of_burst <= '0;
            fault <= 1'b0;
        end else begin
            if (begins_burst) begin
                writing <= 1'b1;
                left_of_burst <= BW'(BURST - 1);
            end else if (sends) begin
                left_of_burst <= left_of_burst - 1'b1;
                if (m_axi_wlast) begin
                    writing <= 1'b0;
                    draining <= 1'b0;
                end
            end
            if (rst && writing && !(sends && m_axi_wlast)) draining <= 1'b1;
            if (begins_burst) m_axi_awvalid <= 1'b1;
            else if (m_axi_awready) m_axi_awvalid <= 1'b0;
            if (asks) m_axi_arvalid <= 1'b1;
            else if (m_axi_arready) m_axi_arvalid <= 1'b0;
            owed <= owed + RW'(begins_burst) - RW'(answered);
            asked <= asked + RW'(asks) - RW'(ends_read);
            if (rst) clearing <= 1'b1;
            else if (owed == '0 && asked == '0) clearing <= 1'b0;
            if ((answered && m_axi_bresp[1]) || (returns && m_axi_rresp[1])) fault <= 1'b1;
        end
        if (clear || cold) begin
            staged <= '0;
            ahead <= '0;
            used <= '0;
            unread <= '0;
            write_slot <= '0;
            read_slot <= '0;
        end else begin
            staged <= staged + SW'(stages) - SW'(unstages);
            ahead <= ahead + (asks ? AW'(BURST) : '0) + AW'(passes) - AW'(consumes);
            used <= used + RW'(begins_burst) - RW'(ends_read);
            unread <= unread + RW'(answered) - RW'(asks);
            if (begins_burst) write_slot <= write_slot == LW'(SLOTS - 1) ? '0 : write_slot + 1'b1;
            if (asks) read_slot <= read_slot == LW'(SLOTS - 1) ? '0 : read_slot + 1'b1;
        end
        if (begins_burst) m_axi_awaddr <= base + (ADDRESS'(write_slot) << BYTES);
        if (asks) m_axi_araddr <= base + (ADDRESS'(read_slot) << BYTES);
    end

`ifdef VERILATOR
    always_ff @(posedge clk) if (!clear && !cold) begin
        if (ahead_push && !ahead_room) $error("%m: a beat comes back without room");
    end
`endif
    wire unused_bits = &{1'b0, m_axi_bresp[0], m_axi_rresp[0], ahead_room};
endmodule
