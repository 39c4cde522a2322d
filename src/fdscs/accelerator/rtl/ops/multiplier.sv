// The signed product of two factors, with registers before, within and behind the multiplication, as the
// multipliers of FPGAs have them. Where a tool does not find those of its FPGA, a module of this name in the
// folder of that family takes the place of this one. Latency: 3, no valid bits.
module multiplier #(
    parameter int WIDE = 24,
    parameter int NARROW = 9
) (
    input  logic clk,
    input  logic signed [WIDE-1:0] wide,
    input  logic signed [NARROW-1:0] narrow,
    output logic signed [WIDE+NARROW-1:0] product
);
    if (WIDE < 1 || NARROW < 1) begin : g_check1
        $error("multiplier: factors of %0d and %0d bits", WIDE, NARROW);
    end
    logic signed [WIDE-1:0] wide1;
    logic signed [NARROW-1:0] narrow1;
    (* use_dsp = "yes" *) logic signed [WIDE+NARROW-1:0] product2, product3;
    always_ff @(posedge clk) begin
        wide1 <= wide;
        narrow1 <= narrow;
        product2 <= (WIDE+NARROW)'(wide1) * (WIDE+NARROW)'(narrow1);
        product3 <= product2;
    end
    assign product = product3;
endmodule
