// External memory behind an AXI4 port, for simulation: every answer comes at random, and what has been written but not
// acknowledged reads as poison. One identity, INCR bursts, as dram_fifo has them.
module axi_memory #(
    parameter int BURST = 64,  // beats
    parameter int SLOTS = 4,  // of a burst each, from address 0 on
    parameter int ADDRESS = 32,
    parameter int SEED = 1,
    parameter int LATENCY = 100,  // cycles, at most, from the last beat to the answer
    parameter bit PAUSES = 1'b1,  // on all channels
    parameter bit FAILS = 1'b0  // every read with an error
) (
    input  logic clk,
    input  logic cold,
    input  logic [ADDRESS-1:0] awaddr,
    input  logic awvalid,
    output logic awready,
    input  logic [127:0] wdata,
    input  logic [15:0] wstrb,
    input  logic wlast,
    input  logic wvalid,
    output logic wready,
    output logic [1:0] bresp,
    output logic bvalid,
    input  logic bready,
    input  logic [ADDRESS-1:0] araddr,
    input  logic arvalid,
    output logic arready,
    output logic [127:0] rdata,
    output logic [1:0] rresp,
    output logic rlast,
    output logic rvalid,
    input  logic rready
);
    localparam logic [127:0] POISON = {4{32'hdead_beef}};
    logic [127:0] store [SLOTS*BURST];
    logic acknowledged [SLOTS];
    int written [$], to_acknowledge [$], due_writes [$], to_read [$], due_reads [$];
    int now, beat_in, beat_out;
    logic [31:0] noise;
    wire [31:0] shifted = noise ^ (noise << 13);
    wire [31:0] mixed = shifted ^ (shifted >> 17);
    wire go = !PAUSES || noise[0];
    function automatic int slot_of(logic [ADDRESS-1:0] address);
        if (int'(address) % (16 * BURST) != 0 || int'(address) / (16 * BURST) >= SLOTS)
            $error("%m: a burst at %h", address);
        return int'(address) / (16 * BURST);
    endfunction
    assign bresp = 2'b00;
    assign rresp = FAILS ? 2'b10 : 2'b00;
    always_ff @(posedge clk) begin
        now <= now + 1;
        noise <= mixed ^ (mixed << 5);
        awready <= go && noise[3:1] != '0;
        arready <= go && noise[6:4] != '0;
        wready <= (!PAUSES || noise[7]) && written.size() != 0;
        if (awvalid && awready) begin
            written.push_back(slot_of(awaddr));
            acknowledged[slot_of(awaddr)] <= 1'b0;
        end
        if (wvalid && wready) begin
            if (wstrb == '1) store[written[0] * BURST + beat_in] <= wdata;
            else if (wstrb != '0) $error("%m: some bytes of a beat");
            if (wlast != (beat_in == BURST - 1)) $error("%m: a burst of %0d beats", beat_in + 1);
            beat_in <= wlast ? 0 : beat_in + 1;
            if (wlast) begin
                to_acknowledge.push_back(written[0]);
                void'(written.pop_front());
                due_writes.push_back(now + 1 + int'(noise[30:8]) % LATENCY);
                wready <= 1'b0;
            end
        end
        if (bvalid && bready) bvalid <= 1'b0;
        if ((!bvalid || bready) && due_writes.size() != 0 && due_writes[0] <= now && go) begin
            acknowledged[to_acknowledge[0]] <= 1'b1;
            void'(to_acknowledge.pop_front());
            void'(due_writes.pop_front());
            bvalid <= 1'b1;
        end
        if (arvalid && arready) begin
            to_read.push_back(slot_of(araddr));
            due_reads.push_back(now + 1 + int'(noise[30:8]) % LATENCY);
        end
        if (rvalid && rready) rvalid <= 1'b0;
        if ((!rvalid || rready) && due_reads.size() != 0 && due_reads[0] <= now && (!PAUSES || noise[2])) begin
            rdata <= acknowledged[to_read[0]] ? store[to_read[0] * BURST + beat_out] : POISON;
            rlast <= beat_out == BURST - 1;
            rvalid <= 1'b1;
            beat_out <= beat_out == BURST - 1 ? 0 : beat_out + 1;
            if (beat_out == BURST - 1) begin
                void'(to_read.pop_front());
                void'(due_reads.pop_front());
            end
        end
        if (cold) begin
            now <= 0;
            noise <= 32'(SEED) * 32'd2654435761 + 32'd1;
            beat_in <= 0;
            beat_out <= 0;
            {awready, arready, wready, bvalid, rvalid} <= '0;
            for (int i = 0; i < SLOTS; i++) acknowledged[i] <= 1'b0;
        end
    end
endmodule
