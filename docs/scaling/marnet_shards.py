# SPDX-License-Identifier: Apache-2.0
"""What dask_score.py, ray_score.py and spark_score.py share: one shard, and a whole scoring.

A worker runs `score_shard`, which runs the executable and keeps no row in Python. The driver runs
`complete`: it hands shards to the scheduler, tries again what may pass, names what does not, and
merges when every shard is there. Needs Python 3.9 or later, and no package. The scheduler's script
ships this file to the workers.
"""

import argparse
import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence

#: Exit statuses after which the same shard may succeed, perhaps elsewhere: a full disk or an output
#: that the run of a lost worker still writes (73), input and output (74), interrupted (75).
#: Signals too. What is left says the same each time.
PASSING = (73, 74, 75)


@dataclasses.dataclass(frozen=True)
class Scoring:
    """A scoring in shards. Paths are absolute: workers run elsewhere."""

    executable: str
    features: tuple[str, ...]
    model: str
    output: str
    shards: int
    #: Of one shard.
    threads: int
    #: Of one shard, as `--memory` takes it.
    memory: str
    #: Other options of `marnet-plugin score`.
    options: tuple[str, ...]

    def command(self, *part: str) -> list[str]:
        """The command that scores a part of the rows, or goes on with it."""
        return [self.executable, "score", *self.features, "--model", self.model,
                "--output", self.output, "--threads", str(self.threads), "--memory", self.memory,
                "--resume", *part, *self.options]

    def merge_command(self) -> list[str]:
        stem, extension = os.path.splitext(self.output)
        return [self.executable, "merge", f"{stem}.shard-*-of-{self.shards:04}{extension}",
                "--output", self.output]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a shard."""

    shard: int
    #: Exit status; negative: the signal that ended it; None: its worker was lost.
    status: "int | None"
    message: str
    seconds: float = 0
    host: str = ""

    @property
    def may_pass(self) -> bool:
        return self.status is None or self.status < 0 or self.status in PASSING


def score_shard(scoring: Scoring, shard: int) -> Outcome:
    """Scores one shard, on a worker. A shard that is there already takes no time."""
    command = scoring.command("--shards", str(scoring.shards), "--shard", str(shard))
    # A worker that is killed takes its run along; else that one would go on, and hold the shard
    # against whoever tries it next. (util-linux; without it the next try waits its turn.)
    if shutil.which("setpriv"):
        command = ["setpriv", "--pdeathsig", "TERM", "--", *command]
    begin = time.monotonic()
    try:
        run = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, errors="replace", check=False)
        status, message = run.returncode, run.stderr.strip()
    except OSError as error:
        status, message = 66, f"{command[0]}: {error.strerror}"
    if status < 0:
        message = f"ended by {signal.Signals(-status).name}"
    elif "error: " in message:
        message = message[message.rindex("error: ") + len("error: "):]
    return Outcome(shard, status, message, time.monotonic() - begin, socket.gethostname())


def complete(
    scoring: Scoring, tries: int, run: Callable[[Sequence[int]], Iterable[Outcome]]
) -> int:
    """Scores all shards and merges them, on the driver.

    run: gives shards to the workers, and what became of each in any order.
    Returns the exit status: 0, that of `merge`, or that of the first shard that failed.
    """
    if os.path.exists(scoring.output):
        # The whole output is there: says so, or that it holds other scores (73).
        return subprocess.call(scoring.command("--shards", "1"))
    failed: dict[int, Outcome] = {}
    try:
        _score_all(scoring, tries, run, failed)
    except KeyboardInterrupt:
        say("interrupted. The same command goes on: shards that are there are skipped.")
        return 75
    if failed:
        first = failed[min(failed)]
        say(f"failed: {', '.join(map(str, sorted(failed)))} (of {scoring.shards}, from 0). Nothing "
            "is merged. The same command goes on: shards that are there are skipped.")
        if first.status is None:
            return 75
        return 128 - first.status if first.status < 0 else first.status
    return subprocess.call(scoring.merge_command())


def _score_all(
    scoring: Scoring, tries: int, run: Callable[[Sequence[int]], Iterable[Outcome]],
    failed: dict[int, Outcome]
) -> None:
    """Scores all shards; `failed` holds those that could not be."""
    left: list[int] = list(range(scoring.shards))
    for attempt in range(tries):
        if attempt:
            time.sleep(2 ** attempt)
            say(f"trying again: {len(left)} of {scoring.shards} shards")
        for outcome in run(left):
            name = f"shard {outcome.shard} of {scoring.shards}"
            if outcome.status == 0:
                failed.pop(outcome.shard, None)
                say(f"{name}: done on {outcome.host} in {outcome.seconds:.1f} s")
            else:
                failed[outcome.shard] = outcome
                say(f"{name}: {outcome.message}")
        left = [shard for shard, outcome in failed.items() if outcome.may_pass]
        if not left:
            return


def parser(description: "str | None") -> argparse.ArgumentParser:
    """The arguments that all schedulers have."""
    result = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s FEATURES --model MODEL --output OUTPUT.h5 --shards N [...] "
              "[-- OPTIONS OF score]")
    result.add_argument("features", nargs="+", help="feature files, where all workers see them")
    result.add_argument("--model", required=True, help="model directory")
    result.add_argument("--output", required=True, help="merged scores; shards go beside it")
    result.add_argument("--shards", required=True, type=_number(2), metavar="N")
    result.add_argument("--threads", type=_number(1), default=1, help="of one shard (1)")
    result.add_argument("--memory", default="1G", help="of one shard (1G)")
    result.add_argument("--tries", type=_number(1), default=3, help="of one shard (3)")
    result.add_argument("--executable", default="marnet-plugin",
                        help="on the workers' PATH, or a path that all have (marnet-plugin)")
    result.add_argument("--workers", type=_number(1),
                        help="shards at once, where no cluster is named (processors / threads)")
    return result


def parse(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, Scoring]:
    """Reads the command line; what stands behind `--` is for `marnet-plugin score`."""
    own, options = sys.argv[1:], []
    if "--" in own:
        options = own[own.index("--") + 1:]
        own = own[:own.index("--")]
    arguments = parser.parse_args(own)
    arguments.workers = arguments.workers or max(1, (os.cpu_count() or 1) // arguments.threads)
    executable = arguments.executable
    if os.sep in executable:
        executable = os.path.abspath(executable)
    return arguments, Scoring(
        executable, tuple(map(os.path.abspath, arguments.features)),
        os.path.abspath(arguments.model), os.path.abspath(arguments.output), arguments.shards,
        arguments.threads, arguments.memory, tuple(options))


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _number(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is below {least}")
        return value
    return number
