"""What leaves the project: QONNX, standard ONNX, parameters and their manifest."""
