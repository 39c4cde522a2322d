"""A page to look at a pair, its disparity, its points and every tensor of the datapath."""
