"""How good a disparity is, and what it looks like."""
