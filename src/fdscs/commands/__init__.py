"""The command line: parse, call one function, print a summary.

At the top a command's module imports what its options need: names, defaults, NumPy. PyTorch,
Brevitas, ONNX, Matplotlib and the rooms that import them are imported inside functions, when the
work begins: neither help nor `fdscs predict` on a build waits seconds for them, and both run where
they are not installed.
"""

import warnings

# Brevitas warns of an accelerator package that nothing here uses.
warnings.filterwarnings("ignore", message="fast_hadamard_transform package not found")
