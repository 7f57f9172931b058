# SPDX-License-Identifier: Apache-2.0
"""Holds our t-SNE against scikit-learn's on the same rows.

The divergence may be 5 % above scikit-learn's, the trustworthiness 0.02 below; the bytes must not
depend on the threads.

    check_embedding.py FOLDER-OF-EXECUTABLES
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.manifold import TSNE, trustworthiness


def clusters(rows, width, classes, spread, seed):
    """Gaussian clusters on nuisance, as features of an encoder are."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(classes, width)) * spread
    labels = random.integers(classes, size=rows)
    points = centres[labels] + random.normal(size=(rows, width)) * random.gamma(2, 0.5, width)
    return (points + 3).astype("<f4")


def ours(executable, points, threads):
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "points"), Path(folder, "plane")
        source.write_bytes(points.tobytes())
        start = time.monotonic()
        text = subprocess.run(
            [executable, *map(str, points.shape), source, target, str(threads)],
            check=True, capture_output=True, text=True).stdout
        seconds = time.monotonic() - start
        plane = np.frombuffer(target.read_bytes(), "<f4").reshape(-1, 2)
    return plane, float(text), seconds


def check(name, points, executable, failures):
    plane, divergence, seconds = ours(executable, points, 2)
    again, _, _ = ours(executable, points, 1)
    perplexity = min(30, (len(points) - 1) / 3)
    theirs = TSNE(init="pca", method="exact", perplexity=perplexity, random_state=0)
    start = time.monotonic()
    their_plane = theirs.fit_transform(points)
    their_seconds = time.monotonic() - start
    their_divergence = theirs.kl_divergence_
    trust, their_trust = (trustworthiness(points, p, n_neighbors=12) for p in (plane, their_plane))
    print(
        f"{name:28} KL {divergence:.4f} (scikit-learn {their_divergence:.4f})  trustworthiness "
        f"{trust:.4f} ({their_trust:.4f})  {seconds:.1f} s ({their_seconds:.1f} s)")
    if divergence > 1.05 * their_divergence or divergence < 0.7 * their_divergence:
        failures.append(f"{name}: the divergence is {divergence / their_divergence:.3f} of theirs")
    if trust < their_trust - 0.02:
        failures.append(f"{name}: trustworthiness {trust:.4f}, theirs {their_trust:.4f}")
    if plane.tobytes() != again.tobytes():
        failures.append(f"{name}: the bytes depend on the threads")


def main():
    executable = Path(sys.argv[1], "EmbeddedPoints")
    failures = []
    for name, arguments in {
        "5 classes, 500 x 128": (500, 128, 5, 1.0, 0),
        "5 close classes, 500 x 64": (500, 64, 5, 0.3, 1),
        "wide, 200 x 1024": (200, 1024, 5, 0.5, 2),
        "few, 40 x 16": (40, 16, 3, 1.0, 3),
        # Early exaggeration draws these into one point.
        "many classes, 1500 x 32": (1500, 32, 20, 0.7, 4),
    }.items():
        check(name, clusters(*arguments), executable, failures)
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


main()
