// A multiplier of ECP5 for simulation, of which Yosys has no model: 18 × 18 bits, each of its registers in use or
// not, all on one clock and always enabled, without a reset.
/* verilator lint_off DECLFILENAME */  // a part's name
module MULT18X18D #(
    parameter REG_INPUTA_CLK = "NONE", parameter REG_INPUTB_CLK = "NONE", parameter REG_INPUTC_CLK = "NONE",
    parameter REG_PIPELINE_CLK = "NONE", parameter REG_OUTPUT_CLK = "NONE"
) (
    input logic
    A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, B0, B1, B2, B3, B4, B5,
    B6, B7, B8, B9, B10, B11, B12, B13, B14, B15, B16, B17, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10,
    C11, C12, C13, C14, C15, C16, C17, SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CLK1, CLK2, CLK3, CE0,
    CE1, CE2, CE3, RST0, RST1, RST2, RST3, SRIA0, SRIA1, SRIA2, SRIA3, SRIA4, SRIA5, SRIA6, SRIA7, SRIA8,
    SRIA9, SRIA10, SRIA11, SRIA12, SRIA13, SRIA14, SRIA15, SRIA16, SRIA17, SRIB0, SRIB1, SRIB2, SRIB3,
    SRIB4, SRIB5, SRIB6, SRIB7, SRIB8, SRIB9, SRIB10, SRIB11, SRIB12, SRIB13, SRIB14, SRIB15, SRIB16, SRIB17,
    output logic
    P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P17, P18, P19, P20, P21,
    P22, P23, P24, P25, P26, P27, P28, P29, P30, P31, P32, P33, P34, P35, SIGNEDP
);
    if (REG_INPUTC_CLK != "NONE") begin : g_check1
        $error("MULT18X18D: its third input has no model");
    end
    wire [17:0] a = {
        A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
    wire [17:0] b = {
        B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
    logic [17:0] a1, b1;
    logic [36:0] product2, product3;
    wire [17:0] a_used = REG_INPUTA_CLK == "NONE" ? a : a1, b_used = REG_INPUTB_CLK == "NONE" ? b : b1;
    wire signed [36:0] wide_a = 37'($signed({SIGNEDA && a_used[17], a_used}));
    wire signed [36:0] wide_b = 37'($signed({SIGNEDB && b_used[17], b_used}));
    wire [36:0] product = wide_a * wide_b;
    wire [36:0] behind = REG_PIPELINE_CLK == "NONE" ? product : product2;
    wire [36:0] result = REG_OUTPUT_CLK == "NONE" ? behind : product3;
    always_ff @(posedge CLK0) begin
        a1 <= a;
        b1 <= b;
        product2 <= product;
        product3 <= behind;
        if (!CE0 || RST0) $error("%m: an enable and a reset without a model");
    end
    assign {
        P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16,
        P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = result[35:0];
    assign SIGNEDP = SIGNEDA || SIGNEDB;
    wire unused = &{
        1'b0, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, SOURCEA, SOURCEB,
        CLK1, CLK2, CLK3, CE1, CE2, CE3, RST1, RST2, RST3, SRIA0, SRIA1, SRIA2, SRIA3, SRIA4, SRIA5, SRIA6, SRIA7,
        SRIA8, SRIA9, SRIA10, SRIA11, SRIA12, SRIA13, SRIA14, SRIA15, SRIA16, SRIA17, SRIB0, SRIB1, SRIB2, SRIB3,
        SRIB4, SRIB5, SRIB6, SRIB7, SRIB8, SRIB9, SRIB10, SRIB11, SRIB12, SRIB13, SRIB14, SRIB15, SRIB16, SRIB17,
        result[36]};
endmodule
