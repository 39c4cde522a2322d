// One stream for two readers.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. One word a cycle. Latency: 1.
// `fork` is a word of the language, hence the name.
module fork_stream #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int WORDS = 1,  // a pixel
    parameter int WORD_BITS = 8,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic in_valid,
    output logic in_ready,
    input  logic [WORD_BITS-1:0] in_data,
    output logic first_begins,
    output logic first_push,
    output logic [WORD_BITS-1:0] first_data,
    input  logic first_room,
    output logic second_begins,
    output logic second_push,
    output logic [WORD_BITS-1:0] second_data,
    input  logic second_room
);
    if (GRID_LEVEL < 0 || GRID_MULTIPLE < 1 || WORDS < 1 || MAX_COLUMNS < 1) begin : g_check1
        $error("fork_stream: a size is below its least");
    end
    wire go = in_valid && in_ready;
    assign in_ready = first_room && second_room;
    assign first_begins = go;
    assign second_begins = go;
    assign second_push = first_push;
    assign second_data = first_data;
    always_ff @(posedge clk) begin
        first_push <= go && !rst;
        first_data <= in_data;
    end
endmodule
