// ReLU and requantisation of each lane: min((max(acc, 0) + half) >> shift, largest code).
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. A word a cycle. Latency: 4.
// SHIFTS is a table for $readmemh: a word for each group of LANES channels, 5 bits a lane; all shifts lie
// from SHIFT_LEAST to SHIFT_MOST.
module requantise #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int ACC_BITS = 24,
    parameter bit ACC_SIGNED = 1'b1,
    parameter int OUT_BITS = 8,
    parameter bit OUT_SIGNED = 1'b0,
    parameter int CHANNELS = 4,
    parameter int LANES = 4,
    parameter int MAX_COLUMNS = 64,
    parameter int SHIFT_LEAST = 0,
    parameter int SHIFT_MOST = 31,
    parameter SHIFTS = "shifts.hex"
) (
    input  logic clk,
    input  logic rst,
    input  logic in_valid,
    output logic in_ready,
    input  logic [LANES*ACC_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [LANES*OUT_BITS-1:0] out_data,
    input  logic out_room
);
    if (GRID_LEVEL < 0 || GRID_MULTIPLE < 1 || MAX_COLUMNS < 1) begin : g_check1
        $error("requantise: a size is below its least");
    end
    if (!ACC_SIGNED || OUT_SIGNED) begin : g_check2
        $error("requantise: makes unsigned codes of signed accumulators");
    end
    if (SHIFT_LEAST < 0 || SHIFT_MOST < SHIFT_LEAST || SHIFT_MOST > 31) begin : g_check3
        $error("requantise: shifts from %0d to %0d", SHIFT_LEAST, SHIFT_MOST);
    end
    localparam int GROUPS = (CHANNELS + LANES - 1) / LANES, GB = GROUPS > 1 ? $clog2(GROUPS) : 1;
    localparam int SPAN = SHIFT_MOST - SHIFT_LEAST, SB = SPAN > 0 ? $clog2(SPAN + 1) : 1;
    localparam int WIDE = ACC_BITS > SHIFT_MOST ? ACC_BITS : SHIFT_MOST + 1;  // holds every half

    logic [LANES*5-1:0] shifts [GROUPS];
    initial $readmemh(SHIFTS, shifts);

    assign in_ready = out_room;
    wire go = in_valid && in_ready;
    assign out_begins = go;
    logic [GB-1:0] group;
    logic last_group, begun1, begun2, begun3;
    logic [LANES*5-1:0] shift1;
    counter #(.COUNT(GROUPS)) groups (.clk, .rst, .step(go), .count(group), .last(last_group));
    always_ff @(posedge clk) begin
        shift1 <= shifts[group];
        begun1 <= go && !rst;
        begun2 <= begun1 && !rst;
        begun3 <= begun2 && !rst;
        out_push <= begun3 && !rst;
    end
    for (genvar i = 0; i < LANES; i++) begin : g_lane
        wire [ACC_BITS-1:0] acc = in_data[i*ACC_BITS +: ACC_BITS];
        wire [SB-1:0] more = SB'(shift1[5*i +: 5] - 5'(SHIFT_LEAST));  // than SHIFT_LEAST
        logic [SB-1:0] more2;
        logic [WIDE-1:0] positive1, rounded2, shifted3;
        always_ff @(posedge clk) begin
            positive1 <= acc[ACC_BITS-1] ? '0 : WIDE'(acc);
            rounded2 <= positive1 + (((WIDE'(1) << SHIFT_LEAST) << more) >> 1);
            more2 <= more;
            shifted3 <= (rounded2 >> SHIFT_LEAST) >> more2;
            out_data[i*OUT_BITS +: OUT_BITS] <= (shifted3 >> OUT_BITS) != '0 ? '1 : OUT_BITS'(shifted3);
        end
    end
    wire unused = &{1'b0, last_group};
endmodule
