// Sum of COUNT signed numbers of WIDTH bits, a register after every addition. Latency: clog2(COUNT), no
// valid bits.
module add_tree #(
    parameter int COUNT = 4,
    parameter int WIDTH = 16
) (
    input  logic clk,
    input  logic [COUNT*WIDTH-1:0] in_data,
    output logic [WIDTH+$clog2(COUNT)-1:0] sum
);
    if (COUNT < 1 || WIDTH < 1) begin : g_check1
        $error("add_tree: %0d numbers of %0d bits", COUNT, WIDTH);
    end
    if (COUNT == 1) begin : g_one
        assign sum = in_data;
        wire unused = &{1'b0, clk};
    end else begin : g_level
        localparam int HALF = (COUNT + 1) / 2;
        logic [HALF*(WIDTH+1)-1:0] level;
        for (genvar i = 0; i < HALF; i++) begin : g_pair
            wire signed [WIDTH-1:0] a = in_data[2*i*WIDTH +: WIDTH];
            logic signed [WIDTH:0] both;
            assign level[i*(WIDTH+1) +: WIDTH+1] = both;
            if (2 * i + 1 < COUNT) begin : g_two
                wire signed [WIDTH-1:0] b = in_data[(2*i+1)*WIDTH +: WIDTH];
                always_ff @(posedge clk) both <= (WIDTH+1)'(a) + (WIDTH+1)'(b);
            end else begin : g_lone
                always_ff @(posedge clk) both <= (WIDTH+1)'(a);
            end
        end
        add_tree #(.COUNT(HALF), .WIDTH(WIDTH + 1)) rest (.clk, .in_data(level), .sum);
    end
endmodule
