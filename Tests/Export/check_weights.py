#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the script of docs/weights.md on rows of a model and compares it with `score`.

    python check_weights.py BUILD_FOLDER

Model: the preset plugin with its own widths. Needs the packages of requirements.txt.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from safetensors.numpy import load_file

TOLERANCE = 1e-5
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "weights.md"


def main():
    tool = str(pathlib.Path(sys.argv[1]).resolve() / "marnet-plugin")
    script = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    assert len(script.splitlines()) <= 40, "the script has more than 40 lines"
    with tempfile.TemporaryDirectory() as folder:

        def run(command):
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{' '.join(command)}\n{done.stderr}")
            return done.stdout

        run([tool, "synthesize", "f.h5", "--rows", "400", "--test-rows", "20", "--visual-width", "100",
             "--text-width", "70"])
        run([tool, "fit", "f.h5", "--seed", "5000000000", "--set", "validation.fallback=false",
             "--set", "training.maximum_steps=200", "--set", "training.minimum_steps=200",
             "--set", "validation.calibrate=true"])
        run([tool, "score", "f.h5", "--model", "f.marnet", "--output", "s.h5", "--precision", "float32"])
        names = load_file(f"{folder}/f.marnet/model.safetensors")
        with h5py.File(f"{folder}/f.h5") as file, h5py.File(f"{folder}/s.h5") as scores:
            visual, expected = file["test/visual"][:], scores["probabilities"][:]
        pathlib.Path(folder, "script.py").write_text(script)
        largest = 0.0
        for row in range(3):
            np.save(f"{folder}/row.npy", visual[row])
            found = json.loads(run([sys.executable, "script.py", "f.marnet", "row.npy"]))
            largest = max(largest, np.abs(np.array(found) - expected[row]).max())
    print(f"{len(names)} tensors read; the script of {PAGE.name} differs from 'score' by {largest:.1e}")
    if not largest <= TOLERANCE:
        sys.exit(f"that is more than {TOLERANCE}")


if __name__ == "__main__":
    main()
