"""What `import fdscs` gives: builds, networks, data sets, metrics and the check, for Python."""

import warnings

# Brevitas' advice on a package for something that is not used here.
warnings.filterwarnings("ignore", message="fast_hadamard_transform package not found")
