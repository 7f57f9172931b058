#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills fits and scorings with SIGKILL at random moments and lets them go on.

    python3 Tests/Reliability/killing.py .build/release/marnet-plugin --kills 200 --seed 1

After every kill what is visible must be complete or absent; what a resumed run writes must be, byte
for byte, what an uninterrupted one writes; and nothing may be left beside it. Only the standard
library is needed. Exit status 1 at the first difference, whose folder is kept.
"""
import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

FIT = ["--epochs", "12", "--set", "training.batch_size=32", "--set", "alignment.dimension=64",
       "--set", "reconstruction.hidden_width=128", "--checkpoint-every", "1"]


class Failure(Exception):
    pass


def contents(path):
    """The bytes of a file, or of all files of a folder; None where nothing is."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    return path.read_bytes() if path.exists() else None


class Case:
    """A command, the output it makes, and how it goes on."""

    def __init__(self, name, binary, arguments, output, journal):
        self.name, self.output, self.journal = name, output, journal
        self.command = [binary, *arguments, "--output", output]

    def resuming(self, folder):
        # A run that was killed before it had anything to keep is begun again.
        if not (folder / self.journal).exists() and not (folder / self.output).exists():
            return self.command
        flags = ["--resume", self.output] if self.command[1] == "fit" else ["--resume"]
        return self.command + flags

    def run(self, command, folder, delay=None):
        """Runs to the end, or to a kill after `delay` seconds; whether it came to its end."""
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        try:
            _, messages = process.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return False
        if process.returncode != 0:
            raise Failure(f"exit status {process.returncode}: {messages.decode()}")
        return True

    def prepare(self, inputs, into):
        for path in inputs.iterdir():
            (into / path.name).symlink_to(path)

    def measure(self, inputs):
        """The bytes and the seconds of a run that is not interrupted."""
        folder = pathlib.Path(tempfile.mkdtemp())
        self.prepare(inputs, folder)
        start = time.monotonic()
        self.run(self.command, folder)
        self.whole, self.seconds = contents(folder / self.output), time.monotonic() - start
        self.left = sorted(path.name for path in folder.iterdir())
        shutil.rmtree(folder)

    def kill(self, inputs, draw):
        """Kills one run, and now and then the one that goes on; the number of kills."""
        folder = pathlib.Path(tempfile.mkdtemp())
        self.prepare(inputs, folder)
        kills = 0
        command = self.command
        try:
            while True:
                delay = draw.uniform(0, 1.05 * self.seconds) if draw.random() < 0.7 ** kills else None
                # Bits do not depend on the threads, so each run has its own number.
                threads = ["--threads", str(draw.choice([1, 2]))]
                if self.run(command + threads, folder, delay):
                    break
                kills += 1
                visible = contents(folder / self.output)
                if visible is not None and visible != self.whole:
                    raise Failure(f"after kill {kills} something incomplete is visible")
                command = self.resuming(folder)
            if contents(folder / self.output) != self.whole:
                raise Failure(f"the bytes differ after {kills} kills")
            left = sorted(path.name for path in folder.iterdir())
            if left != self.left:
                raise Failure(f"left behind: {set(left) - set(self.left)}")
        except Failure as failure:
            raise Failure(f"{self.name}, {folder}: {failure}") from None
        shutil.rmtree(folder)
        return kills


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary = str(options.binary.resolve())
    inputs = pathlib.Path(tempfile.mkdtemp())

    def prepare(*arguments):
        subprocess.run([binary, *arguments], cwd=inputs, check=True, capture_output=True)

    prepare("synthesize", "f.h5", "--rows", "2000", "--classes", "8", "--labelled", "0.5")
    prepare("synthesize", "s.h5", "--rows", "400", "--test-rows", "300000", "--visual-width", "64")
    prepare("fit", "s.h5", "--output", "model", "--epochs", "2")
    score = ["score", "s.h5", "--model", "model", "--batch", "2048", "--draws", "8"]
    cases = [
        Case("fit", binary, ["fit", "f.h5", *FIT], "m", ".m.checkpoint/run.json"),
        Case("fit, preset paper", binary,
             ["fit", "f.h5", *FIT, "--preset", "paper", "--set", "training.fusion_steps=60"],
             "m", ".m.checkpoint/run.json"),
        Case("score, HDF5", binary, score, "s-out.h5", ".s-out.h5.progress"),
        Case("score, CSV", binary, score, "s-out.csv", ".s-out.csv.progress"),
        Case("score, JSON lines", binary, score, "s-out.jsonl", ".s-out.jsonl.progress"),
    ]
    draw = random.Random(options.seed)
    kills = dict.fromkeys((case.name for case in cases), 0)
    runs = dict.fromkeys(kills, 0)
    try:
        for case in cases:
            case.measure(inputs)
            print(f"{case.name}: {case.seconds:.2f} s uninterrupted", flush=True)
        while sum(kills.values()) < options.kills:
            # Fits and scorings in turns, whatever the number of cases of each.
            kind = draw.choice(["fit", "score"])
            case = draw.choice([case for case in cases if case.name.startswith(kind)])
            kills[case.name] += case.kill(inputs, draw)
            runs[case.name] += 1
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    for name in kills:
        print(f"{name}: {kills[name]} kills of {runs[name]} runs, all resumed to the same bytes")
    print(f"{sum(kills.values())} kills")
    shutil.rmtree(inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
