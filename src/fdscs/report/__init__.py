"""One page about a build, to be read and passed on."""
