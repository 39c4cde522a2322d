"""The accelerator in SystemVerilog: operations, the generated top, simulation by Verilator."""
