#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fit and evaluate the tool on feature files over several seeds, all labels and a part of them.

    python3 Tests/Accuracy/measure.py FOLDER --seeds 5 --labels 1 0.1 --presets plugin paper

FOLDER holds feature files (*.h5) with groups train and test and integer labels. For a part of
the labels, a copy of the file is made in which the other labels of /train are -1 (text kept; at
least 2 a class stay). Prints a Markdown table: top-1 in percent and negative log-likelihood on
the test rows, mean and standard error over seeds, and the paired gain of the final prediction
over the probe. With --reference RESULTS.jsonl (one JSON object a run of another implementation,
keys features, preset, seed, label_fraction, scores.NAME.top1 in percent and .nll) the paired
difference to it is printed too. Needs h5py and numpy.
"""
import argparse
import json
import math
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import h5py
import numpy as np

NAMES = ("probe", "image_only_ensemble", "alignment", "reconstruction", "fused")


def label_scarce(source, target, fraction, seed):
    """Copies source and hides all but `fraction` of the training labels of each class."""
    shutil.copyfile(source, target)
    target.chmod(0o644)
    with h5py.File(target, "r+") as file:
        dataset = file["train"]["labels" if "labels" in file["train"] else "label"]
        labels = dataset[...]
        keep = np.zeros(len(labels), bool)
        random = np.random.RandomState(seed + 500)
        for c in np.unique(labels[labels >= 0]):
            rows = random.permutation(np.where(labels == c)[0])
            keep[rows[: max(2, round(fraction * len(rows)))]] = True
        dataset[...] = np.where(keep, labels, -1)


def mean_and_error(values):
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return statistics.mean(values), error


def text(values, digits, sign=False):
    mean, error = mean_and_error(values)
    return f"{mean:{'+' if sign else ''}.{digits}f} ± {error:.{digits}f}"


def measure(options, source, preset, fraction, seed, folder):
    features = source
    if fraction < 1:
        features = folder / f"{source.stem}-{fraction}-{seed}.h5"
        if not features.exists():
            label_scarce(source, features, fraction, seed)
    model = folder / "model"
    fit = [options.tool, "fit", str(features), "--preset", preset, "--seed", str(seed)]
    fit += ["--set", "validation.image_only_ensemble=true"]
    fit += ["--output", str(model), "--overwrite", *options.fit_options]
    subprocess.run(fit, check=True, capture_output=True)
    evaluate = [options.tool, "evaluate", str(features), "--model", str(model), "--json"]
    return json.loads(subprocess.run(evaluate, check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tool", default=".build/release/marnet-plugin")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--labels", type=float, nargs="+", default=[1.0, 0.1])
    parser.add_argument("--presets", nargs="+", default=["plugin"])
    parser.add_argument("--only", nargs="+", help="names of feature files, without .h5")
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--fit-options", nargs=argparse.REMAINDER, default=[])
    options = parser.parse_args()
    reference = {}
    if options.reference:
        for line in options.reference.read_text().splitlines():
            run = json.loads(line)
            key = (run["features"].split(".")[0], run["preset"], run["label_fraction"], run["seed"])
            reference[key] = run["scores"]
    print("| data | labels | preset | " + " | ".join(n.replace("_", " ") for n in NAMES)
          + " | gain over probe | NLL probe | NLL fused |", flush=True)
    print("|---" * (len(NAMES) + 6) + "|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for source in sorted(options.folder.glob("*.h5")):
            if options.only and source.stem not in options.only:
                continue
            for fraction in options.labels:
                for preset in options.presets:
                    runs = [
                        measure(options, source, preset, fraction, seed, folder)
                        for seed in range(options.seeds)
                    ]
                    top1 = {n: [100 * r[n]["top1"] for r in runs] for n in NAMES}
                    nll = {n: [r[n]["nll"] for r in runs] for n in NAMES}
                    gain = [a - b for a, b in zip(top1["fused"], top1["probe"])]
                    cells = [source.stem, f"{100 * fraction:g} %", preset]
                    cells += [text(top1[n], 2) for n in NAMES] + [text(gain, 2, True)]
                    cells += [text(nll["probe"], 3), text(nll["fused"], 3)]
                    print("| " + " | ".join(cells) + " |", flush=True)
                    keys = [(source.stem, preset, fraction, s) for s in range(options.seeds)]
                    if not all(k in reference for k in keys):
                        continue
                    other = [reference[k]["fused"] for k in keys]
                    difference = [a - o["top1"] for a, o in zip(top1["fused"], other)]
                    change = [a - o["nll"] for a, o in zip(nll["fused"], other)]
                    print(f"  reference: fused top-1 {text(difference, 2, True)}, "
                          f"NLL {text(change, 3, True)}", flush=True)


if __name__ == "__main__":
    main()
