"""What a user may choose: the network's size, its number formats, how it is trained.

Plain frozen dataclasses, so that reading a description needs no library. `fdscs.model.config_file`
reads them from TOML files and validates them.
"""

import math
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

Loss = Literal["fdscs", "smooth_l1", "log", "fine"]  # training/loss.py says what they are
STRICT = {"extra": "forbid"}  # read by pydantic: a misspelt key is an error


@dataclass(frozen=True)
class Architecture:
    """Channel counts and disparities of the network; the defaults are the paper's."""

    disparities: int = 128  # at half resolution
    encoder: tuple[int, ...] = (192, 96, 48, 32)  # 1×1 layers on the cost volume
    context: tuple[int, ...] = (32, 32, 32)  # 3×3 layers before the U-Net
    unet: tuple[int, ...] = (32, 48, 64, 80, 96)  # channels of each level, top to bottom
    channels: dict[str, int] = field(default_factory=dict)  # by convolution, where they differ
    batch_norm: Literal["encoder", "all"] = "encoder"  # which layers are normalised in training
    output_scale: float = 1.0  # disparity = relu(output_scale · out + output_offset), px
    output_offset: float = 128.0
    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    def __post_init__(self) -> None:
        if not 2 <= self.disparities <= 256:
            raise ValueError(f"disparities is {self.disparities}; 2 to 256 are supported")
        for name in ("encoder", "context", "unet"):
            if not all(1 <= channels <= 1024 for channels in getattr(self, name)):
                raise ValueError(f"{name} has channel counts outside 1 to 1024")
        if not (len(self.encoder) and len(self.context) and 2 <= len(self.unet) <= 6):
            raise ValueError("encoder and context need a layer each, unet 2 to 6 levels")
        if "out" in self.channels:
            raise ValueError("channels.out is not for choice; disparity is one channel")
        for name, channels in self.channels.items():
            if not 1 <= channels <= 4096:
                raise ValueError(f"channels.{name} is {channels}; 1 to 4096 are supported")
            if name.startswith("u1u3_") and channels % 4:
                raise ValueError(f"channels.{name} is {channels}; depth-to-space needs whole fours")


@dataclass(frozen=True)
class Precision:
    """Bits of weights and activations, by default and by layer."""

    weight_bits: int = 8
    activation_bits: int = 8
    weights: dict[str, int] = field(default_factory=dict)  # by convolution
    activations: dict[str, int] = field(default_factory=dict)  # by convolution, of its output
    accumulator_bits: int | None = None  # at most, signed; None leaves what float32 can follow
    rgb_bits: int = 8
    disparity_frac: int = 6  # with 8 integer bits; upsampling adds two: KITTI's 1/256 px
    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    def __post_init__(self) -> None:
        widths = [self.weight_bits, *self.weights.values()]
        if not all(2 <= bits <= 16 for bits in widths):
            raise ValueError("weights have 2 to 16 bits")
        widths = [self.activation_bits, *self.activations.values()]
        if not all(1 <= bits <= 16 for bits in widths):
            raise ValueError("activations have 1 to 16 bits")
        if self.accumulator_bits is not None and not 12 <= self.accumulator_bits <= 32:
            raise ValueError("accumulator_bits is 12 to 32, or left out")
        if not 2 <= self.rgb_bits <= 10 or not 0 <= self.disparity_frac <= 8:
            raise ValueError("rgb_bits is 2 to 10, disparity_frac 0 to 8")


@dataclass(frozen=True)
class Training:
    """How `fdscs train` and `fdscs qat` train; steps are optimiser steps."""

    seed: int = 1
    steps: int = 600  # of quantisation-aware training; 0 for calibration alone
    float_steps: int = 2400  # before it, when training starts from nothing
    unit: Literal["step", "epoch"] = "step"  # what steps, float_steps and float_rates count
    order: Literal["drawn", "shuffled"] = "drawn"  # data sets alike; each pair once an epoch
    batch: int = 4
    crop: tuple[int, int] = (256, 512)  # rows, columns of full-resolution pixels
    learning_rate: float = 4e-4  # quantised: relative to the size of each layer's weights
    float_learning_rate: float = 3e-3  # both rates are peaks, after a warm-up, cosine to zero
    float_rates: tuple[tuple[int, float], ...] = ()  # (from, rate) instead: piecewise constant
    optimiser: Literal["adamw", "adam", "muon"] = "adamw"  # float; "adam" decays by the gradient
    weight_decay: float = 1e-5  # float
    largest_gradient: float = 3.0  # norm, to which a larger one is scaled down; 0 for none
    population_batches: int = 50  # for the batch-norm statistics of the float network
    loss: Loss = "smooth_l1"  # "fdscs" is blind to errors below 1 px
    ground_truth: float = 1.0  # weight of that loss
    imitation: float = 0.0  # weight of the distance to the float network's disparity
    features: float = 0.0  # weight of the distance to the float network's features
    float_loss: Loss = "fdscs"
    max_scale: float = 1.5  # random enlargement, each axis by 1 to this
    mirror: Literal["random", "both", "none"] = "random"  # "both": a batch of twice the pairs
    bfloat16: bool = False  # float phase only: quantised training must round as the hardware does
    hidden: float = 1.0  # weight of pixels known to be hidden from the right camera
    edges: float = 0.0  # added weight of pixels near jumps of the disparity
    average: float = 0.0  # float: share of averaged weights that a step leaves; 0 for the last ones
    synthetic_pairs: int = 1000  # made-up pairs to draw from, and to keep
    synthetic_fresh: float = 0.0  # of them that a step replaces by new ones, the oldest first
    synthetic_scenes: Literal["first", "varied", "indoors", "mixed"] = (
        "first"  # stereo_datasets/scenery.py
    )
    validate_every: int = 200
    checkpoint_every: int = 50
    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    def __post_init__(self) -> None:
        positive = (
            "batch", "checkpoint_every", "validate_every", "synthetic_pairs", "population_batches",
        )  # fmt: skip
        for name in positive:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if min(self.crop) < 64:
            raise ValueError(f"crop is {self.crop}; at least 64 pixels a side are needed")
        rates = (self.learning_rate, self.float_learning_rate)
        if not all(0 < rate <= 1 for rate in rates) or not 0 <= self.weight_decay <= 1:
            raise ValueError("learning rates are above 0 and at most 1, weight_decay 0 to 1")
        starts, stages = zip(*self.float_rates, strict=True) if self.float_rates else ((0,), (1,))
        if starts[0] != 0 or list(starts) != sorted(set(starts)):
            raise ValueError("float_rates start at 0, each stage later than the one before")
        if not all(0 < rate <= 1 for rate in stages) or self.largest_gradient < 0:
            raise ValueError("float_rates are above 0 and at most 1, largest_gradient at least 0")
        weights = (self.ground_truth, self.imitation, self.features)
        if min(weights) < 0 or max(weights) == 0:
            raise ValueError("ground_truth, imitation and features are at least 0, one above")
        if not 0 <= self.hidden <= 1 or not 0 <= self.edges <= 100 or not 0 <= self.average < 1:
            raise ValueError("hidden is 0 to 1, edges 0 to 100, average at least 0 and below 1")
        if not 0 <= self.synthetic_fresh <= 1000 or (
            self.synthetic_fresh and self.order != "drawn"
        ):
            raise ValueError('synthetic_fresh is 0 to 1000, and 0 unless order is "drawn"')
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}; at least 0 is needed")
        if min(self.float_steps, self.steps) < 0 or not 1 <= self.max_scale <= 4:
            raise ValueError("steps and float_steps are at least 0, max_scale 1 to 4")

    @property
    def distils(self) -> bool:
        """Whether the float network takes part in quantised training."""
        return self.imitation > 0 or self.features > 0


@dataclass(frozen=True)
class Source:
    """Pairs of one data set, in a folder that is named here or on the command line."""

    dataset: str
    root: str | None = None
    options: dict[str, str] = field(default_factory=dict)  # such as split = "TRAIN"
    ids: str | None = None  # comma-separated, or a file with one a line; all if left out
    limit: int | None = None  # at most so many pairs
    __pydantic_config__: ClassVar[dict[str, str]] = STRICT


@dataclass(frozen=True)
class Sources:
    """What a recipe trains on and is validated on; by default every tenth pair, eight at most."""

    train: tuple[Source, ...] = ()
    validation: tuple[Source, ...] = ()
    __pydantic_config__: ClassVar[dict[str, str]] = STRICT


@dataclass(frozen=True)
class Config:
    """Everything that decides what a run produces."""

    architecture: Architecture = field(default_factory=Architecture)
    precision: Precision = field(default_factory=Precision)
    training: Training = field(default_factory=Training)
    data: Sources = field(default_factory=Sources)
    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    def __post_init__(self) -> None:
        needed = 2 * self.architecture.disparities
        if self.training.crop[1] < needed:
            raise ValueError(
                f"training.crop is {self.training.crop[1]} columns wide; "
                f"{self.architecture.disparities} disparities at half resolution need {needed}"
            )


PAPER = Config(
    precision=Precision(
        weights={"enc0": 12, "u1u5_5": 12, "out": 12}, activations={"u4_5": 12, "u1u5_5": 12}
    ),
)

# Same shape, a fifth of the multiply-accumulates: 94 px of range, for small FPGAs.
LITE = Config(
    architecture=Architecture(
        disparities=48,
        encoder=(64, 32, 16),
        context=(16, 16, 16),
        unet=(16, 24, 32, 40, 48),
        batch_norm="all",
        output_scale=20.0,
        output_offset=25.0,
    ),
    precision=Precision(weights={"out": 12}, activations={"u1u5_5": 10}),
    training=Training(
        steps=150,
        float_steps=13000,
        crop=(128, 448),
        loss="log",
        float_loss="log",
        learning_rate=1e-3,
        max_scale=1.0,
        bfloat16=True,
        synthetic_pairs=4000,
        validate_every=1000,
        checkpoint_every=100,
    ),
)

# A quarter of `lite`'s parameters and codes of 5 bits: what 208 block RAMs of 18 Kbit hold with
# images of 320×240, see docs/ulx3s.md.
TINY = Config(
    architecture=Architecture(
        disparities=48,
        encoder=(48, 24, 12),
        context=(12, 12),
        unet=(12, 24, 32),
        batch_norm="all",
        output_scale=20.0,
        output_offset=25.0,
    ),
    precision=Precision(
        weight_bits=5,
        activation_bits=5,
        weights={"out": 8},
        activations={"u1u5_3": 8},
        rgb_bits=6,
    ),
    training=Training(
        steps=300,
        float_steps=2300,
        crop=(128, 384),
        loss="log",
        float_loss="log",
        learning_rate=1e-3,
        max_scale=1.0,
        bfloat16=True,
        synthetic_pairs=3000,
        validate_every=1000,
        checkpoint_every=100,
    ),
)

PRESETS = {"paper": PAPER, "lite": LITE, "tiny": TINY}


def with_steps(config: Config, steps: int | None) -> Config:
    """`config` with another number of training steps, the float phase in proportion."""
    if steps is None:
        return config
    training = replace(config.training, steps=steps)
    float_steps = round(training.float_steps * steps / max(config.training.steps, 1))
    return with_float_steps(replace(config, training=training), float_steps)


def with_float_steps(config: Config, float_steps: int | None) -> Config:
    """`config` with another number of float steps, the stages of `float_rates` in proportion."""
    if float_steps is None:
        return config
    training = config.training
    share = float_steps / max(training.float_steps, 1)
    rates = {round(start * share): rate for start, rate in training.float_rates}
    changed = replace(training, float_steps=float_steps, float_rates=tuple(rates.items()))
    return replace(config, training=changed)


def in_steps(config: Config, pairs: int) -> Config:
    """`config` with everything counted in steps, where an epoch is so many `pairs`."""
    training = config.training
    if training.unit == "step":
        return config

    def steps(epochs: int) -> int:
        return math.ceil(epochs * pairs / training.batch)

    changed = replace(
        training,
        unit="step",
        steps=steps(training.steps),
        float_steps=steps(training.float_steps),
        float_rates=tuple((steps(start), rate) for start, rate in training.float_rates),
    )
    return replace(config, training=changed)
