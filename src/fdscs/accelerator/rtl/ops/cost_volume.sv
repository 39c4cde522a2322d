// Costs of every disparity d: left column x is compared with right column x − d; where x < d, left
// column d with right column 0. Channel 3·d + k of a pixel holds cost k: the Hamming distance of the
// census words, then the distances of U and of V, limited to SATURATION.
//
// Reads valid/ready, writes begins/push/room, as stream_fifo has them. A row begins with DISPARITIES
// pixels read, a cycle each; then a word a cycle, ⌈3·DISPARITIES / LANES⌉ a pixel. Latency: 6.
module cost_volume #(
    parameter int GRID_LEVEL = 0,
    parameter int GRID_MULTIPLE = 1,
    parameter int DISPARITIES = 8,
    parameter int SATURATION = 63,
    parameter int BITS_BITS = 24,
    parameter bit BITS_SIGNED = 1'b0,
    parameter int U_BITS = 8,
    parameter bit U_SIGNED = 1'b1,
    parameter int V_BITS = 9,
    parameter bit V_SIGNED = 1'b1,
    parameter int COST_BITS = 6,
    parameter bit COST_SIGNED = 1'b0,
    parameter int LANES = 24,
    parameter int MAX_COLUMNS = 64
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic census_left_valid,
    output logic census_left_ready,
    input  logic [BITS_BITS-1:0] census_left_data,
    input  logic census_right_valid,
    output logic census_right_ready,
    input  logic [BITS_BITS-1:0] census_right_data,
    input  logic u_left_valid,
    output logic u_left_ready,
    input  logic [U_BITS-1:0] u_left_data,
    input  logic u_right_valid,
    output logic u_right_ready,
    input  logic [U_BITS-1:0] u_right_data,
    input  logic v_left_valid,
    output logic v_left_ready,
    input  logic [V_BITS-1:0] v_left_data,
    input  logic v_right_valid,
    output logic v_right_ready,
    input  logic [V_BITS-1:0] v_right_data,
    output logic out_begins,
    output logic out_push,
    output logic [LANES*COST_BITS-1:0] out_data,
    input  logic out_room
);
    if (LANES < 3 || LANES % 3 != 0) begin : g_check1
        $error("cost_volume: LANES %0d are no whole disparities", LANES);
    end
    if (BITS_SIGNED || !U_SIGNED || !V_SIGNED || COST_SIGNED) begin : g_check2
        $error("cost_volume: not the signs of a cost volume");
    end
    if (BITS_BITS != 24 || COST_BITS < 5) begin : g_check3
        $error("cost_volume: 24 bits of census, 5 or more of a cost");
    end
    if (SATURATION < 1 || SATURATION >= 1 << COST_BITS) begin : g_check4
        $error("cost_volume: SATURATION %0d", SATURATION);
    end
    if (MAX_COLUMNS < DISPARITIES) begin : g_check5
        $error("cost_volume: MAX_COLUMNS %0d", MAX_COLUMNS);
    end
    localparam int GROUP = LANES / 3, WORDS = (DISPARITIES + GROUP - 1) / GROUP, PLACES = WORDS * GROUP;
    localparam int F = BITS_BITS + U_BITS + V_BITS;  // features of a pixel: census, U and V
    localparam int WB = WORDS > 1 ? $clog2(WORDS) : 1, GB = GROUP > 1 ? $clog2(GROUP) : 1;
    localparam int DB = DISPARITIES > 1 ? $clog2(DISPARITIES) : 1, PB = $clog2(PLACES + 1);
    localparam int XB = $clog2(MAX_COLUMNS + 1);

    // Stage 0: the first columns of a row, or a word.
    logic [15:0] height, width, x, y;
    logic last_x, last_y, last_word, filled, last_first, last_slot, last_lane;
    logic [WB-1:0] word, slot;
    logic [GB-1:0] lane;
    logic [DB-1:0] first;
    logic [PB-1:0] place;  // the word's first disparity
    grid_size #(.LEVEL(GRID_LEVEL), .MULTIPLE(GRID_MULTIPLE)) size (.clk, .rows, .columns, .height, .width);
    wire all_valid = census_left_valid && census_right_valid && u_left_valid && u_right_valid
                     && v_left_valid && v_right_valid;
    logic kept, first_word, begins_row;  // the pixel is one of the first; a pixel's word is; a row's pixel
    wire reads = !filled || (first_word && !kept);
    wire go = (all_valid || !reads) && (out_room || !filled);
    wire read = go && reads;
    wire fill = go && !filled;
    wire make = go && filled;
    assign {census_left_ready, census_right_ready} = {2{read}};
    assign {u_left_ready, u_right_ready, v_left_ready, v_right_ready} = {4{read}};
    assign out_begins = make;
    counter #(.COUNT(WORDS)) words (.clk, .rst, .step(make), .count(word), .last(last_word));
    raster #(.X_BITS(XB)) pixels (
        .clk, .rst, .step(make && last_word), .height, .width, .x, .y, .last_x, .last_y);
    counter #(.COUNT(DISPARITIES)) firsts (.clk, .rst, .step(fill), .count(first), .last(last_first));
    // Where the next of the first columns goes: disparities of a word lie side by side.
    counter #(.COUNT(GROUP)) lanes (
        .clk, .rst(rst || (fill && last_first)), .step(fill), .count(lane), .last(last_lane));
    counter #(.COUNT(WORDS)) slots (
        .clk, .rst(rst || (fill && last_first)), .step(fill && last_lane), .count(slot), .last(last_slot));
    always_ff @(posedge clk) begin
        if (rst || (make && last_word && last_x)) filled <= 1'b0;
        else if (fill && last_first) filled <= 1'b1;
        if (rst) begin
            first_word <= 1'b1;
            kept <= 1'b1;
            begins_row <= 1'b1;
            place <= '0;
        end else if (make) begin
            first_word <= last_word;
            place <= last_word ? '0 : place + PB'(GROUP);
            if (last_word) begins_row <= last_x;
            if (last_word) kept <= last_x || (kept && x != 16'(DISPARITIES - 1));
        end
    end

    // Stage 2: the pixel that a word is of, and what is kept of the row's first.
    wire [F-1:0] left = {v_left_data, u_left_data, census_left_data};
    wire [F-1:0] right = {v_right_data, u_right_data, census_right_data};
    logic [2*F-1:0] pair1, pair2, first_pair;
    logic kept1, kept2, begun1, begun2, begun3, begun4, begun5;
    logic [WB-1:0] word1;
    logic first_word1, first_word2, begins_row1, begins_row2;
    logic [DB-1:0] column1, column2;  // up to the last disparity
    logic [PB-1:0] place1, place2;
    memory #(.WIDTH(2*F), .DEPTH(DISPARITIES)) first_pairs (
        .clk, .write(fill), .write_at(first), .in_data({right, left}), .read_at(DB'(x)), .out_data(first_pair));
    wire [2*F-1:0] pair = kept2 ? first_pair : pair2;
    always_ff @(posedge clk) begin
        pair1 <= {right, left};
        pair2 <= pair1;
        kept1 <= kept;
        kept2 <= kept1;
        word1 <= word;
        first_word1 <= first_word;
        first_word2 <= first_word1;
        begins_row1 <= begins_row;
        begins_row2 <= begins_row1;
        column1 <= kept ? DB'(x) : DB'(DISPARITIES - 1);
        column2 <= column1;
        place1 <= place;
        place2 <= place1;
        begun1 <= make && !rst;
        begun2 <= begun1 && !rst;
        begun3 <= begun2 && !rst;
        begun4 <= begun3 && !rst;
        begun5 <= begun4 && !rst;
        out_push <= begun5 && !rst;
    end

    // Stage 3: right columns x, x − 1, …, those of the word's disparities in the lowest places. With each
    // word they turn by as many places; with each pixel they move up one.
    logic [PLACES*F-1:0] delayed;
    wire [PLACES*F-1:0] turned = (PLACES*F)'({delayed, delayed} >> (GROUP*F));
    logic [F-1:0] here;  // the left pixel
    always_ff @(posedge clk) begin
        if (begun2) begin
            if (!first_word2) delayed <= turned;
            else if (begins_row2) delayed <= {PLACES{pair[2*F-1:F]}};
            else delayed <= (PLACES*F)'({turned, pair[2*F-1:F]});
            if (first_word2) here <= pair[F-1:0];
        end
    end

    for (genvar i = 0; i < GROUP; i++) begin : g_disparity
        logic [F-1:0] starts;  // the left view's first columns, of this lane's disparities
        memory #(.WIDTH(F), .DEPTH(WORDS), .STYLE("distributed")) firsts_of_lane (
            .clk, .write(fill && lane == GB'(i)), .write_at(slot), .in_data(left), .read_at(word1), .out_data(starts));
        wire [PB-1:0] d = place2 + PB'(i);
        logic within3, exists3;  // the left view's pixel has the disparity; there is such a one
        always_ff @(posedge clk) begin
            within3 <= d <= PB'(column2);
            exists3 <= d < PB'(DISPARITIES);
        end
        wire [F-1:0] a = within3 ? here : starts;
        wire [F-1:0] b = delayed[i*F +: F];
        costs_of_pixel #(
            .BITS_BITS(BITS_BITS), .U_BITS(U_BITS), .V_BITS(V_BITS), .COST_BITS(COST_BITS),
            .SATURATION(SATURATION)
        ) both (.clk, .exists(exists3), .a, .b, .costs(out_data[3*i*COST_BITS +: 3*COST_BITS]));
    end
    wire unused = &{1'b0, y, last_y, last_slot};
endmodule
