#!/usr/bin/env python3
"""figures.py - numbers of a recording campaign, from what its runs printed.

    figures.py overhead ALONE.jsonl RECORDED.jsonl [KERNELS_PER_REQUEST]
    figures.py bytes KERNELS SPOOL_BYTES RAW_BYTES COMPRESSED_BYTES
    figures.py --self-test

Both files of `overhead` hold a line of workloads.py for each run, the runs of a pair on
lines of the same number.  A run counts as the median of its requests, without the first;
the overhead of a pair is the one over the other, and all pairs are shown, because the
machine is not quiet and two figures are no distribution.
"""
import json
import statistics
import sys


def medians(path):
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("{"):
                ms = json.loads(line)["ms"]
                found.append(statistics.median(ms[1:] or ms))
    return found


def overhead(alone, recorded, kernels):
    pairs = list(zip(alone, recorded))
    if not pairs:
        return "overhead: no pair of runs"
    ratios = [100.0 * (b - a) / a for a, b in pairs]
    text = (f"overhead: median {statistics.median(ratios):+.2f} % over {len(pairs)} pairs ("
            + ", ".join(f"{r:+.2f}" for r in ratios)
            + f"); alone {statistics.median(alone):.3f} ms a request")
    if len(alone) > 1:
        spread = 100.0 * (max(alone) - min(alone)) / statistics.median(alone)
        text += f" (runs alone spread over {spread:.2f} %)"
    if kernels:
        ns = statistics.median([(b - a) * 1e6 / kernels for a, b in pairs])
        text += f"; {ns:.0f} ns for each of {kernels} kernels a request"
    return text


def size(kernels, spool, raw, compressed):
    if not kernels:
        return "bytes per kernel: no kernels"
    return (f"bytes per kernel: spool {spool / kernels:.1f}, trace {raw / kernels:.1f}, "
            f"compressed {compressed / kernels:.1f} ({kernels} kernels)")


def self_test():
    text = overhead([10.0, 10.0, 12.0], [10.1, 10.3, 12.0], 1000)
    assert "+1.00 % over 3 pairs (+1.00, +3.00, +0.00)" in text, text
    assert "100 ns for each of 1000" in text and "spread over 20.00 %" in text, text
    assert overhead([], [], 0) == "overhead: no pair of runs"
    assert size(10, 1000, 2000, 123) == (
        "bytes per kernel: spool 100.0, trace 200.0, compressed 12.3 (10 kernels)")
    print("figures.py: self-test passed")


def main(args):
    if args == ["--self-test"]:
        self_test()
    elif len(args) in (3, 4) and args[0] == "overhead":
        print(overhead(medians(args[1]), medians(args[2]),
                       int(args[3]) if len(args) == 4 else 0))
    elif len(args) == 5 and args[0] == "bytes":
        print(size(*map(int, args[1:])))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
