"""The command line: parse, call one function, print a summary."""

import warnings

# Brevitas warns of an accelerator package that nothing here uses.
warnings.filterwarnings("ignore", message="fast_hadamard_transform package not found")
