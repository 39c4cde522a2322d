"""Proof that all back ends compute the same integers, at every layer, with tolerance 0."""
