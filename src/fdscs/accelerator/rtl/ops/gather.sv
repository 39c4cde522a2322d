// Words of FROM lanes become a pixel of CHANNELS lanes, shifted in, so that no multiplexer is needed.
// `pixel` has the word of a `step` in the cycle after it.
module gather #(
    parameter int BITS = 8,
    parameter int CHANNELS = 8,
    parameter int FROM = 4
) (
    input  logic clk,
    input  logic step,
    input  logic [FROM*BITS-1:0] in_data,
    output logic [CHANNELS*BITS-1:0] pixel
);
    if (BITS < 1 || CHANNELS < 1 || FROM < 1) begin : g_check1
        $error("gather: a size is below 1");
    end
    localparam int READS = (CHANNELS + FROM - 1) / FROM, WIDTH = READS * FROM * BITS;
    logic [WIDTH-1:0] lanes;
    assign pixel = lanes[CHANNELS*BITS-1:0];
    always_ff @(posedge clk) if (step) lanes <= WIDTH'({in_data, lanes} >> (FROM * BITS));
endmodule
