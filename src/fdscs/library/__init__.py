"""What `import fdscs` gives: builds, networks, data sets, metrics and the check, for Python."""
