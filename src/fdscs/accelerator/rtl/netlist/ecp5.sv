// Cells of ECP5 for simulation, of which Yosys has none, in the modes in which Yosys uses them.
// A block of 18 Kbit as Yosys makes them: one clock, no output register, no reset. A bit that is read at one
// port while the other writes it comes out wrong on purpose: hardware promises nothing there.
module DP16KD #(
    parameter DATA_WIDTH_A = 18, parameter DATA_WIDTH_B = 18, parameter REGMODE_A = "NOREG",
    parameter REGMODE_B = "NOREG", parameter RESETMODE = "SYNC", parameter ASYNC_RESET_RELEASE = "SYNC",
    parameter CSDECODE_A = "0b000", parameter CSDECODE_B = "0b000", parameter CLKAMUX = "CLKA",
    parameter CLKBMUX = "CLKB", parameter WRITEMODE_A = "NORMAL", parameter WRITEMODE_B = "NORMAL",
    parameter GSR = "ENABLED", parameter INIT_DATA = "STATIC",
    parameter logic [319:0] INITVAL_00 = '0, parameter logic [319:0] INITVAL_01 = '0,
    parameter logic [319:0] INITVAL_02 = '0, parameter logic [319:0] INITVAL_03 = '0,
    parameter logic [319:0] INITVAL_04 = '0, parameter logic [319:0] INITVAL_05 = '0,
    parameter logic [319:0] INITVAL_06 = '0, parameter logic [319:0] INITVAL_07 = '0,
    parameter logic [319:0] INITVAL_08 = '0, parameter logic [319:0] INITVAL_09 = '0,
    parameter logic [319:0] INITVAL_0A = '0, parameter logic [319:0] INITVAL_0B = '0,
    parameter logic [319:0] INITVAL_0C = '0, parameter logic [319:0] INITVAL_0D = '0,
    parameter logic [319:0] INITVAL_0E = '0, parameter logic [319:0] INITVAL_0F = '0,
    parameter logic [319:0] INITVAL_10 = '0, parameter logic [319:0] INITVAL_11 = '0,
    parameter logic [319:0] INITVAL_12 = '0, parameter logic [319:0] INITVAL_13 = '0,
    parameter logic [319:0] INITVAL_14 = '0, parameter logic [319:0] INITVAL_15 = '0,
    parameter logic [319:0] INITVAL_16 = '0, parameter logic [319:0] INITVAL_17 = '0,
    parameter logic [319:0] INITVAL_18 = '0, parameter logic [319:0] INITVAL_19 = '0,
    parameter logic [319:0] INITVAL_1A = '0, parameter logic [319:0] INITVAL_1B = '0,
    parameter logic [319:0] INITVAL_1C = '0, parameter logic [319:0] INITVAL_1D = '0,
    parameter logic [319:0] INITVAL_1E = '0, parameter logic [319:0] INITVAL_1F = '0,
    parameter logic [319:0] INITVAL_20 = '0, parameter logic [319:0] INITVAL_21 = '0,
    parameter logic [319:0] INITVAL_22 = '0, parameter logic [319:0] INITVAL_23 = '0,
    parameter logic [319:0] INITVAL_24 = '0, parameter logic [319:0] INITVAL_25 = '0,
    parameter logic [319:0] INITVAL_26 = '0, parameter logic [319:0] INITVAL_27 = '0,
    parameter logic [319:0] INITVAL_28 = '0, parameter logic [319:0] INITVAL_29 = '0,
    parameter logic [319:0] INITVAL_2A = '0, parameter logic [319:0] INITVAL_2B = '0,
    parameter logic [319:0] INITVAL_2C = '0, parameter logic [319:0] INITVAL_2D = '0,
    parameter logic [319:0] INITVAL_2E = '0, parameter logic [319:0] INITVAL_2F = '0,
    parameter logic [319:0] INITVAL_30 = '0, parameter logic [319:0] INITVAL_31 = '0,
    parameter logic [319:0] INITVAL_32 = '0, parameter logic [319:0] INITVAL_33 = '0,
    parameter logic [319:0] INITVAL_34 = '0, parameter logic [319:0] INITVAL_35 = '0,
    parameter logic [319:0] INITVAL_36 = '0, parameter logic [319:0] INITVAL_37 = '0,
    parameter logic [319:0] INITVAL_38 = '0, parameter logic [319:0] INITVAL_39 = '0,
    parameter logic [319:0] INITVAL_3A = '0, parameter logic [319:0] INITVAL_3B = '0,
    parameter logic [319:0] INITVAL_3C = '0, parameter logic [319:0] INITVAL_3D = '0,
    parameter logic [319:0] INITVAL_3E = '0, parameter logic [319:0] INITVAL_3F = '0
) (
    input logic
    DIA0, DIA1, DIA2, DIA3, DIA4, DIA5, DIA6, DIA7, DIA8, DIA9, DIA10, DIA11, DIA12, DIA13, DIA14, DIA15,
    DIA16, DIA17, ADA0, ADA1, ADA2, ADA3, ADA4, ADA5, ADA6, ADA7, ADA8, ADA9, ADA10, ADA11, ADA12, ADA13,
    CEA, OCEA, CLKA, WEA, RSTA, CSA0, CSA1, CSA2, DIB0, DIB1, DIB2, DIB3, DIB4, DIB5, DIB6, DIB7, DIB8,
    DIB9, DIB10, DIB11, DIB12, DIB13, DIB14, DIB15, DIB16, DIB17, ADB0, ADB1, ADB2, ADB3, ADB4, ADB5, ADB6,
    ADB7, ADB8, ADB9, ADB10, ADB11, ADB12, ADB13, CEB, OCEB, CLKB, WEB, RSTB, CSB0, CSB1, CSB2,
    output logic
    DOA0, DOA1, DOA2, DOA3, DOA4, DOA5, DOA6, DOA7, DOA8, DOA9, DOA10, DOA11, DOA12, DOA13, DOA14, DOA15,
    DOA16, DOA17, DOB0, DOB1, DOB2, DOB3, DOB4, DOB5, DOB6, DOB7, DOB8, DOB9, DOB10, DOB11, DOB12, DOB13,
    DOB14, DOB15, DOB16, DOB17
);
    if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG" || CSDECODE_A != "0b000" || CSDECODE_B != "0b000"
        || CLKAMUX != "CLKA" || CLKBMUX != "CLKB") begin : g_check1
        $error("DP16KD: a mode without a model");
    end
    localparam logic [64*320-1:0] INITIAL = {
        INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
        INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
        INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
        INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
        INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
        INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
        INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
        INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00};
    wire [17:0] dia = {
        DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3,
        DIA2, DIA1, DIA0};
    wire [17:0] dib = {
        DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3,
        DIB2, DIB1, DIB0};
    wire [13:0] ada = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
    wire [13:0] adb = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
    logic [35:0] doa, dob;
    assign {
        DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3,
        DOA2, DOA1, DOA0} = DATA_WIDTH_A == 36 ? dob[17:0] : doa[17:0];
    assign {
        DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3,
        DOB2, DOB1, DOB0} = DATA_WIDTH_A == 36 ? dob[35:18] : dob[17:0];
    logic [8:0] bytes_ [2048];
    initial begin
        for (int i = 0; i < 1024; i++) {bytes_[2*i+1], bytes_[2*i]} = INITIAL[20*i +: 18];
        doa = '0;
        dob = '0;
    end
    // Where a port of `width` bits is: its first byte, how many of them, and the bits within one.
    function automatic logic [10:0] first(input int width, input logic [13:0] address);
        first = width == 36 ? {address[13:5], 2'd0} : width == 18 ? {address[13:4], 1'b0} : address[13:3];
    endfunction
    function automatic int low(input int width, input logic [13:0] address);
        low = width == 4 ? 4 * 32'(address[2]) : width == 2 ? 2 * 32'(address[2:1]) : width == 1 ? 32'(address[2:0]) : 0;
    endfunction
    function automatic logic [35:0] read(input int width, input logic [13:0] address);
        read = '0;
        for (int i = 0; i < 4; i++)
            if (9 * i < width) read[9*i +: 9] = bytes_[first(width, address) + 11'(i)] >> low(width, address);
        if (width < 9) read &= (36'd1 << width) - 36'd1;
    endfunction
    // Bits of what one port reads that the other writes in this cycle.
    function automatic logic [35:0] touched(
        input int width, input logic [13:0] address, input int by, input logic [13:0] at, input logic [3:0] enables);
        logic [8:0] wrote;
        touched = '0;
        for (int i = 0; i < 4; i++) begin
            for (int j = 0; j < 4; j++) begin
                wrote = by < 9 ? 9'((10'd1 << by) - 10'd1) << low(by, at) : '1;
                if (9 * i < width && 9 * j < by && enables[j]
                    && first(width, address) + 11'(i) == first(by, at) + 11'(j)) touched[9*i +: 9] |= wrote >> low(width, address);
            end
        end
        if (width < 9) touched &= (36'd1 << width) - 36'd1;
    endfunction
    wire [3:0] enables_a = DATA_WIDTH_A == 36 ? ada[3:0] : DATA_WIDTH_A == 18 ? {2'd0, ada[1:0]} : 4'd1;
    wire [3:0] enables_b = DATA_WIDTH_B == 18 ? {2'd0, adb[1:0]} : 4'd1;
    wire writes_a = CEA && WEA, writes_b = CEB && WEB && DATA_WIDTH_A != 36;
    wire [35:0] data_a = {dib, dia}, data_b = {18'd0, dib};
    logic [8:0] mask;
    always_ff @(posedge CLKA) begin
        if (CEA && !(writes_a && WRITEMODE_A == "NORMAL"))
            doa <= read(DATA_WIDTH_A, ada) ^ (writes_b ? touched(DATA_WIDTH_A, ada, DATA_WIDTH_B, adb, enables_b) : '0);
        if (CEB && !(writes_b && WRITEMODE_B == "NORMAL"))
            dob <= read(DATA_WIDTH_B, adb) ^ (writes_a ? touched(DATA_WIDTH_B, adb, DATA_WIDTH_A, ada, enables_a) : '0);
        for (int i = 0; i < 4; i++) begin
            if (writes_a && 9 * i < DATA_WIDTH_A && enables_a[i]) begin
                mask = DATA_WIDTH_A < 9 ? 9'((10'd1 << DATA_WIDTH_A) - 10'd1) << low(DATA_WIDTH_A, ada) : '1;
                bytes_[first(DATA_WIDTH_A, ada) + 11'(i)] <= (bytes_[first(DATA_WIDTH_A, ada) + 11'(i)] & ~mask)
                    | ((data_a[9*i +: 9] << low(DATA_WIDTH_A, ada)) & mask);
            end
            if (writes_b && 9 * i < DATA_WIDTH_B && enables_b[i]) begin
                mask = DATA_WIDTH_B < 9 ? 9'((10'd1 << DATA_WIDTH_B) - 10'd1) << low(DATA_WIDTH_B, adb) : '1;
                bytes_[first(DATA_WIDTH_B, adb) + 11'(i)] <= (bytes_[first(DATA_WIDTH_B, adb) + 11'(i)] & ~mask)
                    | ((data_b[9*i +: 9] << low(DATA_WIDTH_B, adb)) & mask);
            end
        end
        if (WRITEMODE_A == "WRITETHROUGH" && writes_a || WRITEMODE_B == "WRITETHROUGH" && writes_b)
            $error("%m: a mode without a model");
        if (RSTA || RSTB) $error("%m: a reset without a model");
    end
endmodule
