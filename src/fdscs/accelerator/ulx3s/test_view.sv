// One view of a made-up pair: four flat surfaces before a wall, moved from scene to scene, each with a texture
// of its own. Scenes 0 to 3 follow each other for ever. `test_pair.py` makes the same pixels.
//
// Surfaces are given in sixteenths of the picture and of MOST, the largest disparity, in px; the nearest is
// first. What the right view sees at x, the left one sees at x + disparity.
// Writes AXI4-Stream, a pixel in 14 cycles: R, G, B from the low byte up.
module test_view #(
    parameter int ROWS = 240,
    parameter int COLUMNS = 320,
    parameter int MOST = 94,
    parameter bit RIGHT = 1'b0
) (
    input  logic clk,
    input  logic rst,
    output logic tvalid,
    input  logic tready,
    output logic [23:0] tdata
);
    if (ROWS < 16 || COLUMNS < 32 || COLUMNS > 352 || ROWS > 480 || MOST < 2 || MOST > 160) begin : g_check1
        $error("test_view: %0d x %0d, disparities up to %0d", ROWS, COLUMNS, MOST);
    end
    localparam int SURFACES = 4;
    // A digit a surface, the nearest in the lowest; the wall has a disparity alone.
    localparam logic [4*SURFACES+3:0] DISPARITY = 20'h1357a;
    localparam logic [4*SURFACES-1:0] LEFT = 16'h5a39, END = 16'h9f7c, TOP = 16'h2168, BOTTOM = 16'h67de;
    localparam logic [15:0] FIRST_FACTOR = 16'd40503, SECOND_FACTOR = 16'd25173, COARSE = 16'd31337;
    localparam int OF_SURFACE = 9973, OF_SCENE = 14221;

    logic [3:0] phase;
    logic [15:0] x, y;
    logic last_x, last_y;
    logic [1:0] scene;
    wire done = tvalid && tready;
    raster pixels (
        .clk, .rst, .step(done), .height(16'(ROWS)), .width(16'(COLUMNS)), .x, .y, .last_x, .last_y);
    always_ff @(posedge clk) begin
        if (rst) scene <= 2'd0;
        else if (done && last_x && last_y) scene <= scene + 2'd1;
        if (rst || done) phase <= 4'd0;
        else if (!tvalid) phase <= phase + 4'd1;
        tvalid <= !rst && !done && (tvalid || phase == 4'd12);
    end

    // Phases 0 to 2: which surface, and where in the left view.
    logic [15:0] moved;
    logic [SURFACES-1:0] covers;
    logic [SURFACES:0][15:0] by_surface;  // what its noise begins with, and that of a scene
    logic [3:0][15:0] by_scene;
    logic [SURFACES:0][15:0] away;  // px from the left view to the right one
    logic [2:0] surface;
    logic [15:0] of_surface, of_scene;
    logic [15:0] u;
    for (genvar k = 0; k < SURFACES; k++) begin : g_surface
        localparam int FROM_X = COLUMNS * 32'(LEFT[4*k +: 4]) / 16, TO_X = COLUMNS * 32'(END[4*k +: 4]) / 16;
        localparam int FROM_Y = ROWS * 32'(TOP[4*k +: 4]) / 16, TO_Y = ROWS * 32'(BOTTOM[4*k +: 4]) / 16;
        wire [15:0] at = x + away[k] - moved;
        always_ff @(posedge clk)
            covers[k] <= !at[15] && at >= 16'(FROM_X) && at < 16'(TO_X) && y >= 16'(FROM_Y) && y < 16'(TO_Y);
    end
    for (genvar k = 0; k <= SURFACES; k++) begin : g_away
        assign by_surface[k] = 16'(OF_SURFACE * k);
        assign away[k] = RIGHT ? 16'(MOST * 32'(DISPARITY[4*k +: 4]) / 16) : 16'd0;
    end
    for (genvar k = 0; k < 4; k++) begin : g_scene
        assign by_scene[k] = 16'(OF_SCENE * k);
    end
    always_comb begin
        surface = 3'(SURFACES);
        for (int k = SURFACES - 1; k >= 0; k--) if (covers[k]) surface = 3'(k);
    end
    always_ff @(posedge clk) begin
        moved <= 16'(COLUMNS / 32) * 16'(scene);
        of_surface <= by_surface[surface];
        of_scene <= by_scene[scene];
        u <= x + away[surface];
    end

    // Phases 3 to 8: noise of a fine cell; 7 to 12: of a coarse one.
    logic [15:0] cell_of, seed, place, first, second, fine;
    wire [15:0] noise = second ^ (second >> 9);
    wire coarse = phase >= 4'd7;
    always_ff @(posedge clk) begin
        cell_of <= coarse ? (u >> 3) ^ (y >> 3 << 8) : (u >> 1) ^ (y >> 1 << 8);
        seed <= of_surface + of_scene;
        place <= cell_of + seed + (coarse ? COARSE : 16'd0);
        first <= place * FIRST_FACTOR;
        second <= (first ^ (first >> 7)) * SECOND_FACTOR;
        if (phase == 4'd7) fine <= noise;
        if (phase == 4'd12)
            for (int c = 0; c < 3; c++)
                tdata[8*c +: 8] <= 8'd32 + 8'({noise[5*c +: 5], 2'b00}) + 8'({fine[5*c +: 5], 1'b0});
    end
endmodule
