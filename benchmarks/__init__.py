"""How fast training is, beside the same written plainly."""
