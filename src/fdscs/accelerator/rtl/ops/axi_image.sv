// An image at the accelerator's border: AXI4-Stream pixels in, `rows` × `columns` of them a frame out,
// whatever comes in, so that one fault costs one frame and the datapath stays in step.
//
// Video (FRAME_LAST 0): TUSER begins a frame. Where it comes early, what the frame lacks is black; where
// pixels come after a frame without it, they are dropped until it comes. TLAST ends each row; where it is
// elsewhere that is said and nothing else.
// DMA (FRAME_LAST 1): TLAST ends a frame. Where it comes early, what the frame lacks is black; where it is
// missing, pixels are dropped until it has come. TUSER is ignored.
// Half a frame's rows dropped, or more, are a frame lost: a black one takes its place, so that both images go on
// with the same frame. After reset video waits for TUSER, which is no fault.
//
// A frame begins, `begins`, only where `allowed` is high. `ended_early`, `too_long`, `wrong_row` and `lost` are
// high for a cycle. Reads AXI4-Stream into a queue, writes valid/ready. Latency: 2; a fault takes a cycle more.
module axi_image #(
    parameter int TDATA_BITS = 24,  // or 32: the upper byte is ignored
    parameter bit GREEN_FIRST = 1'b0,  // G, B, R from the low byte up, as AMD's UG934 has it; else R, G, B
    parameter bit FRAME_LAST = 1'b0
) (
    input  logic clk,
    input  logic rst,
    input  logic [15:0] rows,
    input  logic [15:0] columns,
    input  logic tvalid,
    output logic tready,
    input  logic [TDATA_BITS-1:0] tdata,
    input  logic tuser,
    input  logic tlast,
    input  logic allowed,
    output logic begins,
    output logic out_valid,
    input  logic out_ready,
    output logic [23:0] out_data,
    output logic ended_early,
    output logic too_long,
    output logic wrong_row,
    output logic lost
);
    if (TDATA_BITS != 24 && TDATA_BITS != 32) begin : g_check1
        $error("axi_image: TDATA_BITS %0d is neither 24 nor 32", TDATA_BITS);
    end
    logic valid, ready, user, last;
    logic [23:0] colours, pixel;
    assign colours = GREEN_FIRST ? {tdata[15:8], tdata[7:0], tdata[23:16]} : tdata[23:0];
    wire enters = tvalid && tready;
    stream_fifo #(.WIDTH(26), .DEPTH(8)) entrance (
        .clk, .rst, .begins(enters), .push(enters), .in_data({tlast, tuser, colours}), .room(tready), .valid,
        .out_data({last, user, pixel}), .ready);

    logic first;  // the next pixel begins a frame
    logic filling, dropping;
    logic known;  // where frames begin: what is dropped is a fault
    logic last_x, last_y, last_dropped_x, last_dropped_y, half_dropped;
    logic [15:0] x, y, dropped_x, dropped_y, last_of_half;
    wire ends = last_x && last_y;
    wire passes = valid && !dropping && (FRAME_LAST || user == first);
    assign out_valid = (filling || passes) && (!first || allowed);
    assign out_data = filling ? '0 : pixel;
    wire step = out_valid && out_ready;
    assign begins = step && first;
    wire drops = valid && dropping && !filling && (FRAME_LAST || !user);
    assign ready = drops || (step && !filling);
    wire all_dropped = drops && last_dropped_x && last_dropped_y;
    wire resumes = valid && dropping && !filling && (FRAME_LAST ? last : user);
    raster place (
        .clk, .rst, .step, .height(rows), .width(columns), .x, .y, .last_x, .last_y);
    raster dropped (
        .clk, .rst(rst || !dropping), .step(drops), .height(rows), .width(columns), .x(dropped_x),
        .y(dropped_y), .last_x(last_dropped_x), .last_y(last_dropped_y));

    wire settled = valid && !filling && !dropping;
    assign ended_early = FRAME_LAST ? step && settled && last && !ends : settled && user && !first;
    assign too_long = FRAME_LAST ? step && settled && !last && ends : settled && !user && first;
    assign wrong_row = !FRAME_LAST && step && settled && last != last_x;
    assign lost = known && (all_dropped || (resumes && half_dropped));
    always_ff @(posedge clk) begin
        last_of_half <= (rows >> 1) - 16'd1;
        if (!dropping || all_dropped) half_dropped <= 1'b0;
        else if (drops && last_dropped_x) half_dropped <= dropped_y >= last_of_half;
        if (rst) begin
            first <= 1'b1;
            filling <= 1'b0;
            dropping <= !FRAME_LAST;
            known <= FRAME_LAST;
        end else begin
            if (step) first <= ends;
            if (filling) filling <= !(step && ends);
            else filling <= ended_early || lost;
            if (resumes) begin
                dropping <= 1'b0;
                known <= 1'b1;
            end else if (too_long) begin
                dropping <= 1'b1;
            end
        end
    end
    wire unused = &{1'b0, tdata, x, y, dropped_x};
endmodule
