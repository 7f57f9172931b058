#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a fit takes on how many ranks: a model, from times that were measured.

    python3 fit_time.py                          the table of docs/scaling.md
    python3 fit_time.py --rows 3e8 --ranks 16    one entry, part by part

A rank is a process with the cores that it has. Every number that was measured, on two cores and over
TCP, is an option: give those of your machines. Only the standard library is needed.
"""
import argparse


def parser():
    result = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = result.add_argument
    add("--rows", type=float, help="training rows (default: a table)")
    add("--ranks", type=int, help="processes (default: a table)")
    add("--batch", type=int, default=512, help="rows of a step on each rank")
    add("--epochs", type=int, default=8, help="passes of each network; 8 is the least by default")
    add("--width", type=int, default=512, help="d of the shared space")
    add("--negatives", choices=["local", "global"], default="local")
    add("--row-us", type=float, default=138, help="microseconds that a row adds to a joint step")
    add("--step-ms", type=float, default=4.3, help="milliseconds of such a step without rows: AdamW")
    add("--other-us", type=float, default=7, help="of a row of an image-only network's step")
    add("--gradient-mb", type=float, default=25.0, help="megabytes of gradients")
    add("--other-mb", type=float, default=1.9, help="of an image-only network")
    add("--bandwidth", type=float, default=2.6, help="GB/s that a rank sends and receives in a sum")
    add("--latency-us", type=float, default=8, help="microseconds of a sum of 8 numbers, 2 ranks")
    add("--products", type=float, default=200, help="GFLOP/s of a rank's matrix products")
    add("--prefit-s", type=float, default=13.5, help="seconds of a linear prefit that do not grow")
    add("--prefit-us", type=float, default=357, help="microseconds a row of the rest of it")
    return result


def sum_seconds(options, megabytes, ranks):
    """Every rank sends each other one its part, adds up its own, and sends that to all."""
    if ranks == 1:
        return 0.0
    pieces = max(1.0, megabytes / max(1.0, ranks / 16))
    messages = 2 * (ranks - 1) * pieces
    return (2 * (ranks - 1) / ranks * megabytes / 1e3 / options.bandwidth
            + messages * options.latency_us / 2 * 1e-6)


def negatives_seconds(options, ranks):
    """Six products of own rows with those of all ranks, instead of with one's own, and a gather."""
    if options.negatives == "local" or ranks == 1:
        return 0.0
    own, others = options.batch, options.batch * (ranks - 1)
    products = 6 * 2 * own * others * options.width / (options.products * 1e9)
    return products + 2 * 4 * others * options.width / (options.bandwidth * 1e9)


def small_seconds(options, ranks):
    """The two sums of a few numbers in every step."""
    return 0.0 if ranks == 1 else 3 * options.latency_us * 1e-6 * (ranks - 1)


def step_seconds(options, ranks, row_us, step_ms, megabytes, has_pairs):
    """What a rank computes, and what the ranks exchange; nothing of it overlaps here."""
    compute = options.batch * row_us * 1e-6 + step_ms * 1e-3
    extra = negatives_seconds(options, ranks) if has_pairs else 0.0
    return compute, sum_seconds(options, megabytes, ranks) + extra + small_seconds(options, ranks)


def fit(options, rows, ranks):
    """Seconds by part: the held-out test and the final fit each train a joint network."""
    steps = rows * options.epochs / (options.batch * ranks)
    joint = step_seconds(
        options, ranks, options.row_us, options.step_ms, options.gradient_mb, True)
    other = step_seconds(options, ranks, options.other_us, 0, options.other_mb, False)
    prefit = 2 * (options.prefit_s + options.prefit_us * 1e-6 * rows / ranks)
    return {
        "linear prefit, twice": prefit,
        "steps of both joint networks": 2 * steps * joint[0],
        "what their ranks exchange": 2 * steps * joint[1],
        "steps of both image-only networks": 2 * steps * other[0],
        "what their ranks exchange too": 2 * steps * other[1],
    }


def text(seconds):
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 1.95 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def table(options):
    counts = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    sizes = (1e8, 1e9, 1e10)
    print("| ranks | " + " | ".join(f"10^{len(str(int(size))) - 1} rows" for size in sizes)
          + " | exchange, share of a step | with `--negatives global` |")
    print("|---|" + "---|" * (len(sizes) + 2))
    for ranks in counts:
        cells = [text(sum(fit(options, size, ranks).values())) for size in sizes]
        for negatives in ("local", "global"):
            own = argparse.Namespace(**{**vars(options), "negatives": negatives})
            compute, exchange = step_seconds(
                own, ranks, own.row_us, own.step_ms, own.gradient_mb, True)
            cells.append(f"{100 * exchange / (compute + exchange):.0f} %")
        print(f"| {ranks} | " + " | ".join(cells) + " |")


def main():
    options = parser().parse_args()
    if options.rows is None and options.ranks is None:
        return table(options)
    parts = fit(options, options.rows or 1e9, options.ranks or 1)
    for name, seconds in parts.items():
        print(f"{name}: {text(seconds)}")
    print(f"all: {text(sum(parts.values()))}")
    compute, exchange = step_seconds(options, options.ranks or 1, options.row_us, options.step_ms,
                                     options.gradient_mb, True)
    print(f"a step: {1e3 * compute:.1f} ms computing, {1e3 * exchange:.1f} ms exchanging")
    return None


if __name__ == "__main__":
    main()
