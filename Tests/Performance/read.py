#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time full reads of features against h5py reading the same files.

    swift build -c release
    python3 Tests/Performance/read.py --bench .build/release/MARNetBench

Writes float32 and float16 features, contiguous, in h5py's automatic chunks, with gzip 1 and
shuffle, and with gzip 4, into a temporary folder, then reads each in turn: h5py
`file['train/visual'][...]`, which converts nothing, and `MARNetBench read`, which converts to
float32 and checks every value. Each pair is one process of either, right after the other;
both open the file anew for every read and count the median of --repeat reads. Prints a
Markdown table: median seconds over the pairs, and the median of the pairs' ratios (above 1:
ours is faster). Needs h5py and numpy.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import h5py
import numpy as np

STORAGE = {
    "contiguous": {},
    "chunked": {"chunks": True},
    "gzip 1, shuffle": {"chunks": True, "compression": "gzip", "compression_opts": 1,
                        "shuffle": True},
    "gzip 4": {"chunks": True, "compression": "gzip", "compression_opts": 4},
}
READ = """
import sys, time, h5py
seconds = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    with h5py.File(sys.argv[1]) as file:
        values = file["train/visual"][...]
    seconds.append(time.perf_counter() - start)
print(sorted(seconds)[len(seconds) // 2])
"""


def write(folder, rows, width):
    """Writes one file for each type and storage; yields its name and path."""
    random = np.random.default_rng(0)
    values = random.standard_normal((rows, width), dtype=np.float32)
    labels = random.integers(0, 100, rows)
    for dtype in ("float32", "float16"):
        for name, storage in STORAGE.items():
            path = folder / f"{dtype}-{name.replace(' ', '').replace(',', '-')}.h5"
            with h5py.File(path, "w") as file:
                file.create_dataset("train/visual", data=values.astype(dtype), **storage)
                file.create_dataset("train/label", data=labels)
            yield f"{dtype}, {name}", path


def peer(path, repeat):
    command = [sys.executable, "-c", READ, str(path), str(repeat)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def ours(path, repeat, options):
    command = [options.bench, "read", str(path), "--json", "--repeat", str(repeat)]
    if options.threads:
        command += ["--threads", str(options.threads)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=".build/release/MARNetBench")
    parser.add_argument("--rows", type=int, default=66_071)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=5, help="reads in one process")
    parser.add_argument("--threads", type=int, help="of ours (default: all processors)")
    options = parser.parse_args()
    if not pathlib.Path(options.bench).exists():
        parser.error(f"{options.bench} is missing: build it with 'swift build -c release'")
    print("| features | h5py, s | ours, s | ours, rows/s | ours, MB/s | ratio |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, path in write(pathlib.Path(folder), options.rows, options.width):
            pairs = []
            for index in range(options.pairs):
                # The order alternates, so that neither always runs on the warmer machine.
                if index % 2 == 0:
                    theirs = peer(path, options.repeat)
                    own = ours(path, options.repeat, options)
                else:
                    own = ours(path, options.repeat, options)
                    theirs = peer(path, options.repeat)
                pairs.append((theirs, own))
            seconds = statistics.median(own["median_seconds"] for _, own in pairs)
            stored = pairs[0][1]["stored_mb"]
            print(
                f"| {name} | {statistics.median(theirs for theirs, _ in pairs):.3f} "
                f"| {seconds:.3f} | {options.rows / seconds:,.0f} | {stored / seconds:,.0f} "
                f"| {statistics.median(t / own['median_seconds'] for t, own in pairs):.2f} |",
                flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
