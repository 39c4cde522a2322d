// Which frames are under way: when each image may begin one, when the size changes, how fast frames come.
//
// An image begins a frame only when the other has begun all before it. A new size, `wanted`, waits until
// every frame that either image has begun has ended. Rows that are cropped may then still be under way, so the
// datapath is reset, `core_rst`, for 48 cycles; for 16 more the sizes settle, and frames go on.
module frame_control (
    input  logic clk,
    input  logic rst,  // takes the wanted size at once
    input  logic wanted,  // for a cycle: the size beside is a new one
    input  logic [15:0] wanted_rows,
    input  logic [15:0] wanted_columns,
    output logic [15:0] rows,
    output logic [15:0] columns,
    input  logic left_begins,
    input  logic right_begins,
    input  logic ends,
    output logic left_allowed,
    output logic right_allowed,
    output logic busy,
    output logic core_rst,
    output logic changing,  // a size waits
    output logic [31:0] frames,  // that have ended
    output logic [31:0] interval  // cycles from the end of the last but one to that of the last, 0 before
);
    logic left_ahead, right_ahead, waiting, settled, ended;
    logic [5:0] settling;
    logic [15:0] under_way;
    logic [31:0] since;
    wire even = !left_ahead && !right_ahead;
    assign left_allowed = settled && !left_ahead && (right_ahead || !waiting);
    assign right_allowed = settled && !right_ahead && (left_ahead || !waiting);
    assign changing = waiting || !settled;
    wire begun = even && (left_begins || right_begins);  // by the first of the two
    wire change = waiting && settled && even && !busy;
    always_ff @(posedge clk) begin
        core_rst <= rst || !(settled || settling[5:4] == 2'd3);
        if (rst || change) {rows, columns} <= {wanted_rows, wanted_columns};
        if (rst) begin
            left_ahead <= 1'b0;
            right_ahead <= 1'b0;
            waiting <= 1'b0;
            settled <= 1'b0;
            settling <= '0;
            under_way <= '0;
            busy <= 1'b0;
            frames <= '0;
            interval <= '0;
            since <= '0;
            ended <= 1'b0;
        end else begin
            if (left_begins != right_begins) begin
                left_ahead <= left_begins && !right_ahead;
                right_ahead <= right_begins && !left_ahead;
            end
            waiting <= wanted || (waiting && !change);
            settling <= settled ? '0 : settling + 6'd1;
            settled <= settled ? !change : settling == '1;
            under_way <= under_way + 16'(begun) - 16'(ends);
            busy <= begun || (busy && !(ends && under_way == 16'd1));
            since <= ends ? 32'd1 : since + 32'd1;
            if (ends) begin
                frames <= frames + 32'd1;
                ended <= 1'b1;
                if (ended) interval <= since;
            end
        end
    end
endmodule
