"""What a file or folder of this program is, said without running it."""
