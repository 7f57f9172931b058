#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ranks do together, over a real MPI: values, bits, waits without end, ends of jobs.

    swift build -c release --traits MPI --scratch-path .build/mpi --product RankCheck
    python3 Tests/MPI/collectives.py .build/mpi/release/RankCheck

Started under the `mpirun` of PATH, or --mpirun: that of Open MPI, over TCP, or of MPICH. Only the
standard library is needed. Exit status 1 at the first difference.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

from launching import SOON, Failure, Job, Result, expect


def operations(job):
    """All values, on one to four ranks, with messages of several sizes."""
    for ranks in (1, 2, 3, 4):
        for piece in (1 << 20, 1 << 16, 4096):
            result = job.run(ranks, "operations", "--piece-bytes", piece)
            expect(result.status == 0 and f"all operations on {ranks} ranks" in result.output,
                   f"operations on {ranks} ranks in pieces of {piece}", result)


def bits(job):
    """The same bits 200 times, and in other runs, whatever the size of the messages."""
    for ranks in (2, 3):
        seen = set()
        for times, piece in ((200, 1 << 20), (50, 1 << 20), (50, 1 << 16), (20, 4096)):
            result = job.run(ranks, "repeat", "--times", times, "--piece-bytes", piece)
            expect(result.status == 0, f"repeated sums on {ranks} ranks", result)
            seen.add(re.search(r"the same bits: (\w+)", result.output).group(1))
        expect(len(seen) == 1, f"runs on {ranks} ranks have different bits: {seen}", result)


def hung(job):
    """A rank that does not come ends the job, in every operation, with one message."""
    names = {"sum": "a sum", "sums": "sum of gradients", "gather": "a gather",
             "broadcast": "a broadcast", "end": "the end"}
    for operation, name in names.items():
        # Of a broadcast rank 0 is the one that all wait for.
        sleeper = 0 if operation == "broadcast" else 1
        result = job.run(3, "hang", "--timeout", 1, "--in", operation, "--rank", sleeper)
        expect(result.status == 75, f"exit status of a wait in vain in {name}", result)
        expect(len(result.errors) == 1, f"one message of a wait in vain in {name}", result)
        expect(re.fullmatch(
            rf"error: rank [012] of 3 on '[^']+': waited 1 s for the other ranks \(in: {name}\): "
            r"one of them is dead, hung or too slow\. Raise '--collective-timeout', or look at "
            r"the others\.", result.errors[0]), "message of a wait in vain", result)
        expect(result.seconds < SOON, f"a wait of 1 s in {name}", result)


def failing(job):
    """An error on one rank, or the same on all, ends the job with one message and its status."""
    message = "part.h5: no such file. Check the path."
    for _ in range(5):
        result = job.run(4, "fail", "--status", 66)
        expect(result.status == 66, "exit status of an error on all ranks", result)
        expect(len(result.errors) == 1, "one message of an error on all ranks", result)
        expect(re.fullmatch(rf"error: rank 0 of 4 on '[^']+': {re.escape(message)}",
                            result.errors[0]), "message of an error on all ranks", result)
    result = job.run(3, "fail", "--rank", 2, "--status", 65)
    expect(result.status == 65, "exit status of an error on one rank", result)
    expect(len(result.errors) == 1 and re.fullmatch(
        rf"error: rank 2 of 3 on '[^']+': {re.escape(message)}", result.errors[0]),
        "message of an error on one rank", result)
    expect(result.seconds < SOON, "an error on one rank", result)


def killed(job):
    """A rank that is killed ends the job; the launcher says which."""
    begun = time.monotonic()
    process = job.start(3, "hang", "--timeout", 100, "--sleep", 90)
    line = process.stdout.readline()
    pids = [int(pid) for pid in re.findall(r"\d+", line)]
    expect(len(pids) == 3, "the processes of a job", line)
    os.kill(pids[1], signal.SIGKILL)
    result = job.end(process, begun, limit=60)
    expect(result.status != 0, "exit status where a rank is killed", result)
    expect(result.seconds < SOON, "the end where a rank is killed", result)
    expect(not result.errors, "the launcher's message alone", result)
    if job.is_open_mpi:
        expect(result.status == 137, "exit status where a rank is killed", result)
        expect("process rank 1" in result.messages and "signal 9" in result.messages,
               "the rank that was killed", result)


def leaving(job):
    """Ranks that leave together pass on their exit status."""
    for status in (0, 75):
        result = job.run(3, "leave", "--status", status)
        expect(result.status == status and not result.errors and "leaving" in result.output,
               f"leaving with exit status {status}", result)


def alone(job):
    """A launcher of another library is noticed."""
    environment = {**os.environ, "PMI_RANK": "0", "PMI_SIZE": "2"}
    process = subprocess.run([job.binary, "operations"], env=environment, capture_output=True,
                             text=True, timeout=60)
    result = Result(process.returncode, process.stdout, process.stderr, 0)
    expect(result.status == 78 and len(result.errors) == 1
           and "error: mpirun started 2 processes, but Open MPI" in result.errors[0],
           "a launcher of another library", result)


def without_mpi(job, binary):
    """A build without MPI refuses to do the same work twice."""
    plain = Job(job.mpirun, binary)
    result = plain.run(2, "operations")
    expect(result.status == 78, "exit status of a build without MPI", result)
    expect(len(result.errors) == 1 and "started 2 processes, but this build is without MPI"
           in result.errors[0], "one message of a build without MPI", result)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="RankCheck, built with the trait MPI")
    parser.add_argument("--without-mpi", help="RankCheck, built without it")
    parser.add_argument("--mpirun", default="mpirun")
    options = parser.parse_args()
    job = Job(options.mpirun, str(pathlib.Path(options.binary).resolve()))
    print(job.version)
    checks = [operations, bits, hung, failing, killed, leaving]
    if job.is_open_mpi:
        checks.append(alone)
    try:
        for check in checks:
            begun = time.monotonic()
            check(job)
            print(f"{check.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
        if options.without_mpi:
            without_mpi(job, str(pathlib.Path(options.without_mpi).resolve()))
            print("without MPI")
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
