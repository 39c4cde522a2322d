"""From float network and real pairs to a quantised one: equalise, choose steps, refit and round."""

PAIRS = 16  # to calibrate on, unless told otherwise
SENSITIVITY_PAIRS = 6  # to measure what widths cost
