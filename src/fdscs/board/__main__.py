"""python3 -m fdscs.board fdscs.bit: the self-test, on the board."""

import argparse
import sys

from fdscs.board import BadInput, BoardError, open


def main() -> None:
    """Exit status 1 where the board is not bit-exact."""
    parser = argparse.ArgumentParser(prog="python3 -m fdscs.board", description=__doc__)
    parser.add_argument("bitstream", help="NAME.bit, with NAME.hwh, NAME.json and vectors.npz")
    parser.add_argument("--interrupts", action="store_true", help="wait for the interrupt")
    parser.add_argument("--loaded", action="store_true", help="the bitstream is loaded already")
    given = parser.parse_args()
    try:
        with open(given.bitstream, interrupts=given.interrupts, download=not given.loaded) as board:
            print(board.self_test())
            print(f"{1 / board.interval():.1f} frames/s, the last two, back to back")
    except (BadInput, BoardError) as error:
        print(f"fdscs.board: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
