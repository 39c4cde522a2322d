// FACTOR times an unsigned number of few bits, in two's complement, as a table: one LUT for each bit of the
// product where it has 6 bits at most, and no multiplier.
module times #(
    parameter int BITS = 5,
    parameter int FACTOR = 77,
    parameter int TO = 12
) (
    input  logic [BITS-1:0] number,
    output logic [TO-1:0] product
);
    if (BITS < 1 || BITS > 6 || TO < 1 || TO > 32) begin : g_check1
        $error("times: a number of %0d bits, a product of %0d", BITS, TO);
    end
    function automatic logic [(1<<BITS)-1:0] column(input int place);  // a bit of every product
        for (int n = 0; n < 1 << BITS; n++) column[n] = 1'((n * FACTOR) >> place);
    endfunction
    for (genvar b = 0; b < TO; b++) begin : g_bit
        localparam logic [(1<<BITS)-1:0] COLUMN = column(b);
        assign product[b] = COLUMN[number];
    end
endmodule
