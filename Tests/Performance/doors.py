#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to score through Python instead of inside the tool, and the time to a first score.

    swift build -c release
    python3 Tests/Performance/doors.py --pairs 5
    python3 Tests/Performance/doors.py --rows 100000 --pairs 9 --no-file

Fits a model on synthetic features of --width and makes --rows random rows in memory, and once as
an HDF5 file. Then, in turns:

    inside  MARNetBench model: the same number of rows, in the tool's own blocks in memory, through
            the library's scoring alone. Nothing is read, copied or kept.
    python  Model.score of the array, in this process.
    file    marnet-plugin score of the file into HDF5, start-up included.

Of each turn it prints wall seconds and processor seconds (user and system, all threads), and of
each pair the ratios to `inside`; where other processes use the machine, believe the latter.
--probe scores with the linear probe in place of MARNet's heads: so little work that copies would
show. Then first_score.c, 21 fresh processes: the shared library is opened, loads the model and
scores one row; and a fresh interpreter that has NumPy, from the import of the package to a score.
Needs numpy and a C compiler, and h5py unless --no-file; 3 KB of memory a row of width 768, twice,
and as much room in --folder for the file.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / "release"
PACKAGE = ROOT / "Sources" / "MARNetPython" / "src"
FIRST_SCORE = """
import sys, time
import numpy as np
row = np.zeros((1, int(sys.argv[2])), np.float32)
start = time.perf_counter()
from marnet_plugin import Model
Model.load(sys.argv[1]).score(row)
print(1e3 * (time.perf_counter() - start))
"""


def run(*command, **options):
    return subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, text=True,
        **options).stdout


def fitted(folder, options):
    """A model of the default sizes, briefly trained."""
    tool, model = BUILD / "marnet-plugin", folder / "model"
    run(tool, "synthesize", folder / "pairs.h5", "--rows", 4_000, "--test-rows", 0, "--classes",
        options.classes, "--visual-width", options.width, "--text-width", 256)
    run(tool, "fit", folder / "pairs.h5", "--output", model, "--set", "training.maximum_steps=60",
        "--set", "training.minimum_steps=60", "--set", "training.minimum_epochs=1",
        "--set", "validation.fallback=false")
    if options.probe:
        settings = model / "config.json"
        description = json.loads(settings.read_text())
        description["decision"] = "probe"
        settings.write_text(json.dumps(description))
    return model


def inside(model, rows):
    report = json.loads(run(
        BUILD / "MARNetBench", "model", model, "--rows", rows, "--repeats", 1, "--json"))
    return report["median_seconds"], report["processor_seconds"]


def python(model, array):
    start, used = time.perf_counter(), time.process_time()
    model.score(array)
    return time.perf_counter() - start, time.process_time() - used


def file(model, features, folder):
    def children():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    start, used = time.perf_counter(), children()
    run(BUILD / "marnet-plugin", "score", features, "--model", model, "--output",
        folder / "scores.h5", "--overwrite")
    return time.perf_counter() - start, children() - used


def compare(folder, directory, options):
    from marnet_plugin import Model

    array = np.random.default_rng(0).standard_normal(
        (options.rows, options.width), dtype=np.float32)
    features = folder / "rows.h5"
    if options.file:
        import h5py

        with h5py.File(features, "w") as handle:
            handle["test/visual"] = array
    model = Model.load(directory)
    model.score(array[:8_192])
    sides = {"inside": lambda: inside(directory, options.rows),
             "python": lambda: python(model, array)}
    if options.file:
        sides["file"] = lambda: file(directory, features, folder)
    ratios = {name: [] for name in sides}
    for pair in range(options.pairs):
        # Each side is first as often as last.
        names = list(sides) if pair % 2 == 0 else list(sides)[::-1]
        seconds = {name: sides[name]() for name in names}
        for name, pair_ratios in ratios.items():
            pair_ratios.append([a / b for a, b in zip(seconds[name], seconds["inside"])])
        print(f"pair {pair + 1}: " + "; ".join(
            f"{name} {seconds[name][0]:.2f} s, {seconds[name][1]:.2f} s of processor time"
            for name in sides), flush=True)
    for name in list(sides)[1:]:
        for place, kind in enumerate(("wall", "processor")):
            values = [pair[place] for pair in ratios[name]]
            print(f"{name} / inside, {kind} time: median {statistics.median(values):.3f} "
                  f"({min(values):.3f} to {max(values):.3f})")


def first_scores(folder, directory, options):
    program = folder / "first_score"
    run("cc", "-std=gnu11", "-O1", "-o", program, ROOT / "Tests/Performance/first_score.c",
        f"-I{ROOT / 'Sources/CMARNet/include'}", "-ldl")
    library = BUILD / "libMARNetC.so"
    answers = [json.loads(run(program, library, directory)) for _ in range(21)]
    for step in answers[0]:
        values = [answer[step] for answer in answers]
        print(f"first score in C, {step}: median {statistics.median(values):.1f} ms "
              f"({min(values):.1f} to {max(values):.1f})")
    values = [float(run(sys.executable, "-c", FIRST_SCORE, directory, options.width))
              for _ in range(21)]
    print(f"first score in Python: median {statistics.median(values):.1f} ms "
          f"({min(values):.1f} to {max(values):.1f})")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--probe", action="store_true", help="score with the linear probe")
    parser.add_argument("--no-file", dest="file", action="store_false")
    parser.add_argument("--folder", default=None, help="where the temporary folder is made")
    options = parser.parse_args()
    os.environ["MARNET_LIBRARY"] = str(BUILD / "libMARNetC.so")
    os.environ["PYTHONPATH"] = str(PACKAGE)
    sys.path.insert(0, str(PACKAGE))
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        directory = fitted(folder, options)
        compare(folder, directory, options)
        first_scores(folder, directory, options)


if __name__ == "__main__":
    main()
