#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The linear prefit against scikit-learn on the same rows: seconds, chosen c, objective.

    python3 Tests/Performance/prefit.py .build/release/MARNetBench --pairs 5
    python3 Tests/Performance/prefit.py .build/release/MARNetBench --features FILE.h5
    python3 Tests/Performance/prefit.py NEW/MARNetBench --against OLD/MARNetBench

Both sides choose c by 3-fold stratified cross-validation and fit once more on all rows.
scikit-learn runs the fits side by side on --threads threads with BLAS held to one, slowest
first. Runs alternate; the ratio is the median over pairs. The objective (mean cross-entropy +
|W|^2 / (2 c n), nats a row, by float64) of our probe is compared with scikit-learn's at the
same c, fitted again in float64 to tolerance 1e-6. --text times both modalities with the
teacher, where there is no counterpart in scikit-learn: use it with --against.
Needs numpy, and scikit-learn, threadpoolctl, h5py where asked for.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

C_GRID = (1e-3, 1e-2, 1e-1, 1.0)


def standardised(x):
    deviation = x.std(0, dtype=np.float64)
    return ((x - x.mean(0, dtype=np.float64)) / np.maximum(deviation, 1e-6)).astype(np.float32)


def synthetic(rows, width, classes, seed, signal):
    """Rows with the falling spectrum of frozen features around class means in a subspace."""
    random = np.random.RandomState(seed)
    labels = random.permutation(np.arange(rows) % classes).astype(np.int32)
    spectrum = np.arange(1, width + 1) ** -0.5
    mixing = np.linalg.qr(random.randn(width, width))[0].astype(np.float32)
    rank = min(classes, width)
    means = np.zeros((classes, width))
    means[:, :rank] = signal * random.randn(classes, rank)
    latent = (means[labels] + random.randn(rows, width)) * spectrum
    return standardised(latent.astype(np.float32) @ mixing), labels


def objective(x, y, weights, bias, c):
    logits = x.astype(np.float64) @ weights.T.astype(np.float64) + bias
    logits -= logits.max(1, keepdims=True)
    own = logits[np.arange(len(y)), y]
    loss = (np.log(np.exp(logits).sum(1)) - own).mean()
    return float(loss + (weights.astype(np.float64) ** 2).sum() / (2 * c * len(y)))


def peer(x, y, threads):
    """Seconds, the chosen c and the fitted model of scikit-learn."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    def loss(job):
        c, train, held = job
        model = LogisticRegression(C=c, max_iter=300).fit(x[train], y[train])
        p = model.predict_proba(x[held])
        return c, log_loss(y[held], p, normalize=False, labels=model.classes_)

    with threadpool_limits(1, user_api="blas"):
        start = time.perf_counter()
        folds = list(StratifiedKFold(3, shuffle=True, random_state=0).split(y, y))
        jobs = [(c, a, b) for c in C_GRID[::-1] for a, b in folds]
        with ThreadPoolExecutor(threads) as pool:
            losses = list(pool.map(loss, jobs))
        c = min(C_GRID, key=lambda c: sum(value for k, value in losses if k == c))
        model = LogisticRegression(C=c, max_iter=300).fit(x, y)
        return time.perf_counter() - start, c, model


def ours(binary, folder, shape, options):
    command = [
        binary, "prefit", "--json", "--visual", folder / "visual.f32", "--labels",
        folder / "labels.i32", "--rows", shape[0], "--width", shape[1], "--classes", shape[2],
        "--threads", options.threads,
    ] + (["--text", folder / "text.f32"] if options.text else [])
    done = subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def load(options):
    """Visual rows, text rows or None, labels."""
    if options.features:
        import h5py

        with h5py.File(options.features) as file:
            train = file["train"]
            x, y = train["visual"][...], train["labels"][...].astype(np.int32)
            text = train["text"][...] if options.text else None
        known = y >= 0
        return standardised(x[known]), None if text is None else standardised(text[known]), y[known]
    shape = (options.rows, options.width, options.classes)
    x, y = synthetic(*shape, 1, options.signal)
    if not options.text:
        return x, None, y
    # The same classes in the same order, seen otherwise.
    text, other = synthetic(*shape, 2, 1.5 * options.signal)
    matched = np.empty(len(y), int)
    matched[np.argsort(y, kind="stable")] = np.argsort(other, kind="stable")
    return x, text[matched], y


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="MARNetBench, built with -c release")
    parser.add_argument("--against", help="another MARNetBench instead of scikit-learn")
    parser.add_argument("--features", help="HDF5 feature file instead of synthetic rows")
    parser.add_argument("--rows", type=int, default=6_000)
    parser.add_argument("--width", type=int, default=1_024)
    parser.add_argument("--classes", type=int, default=66)
    parser.add_argument("--signal", type=float, default=0.45)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--text", action="store_true", help="both modalities and the teacher")
    options = parser.parse_args()
    x, text, y = load(options)
    shape = (*x.shape, int(y.max()) + 1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        x.tofile(folder / "visual.f32")
        y.tofile(folder / "labels.i32")
        if text is not None:
            text.tofile(folder / "text.f32")
        ratios = []
        for pair in range(options.pairs):
            mine = ours(options.binary, folder, shape, options)
            if options.against:
                other = ours(options.against, folder, shape, options)
                seconds, c = other["seconds"], other["c"]
            else:
                seconds, c, model = peer(x, y, options.threads)
            ratios.append(seconds / mine["seconds"])
            print(
                f"pair {pair + 1}: {mine['seconds']:.3f} s, c {mine['c']:g}; other "
                f"{seconds:.3f} s, c {c:g}; {ratios[-1]:.2f} times as fast", flush=True)
    print(
        f"{shape}, {options.threads} threads, {mine['kernel']}: median "
        f"{statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})")
    if options.against:
        for label, report in (("this", mine), ("other", other)):
            print(f"objective {label} {report['objective']:.7f}, out-of-fold nll "
                  f"{[report[k] for k in report if k.startswith('nll_')]}")
        return
    from sklearn.linear_model import LogisticRegression

    stopped = objective(x, y, model.coef_, model.intercept_, c)
    exact = LogisticRegression(C=mine["c"], max_iter=3_000, tol=1e-6).fit(
        x.astype(np.float64), y)
    best = objective(x, y, exact.coef_, exact.intercept_, mine["c"])
    print(
        f"objective {mine['objective']:.7f}; scikit-learn {best:.7f} at the same c (difference "
        f"{mine['objective'] - best:+.2e}), {stopped:.7f} at its own c and tolerance")


if __name__ == "__main__":
    main()
