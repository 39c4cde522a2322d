// Convolution into an integer accumulator: SIMD input lanes times the weights of PE output channels a cycle,
// over a window of KERNEL × KERNEL pixels, 0 outside the tensor.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. The first pixels are read, a word a
// cycle, until a window is there; then a pixel takes ⌈OUTPUTS / PE⌉ · KERNEL² · ⌈INPUTS / SIMD⌉ cycles,
// in the first of which the next one needed is read.
// Latency: 7 and clog2(SIMD), 1 more where LEVELS is less than that.
// WEIGHTS and BIASES are tables for $readmemh in the order of the cycles: output group, tap, input group;
// lane p · SIMD + s of a word of weights is that of output p and input s. SHARE output channels share a
// multiplier, whose weights are lessened as `multiply` has it; PE is rounded up to a multiple of it. LEVELS is
// that of `dot_product`.
module conv2d #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int KERNEL = 3,
    parameter int CODE_BITS = 8,
    parameter bit CODE_SIGNED = 1'b0,
    parameter int INPUTS = 4,
    parameter int SIMD = 2,
    parameter int WEIGHT_BITS = 8,
    parameter bit WEIGHT_SIGNED = 1'b1,
    parameter int ACC_BITS = 24,
    parameter bit ACC_SIGNED = 1'b1,
    parameter int OUTPUTS = 4,
    parameter int PE = 2,
    parameter int MAX_COLUMNS = 64,
    parameter int SHARE = 1,
    parameter int LEVELS = $clog2(SIMD),
    parameter WEIGHTS = "weights.hex",
    parameter BIASES = "biases.hex",
    parameter WEIGHT_MEMORY = "auto",
    parameter LINE_MEMORY = "auto"
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic in_valid,
    output logic in_ready,
    input  logic [SIMD*CODE_BITS-1:0] in_data,
    output logic out_begins,
    output logic out_push,
    output logic [PE*ACC_BITS-1:0] out_data,
    input  logic out_room
);
    if (KERNEL != 1 && KERNEL != 3) begin : g_check1
        $error("conv2d: KERNEL %0d is neither 1 nor 3", KERNEL);
    end
    if (SIMD < 1 || SIMD > INPUTS || PE < 1 || PE > OUTPUTS || MAX_COLUMNS < 1) begin : g_check2
        $error("conv2d: SIMD %0d x PE %0d of %0d x %0d channels", SIMD, PE, INPUTS, OUTPUTS);
    end
    if (!WEIGHT_SIGNED || !ACC_SIGNED) begin : g_check3
        $error("conv2d: weights and accumulators are signed");
    end
    localparam int GROUPS = (INPUTS + SIMD - 1) / SIMD, OUT_GROUPS = (OUTPUTS + PE - 1) / PE;
    localparam int SETS = (PE + SHARE - 1) / SHARE;  // multipliers a lane
    localparam int CYCLES = OUT_GROUPS * KERNEL * KERNEL * GROUPS, TB = CYCLES > 1 ? $clog2(CYCLES) : 1;
    localparam int OB = OUT_GROUPS > 1 ? $clog2(OUT_GROUPS) : 1;
    localparam int TREE = $clog2(SIMD), SUM = WEIGHT_BITS + CODE_BITS + TREE;
    localparam int LATE = 6 + TREE + (LEVELS < TREE ? 1 : 0);  // from `go` to a sum

    logic first, last, go;
    logic [OB-1:0] out_group;
    logic [TB-1:0] cycle, cycle1;
    logic [SIMD*CODE_BITS-1:0] codes;  // 3 cycles later
    conv2d_windows #(
        .GRID_LEVEL(GRID_LEVEL), .GRID_MULTIPLE(GRID_MULTIPLE), .KERNEL(KERNEL), .GROUPS(GROUPS),
        .OUT_GROUPS(OUT_GROUPS), .WIDTH(SIMD*CODE_BITS), .MAX_COLUMNS(MAX_COLUMNS), .MEMORY(LINE_MEMORY)
    ) windows (
        .clk, .rst, .rows, .columns, .in_valid, .in_ready, .in_data, .out_room, .go, .cycle, .out_group, .first,
        .last, .codes);
    assign out_begins = go && last;

    logic [SETS*SHARE*SIMD*WEIGHT_BITS-1:0] weights;  // beside the codes
    rom #(.WORDS(CYCLES), .WIDTH(SETS*SHARE*SIMD*WEIGHT_BITS), .FILE(WEIGHTS), .MEMORY(WEIGHT_MEMORY)) table_of_weights (
        .clk, .at(cycle1), .out_data(weights));
    logic [PE*ACC_BITS-1:0] table_of_biases [OUT_GROUPS];
    initial $readmemh(BIASES, table_of_biases);

    // What is under way, for the accumulators.
    logic adds, starts, ends;
    logic [OB-1:0] group;
    logic [PE*ACC_BITS-1:0] biases;
    delay #(.WIDTH(3), .CYCLES(LATE)) marks (
        .clk, .rst, .in_data({go, first, last}), .out_data({adds, starts, ends}));
    delay #(.WIDTH(OB), .CYCLES(LATE - 1)) groups (.clk, .rst(1'b0), .in_data(out_group), .out_data(group));
    always_ff @(posedge clk) begin
        cycle1 <= cycle;
        biases <= table_of_biases[group];
        out_push <= adds && ends && !rst;
    end

    logic [SETS*SHARE*SUM-1:0] sums;
    logic [SETS*SHARE-1:0] borrows;
    for (genvar p = 0; p < SETS; p++) begin : g_set
        dot_product #(
            .CODE_BITS(CODE_BITS), .CODE_SIGNED(CODE_SIGNED), .WEIGHT_BITS(WEIGHT_BITS), .SIMD(SIMD), .SHARE(SHARE),
            .LEVELS(LEVELS)
        ) dot (
            .clk, .codes, .weights(weights[p*SHARE*SIMD*WEIGHT_BITS +: SHARE*SIMD*WEIGHT_BITS]),
            .sums(sums[p*SHARE*SUM +: SHARE*SUM]), .borrows(borrows[p*SHARE +: SHARE]));
    end
    for (genvar p = 0; p < PE; p++) begin : g_sum
        accumulator #(.SUM_BITS(SUM), .ACC_BITS(ACC_BITS)) to (
            .clk, .adds, .starts, .bias(biases[p*ACC_BITS +: ACC_BITS]), .sum(sums[p*SUM +: SUM]),
            .borrow(borrows[p]), .acc(out_data[p*ACC_BITS +: ACC_BITS]));
    end
    if (SETS * SHARE > PE) begin : g_without_channel
        wire unused = &{1'b0, sums[SETS*SHARE*SUM-1:PE*SUM], borrows[SETS*SHARE-1:PE]};
    end
endmodule
