"""One module a back end: the same network, run by PyTorch, Brevitas, NumPy, QONNX, ONNX Runtime."""
