// The three costs of two pixels' features (V, U, census, from the top), 0 unless `inside`. Latency: 3.
module costs_of_pixel #(
    parameter int BITS_BITS = 24,
    parameter int U_BITS = 8,
    parameter int V_BITS = 9,
    parameter int COST_BITS = 6,
    parameter int SATURATION = 63
) (
    input  logic clk,
    input  logic exists,
    input  logic [BITS_BITS+U_BITS+V_BITS-1:0] a,
    input  logic [BITS_BITS+U_BITS+V_BITS-1:0] b,
    output logic [3*COST_BITS-1:0] costs
);
    if (BITS_BITS != 24) begin : g_check1
        $error("costs_of_pixel: census words have 24 bits");
    end
    logic inside1, inside2;
    logic [23:0] differ1;
    logic signed [U_BITS:0] u1;
    logic signed [V_BITS:0] v1;
    logic [2:0] ones2 [4];  // of six bits each
    logic [U_BITS:0] u2;
    logic [V_BITS:0] v2;
    wire signed [U_BITS-1:0] ua = a[24 +: U_BITS], ub = b[24 +: U_BITS];
    wire signed [V_BITS-1:0] va = a[24+U_BITS +: V_BITS], vb = b[24+U_BITS +: V_BITS];
    always_ff @(posedge clk) begin
        inside1 <= exists;
        inside2 <= inside1;
        differ1 <= a[23:0] ^ b[23:0];
        u1 <= (U_BITS+1)'(ua) - (U_BITS+1)'(ub);
        v1 <= (V_BITS+1)'(va) - (V_BITS+1)'(vb);
        for (int i = 0; i < 4; i++)
            ones2[i] <= 3'(differ1[6*i]) + 3'(differ1[6*i+1]) + 3'(differ1[6*i+2]) + 3'(differ1[6*i+3])
                        + 3'(differ1[6*i+4]) + 3'(differ1[6*i+5]);
        u2 <= u1[U_BITS] ? -u1 : u1;
        v2 <= v1[V_BITS] ? -v1 : v1;
        costs[0 +: COST_BITS] <= inside2
            ? COST_BITS'(ones2[0]) + COST_BITS'(ones2[1]) + COST_BITS'(ones2[2]) + COST_BITS'(ones2[3]) : '0;
        costs[COST_BITS +: COST_BITS] <= !inside2 ? '0
            : u2 < (U_BITS+1)'(SATURATION) ? COST_BITS'(u2) : COST_BITS'(SATURATION);
        costs[2*COST_BITS +: COST_BITS] <= !inside2 ? '0
            : v2 < (V_BITS+1)'(SATURATION) ? COST_BITS'(v2) : COST_BITS'(SATURATION);
    end
endmodule
