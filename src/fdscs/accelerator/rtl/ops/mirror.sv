// The inner places that padded places mirror, one a `step`: from `padding` down to 0, up to `last`, and
// down again; borders are not repeated. `falls`, a register, says that the next step goes down. `restart`
// sets it to `padding`, and wins over `step`.
module mirror (
    input  logic clk,
    input  logic restart,
    input  logic step,
    input  logic [15:0] padding,
    input  logic [15:0] last,
    output logic [15:0] place,
    output logic falls
);
    logic padded;
    logic [15:0] before_last;
    always_ff @(posedge clk) begin
        padded <= padding != '0;
        before_last <= last - 16'd1;
        if (restart) begin
            place <= padding;
            falls <= padded;
        end else if (step) begin
            place <= falls ? place - 16'd1 : place + 16'd1;
            falls <= falls ? place != 16'd1 : place == before_last;
        end
    end
endmodule
