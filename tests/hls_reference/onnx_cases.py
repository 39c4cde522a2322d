"""ONNX's node test cases: which the reference's operations can run, how, and why not the others.

Every case of the operators below that the installed onnx package brings is in one of the tables.
"""

from collections.abc import Callable

import numpy as np

from fdscs.hls_reference.fixed_point import saturate
from fdscs.hls_reference.ops.concat import concat
from fdscs.hls_reference.ops.conv2d import conv2d
from fdscs.hls_reference.ops.crop import crop
from fdscs.hls_reference.ops.depth_to_space import depth_to_space
from fdscs.hls_reference.ops.max_pool import max_pool
from fdscs.hls_reference.ops.reflect_pad import reflect_pad
from fdscs.hls_reference.ops.upsample import upsample
from fdscs.model.graph import Format

OPERATORS = {
    "Clip", "Concat", "Conv", "ConvInteger", "DepthToSpace", "MaxPool", "Pad", "Resize", "Slice",
    "Upsample",
}  # fmt: skip

Array = np.ndarray
Case = Callable[..., Array]


def whole(x: Array) -> Array:
    """Real numbers that are whole, as integers."""
    assert np.array_equal(x, np.round(x))
    return x.astype(np.int64)


def conv(x: Array, weight: Array) -> Array:
    """Padding 'same', as the datapath has it."""
    return conv2d(whole(x[0]), whole(weight), np.zeros(len(weight), np.int64))[None]


def conv_of_whole_windows(x: Array, weight: Array) -> Array:
    """No padding: the outer ring, whose windows reach over the edge, cropped."""
    same = conv(x, weight)[0]
    return crop(same, same.shape[1] - 2, same.shape[2] - 2)[None]


def conv_integer(margin: int) -> Case:
    """A 2×2 kernel is a 3×3 one whose first row and column are 0; zero points are taken off."""

    def run(x: Array, weight: Array, x_zero: Array, weight_zeros: Array | None = None) -> Array:
        codes = np.pad(x[0].astype(np.int64) - int(x_zero), ((0, 0), *[(margin, margin)] * 2))
        zeros = 0 if weight_zeros is None else weight_zeros.astype(np.int64)[:, None, None, None]
        kernel = np.pad(weight.astype(np.int64) - zeros, ((0, 0), (0, 0), (1, 0), (1, 0)))
        return conv2d(codes, kernel, np.zeros(len(kernel), np.int64))[None, :, :-1, :-1]

    return run


def pool_every_pixel(x: Array, *pads: tuple[int, int]) -> Array:
    """Stride 1: the four poolings that start on even and odd rows and columns, interleaved."""
    padded = np.pad(x[0], ((0, 0), *(pads or ((0, 0), (0, 0)))), constant_values=-np.inf)
    channels, rows, columns = padded.shape
    result = np.empty((channels, rows - 1, columns - 1), x.dtype)
    for y, x0 in np.ndindex(2, 2):
        part = padded[:, y : y + (rows - y) // 2 * 2, x0 : x0 + (columns - x0) // 2 * 2]
        result[:, y::2, x0::2] = max_pool(part)
    return result[None]


def concat_along(axis: int) -> Case:
    """That axis is taken for the channels."""
    return lambda x, y: np.moveaxis(concat(*(np.moveaxis(z, axis, 0) for z in (x, y))), 0, axis)


def reflect(x: Array, pads: Array) -> Array:
    """Rows and columns."""
    before, after = pads[:4], pads[4:]
    assert not before[:2].any() and not after[:2].any()
    return reflect_pad(x[0], (before[2], after[2], before[3], after[3]))[None]


def nearest_rows(x: Array, *_: Array) -> Array:
    """Twice the rows; the three times as many columns are made by repeating ours.

    Samples a whole pixel or more apart, as steps of 64 of 2^2 are, stay nearest.
    """
    codes = 64 * whole(x[0])
    rows = upsample(codes, 2, 2 * codes.shape[1], 2 * codes.shape[2])[:, :, ::2]
    return (rows // (4 * 64)).repeat(3, axis=2)[None]


TAKEN: dict[str, Case] = {
    "test_basic_conv_with_padding": conv,
    "test_basic_conv_without_padding": conv_of_whole_windows,
    "test_convinteger_with_padding": conv_integer(1),
    "test_convinteger_without_padding": conv_integer(0),
    "test_maxpool_2d_precomputed_strides": lambda x: max_pool(x[0, :, :4, :4])[None],
    "test_maxpool_2d_default": pool_every_pixel,
    "test_maxpool_2d_same_upper": lambda x: pool_every_pixel(x, (0, 1), (0, 1)),
    "test_maxpool_2d_same_lower": lambda x: pool_every_pixel(x, (1, 0), (1, 0)),
    "test_depthtospace_example": lambda x: depth_to_space(x[0])[None],
    "test_reflect_pad": reflect,
    "test_concat_1d_axis_0": concat_along(0),
    "test_concat_1d_axis_negative_1": concat_along(-1),
    "test_concat_2d_axis_0": concat_along(0),
    "test_concat_2d_axis_1": concat_along(1),
    "test_concat_2d_axis_negative_1": concat_along(-1),
    "test_concat_2d_axis_negative_2": concat_along(-2),
    "test_concat_3d_axis_0": concat_along(0),
    "test_concat_3d_axis_1": concat_along(1),
    "test_concat_3d_axis_2": concat_along(2),
    "test_concat_3d_axis_negative_1": concat_along(-1),
    "test_concat_3d_axis_negative_2": concat_along(-2),
    "test_concat_3d_axis_negative_3": concat_along(-3),
    "test_slice_neg": lambda x, *_: crop(x, 9, 5),  # all but the last row: ⌊1/2⌋ above
    "test_clip_default_min": lambda x, _: saturate(x, Format(32, False, 0)),  # from 0
    "test_clip_default_int8_min": lambda x, _: saturate(x, Format(7, False, 0)),  # 0 to 127
    "test_clip_default_inbounds": lambda x: saturate(x, Format(8, True, 0)),
    "test_clip_default_int8_inbounds": lambda x: saturate(x, Format(8, True, 0)),
    "test_resize_upsample_scales_nearest": nearest_rows,
    "test_resize_upsample_scales_nearest_axes_2_3": nearest_rows,
    "test_resize_upsample_scales_nearest_axes_3_2": nearest_rows,
    "test_upsample_nearest": nearest_rows,
}

LEFT_OUT: dict[str, tuple[str, ...]] = {  # why the datapath has no such operation → cases
    "convolutions have stride 1": (
        "test_conv_with_autopad_same", "test_conv_with_strides_and_asymmetric_padding",
        "test_conv_with_strides_no_padding", "test_conv_with_strides_padding",
    ),
    "maxima are of 2×2": (
        "test_maxpool_1d_default", "test_maxpool_2d_ceil",
        "test_maxpool_2d_ceil_output_size_reduce_by_one", "test_maxpool_2d_pads",
        "test_maxpool_2d_precomputed_pads", "test_maxpool_2d_precomputed_same_upper",
        "test_maxpool_2d_strides", "test_maxpool_2d_uint8", "test_maxpool_3d_default",
        "test_maxpool_3d_dilations", "test_maxpool_3d_dilations_use_ref_impl",
        "test_maxpool_3d_dilations_use_ref_impl_large",
    ),
    "maxima are of neighbours": ("test_maxpool_2d_dilations",),
    "maxima come without their places": (
        "test_maxpool_with_argmax_2d_precomputed_pads",
        "test_maxpool_with_argmax_2d_precomputed_strides",
    ),
    "depth-to-space is block-major (DCR)": ("test_depthtospace_crd_mode_example",),
    "padding with a constant is convolutions' own, with 0": (
        "test_constant_pad", "test_constant_pad_axes", "test_constant_pad_negative_axes",
    ),
    "BlockSum alone repeats an edge, one row or column before an odd size": ("test_edge_pad",),
    "nothing wraps round": ("test_wrap_pad",),
    "a crop leaves the middle": (
        "test_slice", "test_slice_default_axes", "test_slice_default_steps",
        "test_slice_end_out_of_bounds", "test_slice_negative_axes",
    ),
    "a crop leaves something": ("test_slice_start_out_of_bounds",),
    "a crop leaves neighbours neighbours": ("test_slice_neg_steps",),
    "formats end at 0 or a power of two below, at a power of two less 1 above": (
        "test_clip", "test_clip_default_int8_max", "test_clip_default_max", "test_clip_example",
        "test_clip_inbounds", "test_clip_min_greater_than_max", "test_clip_outbounds",
        "test_clip_splitbounds",
    ),
    "nothing becomes smaller by interpolation": (
        "test_resize_downsample_scales_cubic",
        "test_resize_downsample_scales_cubic_A_n0p5_exclude_outside",
        "test_resize_downsample_scales_cubic_align_corners",
        "test_resize_downsample_scales_cubic_antialias", "test_resize_downsample_scales_linear",
        "test_resize_downsample_scales_linear_align_corners",
        "test_resize_downsample_scales_linear_antialias",
        "test_resize_downsample_scales_linear_half_pixel_symmetric",
        "test_resize_downsample_scales_nearest", "test_resize_downsample_sizes_cubic",
        "test_resize_downsample_sizes_cubic_antialias",
        "test_resize_downsample_sizes_linear_antialias",
        "test_resize_downsample_sizes_linear_pytorch_half_pixel",
        "test_resize_downsample_sizes_nearest", "test_resize_downsample_sizes_nearest_not_larger",
        "test_resize_downsample_sizes_nearest_not_smaller", "test_resize_tf_crop_and_resize",
        "test_resize_tf_crop_and_resize_axes_2_3", "test_resize_tf_crop_and_resize_axes_3_2",
        "test_resize_tf_crop_and_resize_extrapolation_value",
    ),
    "interpolation is linear": (
        "test_resize_upsample_scales_cubic",
        "test_resize_upsample_scales_cubic_A_n0p5_exclude_outside",
        "test_resize_upsample_scales_cubic_align_corners",
        "test_resize_upsample_scales_cubic_asymmetric", "test_resize_upsample_sizes_cubic",
    ),
    "even outputs lie on the samples, odd ones half way (asymmetric)": (
        "test_resize_upsample_scales_linear", "test_resize_upsample_scales_linear_align_corners",
        "test_resize_upsample_scales_linear_half_pixel_symmetric",
        "test_resize_upsample_sizes_nearest_ceil_half_pixel",
        "test_resize_upsample_sizes_nearest_floor_align_corners",
    ),
    "half way, nearest is the sample before": (
        "test_resize_upsample_sizes_nearest_round_prefer_ceil_asymmetric",
    ),
    "sizes are doubled": (
        "test_resize_upsample_sizes_nearest", "test_resize_upsample_sizes_nearest_axes_2_3",
        "test_resize_upsample_sizes_nearest_axes_3_2",
        "test_resize_upsample_sizes_nearest_not_larger",
        "test_resize_upsample_sizes_nearest_not_smaller",
    ),
}  # fmt: skip
