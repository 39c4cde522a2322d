// Convolution into an integer accumulator: SIMD input lanes times the weights of PE output channels a cycle,
// over a window of KERNEL × KERNEL pixels, 0 outside the tensor.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. The first pixels are read, a word a
// cycle, until a window is there; then a pixel takes ⌈OUTPUTS / PE⌉ · KERNEL² · ⌈INPUTS / SIMD⌉ cycles,
// in the first of which the next one needed is read.
// Latency: 6, with SHARE above 1 7, and clog2(SIMD) more.
// WEIGHTS and BIASES are tables for $readmemh in the order of the cycles: output group, tap, input group;
// lane p · SIMD + s of a word of weights is that of output p and input s. SHARE output channels share a
// multiplier, whose weights are lessened as `multiply` has it; PE is rounded up to a multiple of it.
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
    parameter WEIGHTS = "weights.hex",
    parameter BIASES = "biases.hex",
    /* verilator lint_off UNUSEDPARAM */
    parameter WEIGHT_MEMORY = "auto",
    /* verilator lint_on UNUSEDPARAM */
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
    localparam int TREE = $clog2(SIMD), MULTIPLY = SHARE > 1 ? 4 : 3;
    localparam int STEP = WEIGHT_BITS + CODE_BITS;

    logic first, last, go;
    logic [OB-1:0] out_group;
    logic [TB-1:0] cycle;
    logic [SIMD*CODE_BITS-1:0] codes;  // 2 cycles later
    conv2d_windows #(
        .GRID_LEVEL(GRID_LEVEL), .GRID_MULTIPLE(GRID_MULTIPLE), .KERNEL(KERNEL), .GROUPS(GROUPS),
        .OUT_GROUPS(OUT_GROUPS), .WIDTH(SIMD*CODE_BITS), .MAX_COLUMNS(MAX_COLUMNS), .MEMORY(LINE_MEMORY)
    ) windows (
        .clk, .rst, .rows, .columns, .in_valid, .in_ready, .in_data, .out_room, .go, .cycle, .out_group, .first,
        .last, .codes);
    assign out_begins = go && last;

    // Weights, beside the codes: the memory's latch and its register.
    (* rom_style = WEIGHT_MEMORY, ram_style = WEIGHT_MEMORY *)
    logic [SETS*SHARE*SIMD*WEIGHT_BITS-1:0] table_of_weights [CYCLES];
    logic [PE*ACC_BITS-1:0] table_of_biases [OUT_GROUPS];
    initial $readmemh(WEIGHTS, table_of_weights);
    initial $readmemh(BIASES, table_of_biases);
    logic [SETS*SHARE*SIMD*WEIGHT_BITS-1:0] latch, weights;
    always_ff @(posedge clk) begin
        latch <= table_of_weights[cycle];
        weights <= latch;
    end

    // What is under way, for the accumulators.
    localparam int LATE = 2 + MULTIPLY + TREE;
    logic adds, starts, ends;
    logic [OB-1:0] group;
    logic [PE*ACC_BITS-1:0] biases;
    delay #(.WIDTH(3), .CYCLES(LATE)) marks (
        .clk, .rst, .in_data({go, first, last}), .out_data({adds, starts, ends}));
    delay #(.WIDTH(OB), .CYCLES(LATE - 1)) groups (.clk, .rst(1'b0), .in_data(out_group), .out_data(group));
    always_ff @(posedge clk) begin
        biases <= table_of_biases[group];
        out_push <= adds && ends && !rst;
    end

    logic [SETS*SHARE*SIMD*STEP-1:0] products;  // of output p and input s in place p · SIMD + s
    for (genvar p = 0; p < SETS; p++) begin : g_set
        for (genvar s = 0; s < SIMD; s++) begin : g_lane
            logic [SHARE*WEIGHT_BITS-1:0] together;
            logic [SHARE*STEP-1:0] several;
            multiply #(
                .CODE_BITS(CODE_BITS), .CODE_SIGNED(CODE_SIGNED), .WEIGHT_BITS(WEIGHT_BITS), .SHARE(SHARE)
            ) multiplier (
                .clk, .code(codes[s*CODE_BITS +: CODE_BITS]), .weights(together), .products(several));
            for (genvar k = 0; k < SHARE; k++) begin : g_share
                localparam int PLACE = (p * SHARE + k) * SIMD + s;
                assign together[k*WEIGHT_BITS +: WEIGHT_BITS] = weights[PLACE*WEIGHT_BITS +: WEIGHT_BITS];
                assign products[PLACE*STEP +: STEP] = several[k*STEP +: STEP];
            end
        end
    end
    for (genvar p = 0; p < PE; p++) begin : g_sum
        logic signed [STEP+TREE-1:0] sum;
        logic signed [ACC_BITS-1:0] acc;
        wire signed [ACC_BITS-1:0] bias = biases[p*ACC_BITS +: ACC_BITS];
        add_tree #(.COUNT(SIMD), .WIDTH(STEP)) tree (
            .clk, .in_data(products[p*SIMD*STEP +: SIMD*STEP]), .sum);
        always_ff @(posedge clk) if (adds) acc <= (starts ? bias : acc) + ACC_BITS'(sum);
        assign out_data[p*ACC_BITS +: ACC_BITS] = acc;
        if (STEP + TREE > ACC_BITS) begin : g_never
            wire unused = &{1'b0, sum[STEP+TREE-1:ACC_BITS]};  // no sum reaches them
        end
    end
    if (SETS * SHARE > PE) begin : g_without_channel
        wire unused = &{1'b0, products[SETS*SHARE*SIMD*STEP-1:PE*SIMD*STEP]};
    end
endmodule
