// As conv2d, but each cycle multiplies its weights with the lanes of two neighbouring pixels of a row, the
// second to the right of the first; a row of odd width ends with a lone pixel.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. The first pixels are read, a word a
// cycle; then a pair, or a lone pixel, takes ⌈OUTPUTS / PE⌉ · KERNEL² · ⌈INPUTS / SIMD⌉ cycles. Its first
// pixel's words are written as they are made, its second's are kept and written in the first cycles of the
// next pair, after which as many new pixels are read as are computed.
// Latency: 8 and clog2(SIMD), 1 more where LEVELS is less than that.
// Tables are those of conv2d. With FOUR two weights and two codes share a multiplier, and SHARE is 2. LEVELS is
// that of `dot_product`.
module conv2d_pairs #(
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
    parameter bit FOUR = 1'b0,
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
    localparam int GROUPS = (INPUTS + SIMD - 1) / SIMD, OUT_GROUPS = (OUTPUTS + PE - 1) / PE;
    localparam int SETS = (PE + SHARE - 1) / SHARE;  // multipliers a lane, or half as many
    localparam int CYCLES = OUT_GROUPS * KERNEL * KERNEL * GROUPS, TB = CYCLES > 1 ? $clog2(CYCLES) : 1;
    localparam int OB = OUT_GROUPS > 1 ? $clog2(OUT_GROUPS) : 1;
    localparam int TREE = $clog2(SIMD), SUM = WEIGHT_BITS + CODE_BITS + TREE, W = SIMD * CODE_BITS;
    localparam int AFTER = 6 + TREE + (LEVELS < TREE ? 1 : 0);  // from `go` to a sum
    localparam int SETS_OF = FOUR ? 1 : 2, CODES = W * 2 / SETS_OF, OUT = SHARE * 2 / SETS_OF;  // of a dot product
    if (SIMD < 1 || SIMD > INPUTS || PE < 1 || PE > OUTPUTS || MAX_COLUMNS < 1) begin : g_check1
        $error("conv2d_pairs: SIMD %0d x PE %0d of %0d x %0d channels", SIMD, PE, INPUTS, OUTPUTS);
    end
    if (!WEIGHT_SIGNED || !ACC_SIGNED || (FOUR && SHARE != 2)) begin : g_check2
        $error("conv2d_pairs: weights and accumulators are signed; with FOUR, SHARE is 2");
    end
    if (OUT_GROUPS >= KERNEL * KERNEL * GROUPS || OUT_GROUPS + 2 * GROUPS > CYCLES) begin : g_check3
        $error("conv2d_pairs: %0d words to write and %0d to read in %0d cycles", OUT_GROUPS, 2 * GROUPS, CYCLES);
    end

    logic first, last, go, late;
    logic [OB-1:0] out_group;
    logic [TB-1:0] cycle, cycle1;
    logic [2*W-1:0] codes;  // of the second pixel and the first, 3 cycles later
    conv2d_pairs_windows #(
        .GRID_LEVEL(GRID_LEVEL), .GRID_MULTIPLE(GRID_MULTIPLE), .KERNEL(KERNEL), .GROUPS(GROUPS),
        .OUT_GROUPS(OUT_GROUPS), .WIDTH(W), .MAX_COLUMNS(MAX_COLUMNS), .MEMORY(LINE_MEMORY)
    ) windows (
        .clk, .rst, .rows, .columns, .in_valid, .in_ready, .in_data, .out_room, .go, .cycle, .out_group, .first,
        .last, .late, .codes);
    assign out_begins = late || (go && last);

    logic [SETS*SHARE*SIMD*WEIGHT_BITS-1:0] weights;  // beside the codes
    rom #(.WORDS(CYCLES), .WIDTH(SETS*SHARE*SIMD*WEIGHT_BITS), .FILE(WEIGHTS), .MEMORY(WEIGHT_MEMORY)) table_of_weights (
        .clk, .at(cycle1), .out_data(weights));
    logic [PE*ACC_BITS-1:0] table_of_biases [OUT_GROUPS];
    initial $readmemh(BIASES, table_of_biases);

    // What is under way: sums, and kept words that go out between them.
    logic adds, starts, ends, emits, ended, emitted;
    logic [OB-1:0] group, group_now, group_last, place, place_now, place_last;  // the last beside `ended`
    logic [PE*ACC_BITS-1:0] biases;
    delay #(.WIDTH(4), .CYCLES(AFTER)) marks (
        .clk, .rst, .in_data({go, first, last, late}), .out_data({adds, starts, ends, emits}));
    wire [OB-1:0] number = OB'(cycle);  // of a kept word, which goes out in the cycle of its number
    delay #(.WIDTH(2*OB), .CYCLES(AFTER - 1)) groups (
        .clk, .rst(1'b0), .in_data({out_group, number}), .out_data({group, place}));

    // Of the first pixel, output p, the sum is number 2 · p, of the second the next one.
    logic [2*SETS*SHARE*SUM-1:0] sums;
    logic [2*SETS*SHARE-1:0] borrows;
    for (genvar p = 0; p < SETS; p++) begin : g_set
        for (genvar i = 0; i < SETS_OF; i++) begin : g_dot
            logic [OUT*SUM-1:0] made;
            logic [OUT-1:0] taken;
            dot_product #(
                .CODE_BITS(CODE_BITS), .CODE_SIGNED(CODE_SIGNED), .WEIGHT_BITS(WEIGHT_BITS), .SIMD(SIMD),
                .SHARE(SHARE), .FOUR(FOUR), .LEVELS(LEVELS)
            ) dot (
                .clk, .codes(codes[i*CODES +: CODES]),
                .weights(weights[p*SHARE*SIMD*WEIGHT_BITS +: SHARE*SIMD*WEIGHT_BITS]), .sums(made), .borrows(taken));
            for (genvar f = 0; f < OUT; f++) begin : g_field
                localparam int TO = 2 * p * SHARE + (FOUR ? f : 2 * f + i);
                assign sums[TO*SUM +: SUM] = made[f*SUM +: SUM];
                assign borrows[TO] = taken[f];
            end
        end
    end

    logic [2*PE*ACC_BITS-1:0] results;  // of the second pixel, and of the first
    logic [PE*ACC_BITS-1:0] kept [OUT_GROUPS];
    always_ff @(posedge clk) begin
        cycle1 <= cycle;
        biases <= table_of_biases[group];
        {group_now, place_now} <= {group, place};
        {group_last, place_last} <= {group_now, place_now};
        ended <= adds && ends && !rst;
        emitted <= emits && !rst;
        out_push <= (ended || emitted) && !rst;
        out_data <= emitted ? kept[place_last] : results[0 +: PE*ACC_BITS];
        if (ended) kept[group_last] <= results[PE*ACC_BITS +: PE*ACC_BITS];
    end
    for (genvar i = 0; i < 2; i++) begin : g_pixel
        for (genvar p = 0; p < PE; p++) begin : g_sum
            accumulator #(.SUM_BITS(SUM), .ACC_BITS(ACC_BITS)) to (
                .clk, .adds, .starts, .bias(biases[p*ACC_BITS +: ACC_BITS]), .sum(sums[(2*p+i)*SUM +: SUM]),
                .borrow(borrows[2*p+i]), .acc(results[(i*PE+p)*ACC_BITS +: ACC_BITS]));
        end
    end
    if (SETS * SHARE > PE) begin : g_without_channel
        wire unused = &{1'b0, sums[2*SETS*SHARE*SUM-1:2*PE*SUM], borrows[2*SETS*SHARE-1:2*PE]};
    end
endmodule
