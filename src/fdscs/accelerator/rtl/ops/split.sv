// Numbers that lie FIELD bits apart in one: each is its field plus its borrow, which one that is negative has
// taken from the one above it. No latency.
module split #(
    parameter int FIELDS = 2,
    parameter int FIELD = 16
) (
    input  logic [FIELDS*FIELD-1:0] together,
    output logic [FIELDS*FIELD-1:0] fields,
    output logic [FIELDS-1:0] borrows
);
    if (FIELDS < 1 || FIELD < 2) begin : g_check1
        $error("split: %0d fields of %0d bits", FIELDS, FIELD);
    end
    assign fields = together;
    assign borrows[0] = 1'b0;
    for (genvar i = 1; i < FIELDS; i++) begin : g_field
        assign borrows[i] = together[i*FIELD-1];
    end
endmodule
