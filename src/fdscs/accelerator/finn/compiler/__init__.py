"""From QONNX to FINN's dataflow graph; runs in the environment that `make finn-setup` makes."""
