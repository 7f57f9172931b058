#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the logistic regression of `fit` with scikit-learn's solution of the same problem.

    python logistic.py FILE.h5 ... [--tool PATH] [--c 0.001 0.01 0.1] [--tolerance 1e-9]

Both minimise c * sum of cross-entropies + |W|^2 / 2 on the standardised images of `train`; the
weights of `fit` are read from the model directory. Weights are compared by their largest
difference, absolute and relative to the largest weight, biases up to their common constant,
and top-1 on `test`. Needs numpy, h5py, scikit-learn, safetensors (checked with 2.4, 3.16, 1.9, 0.8).
"""
import argparse, subprocess, tempfile, warnings

import h5py, numpy as np
from safetensors.numpy import load_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression


def standardised(train, *others):
    mean, deviation = train.mean(0, dtype=np.float64), train.std(0, dtype=np.float64)
    scale = np.where(deviation < 1e-6, 0, 1 / np.maximum(deviation, 1e-6))
    return [((x - mean) * scale).astype(np.float32).astype(np.float64) for x in (train, *others)]


def ours(tool, path, c, folder, tolerance=1e-9):
    model = f"{folder}/model"
    subprocess.run([tool, "fit", path, "--output", model, "--overwrite", "--epochs", "1",
                    "--set", f"probe.grid=[{c}]", "--set", f"probe.tolerance={tolerance}", "--set", "validation.minimum_rows=1000000"],
                   check=True, capture_output=True)
    weights = load_file(f"{model}/model.safetensors")
    return weights["probe.weight"].astype(np.float64), weights["probe.bias"].reshape(-1).astype(np.float64)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--tool", default=".build/release/marnet-plugin")
    parser.add_argument("--c", type=float, nargs="+", default=[0.001, 0.01, 0.1])
    parser.add_argument("--tolerance", type=float, default=1e-9, help="of fit; its default is 1e-5")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    print(f"{'file':16}{'c':>8}{'max |dW|':>12}{'/ max |W|':>12}{'max |db|':>12}{'top-1':>9}{'theirs':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for path in options.files:
            with h5py.File(path) as f:
                x, y = f["train/visual"][...], f["train/labels"][...]
                x2, y2 = f["test/visual"][...], f["test/labels"][...]
            x, x2 = standardised(x, x2)
            for c in options.c:
                w, b = ours(options.tool, path, c, folder, options.tolerance)
                other = LogisticRegression(C=c, max_iter=20_000, tol=1e-9).fit(x, y)
                dw = np.abs(w - other.coef_).max()
                db = b - b.mean() - (other.intercept_ - other.intercept_.mean())
                top1 = [100 * np.mean((x2 @ m.T + k).argmax(1) == y2) for m, k in ((w, b), (other.coef_, other.intercept_))]
                print(f"{path.split('/')[-1]:16}{c:8g}{dw:12.1e}{dw / np.abs(other.coef_).max():12.1e}"
                      f"{np.abs(db).max():12.1e}{top1[0]:9.2f}{top1[1]:9.2f}")


if __name__ == "__main__":
    main()
