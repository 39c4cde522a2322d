// A pixel of CHANNELS lanes becomes words of TO lanes, lanes without a channel 0. `load` takes the pixel;
// `word` is its next word, until a `step`.
module scatter #(
    parameter int BITS = 8,
    parameter int CHANNELS = 8,
    parameter int TO = 4
) (
    input  logic clk,
    input  logic load,
    input  logic step,
    input  logic [CHANNELS*BITS-1:0] pixel,
    output logic [TO*BITS-1:0] word
);
    if (BITS < 1 || CHANNELS < 1 || TO < 1) begin : g_check1
        $error("scatter: a size is below 1");
    end
    localparam int WRITES = (CHANNELS + TO - 1) / TO, WIDTH = WRITES * TO * BITS;
    logic [WIDTH-1:0] lanes;
    assign word = lanes[TO*BITS-1:0];
    always_ff @(posedge clk) begin
        if (load) lanes <= WIDTH'(pixel);
        else if (step) lanes <= lanes >> (TO * BITS);
    end
endmodule
