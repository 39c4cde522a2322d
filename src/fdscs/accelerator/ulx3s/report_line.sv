// Sends a line of text for a frame: "crc 0123abcd cycles 0123abcd exact", or "wrong" at its end. What comes while
// a line is sent is left out.
module report_line #(
    parameter int BIT_CYCLES = 868  // of the serial line
) (
    input  logic clk,
    input  logic rst,
    input  logic send,
    input  logic [31:0] crc,
    input  logic [31:0] cycles,
    input  logic exact,
    output logic tx
);
    localparam int LENGTH = 36;
    localparam logic [8*LENGTH-1:0] EXACT = "crc ######## cycles @@@@@@@@ exact\015\n",
        WRONG = "crc ######## cycles @@@@@@@@ wrong\015\n";
    logic busy, ready, said_exact;
    logic [5:0] place;
    logic [31:0] said_crc, said_cycles;
    logic [7:0] of_text;
    logic settled;  // it is that of `place`
    wire of_crc = of_text == "#", of_cycles = of_text == "@";
    wire [3:0] digit = of_crc ? said_crc[31:28] : said_cycles[31:28];
    wire [7:0] hex = (digit < 4'd10 ? 8'd48 : 8'd87) + 8'(digit);
    logic [7:0] symbol;
    logic valid;
    uart_tx #(.CYCLES(BIT_CYCLES)) line (.clk, .rst, .valid, .ready, .data(symbol), .tx);
    always_ff @(posedge clk) begin
        of_text <= 8'((said_exact ? EXACT : WRONG) >> (8 * (LENGTH - 1 - 32'(place))));
        if (rst) begin
            busy <= 1'b0;
            valid <= 1'b0;
            settled <= 1'b0;
        end else if (!busy) begin
            if (send) begin
                busy <= 1'b1;
                place <= 6'd0;
                said_crc <= crc;
                said_cycles <= cycles;
                said_exact <= exact;
            end
        end else if (valid) begin
            if (ready) begin
                valid <= 1'b0;
                if (place == 6'(LENGTH - 1)) busy <= 1'b0;
                place <= place + 6'd1;
            end
        end else if (!settled) begin
            settled <= 1'b1;
        end else begin
            settled <= 1'b0;
            symbol <= of_crc || of_cycles ? hex : of_text;
            valid <= 1'b1;
            if (of_crc) said_crc <= said_crc << 4;
            if (of_cycles) said_cycles <= said_cycles << 4;
        end
    end
endmodule
