# SPDX-License-Identifier: Apache-2.0
"""What shuffling window by window costs where the file is sorted by class, the worst case.

    python Tests/Accuracy/shuffling.py marnet-plugin --seeds 5 a.h5 b.h5

For every file (groups train and test with visual, text, label) a copy is written whose training
rows are sorted by class. On it, models are fitted with all rows shuffled whole, and with windows
of some slabs, each slab of one class: the order that features in a file are read in while
streaming. Reported are top-1 and negative log-likelihood of the test rows, and the paired
differences to the whole shuffle over seeds. Needs h5py and numpy.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile

import h5py
import numpy as np


def sorted_copy(path, target):
    """Writes the training rows in the order of their classes; returns rows and classes."""
    with h5py.File(path) as source, h5py.File(target, "w") as copy:
        train = source["train"]
        name = "label" if "label" in train else "labels"
        labels = train[name][()]
        order = np.argsort(labels, kind="stable")
        for split, rows in (("train", order), ("test", slice(None))):
            group = copy.create_group(split)
            for key in ("visual", "text", name, "text_mask"):
                if key in source[split] and not (split == "test" and key == "text"):
                    group[key] = source[split][key][()][rows]
        if "class_names" in source:
            source.copy("class_names", copy)
        return len(labels), len(np.unique(labels[labels >= 0]))


def measure(tool, features, seed, settings, folder):
    model = os.path.join(folder, "model")
    command = [tool, "fit", features, "--output", model, "--overwrite", "--seed", str(seed)]
    # Neither a held-out part nor a fallback: the networks themselves are compared.
    for value in ["validation.minimum_rows=1000000", "validation.maximum_rows=1000000"] + settings:
        command += ["--set", value]
    subprocess.run(command, check=True, capture_output=True)
    found = subprocess.run(
        [tool, "evaluate", features, "--model", model, "--json"],
        check=True, capture_output=True, text=True)
    fused = json.loads(found.stdout)["fused"]
    return 100 * fused["top1"], fused["nll"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    print("| data | order | slabs a window | top-1 | change | NLL | change |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments.files:
            features = os.path.join(folder, "sorted.h5")
            rows, classes = sorted_copy(path, features)
            slab = max(1, rows // classes // 8)
            orders = [("whole", None)] + [
                (f"{rate:g} slabs a class", max(128, int(rate * classes) * slab))
                for rate in (1.25, 0.5)]
            whole = []
            for name, window in orders:
                settings = [] if window is None else [
                    f"training.shuffle_rows={window}", f"training.slab_rows={slab}"]
                found = [measure(arguments.tool, features, seed, settings, folder)
                         for seed in range(arguments.seeds)]
                whole = whole or found
                cells = []
                for place, digits in ((0, 2), (1, 3)):
                    values = [one[place] for one in found]
                    changes = [a[place] - b[place] for a, b in zip(found, whole)]
                    error = statistics.stdev(changes) / len(changes) ** 0.5 if len(changes) > 1 else 0
                    change = "" if window is None else (
                        f"{statistics.mean(changes):+.{digits}f} ± {error:.{digits}f}")
                    cells += [f"{statistics.mean(values):.{digits}f}", change]
                shown = "" if window is None else str(max(window // slab, 1))
                label = os.path.splitext(os.path.basename(path))[0]
                print(f"| {label} | {name} | {shown} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
