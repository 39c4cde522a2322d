"""What hardware has to know of each operation, one file an operation, whatever its language."""
