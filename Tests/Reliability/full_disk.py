#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes every act of writing of a small run fail in turn, as a full disk does.

    python3 Tests/Reliability/full_disk.py .build/release/marnet-plugin

Each act fails once alone, and once with all that follow. The run must end with exit status 73 or 74
(or 0, with the whole output, where it did without), what stood at the output before must be as it
was, and with room again the run must come to the bytes of one that always had it. Needs a C compiler
and Linux. `--every N` tries every Nth act only. Exit status 1 at the first failure.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from killing import FIT, Failure, contents


class Disk:
    """Runs commands whose writing fails at a given act."""

    def __init__(self, binary):
        self.binary = binary
        self.tools = pathlib.Path(tempfile.mkdtemp())
        source = pathlib.Path(__file__).with_name("fail_write.c")
        self.library = self.tools / "fail_write.so"
        subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", self.library,
                        source, "-ldl"], check=True)

    def run(self, arguments, folder, fail_at=None, stays=False):
        """Exit status, messages and the number of acts."""
        count = self.tools / "count"
        environment = {**os.environ, "LD_PRELOAD": str(self.library), "FAIL_FOLDER": str(folder),
                       "FAIL_COUNT": str(count), "FAIL_AT": str(fail_at or 0)}
        if stays:
            environment["FAIL_STAYS"] = "1"
        done = subprocess.run([self.binary, *arguments], cwd=folder, env=environment,
                              capture_output=True, timeout=120)
        return done.returncode, done.stderr.decode(), int(count.read_text())


def try_all(disk, name, inputs, earlier, command, output, resume, every):
    """Every act of one command; the number of runs."""

    def workplace():
        folder = pathlib.Path(tempfile.mkdtemp())
        for path in inputs.iterdir():
            (folder / path.name).symlink_to(path)
        place = folder / output
        (shutil.copytree if earlier.is_dir() else shutil.copy)(earlier, place)
        return folder

    folder = workplace()
    status, messages, acts = disk.run(command, folder)
    if status:
        raise Failure(f"{name}: {messages}")
    whole, before = contents(folder / output), contents(earlier)
    shutil.rmtree(folder)
    runs = failed = 0
    for act in range(1, acts + 1, every):
        for stays in [False, True]:
            folder = workplace()
            status, messages, _ = disk.run(command, folder, act, stays)
            visible = contents(folder / output)
            place = f"{name}, act {act} of {acts}{' and all after' if stays else ''}, {folder}"
            failed += status != 0
            if status == 0:
                if visible != whole:
                    raise Failure(f"{place}: exit status 0, but the output is another")
            elif status not in (73, 74):
                raise Failure(f"{place}: exit status {status}: {messages}")
            elif visible not in (before, whole):
                raise Failure(f"{place}: the earlier output is not as it was")
            elif "error: " not in messages:
                raise Failure(f"{place}: no word of the failure")
            else:
                status, messages, _ = disk.run(command + resume(folder), folder)
                if status or contents(folder / output) != whole:
                    raise Failure(f"{place}: with room again {status}: {messages}")
            shutil.rmtree(folder)
            runs += 1
    if not failed:
        raise Failure(f"{name}: no run noticed anything")
    print(f"{name}: {acts} acts of writing, {runs} runs, {failed} ended with an error", flush=True)
    return runs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    binary = str(options.binary.resolve())
    inputs = pathlib.Path(tempfile.mkdtemp())

    def prepare(*arguments):
        subprocess.run([binary, *arguments], cwd=inputs, check=True, capture_output=True)

    prepare("synthesize", "f.h5", "--rows", "600", "--classes", "4", "--test-rows", "9000")
    prepare("fit", "f.h5", "--output", "model", "--epochs", "1")
    fit = ["fit", "f.h5", *FIT[2:-2], "--epochs", "4", "--checkpoint-every", "2"]
    score = ["score", "f.h5", "--model", "model", "--batch", "2048"]
    for name in ["scores.h5", "scores.csv"]:
        prepare(*score, "--top-k", "1", "--output", name)
    disk = Disk(binary)
    earlier = pathlib.Path(tempfile.mkdtemp())
    for name in ["scores.h5", "scores.csv"]:
        shutil.move(inputs / name, earlier / name)

    def resumes_fit(folder):
        return ["--resume", "m"] if (folder / ".m.checkpoint/run.json").exists() else []

    try:
        runs = try_all(disk, "fit", inputs, inputs / "model",
                       [*fit, "--output", "m", "--overwrite"], "m", resumes_fit, options.every)
        for name in ["scores.h5", "scores.csv"]:
            runs += try_all(disk, f"score into {name}", inputs, earlier / name,
                            [*score, "--output", name, "--overwrite"], name,
                            lambda _: ["--resume"], options.every)
        runs += try_all(disk, "synthesize", inputs, earlier / "scores.h5",
                        ["synthesize", "new.h5", "--rows", "500", "--val-rows", "100", "--overwrite"],
                        "new.h5", lambda _: [], options.every)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"{runs} runs: exit status 73 or 74, earlier outputs intact, resumed to the same bytes")
    for path in [inputs, earlier, disk.tools]:
        shutil.rmtree(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
