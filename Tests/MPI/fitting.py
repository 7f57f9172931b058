#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`fit` on several ranks: the losses of one process, the same bytes, failures, kills, resumption.

    swift build -c release --traits MPI --scratch-path .build/mpi --product marnet-plugin
    python3 Tests/MPI/fitting.py .build/mpi/release/marnet-plugin --kills 20

Started under the `mpirun` of PATH, over TCP. Only the standard library is needed. Exit status 1 at
the first difference, whose folder is kept.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from launching import SOON, Failure, Job, expect

SMALL = ["--set", "alignment.dimension=32", "--set", "reconstruction.hidden_width=64"]
# Some seconds of training, so that it can be stopped anywhere.
LONG = [*SMALL, "--epochs", "40", "--set", "training.batch_size=32", "--checkpoint-every", "1"]


class Bench:
    """A folder with features, and runs in it."""

    def __init__(self, job, folder):
        self.job, self.folder = job, folder

    def alone(self, *arguments):
        """A run of one process, which must succeed."""
        result = subprocess.run([self.job.binary, *map(str, arguments)], cwd=self.folder,
                                capture_output=True, text=True)
        expect(result.returncode == 0, f"{arguments}", result.stderr)
        return result

    def fit(self, ranks, output, *arguments, features="f.h5"):
        return self.job.run(ranks, "fit", features, *arguments, *self.target(output, arguments),
                            folder=self.folder)

    def start(self, ranks, output, *arguments):
        return self.job.start(ranks, "fit", "f.h5", *arguments, *self.target(output, arguments),
                              folder=self.folder)

    @staticmethod
    def target(output, arguments):
        return [] if "--resume" in arguments else ["--output", output]

    def contents(self, output):
        return {path.name: path.read_bytes() for path in (self.folder / output).iterdir()}

    def losses(self, output):
        lines = (self.folder / output / "metrics.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def processes(self, launcher):
        """The ranks that `launcher`, a running mpirun, has started, in their order."""
        parents, ranks = {}, {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                words = (entry / "environ").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            parents[int(entry.name)] = int(status[1])
            for word in words:
                name, _, value = word.partition(b"=")
                if name in (b"OMPI_COMM_WORLD_RANK", b"PMI_RANK"):
                    ranks[int(entry.name)] = int(value)

        def is_below(process):
            while process and process != launcher:
                process = parents.get(process)
            return process == launcher

        own = [process for process in ranks if is_below(process)]
        return sorted(own, key=ranks.get)

    def await_file(self, pattern, process, limit=60):
        """Waits for a file of that name."""
        end = time.monotonic() + limit
        while not list(self.folder.glob(pattern)):
            if process.poll() is not None or time.monotonic() > end:
                raise Failure(f"no {pattern} came: {process.communicate()}")
            time.sleep(0.01)


def equivalence(bench):
    """Every step's losses are those of one process with the whole batch, within 1e-4."""
    arguments = [*SMALL, "--epochs", "60", "--set", "training.batch_size=2000"]
    for ranks in (2, 3):
        bench.alone("fit", "f.h5", "--output", f"one-{ranks}", *arguments,
                    "--set", f"training.parts={ranks}")
        result = bench.fit(ranks, f"ranks-{ranks}", *arguments)
        expect(result.status == 0, f"a fit of {ranks} ranks", result)
        one, several = bench.losses(f"one-{ranks}"), bench.losses(f"ranks-{ranks}")
        expect(len(one) == len(several) >= 100, "as many epochs", len(several))
        worst = 0
        for left, right in zip(one, several):
            expect(left.keys() == right.keys() and left["step"] == right["step"], "terms", right)
            for name, value in left.items():
                if isinstance(value, float) and name != "validation_top1":
                    worst = max(worst, abs(value - right[name]) / max(abs(value), 1e-6))
        expect(worst < 1e-4, f"losses of {ranks} ranks differ by {worst}", several[-1])
        steps = max(record["step"] for record in several)
        print(f"  {ranks} ranks: {steps} steps, losses within {worst:.1e} of one process")


def bits(bench):
    """The same ranks give the same bytes, whatever their threads."""
    one = bench.fit(2, "bits-1", *LONG, "--threads", "1")
    two = bench.fit(2, "bits-2", *LONG, "--threads", "2", "--log-format", "jsonl")
    expect(one.status == two.status == 0, "fits of 2 ranks", two)
    expect(one.output.count("Model written to bits-1.") == 1, "one rank speaks", one)
    events = [json.loads(line)["event"] for line in two.messages.splitlines()]
    expect(events.count("done") == 1 and events[-1] == "done", "one log", two)
    expect(bench.contents("bits-1") == bench.contents("bits-2"), "bytes differ", two)


def negatives(bench):
    """Local and global negatives are different losses."""
    result = bench.fit(2, "local", *LONG, "--negatives", "local")
    expect(result.status == 0, "local negatives", result)
    local, whole = bench.losses("local")[0], bench.losses("bits-1")[0]
    expect(local["alignment_loss"] != whole["alignment_loss"], "negatives made no difference", result)


def failures(bench):
    """One message that names rank, host and cause, and the exit status of the cause."""
    fit = ["fit", "f.h5", "--output", "m", *LONG]
    cases = [
        ("a missing file", 66, r"rank 0 of 2 on '[^']+': missing.h5: ",
         [["fit", "missing.h5", "--output", "m"]] * 2),
        ("a file that one rank lacks", 66, r"rank 1 of 2 on '[^']+': missing.h5: ",
         [fit, ["fit", "missing.h5", "--output", "m"]]),
        ("other options", 78, r"rank 0 of 2 on '[^']+': before the first step: the ranks differ",
         [fit, [*fit, "--seed", "1"]]),
        ("divergence", 70, r"rank 0 of 2 on '[^']+': .* was not a finite number in epoch ",
         [[*fit, "--set", "training.learning_rate=10", "--set", "training.clip_norm=1e30"]] * 2),
        ("an output in use", 73, r"rank 0 of 2 on '[^']+': one-2: already exists",
         [["fit", "f.h5", "--output", "one-2"]] * 2),
        ("too few parts", 78, r"rank 0 of 2 on '[^']+': configuration: 'training.parts' is 1 ",
         [[*fit, "--set", "training.parts=1"]] * 2),
    ]
    for what, status, message, commands in cases:
        result = bench.job.run(commands, folder=bench.folder)
        expect(result.status == status, f"exit status of {what}", result)
        expect(len(result.errors) == 1 and re.match("error: " + message, result.errors[0]),
               f"one message of {what}", result)
        expect(result.seconds < SOON, f"the end after {what}", result)
        shutil.rmtree(bench.folder / ".m.checkpoint", ignore_errors=True)
    result = bench.job.run([["fit", "missing.h5", "--log-format", "jsonl"]] * 2,
                           folder=bench.folder)
    lines = [json.loads(line) for line in result.messages.splitlines() if line.startswith("{")]
    expect([(line["event"], line["exit_code"]) for line in lines] == [("error", 66)],
           "the message as JSON", result)


def interrupted(bench):
    """SIGUSR1 to mpirun: all ranks stop after a step, with 75 and the command that goes on."""
    process = bench.start(2, "m", *LONG)
    bench.await_file(".m.checkpoint/checkpoint-*", process)
    begun = time.monotonic()
    process.send_signal(signal.SIGUSR1)
    result = bench.job.end(process, begun)
    if bench.job.is_open_mpi:
        # Hydra ends with 0 once it has passed that signal on.
        expect(result.status == 75, "exit status of an interrupted fit", result)
    expect(len(result.errors) == 1 and "interrupted; the work so far is kept for m." in
           result.errors[0], "message of an interrupted fit", result)
    command = next(line for line in result.messages.splitlines() if line.startswith("  mpirun "))
    expect(command.startswith("  mpirun -n 2 marnet-plugin fit f.h5 "), "the command", command)
    result = bench.job.run(2, *command.split()[4:], folder=bench.folder)
    expect(result.status == 0, "a fit that goes on", result)
    expect(bench.contents("m") == bench.contents("bits-1"), "bytes differ", result)
    shutil.rmtree(bench.folder / "m")


def hung(bench):
    """A rank that stands still ends the job after the time limit; the fit goes on."""
    process = bench.start(2, "m", *LONG, "--collective-timeout", "5")
    bench.await_file(".m.checkpoint/checkpoint-*", process)
    ranks = bench.processes(process.pid)
    expect(len(ranks) == 2, "processes of the job", ranks)
    begun = time.monotonic()
    os.kill(ranks[1], signal.SIGSTOP)
    result = bench.job.end(process, begun)
    expect(result.status == 75, "exit status of a wait in vain", result)
    expect(len(result.errors) == 1 and re.match(
        r"error: rank 0 of 2 on '[^']+': waited 5 s for the other ranks", result.errors[0]),
        "message of a wait in vain", result)
    expect(result.seconds < SOON, "the end of a job that hangs", result)
    resume(bench, 2)


def resume(bench, ranks):
    """Goes on with `m`, and compares with the fit that nothing disturbed."""
    result = bench.fit(ranks, "m", *LONG, "--resume", "m")
    expect(result.status == 0, "a fit that goes on", result)
    expect(bench.contents("m") == bench.contents("bits-1" if ranks == 2 else f"whole-{ranks}"),
           "bytes differ after resumption", result)
    expect(not list(bench.folder.glob(".m.*")), "nothing is left beside the model", result)
    shutil.rmtree(bench.folder / "m")


def other_ranks(bench):
    """Begun on two ranks and ended on one: the same batches, other rounding, and a note."""
    process = bench.start(2, "m", *LONG)
    bench.await_file(".m.checkpoint/checkpoint-000009.bin", process)
    os.kill(bench.processes(process.pid)[1], signal.SIGKILL)
    bench.job.end(process, time.monotonic())
    result = bench.alone("fit", "f.h5", "--resume", "m")
    expect("Note: The fit was begun on 2 ranks, here they are 1" in result.stderr, "the note",
           result.stderr)
    worst = 0
    for left, right in zip(bench.losses("m"), bench.losses("bits-1")):
        worst = max(worst, abs(left["loss"] - right["loss"]) / abs(right["loss"]))
    # Rounding grows over the 2,500 steps.
    expect(worst < 5e-3, "losses after another number of ranks", worst)
    print(f"  losses within {worst:.1e} of those on two ranks")
    shutil.rmtree(bench.folder / "m")


def kills(bench, count, draw):
    """One of three ranks is killed at a random moment: the job ends, says so, and goes on."""
    begun = time.monotonic()
    result = bench.fit(3, "whole-3", *LONG)
    expect(result.status == 0, "a fit of 3 ranks", result)
    seconds = time.monotonic() - begun
    done = 0
    while done < count:
        process = bench.start(3, "m", *LONG)
        time.sleep(draw.uniform(0.1, seconds))
        ranks = bench.processes(process.pid)
        if len(ranks) < 3 or process.poll() is not None:
            # Not yet begun, or over already: another moment.
            process.kill()
            process.communicate()
            for name in ("m", ".m.checkpoint"):
                shutil.rmtree(bench.folder / name, ignore_errors=True)
            continue
        victim = draw.randrange(3)
        killed = time.monotonic()
        os.kill(ranks[victim], signal.SIGKILL)
        result = bench.job.end(process, killed)
        if result.status == 0:
            # It was just leaving.
            shutil.rmtree(bench.folder / "m")
            continue
        expect(result.seconds < SOON, "the end of a job whose rank is killed", result)
        if bench.job.is_open_mpi:
            text = " ".join(result.messages.split())
            expect(re.search(rf"process rank {victim} with PID \d+ on node \S+ exited on signal 9",
                             text), "the message names rank, host and cause", result)
        done += 1
        if (bench.folder / ".m.checkpoint/run.json").exists() or (bench.folder / "m").exists():
            resume(bench, 3)
        else:
            # Killed before there was anything to keep: it can be begun again.
            shutil.rmtree(bench.folder / ".m.checkpoint", ignore_errors=True)
    print(f"  {done} of {count} ended and went on")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="marnet-plugin, built with the trait MPI")
    parser.add_argument("--mpirun", default="mpirun")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    job = Job(options.mpirun, str(pathlib.Path(options.binary).resolve()))
    bench = Bench(job, pathlib.Path(tempfile.mkdtemp()))
    bench.alone("synthesize", "f.h5", "--rows", "2000", "--classes", "8", "--labelled", "0.5")
    checks = [equivalence, bits, negatives, failures, interrupted, hung, other_ranks]
    try:
        for check in checks:
            begun = time.monotonic()
            check(bench)
            print(f"{check.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
        begun = time.monotonic()
        kills(bench, options.kills, random.Random(options.seed))
        print(f"kills: {time.monotonic() - begun:.1f} s", flush=True)
    except Failure as failure:
        print(f"{bench.folder}: {failure}", file=sys.stderr)
        return 1
    shutil.rmtree(bench.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
