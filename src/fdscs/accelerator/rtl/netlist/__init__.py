"""Netlists: modules as Yosys makes cells of them, and models of these cells for simulation."""
