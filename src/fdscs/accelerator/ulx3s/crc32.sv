// CRC-32 as zlib has it, of codes of two bytes, the low byte first: a code a `step`, in one cycle.
module crc32 (
    input  logic clk,
    input  logic restart,
    input  logic step,
    input  logic [15:0] code,
    output logic [31:0] crc  // of all codes since `restart`
);
    logic [31:0] state, next;
    always_comb begin
        next = state ^ {16'd0, code};
        for (int i = 0; i < 16; i++) next = next[0] ? (next >> 1) ^ 32'hEDB88320 : next >> 1;
    end
    assign crc = ~state;
    always_ff @(posedge clk) begin
        if (restart) state <= '1;
        else if (step) state <= next;
    end
endmodule
