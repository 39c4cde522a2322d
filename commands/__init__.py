"""The command line: parse, call one function, print a summary."""
