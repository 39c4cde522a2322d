// A stream: the FIFO between the process that writes it and the process that reads it.
//
// Writer: where `room` is high it may begin a word, by `begins` in that cycle; the word itself comes
// with `push`, any number of cycles later, in order. A word begun has its place, so pipelines run on
// without a stop and nothing can overflow, whatever their latency.
// Reader: `valid` and `ready` as in AXI4-Stream: data moves in a cycle in which both are high.
// Latency: from `push` to `valid` 2 cycles, or 5 where DEEP.
// DEPTH words fit, those under way and in output registers counted.
module stream_fifo #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 4,
    parameter bit DEEP = 1'b0,  // in block memory, or in that which STYLE names
    parameter STYLE = "block"  // or "ultra"
) (
    input  logic clk,
    input  logic rst,
    input  logic begins,
    input  logic push,
    input  logic [WIDTH-1:0] in_data,
    output logic room,
    output logic valid,
    output logic [WIDTH-1:0] out_data,
    input  logic ready
);
    if (DEPTH < 2) begin : g_check1
        $error("stream_fifo: DEPTH %0d is below 2", DEPTH);
    end
    localparam int AW = DEPTH > 1 ? $clog2(DEPTH) : 1, CW = $clog2(DEPTH + 1);
    localparam logic [AW-1:0] LAST = AW'(DEPTH - 1);

    logic [CW-1:0] promised;  // words begun and not yet taken
    logic [CW-1:0] held;      // words in the memory
    logic [AW-1:0] head, tail;
    logic pop;
    wire take = valid && ready;
    always_ff @(posedge clk) begin
        if (rst) begin
            promised <= '0;
            held <= '0;
            head <= '0;
            tail <= '0;
            room <= 1'b0;
        end else begin
            promised <= promised + CW'(begins) - CW'(take);
            held <= held + CW'(push) - CW'(pop);
            room <= take || (begins ? promised < CW'(DEPTH - 1) : promised < CW'(DEPTH));
            if (push) tail <= tail == LAST ? '0 : tail + 1'b1;
            if (pop) head <= head == LAST ? '0 : head + 1'b1;
        end
    end

    if (!DEEP) begin : g_shallow
        (* ram_style = "distributed" *) logic [WIDTH-1:0] words [DEPTH];
        assign pop = held != '0 && (!valid || ready);
        always_ff @(posedge clk) begin
            if (push) words[tail] <= in_data;
            if (pop) out_data <= words[head];
            if (rst) valid <= 1'b0;
            else if (pop) valid <= 1'b1;
            else if (ready) valid <= 1'b0;
        end
    end else begin : g_deep
        // Two registers behind the memory, then a queue of what is under way.
        logic [WIDTH-1:0] read;
        logic [WIDTH-1:0] queue [4];
        logic [1:0] first, next, coming;
        logic [2:0] places, queued;  // places neither queued nor under way
        wire move = queued != 3'd0 && (!valid || ready);
        assign pop = held != '0 && places != 3'd0;
        memory #(.WIDTH(WIDTH), .DEPTH(DEPTH), .STYLE(STYLE)) memory_of_words (
            .clk, .write(push), .write_at(tail), .in_data, .read_at(head), .out_data(read));
        always_ff @(posedge clk) begin
            if (coming[1]) queue[next] <= read;
            if (move) out_data <= queue[first];
            if (rst) begin
                coming <= 2'd0;
                first <= 2'd0;
                next <= 2'd0;
                places <= 3'd4;
                queued <= 3'd0;
                valid <= 1'b0;
            end else begin
                coming <= {coming[0], pop};
                places <= places - 3'(pop) + 3'(move);
                queued <= queued + 3'(coming[1]) - 3'(move);
                if (coming[1]) next <= next + 2'd1;
                if (move) first <= first + 2'd1;
                if (move) valid <= 1'b1;
                else if (ready) valid <= 1'b0;
            end
        end
    end

`ifdef VERILATOR
    always_ff @(posedge clk) if (!rst) begin
        if (begins && !room) $error("%m: a word begins without room");
        if (push && held == CW'(DEPTH)) $error("%m: a word comes that was not begun");
    end
`endif
endmodule
