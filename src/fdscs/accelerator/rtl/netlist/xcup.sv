// Cells of UltraScale+ for simulation, of which Yosys has none, in the modes in which Yosys uses them.

// A block memory of either size: one clock, no output register, no reset. What is read at one port while the
// other writes it is the old word if the writer is in read-first mode, else wrong on purpose: hardware
// promises nothing there. Widths count parity; addresses are those of data bits.
module block_memory #(
    parameter int ADDRESS = 15,
    parameter int PORT = 32,
    parameter int READ_A = 0,
    parameter int READ_B = 0,
    parameter int WRITE_A = 0,
    parameter int WRITE_B = 0,
    parameter bit FIRST_A = 0,
    parameter bit FIRST_B = 0,
    parameter bit KEEPS_A = 0,
    parameter bit KEEPS_B = 0,
    parameter logic [(1<<ADDRESS)-1:0] DATA = '0,
    parameter logic [(1<<ADDRESS)/8-1:0] PARITY = '0
) (
    input  logic clk,
    input  logic enable_a,
    input  logic enable_b,
    input  logic [ADDRESS-1:0] at_a,
    input  logic [ADDRESS-1:0] at_b,
    input  logic [PORT-1:0] in_a,
    input  logic [PORT-1:0] in_b,
    input  logic [PORT/8-1:0] parity_a,
    input  logic [PORT/8-1:0] parity_b,
    input  logic [PORT/8-1:0] write_a,
    input  logic [PORT/4-1:0] write_b,
    output logic [PORT-1:0] out_a,
    output logic [PORT-1:0] out_b,
    output logic [PORT/8-1:0] out_parity_a,
    output logic [PORT/8-1:0] out_parity_b
);
    localparam int BYTES = PORT / 4;  // of a port that takes both
    logic [8:0] bytes_ [(1<<ADDRESS)/8];  // a parity bit on top
    logic [8:0] read_a [BYTES], read_b [BYTES];
    initial begin
        for (int i = 0; i < (1 << ADDRESS) / 8; i++) bytes_[i] = {PARITY[i], DATA[8*i +: 8]};
        for (int i = 0; i < BYTES; i++) {read_a[i], read_b[i]} = '0;
    end
    function automatic int data(input int width);
        data = width < 9 ? width : width / 9 * 8;
    endfunction
    function automatic logic [ADDRESS-4:0] first(input int width, input logic [ADDRESS-1:0] at);
        first = (ADDRESS-3)'(32'(at) / 8 / (width > 9 ? width / 9 : 1) * (width > 9 ? width / 9 : 1));
    endfunction
    function automatic logic [2:0] low(input int width, input logic [ADDRESS-1:0] at);
        low = width < 9 && width > 0 ? 3'(32'(at[2:0]) / width * width) : 3'd0;
    endfunction
    function automatic logic [8:0] mask(input int width, input logic [ADDRESS-1:0] at);
        mask = width < 9 ? ((9'd1 << width) - 9'd1) << low(width, at) : '1;
    endfunction
    // Bits of byte i of what a port reads that another writes in this cycle.
    function automatic logic [8:0] touched(
        input int width, input logic [ADDRESS-1:0] at, input int i, input int by, input logic [ADDRESS-1:0] to,
        input logic [BYTES-1:0] enables);
        touched = '0;
        for (int j = 0; j < BYTES; j++) begin
            if (8 * j < data(by) && enables[j] && first(width, at) + (ADDRESS-3)'(i) == first(by, to) + (ADDRESS-3)'(j))
                touched |= mask(by, to) & mask(width, at);
        end
    endfunction
    wire [BYTES-1:0] enables_a = enable_a && WRITE_A != 0 ? BYTES'(write_a) : '0;
    wire [BYTES-1:0] enables_b = enable_b && WRITE_B != 0 ? write_b : '0;
    wire double = data(WRITE_B) > PORT, doubled = data(READ_A) > PORT;
    wire [2*PORT-1:0] data_b = double ? {in_b, in_a} : (2*PORT)'(in_b);
    wire [PORT/4-1:0] data_parity_b = double ? {parity_b, parity_a} : (PORT/4)'(parity_b);
    logic [8:0] to_a, to_b, new_a, new_b;
    always_ff @(posedge clk) begin
        for (int i = 0; i < BYTES; i++) begin
            if (enable_a && 8 * i < data(READ_A) && !(enables_a != '0 && KEEPS_A))
                read_a[i] <= ((bytes_[first(READ_A, at_a) + (ADDRESS-3)'(i)]
                    ^ (FIRST_B ? '0 : touched(READ_A, at_a, i, WRITE_B, at_b, enables_b))) & mask(READ_A, at_a))
                    >> low(READ_A, at_a);
            if (enable_b && 8 * i < data(READ_B) && !(enables_b != '0 && KEEPS_B))
                read_b[i] <= ((bytes_[first(READ_B, at_b) + (ADDRESS-3)'(i)]
                    ^ (FIRST_A ? '0 : touched(READ_B, at_b, i, WRITE_A, at_a, enables_a))) & mask(READ_B, at_b))
                    >> low(READ_B, at_b);
        end
        for (int i = 0; i < BYTES; i++) begin
            if (i < PORT / 8 && enables_a[i] && 8 * i < data(WRITE_A)) begin
                to_a = mask(WRITE_A, at_a);
                new_a = {parity_a[i], in_a[8*i +: 8]} << low(WRITE_A, at_a);
                bytes_[first(WRITE_A, at_a) + (ADDRESS-3)'(i)]
                    <= (bytes_[first(WRITE_A, at_a) + (ADDRESS-3)'(i)] & ~to_a) | (new_a & to_a);
            end
            if (enables_b[i] && 8 * i < data(WRITE_B)) begin
                to_b = mask(WRITE_B, at_b);
                new_b = {data_parity_b[i], data_b[8*i +: 8]} << low(WRITE_B, at_b);
                bytes_[first(WRITE_B, at_b) + (ADDRESS-3)'(i)]
                    <= (bytes_[first(WRITE_B, at_b) + (ADDRESS-3)'(i)] & ~to_b) | (new_b & to_b);
            end
        end
        if ((READ_A != 0 && enables_a != '0 && !FIRST_A && !KEEPS_A)
            || (READ_B != 0 && enables_b != '0 && !FIRST_B && !KEEPS_B)) $error("%m: a mode without a model");
    end
    always_comb begin
        for (int i = 0; i < PORT / 8; i++) begin
            {out_parity_a[i], out_a[8*i +: 8]} = read_a[i];
            {out_parity_b[i], out_b[8*i +: 8]} = doubled ? read_a[PORT/8+i] : read_b[i];
        end
    end
endmodule

module RAMB36E2 #(
    parameter int READ_WIDTH_A = 0, parameter int READ_WIDTH_B = 0, parameter int WRITE_WIDTH_A = 0,
    parameter int WRITE_WIDTH_B = 0, parameter WRITE_MODE_A = "NO_CHANGE", parameter WRITE_MODE_B = "NO_CHANGE",
    parameter int DOA_REG = 0, parameter int DOB_REG = 0, parameter logic [71:0] INIT_A = '0,
    parameter logic [71:0] INIT_B = '0, parameter logic [71:0] SRVAL_A = '0,
    parameter logic [71:0] SRVAL_B = '0, parameter CLOCK_DOMAINS = "INDEPENDENT",
    parameter logic [255:0] INIT_00 = '0, parameter logic [255:0] INIT_01 = '0,
    parameter logic [255:0] INIT_02 = '0, parameter logic [255:0] INIT_03 = '0,
    parameter logic [255:0] INIT_04 = '0, parameter logic [255:0] INIT_05 = '0,
    parameter logic [255:0] INIT_06 = '0, parameter logic [255:0] INIT_07 = '0,
    parameter logic [255:0] INIT_08 = '0, parameter logic [255:0] INIT_09 = '0,
    parameter logic [255:0] INIT_0A = '0, parameter logic [255:0] INIT_0B = '0,
    parameter logic [255:0] INIT_0C = '0, parameter logic [255:0] INIT_0D = '0,
    parameter logic [255:0] INIT_0E = '0, parameter logic [255:0] INIT_0F = '0,
    parameter logic [255:0] INIT_10 = '0, parameter logic [255:0] INIT_11 = '0,
    parameter logic [255:0] INIT_12 = '0, parameter logic [255:0] INIT_13 = '0,
    parameter logic [255:0] INIT_14 = '0, parameter logic [255:0] INIT_15 = '0,
    parameter logic [255:0] INIT_16 = '0, parameter logic [255:0] INIT_17 = '0,
    parameter logic [255:0] INIT_18 = '0, parameter logic [255:0] INIT_19 = '0,
    parameter logic [255:0] INIT_1A = '0, parameter logic [255:0] INIT_1B = '0,
    parameter logic [255:0] INIT_1C = '0, parameter logic [255:0] INIT_1D = '0,
    parameter logic [255:0] INIT_1E = '0, parameter logic [255:0] INIT_1F = '0,
    parameter logic [255:0] INIT_20 = '0, parameter logic [255:0] INIT_21 = '0,
    parameter logic [255:0] INIT_22 = '0, parameter logic [255:0] INIT_23 = '0,
    parameter logic [255:0] INIT_24 = '0, parameter logic [255:0] INIT_25 = '0,
    parameter logic [255:0] INIT_26 = '0, parameter logic [255:0] INIT_27 = '0,
    parameter logic [255:0] INIT_28 = '0, parameter logic [255:0] INIT_29 = '0,
    parameter logic [255:0] INIT_2A = '0, parameter logic [255:0] INIT_2B = '0,
    parameter logic [255:0] INIT_2C = '0, parameter logic [255:0] INIT_2D = '0,
    parameter logic [255:0] INIT_2E = '0, parameter logic [255:0] INIT_2F = '0,
    parameter logic [255:0] INIT_30 = '0, parameter logic [255:0] INIT_31 = '0,
    parameter logic [255:0] INIT_32 = '0, parameter logic [255:0] INIT_33 = '0,
    parameter logic [255:0] INIT_34 = '0, parameter logic [255:0] INIT_35 = '0,
    parameter logic [255:0] INIT_36 = '0, parameter logic [255:0] INIT_37 = '0,
    parameter logic [255:0] INIT_38 = '0, parameter logic [255:0] INIT_39 = '0,
    parameter logic [255:0] INIT_3A = '0, parameter logic [255:0] INIT_3B = '0,
    parameter logic [255:0] INIT_3C = '0, parameter logic [255:0] INIT_3D = '0,
    parameter logic [255:0] INIT_3E = '0, parameter logic [255:0] INIT_3F = '0,
    parameter logic [255:0] INIT_40 = '0, parameter logic [255:0] INIT_41 = '0,
    parameter logic [255:0] INIT_42 = '0, parameter logic [255:0] INIT_43 = '0,
    parameter logic [255:0] INIT_44 = '0, parameter logic [255:0] INIT_45 = '0,
    parameter logic [255:0] INIT_46 = '0, parameter logic [255:0] INIT_47 = '0,
    parameter logic [255:0] INIT_48 = '0, parameter logic [255:0] INIT_49 = '0,
    parameter logic [255:0] INIT_4A = '0, parameter logic [255:0] INIT_4B = '0,
    parameter logic [255:0] INIT_4C = '0, parameter logic [255:0] INIT_4D = '0,
    parameter logic [255:0] INIT_4E = '0, parameter logic [255:0] INIT_4F = '0,
    parameter logic [255:0] INIT_50 = '0, parameter logic [255:0] INIT_51 = '0,
    parameter logic [255:0] INIT_52 = '0, parameter logic [255:0] INIT_53 = '0,
    parameter logic [255:0] INIT_54 = '0, parameter logic [255:0] INIT_55 = '0,
    parameter logic [255:0] INIT_56 = '0, parameter logic [255:0] INIT_57 = '0,
    parameter logic [255:0] INIT_58 = '0, parameter logic [255:0] INIT_59 = '0,
    parameter logic [255:0] INIT_5A = '0, parameter logic [255:0] INIT_5B = '0,
    parameter logic [255:0] INIT_5C = '0, parameter logic [255:0] INIT_5D = '0,
    parameter logic [255:0] INIT_5E = '0, parameter logic [255:0] INIT_5F = '0,
    parameter logic [255:0] INIT_60 = '0, parameter logic [255:0] INIT_61 = '0,
    parameter logic [255:0] INIT_62 = '0, parameter logic [255:0] INIT_63 = '0,
    parameter logic [255:0] INIT_64 = '0, parameter logic [255:0] INIT_65 = '0,
    parameter logic [255:0] INIT_66 = '0, parameter logic [255:0] INIT_67 = '0,
    parameter logic [255:0] INIT_68 = '0, parameter logic [255:0] INIT_69 = '0,
    parameter logic [255:0] INIT_6A = '0, parameter logic [255:0] INIT_6B = '0,
    parameter logic [255:0] INIT_6C = '0, parameter logic [255:0] INIT_6D = '0,
    parameter logic [255:0] INIT_6E = '0, parameter logic [255:0] INIT_6F = '0,
    parameter logic [255:0] INIT_70 = '0, parameter logic [255:0] INIT_71 = '0,
    parameter logic [255:0] INIT_72 = '0, parameter logic [255:0] INIT_73 = '0,
    parameter logic [255:0] INIT_74 = '0, parameter logic [255:0] INIT_75 = '0,
    parameter logic [255:0] INIT_76 = '0, parameter logic [255:0] INIT_77 = '0,
    parameter logic [255:0] INIT_78 = '0, parameter logic [255:0] INIT_79 = '0,
    parameter logic [255:0] INIT_7A = '0, parameter logic [255:0] INIT_7B = '0,
    parameter logic [255:0] INIT_7C = '0, parameter logic [255:0] INIT_7D = '0,
    parameter logic [255:0] INIT_7E = '0, parameter logic [255:0] INIT_7F = '0,
    parameter logic [255:0] INITP_00 = '0, parameter logic [255:0] INITP_01 = '0,
    parameter logic [255:0] INITP_02 = '0, parameter logic [255:0] INITP_03 = '0,
    parameter logic [255:0] INITP_04 = '0, parameter logic [255:0] INITP_05 = '0,
    parameter logic [255:0] INITP_06 = '0, parameter logic [255:0] INITP_07 = '0,
    parameter logic [255:0] INITP_08 = '0, parameter logic [255:0] INITP_09 = '0,
    parameter logic [255:0] INITP_0A = '0, parameter logic [255:0] INITP_0B = '0,
    parameter logic [255:0] INITP_0C = '0, parameter logic [255:0] INITP_0D = '0,
    parameter logic [255:0] INITP_0E = '0, parameter logic [255:0] INITP_0F = '0
) (
    input logic CLKARDCLK, CLKBWRCLK, ENARDEN, ENBWREN, REGCEAREGCE, REGCEB, RSTRAMARSTRAM, RSTRAMB, RSTREGARSTREG,
    input logic RSTREGB, SLEEP, ADDRENA, ADDRENB,
    input logic [14:0] ADDRARDADDR, ADDRBWRADDR,
    input logic [31:0] DINADIN, DINBDIN,
    input logic [3:0] DINPADINP, DINPBDINP,
    input logic [3:0] WEA,
    input logic [7:0] WEBWE,
    output logic [31:0] DOUTADOUT, DOUTBDOUT,
    output logic [3:0] DOUTPADOUTP, DOUTPBDOUTP
);
    if (DOA_REG != 0 || DOB_REG != 0) begin : g_check1
        $error("RAMB36E2: output registers have no model");
    end
    localparam int PORT = 32;  // data bits of a port; one of twice as many takes both
    localparam logic [32767:0] DATA = {
        INIT_7F, INIT_7E, INIT_7D, INIT_7C, INIT_7B, INIT_7A, INIT_79, INIT_78, INIT_77, INIT_76, INIT_75,
        INIT_74, INIT_73, INIT_72, INIT_71, INIT_70, INIT_6F, INIT_6E, INIT_6D, INIT_6C, INIT_6B, INIT_6A,
        INIT_69, INIT_68, INIT_67, INIT_66, INIT_65, INIT_64, INIT_63, INIT_62, INIT_61, INIT_60, INIT_5F,
        INIT_5E, INIT_5D, INIT_5C, INIT_5B, INIT_5A, INIT_59, INIT_58, INIT_57, INIT_56, INIT_55, INIT_54,
        INIT_53, INIT_52, INIT_51, INIT_50, INIT_4F, INIT_4E, INIT_4D, INIT_4C, INIT_4B, INIT_4A, INIT_49,
        INIT_48, INIT_47, INIT_46, INIT_45, INIT_44, INIT_43, INIT_42, INIT_41, INIT_40, INIT_3F, INIT_3E,
        INIT_3D, INIT_3C, INIT_3B, INIT_3A, INIT_39, INIT_38, INIT_37, INIT_36, INIT_35, INIT_34, INIT_33,
        INIT_32, INIT_31, INIT_30, INIT_2F, INIT_2E, INIT_2D, INIT_2C, INIT_2B, INIT_2A, INIT_29, INIT_28,
        INIT_27, INIT_26, INIT_25, INIT_24, INIT_23, INIT_22, INIT_21, INIT_20, INIT_1F, INIT_1E, INIT_1D,
        INIT_1C, INIT_1B, INIT_1A, INIT_19, INIT_18, INIT_17, INIT_16, INIT_15, INIT_14, INIT_13, INIT_12,
        INIT_11, INIT_10, INIT_0F, INIT_0E, INIT_0D, INIT_0C, INIT_0B, INIT_0A, INIT_09, INIT_08, INIT_07,
        INIT_06, INIT_05, INIT_04, INIT_03, INIT_02, INIT_01, INIT_00};
    localparam logic [4095:0] PARITY = {
        INITP_0F, INITP_0E, INITP_0D, INITP_0C, INITP_0B, INITP_0A, INITP_09, INITP_08, INITP_07, INITP_06,
        INITP_05, INITP_04, INITP_03, INITP_02, INITP_01, INITP_00};
    block_memory #(
        .ADDRESS(15), .PORT(PORT), .READ_A(READ_WIDTH_A), .READ_B(READ_WIDTH_B), .WRITE_A(WRITE_WIDTH_A),
        .WRITE_B(WRITE_WIDTH_B), .FIRST_A(WRITE_MODE_A == "READ_FIRST"), .FIRST_B(WRITE_MODE_B == "READ_FIRST"),
        .KEEPS_A(WRITE_MODE_A == "NO_CHANGE"), .KEEPS_B(WRITE_MODE_B == "NO_CHANGE"), .DATA(DATA), .PARITY(PARITY)
    ) memory_ (
        .clk(CLKARDCLK), .enable_a(ENARDEN), .enable_b(ENBWREN), .at_a(ADDRARDADDR), .at_b(ADDRBWRADDR),
        .in_a(DINADIN), .in_b(DINBDIN), .parity_a(DINPADINP), .parity_b(DINPBDINP), .write_a(WEA), .write_b(WEBWE),
        .out_a(DOUTADOUT), .out_b(DOUTBDOUT), .out_parity_a(DOUTPADOUTP), .out_parity_b(DOUTPBDOUTP));
    always_ff @(posedge CLKARDCLK) begin
        if ((RSTRAMARSTRAM && READ_WIDTH_A != 0) || (RSTRAMB && READ_WIDTH_B != 0) || SLEEP) $error("%m: a reset without a model");
    end
    wire unused = &{1'b0, CLKBWRCLK, REGCEAREGCE, REGCEB, RSTREGARSTREG, RSTREGB, ADDRENA, ADDRENB};
endmodule

module RAMB18E2 #(
    parameter int READ_WIDTH_A = 0, parameter int READ_WIDTH_B = 0, parameter int WRITE_WIDTH_A = 0,
    parameter int WRITE_WIDTH_B = 0, parameter WRITE_MODE_A = "NO_CHANGE", parameter WRITE_MODE_B = "NO_CHANGE",
    parameter int DOA_REG = 0, parameter int DOB_REG = 0, parameter logic [35:0] INIT_A = '0,
    parameter logic [35:0] INIT_B = '0, parameter logic [35:0] SRVAL_A = '0,
    parameter logic [35:0] SRVAL_B = '0, parameter CLOCK_DOMAINS = "INDEPENDENT",
    parameter logic [255:0] INIT_00 = '0, parameter logic [255:0] INIT_01 = '0,
    parameter logic [255:0] INIT_02 = '0, parameter logic [255:0] INIT_03 = '0,
    parameter logic [255:0] INIT_04 = '0, parameter logic [255:0] INIT_05 = '0,
    parameter logic [255:0] INIT_06 = '0, parameter logic [255:0] INIT_07 = '0,
    parameter logic [255:0] INIT_08 = '0, parameter logic [255:0] INIT_09 = '0,
    parameter logic [255:0] INIT_0A = '0, parameter logic [255:0] INIT_0B = '0,
    parameter logic [255:0] INIT_0C = '0, parameter logic [255:0] INIT_0D = '0,
    parameter logic [255:0] INIT_0E = '0, parameter logic [255:0] INIT_0F = '0,
    parameter logic [255:0] INIT_10 = '0, parameter logic [255:0] INIT_11 = '0,
    parameter logic [255:0] INIT_12 = '0, parameter logic [255:0] INIT_13 = '0,
    parameter logic [255:0] INIT_14 = '0, parameter logic [255:0] INIT_15 = '0,
    parameter logic [255:0] INIT_16 = '0, parameter logic [255:0] INIT_17 = '0,
    parameter logic [255:0] INIT_18 = '0, parameter logic [255:0] INIT_19 = '0,
    parameter logic [255:0] INIT_1A = '0, parameter logic [255:0] INIT_1B = '0,
    parameter logic [255:0] INIT_1C = '0, parameter logic [255:0] INIT_1D = '0,
    parameter logic [255:0] INIT_1E = '0, parameter logic [255:0] INIT_1F = '0,
    parameter logic [255:0] INIT_20 = '0, parameter logic [255:0] INIT_21 = '0,
    parameter logic [255:0] INIT_22 = '0, parameter logic [255:0] INIT_23 = '0,
    parameter logic [255:0] INIT_24 = '0, parameter logic [255:0] INIT_25 = '0,
    parameter logic [255:0] INIT_26 = '0, parameter logic [255:0] INIT_27 = '0,
    parameter logic [255:0] INIT_28 = '0, parameter logic [255:0] INIT_29 = '0,
    parameter logic [255:0] INIT_2A = '0, parameter logic [255:0] INIT_2B = '0,
    parameter logic [255:0] INIT_2C = '0, parameter logic [255:0] INIT_2D = '0,
    parameter logic [255:0] INIT_2E = '0, parameter logic [255:0] INIT_2F = '0,
    parameter logic [255:0] INIT_30 = '0, parameter logic [255:0] INIT_31 = '0,
    parameter logic [255:0] INIT_32 = '0, parameter logic [255:0] INIT_33 = '0,
    parameter logic [255:0] INIT_34 = '0, parameter logic [255:0] INIT_35 = '0,
    parameter logic [255:0] INIT_36 = '0, parameter logic [255:0] INIT_37 = '0,
    parameter logic [255:0] INIT_38 = '0, parameter logic [255:0] INIT_39 = '0,
    parameter logic [255:0] INIT_3A = '0, parameter logic [255:0] INIT_3B = '0,
    parameter logic [255:0] INIT_3C = '0, parameter logic [255:0] INIT_3D = '0,
    parameter logic [255:0] INIT_3E = '0, parameter logic [255:0] INIT_3F = '0,
    parameter logic [255:0] INITP_00 = '0, parameter logic [255:0] INITP_01 = '0,
    parameter logic [255:0] INITP_02 = '0, parameter logic [255:0] INITP_03 = '0,
    parameter logic [255:0] INITP_04 = '0, parameter logic [255:0] INITP_05 = '0,
    parameter logic [255:0] INITP_06 = '0, parameter logic [255:0] INITP_07 = '0
) (
    input logic CLKARDCLK, CLKBWRCLK, ENARDEN, ENBWREN, REGCEAREGCE, REGCEB, RSTRAMARSTRAM, RSTRAMB, RSTREGARSTREG,
    input logic RSTREGB, SLEEP, ADDRENA, ADDRENB,
    input logic [13:0] ADDRARDADDR, ADDRBWRADDR,
    input logic [15:0] DINADIN, DINBDIN,
    input logic [1:0] DINPADINP, DINPBDINP,
    input logic [1:0] WEA,
    input logic [3:0] WEBWE,
    output logic [15:0] DOUTADOUT, DOUTBDOUT,
    output logic [1:0] DOUTPADOUTP, DOUTPBDOUTP
);
    if (DOA_REG != 0 || DOB_REG != 0) begin : g_check1
        $error("RAMB18E2: output registers have no model");
    end
    localparam int PORT = 16;  // data bits of a port; one of twice as many takes both
    localparam logic [16383:0] DATA = {
        INIT_3F, INIT_3E, INIT_3D, INIT_3C, INIT_3B, INIT_3A, INIT_39, INIT_38, INIT_37, INIT_36, INIT_35,
        INIT_34, INIT_33, INIT_32, INIT_31, INIT_30, INIT_2F, INIT_2E, INIT_2D, INIT_2C, INIT_2B, INIT_2A,
        INIT_29, INIT_28, INIT_27, INIT_26, INIT_25, INIT_24, INIT_23, INIT_22, INIT_21, INIT_20, INIT_1F,
        INIT_1E, INIT_1D, INIT_1C, INIT_1B, INIT_1A, INIT_19, INIT_18, INIT_17, INIT_16, INIT_15, INIT_14,
        INIT_13, INIT_12, INIT_11, INIT_10, INIT_0F, INIT_0E, INIT_0D, INIT_0C, INIT_0B, INIT_0A, INIT_09,
        INIT_08, INIT_07, INIT_06, INIT_05, INIT_04, INIT_03, INIT_02, INIT_01, INIT_00};
    localparam logic [2047:0] PARITY = {
        INITP_07, INITP_06, INITP_05, INITP_04, INITP_03, INITP_02, INITP_01, INITP_00};
    block_memory #(
        .ADDRESS(14), .PORT(PORT), .READ_A(READ_WIDTH_A), .READ_B(READ_WIDTH_B), .WRITE_A(WRITE_WIDTH_A),
        .WRITE_B(WRITE_WIDTH_B), .FIRST_A(WRITE_MODE_A == "READ_FIRST"), .FIRST_B(WRITE_MODE_B == "READ_FIRST"),
        .KEEPS_A(WRITE_MODE_A == "NO_CHANGE"), .KEEPS_B(WRITE_MODE_B == "NO_CHANGE"), .DATA(DATA), .PARITY(PARITY)
    ) memory_ (
        .clk(CLKARDCLK), .enable_a(ENARDEN), .enable_b(ENBWREN), .at_a(ADDRARDADDR), .at_b(ADDRBWRADDR),
        .in_a(DINADIN), .in_b(DINBDIN), .parity_a(DINPADINP), .parity_b(DINPBDINP), .write_a(WEA), .write_b(WEBWE),
        .out_a(DOUTADOUT), .out_b(DOUTBDOUT), .out_parity_a(DOUTPADOUTP), .out_parity_b(DOUTPBDOUTP));
    always_ff @(posedge CLKARDCLK) begin
        if ((RSTRAMARSTRAM && READ_WIDTH_A != 0) || (RSTRAMB && READ_WIDTH_B != 0) || SLEEP) $error("%m: a reset without a model");
    end
    wire unused = &{1'b0, CLKBWRCLK, REGCEAREGCE, REGCEB, RSTREGARSTREG, RSTREGB, ADDRENA, ADDRENB};
endmodule

// A multiplier without its registers, pre-adder and accumulator, which Yosys does not use.
module DSP48E2 #(
    parameter int ACASCREG = 1, parameter int ADREG = 1, parameter A_INPUT = "DIRECT", parameter int ALUMODEREG = 1,
    parameter int AREG = 1, parameter int BCASCREG = 1, parameter B_INPUT = "DIRECT", parameter int BREG = 1,
    parameter int CARRYINREG = 1, parameter int CARRYINSELREG = 1, parameter int CREG = 1, parameter int DREG = 1,
    parameter int INMODEREG = 1, parameter int MREG = 1, parameter int OPMODEREG = 1, parameter int PREG = 1,
    parameter USE_MULT = "MULTIPLY", parameter USE_SIMD = "ONE48", parameter AMULTSEL = "A", parameter BMULTSEL = "B"
) (
    input  logic [29:0] A,
    input  logic [17:0] B,
    input  logic [47:0] C,
    input  logic [26:0] D,
    input  logic [4:0] INMODE,
    input  logic [3:0] ALUMODE,
    input  logic [8:0] OPMODE,
    input  logic [2:0] CARRYINSEL,
    input  logic [29:0] ACIN,
    input  logic [17:0] BCIN,
    input  logic [47:0] PCIN,
    input  logic CARRYIN,
    output logic [47:0] P
);
    if (AREG != 0 || BREG != 0 || MREG != 0 || PREG != 0 || A_INPUT != "DIRECT" || B_INPUT != "DIRECT"
        || USE_MULT != "MULTIPLY" || USE_SIMD != "ONE48" || AMULTSEL != "A" || BMULTSEL != "B") begin : g_check1
        $error("DSP48E2: a mode without a model");
    end
    assign P = 48'($signed(A[26:0])) * 48'($signed(B));
    always_comb if (OPMODE != 9'b00000101 || ALUMODE != 4'd0 || INMODE != 5'd0 || CARRYIN)
        $error("%m: a mode without a model");
endmodule
