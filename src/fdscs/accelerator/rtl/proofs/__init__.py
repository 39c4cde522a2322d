"""Proofs about modules of rtl/ops, for all inputs, by SymbiYosys.

`MODULE.svh` is what is claimed of ops/MODULE.sv; it is put before the module's `endmodule`, since
Yosys has no `bind`, and may look at what is inside.
"""
