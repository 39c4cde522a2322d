"""The accelerator on a ULX3S (Lattice ECP5-85F): self-test, simulation, bitstream by free tools."""
