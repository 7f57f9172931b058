#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Wall time of a whole fit, start-up included, beside another implementation.

    python3 Tests/Performance/fit.py FEATURES.h5 --reference SCRIPT --pairs 5 \\
      --reference-options="--threads 2" --fit-options="--precision float32"

The tool runs `fit FEATURES.h5 --threads N` into a folder that is removed afterwards. The
reference is any program that takes the feature file as its first argument and ends when its
fit does; a name in .py runs by --python. What the two programs fit must be the same for the
ratio to mean anything. Runs alternate as in paired.py. Needs what the reference needs.
"""
import argparse
import pathlib
import shlex
import sys
import tempfile

import paired


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features", type=pathlib.Path)
    parser.add_argument(
        "--tool", default=".build/release/marnet-plugin", help="built with -c release")
    parser.add_argument("--reference", required=True, help="program of the other side")
    parser.add_argument("--python", default=sys.executable, help="runs a reference in .py")
    parser.add_argument("--threads", type=int, default=2, help="threads of the tool")
    parser.add_argument("--fit-options", type=shlex.split, default=[], metavar="OPTIONS")
    parser.add_argument("--reference-options", type=shlex.split, default=[], metavar="OPTIONS")
    paired.add_options(parser)
    options = parser.parse_args()
    if options.pairs < 1:
        parser.error("--pairs must be 1 or more")
    features = str(options.features)
    by_python = options.reference.endswith(".py")
    reference = [options.python] if by_python else []
    reference += [options.reference, features, *options.reference_options]
    with tempfile.TemporaryDirectory() as folder:
        fit = [options.tool, "fit", features, "--threads", str(options.threads)]
        fit += ["--output", str(pathlib.Path(folder) / "model"), "--overwrite"]
        paired.compare(fit + options.fit_options, reference, options)


if __name__ == "__main__":
    main()
