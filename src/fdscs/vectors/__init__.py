"""Golden vectors, and what comes back from simulators and boards: one layout of bits for all."""
