// Size of a tensor, from that of the image: half resolution, rounded up to multiples of MULTIPLE, halved
// LEVEL times. Latency: 2 cycles; sizes change only while no frame is under way.
module grid_size #(
    parameter int LEVEL = 0,
    parameter int MULTIPLE = 1
) (
    input  logic clk,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    output logic [15:0] height,
    output logic [15:0] width
);
    if (MULTIPLE < 1 || (MULTIPLE & (MULTIPLE - 1)) != 0) begin : g_check1
        $error("grid_size: MULTIPLE %0d is no power of two", MULTIPLE);
    end
    if (LEVEL < 0 || LEVEL > 15) begin : g_check2
        $error("grid_size: LEVEL %0d is not 0 to 15", LEVEL);
    end
    localparam int ZEROS = $clog2(MULTIPLE);
    logic [16:0] tall, wide;
    always_ff @(posedge clk) begin
        tall <= ((17'(rows) + 17'd1) >> 1) + 17'(MULTIPLE - 1);
        wide <= ((17'(columns) + 17'd1) >> 1) + 17'(MULTIPLE - 1);
        height <= 16'((tall >> ZEROS << ZEROS) >> LEVEL);
        width <= 16'((wide >> ZEROS << ZEROS) >> LEVEL);
    end
endmodule
