"""FDSCS stereo on FPGAs: train, export, and prove every layer bit-exact."""
