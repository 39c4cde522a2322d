// A code in more bits, by its sign if it has one.
module extend #(
    parameter int FROM = 8,
    parameter bit IS_SIGNED = 1'b0,
    parameter int TO = 9
) (
    input  logic [FROM-1:0] in_data,
    output logic [TO-1:0] out_data
);
    if (TO < FROM) begin : g_check1
        $error("extend: %0d bits do not fit %0d", FROM, TO);
    end
    if (TO == FROM) begin : g_same
        assign out_data = in_data;
    end else begin : g_wider
        assign out_data = {{(TO-FROM){IS_SIGNED && in_data[FROM-1]}}, in_data};
    end
endmodule
