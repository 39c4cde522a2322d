"""Kits for boards: block design, driver, overlay; and the board simulated, for the driver."""
