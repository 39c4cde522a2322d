"""FINN's dataflow graph as plain data: folding, timing, FIFO depths, resources."""
