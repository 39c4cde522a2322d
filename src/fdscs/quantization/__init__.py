"""Brevitas layers that compute what the integer datapath does, and freezing them to integers."""
