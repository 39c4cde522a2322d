// The accelerator on pairs of `test_view`, for ever: the CRC-32 of each frame's disparity against the one that
// the integer reference gives. `exact`: at least SCENES frames came, all of them equal; `wrong`: one was not, its
// TUSER or TLAST were out of place, or none came for WATCHDOG cycles. Both stay until reset.
module self_test #(
    parameter int ROWS = 240,
    parameter int COLUMNS = 320,
    parameter int MOST = 94,
    parameter logic [127:0] EXPECTED = '0,  // of scene 0 in the lowest bits
    parameter int BIT_CYCLES = 868,
    parameter int WATCHDOG = 100_000_000
) (
    input  logic clk,
    input  logic rst,
    output logic exact,
    output logic wrong,
    output logic toggle,  // with each frame
    output logic tx
);
    localparam int SCENES = 4;
    logic left_tvalid, left_tready, right_tvalid, right_tready, disparity_tvalid, tuser, tlast;
    logic [23:0] left_tdata, right_tdata;
    logic [15:0] disparity_tdata, made_code;
    logic made_valid, made_ready, frame_ends;
    logic [1:0] tkeep;
    test_view #(.ROWS(ROWS), .COLUMNS(COLUMNS), .MOST(MOST)) left (
        .clk, .rst, .tvalid(left_tvalid), .tready(left_tready), .tdata(left_tdata));
    test_view #(.ROWS(ROWS), .COLUMNS(COLUMNS), .MOST(MOST), .RIGHT(1'b1)) right (
        .clk, .rst, .tvalid(right_tvalid), .tready(right_tready), .tdata(right_tdata));
    accelerator dut (
        .clk, .rst, .rows(16'(ROWS)), .columns(16'(COLUMNS)), .left_tvalid, .left_tready, .left_tdata,
        .right_tvalid, .right_tready, .right_tdata, .disparity_tvalid(made_valid), .disparity_tready(made_ready),
        .disparity_tdata(made_code));
    axi_stream #(.BITS(16)) border (
        .clk, .rst, .rows(16'(ROWS)), .columns(16'(COLUMNS)), .in_valid(made_valid), .in_ready(made_ready),
        .in_data(made_code), .tvalid(disparity_tvalid), .tready(1'b1), .tdata(disparity_tdata), .tkeep, .tuser,
        .tlast, .ends(frame_ends));

    logic [15:0] x, y, code;
    logic last_x, last_y, beat, misplaced, ends, ended;
    raster beats (
        .clk, .rst, .step(disparity_tvalid), .height(16'(ROWS)), .width(16'(COLUMNS)), .x, .y, .last_x, .last_y);
    always_ff @(posedge clk) begin
        beat <= disparity_tvalid && !rst;
        code <= disparity_tdata;
        misplaced <= tuser != (x == '0 && y == '0) || tlast != last_x || tkeep != '1
            || frame_ends != (last_x && last_y);
        ends <= disparity_tvalid && last_x && last_y && !rst;
        ended <= ends && !rst;
    end
    logic [31:0] crc, since, cycles;
    crc32 sum (.clk, .restart(rst || ended), .step(beat), .code, .crc);

    logic [127:0] expected;
    logic [2:0] frames;  // equal ones, no more than SCENES
    wire equal = crc == expected[31:0];
    always_ff @(posedge clk) begin
        if (rst) begin
            expected <= EXPECTED;
            frames <= '0;
            exact <= 1'b0;
            wrong <= 1'b0;
            toggle <= 1'b0;
            since <= '0;
            cycles <= '0;
        end else begin
            since <= ended ? 32'd1 : since + 32'd1;
            exact <= frames == 3'(SCENES) && !wrong;
            if ((beat && misplaced) || (ended && !equal) || since == 32'(WATCHDOG)) wrong <= 1'b1;
            if (ended) begin
                expected <= {expected[31:0], expected[127:32]};
                if (equal && frames != 3'(SCENES)) frames <= frames + 3'd1;
                toggle <= !toggle;
                cycles <= since;
            end
        end
    end
    logic said;
    logic [31:0] said_crc;
    logic said_equal;
    always_ff @(posedge clk) begin
        said <= ended && !rst;
        said_crc <= crc;
        said_equal <= equal;
    end
    report_line #(.BIT_CYCLES(BIT_CYCLES)) report (
        .clk, .rst, .send(said), .crc(said_crc), .cycles, .exact(said_equal), .tx);
endmodule
