// The ULX3S: 25 MHz to the accelerator's clock, reset, the self-test, LEDs and the serial line.
//
// led[0] bit-exact, led[1] the clock runs (about 1 Hz), led[2] changes with each frame, led[3] wrong, led[4] the
// PLL has locked. The button fire2 resets.
module ulx3s #(
    parameter int ROWS = 240,
    parameter int COLUMNS = 320,
    parameter int MOST = 94,
    parameter logic [127:0] EXPECTED = '0,
    parameter int BIT_CYCLES = 868,
    parameter int WATCHDOG = 100_000_000,
    parameter int INPUT_DIVIDER = 1,  // clock: 25 MHz / INPUT_DIVIDER · FEEDBACK_DIVIDER
    parameter int FEEDBACK_DIVIDER = 4,
    parameter int OUTPUT_DIVIDER = 6  // times the clock: 400 to 800 MHz
) (
    input  logic clk_25mhz,
    input  logic fire2,
    output logic [7:0] led,
    output logic ftdi_rxd,
    output logic wifi_gpio0  // high, so that the ESP32 leaves the FPGA alone
);
    logic clk, locked, exact, wrong, toggle;
    (* FREQUENCY_PIN_CLKI = "25", ICP_CURRENT = "12", LPF_RESISTOR = "8" *)
    EHXPLLL #(
        .CLKI_DIV(INPUT_DIVIDER), .CLKFB_DIV(FEEDBACK_DIVIDER), .CLKOP_DIV(OUTPUT_DIVIDER),
        .CLKOP_CPHASE((OUTPUT_DIVIDER - 1) / 2), .CLKOP_FPHASE(0), .CLKOP_ENABLE("ENABLED"),
        .FEEDBK_PATH("CLKOP"), .OUTDIVIDER_MUXA("DIVA"), .PLLRST_ENA("DISABLED"), .STDBY_ENABLE("DISABLED"),
        .INTFB_WAKE("DISABLED"), .DPHASE_SOURCE("DISABLED")
    ) pll (
        .CLKI(clk_25mhz), .CLKFB(clk), .CLKOP(clk), .LOCK(locked), .RST(1'b0), .STDBY(1'b0), .PLLWAKESYNC(1'b0),
        .PHASESEL1(1'b0), .PHASESEL0(1'b0), .PHASEDIR(1'b0), .PHASESTEP(1'b0), .PHASELOADREG(1'b0),
        .ENCLKOP(1'b0));

    // Reset until the PLL has been locked, and the button released, for 256 cycles.
    logic [1:0] ready;
    logic [8:0] waited;
    logic rst;
    logic [25:0] ticks;
    initial begin
        waited = '0;
        rst = 1'b1;
    end
    always_ff @(posedge clk) begin
        ready <= {ready[0], locked && !fire2};
        if (!ready[1]) waited <= '0;
        else if (!waited[8]) waited <= waited + 9'd1;
        rst <= !waited[8];
        ticks <= rst ? '0 : ticks + 26'd1;
    end
    self_test #(
        .ROWS(ROWS), .COLUMNS(COLUMNS), .MOST(MOST), .EXPECTED(EXPECTED), .BIT_CYCLES(BIT_CYCLES),
        .WATCHDOG(WATCHDOG)
    ) test (.clk, .rst, .exact, .wrong, .toggle, .tx(ftdi_rxd));
    assign led = {3'b000, locked, wrong, toggle, ticks[25], exact};
    assign wifi_gpio0 = 1'b1;
endmodule
