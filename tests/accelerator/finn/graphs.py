"""Small dataflow graphs, made by hand."""

from fdscs.accelerator.finn.nodes import FinnGraph, Node, Stream


def stream(name: str, pixels: int, words: int = 1, lanes: int = 4) -> Stream:
    return Stream(name, 4, lanes, words, pixels)


def skip_graph(rows: int = 6, columns: int = 8) -> FinnGraph:
    """A fork; one branch pads and slides 3×3 windows into a product; both are joined."""
    size, padded = (rows, columns), (rows + 2, columns + 2)
    pixels = rows * columns
    nodes = (
        Node("front_end", "FrontEnd", (), ("x",), size, size),
        Node("fork", "DuplicateStreams", ("x",), ("skip", "long"), size, size),
        Node("pad", "FMPadding", ("long",), ("padded",), size, padded, {"padding": [1, 1, 1, 1]}),
        Node(
            "window", "ConvolutionInputGenerator", ("padded",), ("windows",), padded, size,
            {"kernel": 3, "stride": 1, "lanes": 4, "channels": 4},
        ),
        Node("product", "MVAU", ("windows",), ("y",), size, size, {}),
        Node("join", "StreamingConcat", ("skip", "y"), ("z",), size, size),
    )  # fmt: skip
    streams = [stream(name, pixels) for name in ("x", "skip", "long", "y")]
    streams += [stream("padded", padded[0] * padded[1]), stream("windows", pixels, words=9)]
    streams.append(stream("z", pixels, words=2))
    return FinnGraph(nodes, {each.name: each for each in streams})


def unet_graph() -> FinnGraph:
    """Two levels: pool, a product, depth to space, and the join with what was skipped."""
    size, low = (8, 12), (4, 6)
    nodes = (
        Node("front_end", "FrontEnd", (), ("x",), size, size),
        Node("fork", "DuplicateStreams", ("x",), ("skip", "down"), size, size),
        Node(
            "blocks", "ConvolutionInputGenerator", ("down",), ("fours",), size, low,
            {"kernel": 2, "stride": 2, "lanes": 4, "channels": 4},
        ),
        Node("pool", "Pool", ("fours",), ("low",), low, low),
        Node("product", "MVAU", ("low",), ("deep",), low, low),
        Node("shuffle", "OuterShuffle", ("deep",), ("up",), low, size),
        Node("join", "StreamingConcat", ("skip", "up"), ("z",), size, size),
    )  # fmt: skip
    streams = [stream(name, 96) for name in ("x", "skip", "down", "up")]
    streams += [stream("fours", 24, words=4), stream("low", 24), stream("deep", 24, words=4)]
    streams.append(stream("z", 96, words=2))
    return FinnGraph(nodes, {each.name: each for each in streams})
