#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run two commands alternately and compare a figure that both print, or their wall time.

    python3 Tests/Performance/paired.py --pairs 7 --metric step_ms_median \\
      --ours ".build/release/MARNetBench train --threads 2 --json" \\
      --theirs "python3 Tests/Performance/torch_step.py --threads 2"

Takes the metric from the last JSON line of each. Prints it for every pair, each side's median
and range, and the ratio of the sides over pairs: above 1, ours is better. On Linux each run
waits up to 60 s until other processes take less than a quarter of a core, and what they took
during the run is printed in cores ("foreign"; it includes time stolen by a hypervisor, and
processes that a command leaves behind). No run is left out, however foreign it was. --busy
keeps one core taken during all runs, by a loop that does not count as foreign.
Needs nothing beyond Python.
"""
import argparse
import json
import os
import pathlib
import resource
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

STAT = pathlib.Path("/proc/stat")
QUIET_CORES, QUIET_SECONDS, WAIT_SECONDS = 0.25, 0.7, 60.0

# Ends with the process that started it, also when that one is killed.
BUSY_LOOP = """
import os
parent = os.getppid()
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""


class BusyCore:
    """A process that keeps the first core taken, from entry to exit; none unless `wanted`."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "BusyCore":
        if self.wanted:
            self.process = subprocess.Popen([sys.executable, "-c", BUSY_LOOP])
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def seconds(self) -> float:
        """Processor time that it has taken so far, on Linux."""
        if not self.process:
            return 0.0
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class ForeignTime:
    """Processor time of all processes but our children and the busy core, on Linux."""

    def __init__(self, busy: BusyCore) -> None:
        self.busy = busy
        self.start, self.used = time.monotonic(), self.seconds()

    def seconds(self) -> float:
        with STAT.open() as file:
            user, nice, system, _, _, interrupts, soft, stolen = map(
                int, file.readline().split()[1:9])
        ticks = user + nice + system + interrupts + soft + stolen
        own = [resource.getrusage(who) for who in (
            resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        ours = sum(usage.ru_utime + usage.ru_stime for usage in own)
        return ticks / os.sysconf("SC_CLK_TCK") - ours - self.busy.seconds()

    def cores(self) -> float:
        """Cores that others took on average since this was made."""
        return max(0.0, self.seconds() - self.used) / (time.monotonic() - self.start)


def becomes_quiet(busy: BusyCore) -> bool:
    """Waits until other processes take little time; false if they never do."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        foreign = ForeignTime(busy)
        time.sleep(QUIET_SECONDS)
        if foreign.cores() < QUIET_CORES:
            return True
    return False


@dataclass
class Run:
    """One run of a command: its figure and how undisturbed it was (None: unknown here)."""

    value: float
    quiet: bool | None
    foreign: float | None


def last_json(output: str) -> dict:
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    raise ValueError("no JSON line")


def measure(command: Sequence[str], metric: str | None, busy: BusyCore) -> Run:
    """Runs the command; without a metric, the figure is its wall time in seconds."""
    quiet = becomes_quiet(busy) if STAT.exists() else None
    foreign = ForeignTime(busy) if STAT.exists() else None
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    cores = foreign.cores() if foreign else None
    if done.returncode:
        sys.exit(f"{shlex.join(command)}: exit status {done.returncode}\n{done.stderr}")
    if metric is None:
        return Run(seconds, quiet, cores)
    try:
        return Run(float(last_json(done.stdout)[metric]), quiet, cores)
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"{shlex.join(command)}: cannot read {metric}: {error!r}\n{done.stdout}")


def number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def spread(values: Sequence[float]) -> str:
    return (f"median {number(statistics.median(values))} "
            f"({number(min(values))} to {number(max(values))})")


def compare(
    ours: Sequence[str], theirs: Sequence[str], options: argparse.Namespace,
    metric: str | None = None, higher_is_better: bool = False,
) -> None:
    """Runs both in turn options.pairs times and prints the comparison."""
    runs: dict[str, list[Run]] = {"ours": [], "theirs": []}
    ratios = []
    with BusyCore(options.busy) as busy:
        for pair in range(options.pairs):
            for name, command in (("ours", ours), ("theirs", theirs)):
                runs[name].append(measure(command, metric, busy))
            mine, other = (runs[name][-1] for name in runs)
            ratio = other.value / mine.value
            ratios.append(1 / ratio if higher_is_better else ratio)
            line = (f"pair {pair + 1}: ours {number(mine.value)}, theirs "
                    f"{number(other.value)}, ratio {ratios[-1]:.3f}")
            if mine.foreign is not None and other.foreign is not None:
                line += f"; foreign cores {mine.foreign:.2f}, {other.foreign:.2f}"
            print(line, flush=True)
    label = metric or "wall seconds"
    for name, side in runs.items():
        print(f"{name}: {label} {spread([run.value for run in side])}")
    direction = "ours / theirs" if higher_is_better else "theirs / ours"
    print(f"{direction}: {spread(ratios)} over {options.pairs} pairs"
          + (", one core taken" if options.busy else ""))
    for name, side in runs.items():
        foreign = [run.foreign for run in side if run.foreign is not None]
        if foreign:
            loud = sum(run.quiet is False for run in side)
            print(f"foreign cores during {name}: {spread(foreign)}; {loud} of {len(side)} began "
                  f"on a machine that was not quiet within {WAIT_SECONDS:.0f} s")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that `compare` reads."""
    parser.add_argument("--pairs", type=int, default=7, help="runs of each side")
    parser.add_argument("--busy", action="store_true", help="keep one core taken meanwhile")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", required=True, metavar="COMMAND", type=shlex.split)
    parser.add_argument("--theirs", required=True, metavar="COMMAND", type=shlex.split)
    figure = parser.add_mutually_exclusive_group(required=True)
    figure.add_argument("--metric", help="name in the JSON objects that the commands print")
    figure.add_argument(
        "--wall", action="store_true", help="compare wall time, start-up included")
    parser.add_argument(
        "--higher-is-better", action="store_true", help="the metric is a rate, not a time")
    add_options(parser)
    options = parser.parse_args()
    if options.pairs < 1:
        parser.error("--pairs must be 1 or more")
    if options.wall and options.higher_is_better:
        parser.error("--higher-is-better goes with --metric")
    compare(options.ours, options.theirs, options, options.metric, options.higher_is_better)


if __name__ == "__main__":
    main()
