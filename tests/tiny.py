"""A network small enough for tests that run it whole."""

from fdscs.model.config import Architecture, Config, Precision

TINY = Config(
    architecture=Architecture(
        disparities=8, encoder=(8, 6), context=(6, 4), unet=(4, 6, 8), output_offset=8.0
    ),
    precision=Precision(weights={"out": 10, "u1u1_2": 4}, activations={"u4_3": 10, "u2_1": 4}),
)
