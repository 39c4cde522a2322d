// Stands for the PLL in simulation: the clock that comes in goes out, locked after some cycles.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off UNUSEDPARAM */
/* verilator lint_off UNUSEDSIGNAL */
module EHXPLLL #(
    parameter int CLKI_DIV = 1,
    parameter int CLKFB_DIV = 1,
    parameter int CLKOP_DIV = 8,
    parameter int CLKOP_CPHASE = 0,
    parameter int CLKOP_FPHASE = 0,
    parameter CLKOP_ENABLE = "ENABLED",
    parameter FEEDBK_PATH = "CLKOP",
    parameter OUTDIVIDER_MUXA = "DIVA",
    parameter PLLRST_ENA = "DISABLED",
    parameter STDBY_ENABLE = "DISABLED",
    parameter INTFB_WAKE = "DISABLED",
    parameter DPHASE_SOURCE = "DISABLED"
) (
    input  logic CLKI,
    input  logic CLKFB,
    output logic CLKOP,
    output logic LOCK,
    input  logic RST,
    input  logic STDBY,
    input  logic PLLWAKESYNC,
    input  logic PHASESEL1,
    input  logic PHASESEL0,
    input  logic PHASEDIR,
    input  logic PHASESTEP,
    input  logic PHASELOADREG,
    input  logic ENCLKOP
);
    logic [4:0] waited;
    initial waited = '0;
    assign CLKOP = CLKI;
    assign LOCK = waited[4];
    always_ff @(posedge CLKI) if (!waited[4]) waited <= waited + 5'd1;
endmodule
/* verilator lint_on DECLFILENAME */
/* verilator lint_on UNUSEDPARAM */
/* verilator lint_on UNUSEDSIGNAL */
