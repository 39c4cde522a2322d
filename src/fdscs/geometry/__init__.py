"""What the two cameras are to each other: calibration, rectification, depth, points in space."""
