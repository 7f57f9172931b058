#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the scripts of docs/scaling on this machine.

    python check.py BUILD_FOLDER [NAME]...

BUILD_FOLDER holds marnet-plugin and libMARNetC.so; NAME is one of parallel, dask, ray, spark, slurm,
door, all by default. Under each scheduler a scoring in three shards is cut off: shard 1 is killed when
its first rows are on disk. The script must fail, name that shard and merge nothing. Run again, it must
leave the other shards as they are and end with the bytes of a scoring without shards; there, where the
scheduler has workers, the one that scores shard 1 is killed. Needs the packages of requirements.txt,
GNU parallel, Java and Slurm.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from one_node_slurm import OneNodeSlurm

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "docs/scaling"
SHARDS = 3
#: Columns that make the file differ from the default; small batches, so that a shard is many blocks.
OPTIONS = ["--embedding", "--draws", "8", "--batch", "128"]


class Failure(Exception):
    pass


class Trial:
    """A folder with features, a model and the scores of one run over all rows."""

    def __init__(self, folder: pathlib.Path, build: pathlib.Path):
        self.folder, self.build = folder, build
        self.binary = str(build / "marnet-plugin")
        self.run([self.binary, "synthesize", "new.h5", "--rows", "400", "--test-rows", "60000",
                  "--classes", "6", "--visual-width", "48", "--text-width", "16"])
        self.run([self.binary, "fit", "new.h5", "--epochs", "1", "--output", "plugin.marnet"])
        self.run([self.binary, "score", "new.h5", "--model", "plugin.marnet", "--output", "whole.h5",
                  *OPTIONS])
        self.whole = (folder / "whole.h5").read_bytes()

    def run(self, command, expected=0, environment=None) -> str:
        """What it says, of a command that must end with a status: a number, or None for a failure."""
        run = subprocess.run(
            list(map(str, command)), cwd=self.folder, env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=120, check=False)
        right = run.returncode != 0 if expected is None else run.returncode == expected
        if not right:
            raise Failure(f"{command}: exit status {run.returncode}\n{run.stdout}")
        return run.stdout

    def cut(self, name: str, kind: str) -> dict[str, str]:
        """The environment in which shard 1 of `name` is cut short, in a way of its own."""
        return {
            "MARNET_BINARY": self.binary, "MARNET_PLUGIN": str(ROOT / "Tests/Scaling/cut-short"),
            "CUT": kind, "CUT_MARK": str(self.folder / f"{name}-{kind}"),
            "CUT_PROGRESS": str(self.folder / f".{self.shard(name, 1)}.progress"),
        }

    def was_cut(self, name: str, kind: str, *statuses: int):
        found = (self.folder / f"{name}-{kind}" / "status").read_text().strip()
        if int(found) not in statuses:
            raise Failure(f"{name}: the run of shard 1 ended with {found}, not {statuses}")

    def shard(self, name: str, index: int) -> str:
        return f"{name}.shard-{index:04}-of-{SHARDS:04}.h5"

    def others(self, name: str):
        """What tells files apart, of the shards that nobody killed."""
        places = [(self.folder / self.shard(name, index)).stat() for index in (0, 2)]
        return [(place.st_ino, place.st_mtime_ns) for place in places]

    def must_be_absent(self, *names: str):
        for name in names:
            if (self.folder / name).exists():
                raise Failure(f"{name} is there")

    def must_say(self, text: str, said: str):
        if text not in said:
            raise Failure(f"'{text}' is not in:\n{said}")

    def must_be_whole(self, name: str):
        if (self.folder / f"{name}.h5").read_bytes() != self.whole:
            raise Failure(f"{name}.h5 differs from whole.h5")


def python_script(name: str, output: str, *arguments: str) -> list:
    return [sys.executable, SCRIPTS / f"{name}_score.py", "new.h5", "--model", "plugin.marnet",
            "--output", f"{output}.h5", "--shards", SHARDS, "--workers", 2, "--executable",
            ROOT / "Tests/Scaling/cut-short", *arguments]


def check_workers(trial: Trial, name: str):
    """Dask, Ray, Spark."""
    said = trial.run(python_script(name, name, "--tries", "1", "--", *OPTIONS), 137,
                     trial.cut(name, "run"))
    trial.was_cut(name, "run", 137)
    trial.must_say("shard 1 of 3: ended by SIGKILL", said)
    trial.must_be_absent(f"{name}.h5", trial.shard(name, 1))
    others = trial.others(name)
    trial.run(python_script(name, name, "--", *OPTIONS), 0, trial.cut(name, "worker"))
    # The kernel told it. 141: nobody reads its messages any more. 143: of a worker of several threads it
    # may be told more than once, and a second SIGTERM ends a run at once.
    trial.was_cut(name, "worker", 75, 141, 143)
    trial.must_be_whole(name)
    if trial.others(name) != others:
        raise Failure(f"{name}: a shard that was there was written again")


def check_dask(trial: Trial):
    check_workers(trial, "dask")
    environment = trial.cut("dask", "")
    said = trial.run(python_script("dask", "dask", "--", *OPTIONS), 0, environment)
    trial.must_say("complete already", said)
    said = trial.run(python_script("dask", "none", "--", "--split", "val"), 65, environment)
    trial.must_say("shard 2 of 3: ", said)
    trial.must_say("has no group '/val'", said)
    trial.must_be_absent("none.h5")


def check_ray(trial: Trial):
    check_workers(trial, "ray")


def check_spark(trial: Trial):
    check_workers(trial, "spark")


def check_parallel(trial: Trial):
    def command(output: str, *options: str) -> list:
        return ["bash", SCRIPTS / "gnu-parallel.sh", "new.h5", "plugin.marnet", output, SHARDS, *options]

    said = trial.run(command("parallel.h5", *OPTIONS), 137,
                     trial.cut("parallel", "run") | {"TRIES": "1", "JOBS": "2"})
    trial.was_cut("parallel", "run", 137)
    trial.must_say("shard 1 of 3 failed with exit status 137", said)
    trial.must_be_absent("parallel.h5", trial.shard("parallel", 1))
    others = trial.others("parallel")
    trial.run(command("parallel.h5", *OPTIONS), 0, trial.cut("parallel", ""))
    trial.must_be_whole("parallel")
    if trial.others("parallel") != others:
        raise Failure("parallel: a shard that was there was written again")
    said = trial.run(command("parallel.h5", *OPTIONS), 0, trial.cut("parallel", ""))
    trial.must_say("complete already", said)
    # Tried again by itself.
    trial.run(command("tried.h5", *OPTIONS), 0, trial.cut("tried", "run"))
    trial.was_cut("tried", "run", 137)
    trial.must_be_whole("tried")
    said = trial.run(command("none.h5", "--split", "val"), 65, trial.cut("none", ""))
    trial.must_say("shard 2 of 3 failed with exit status 65", said)
    trial.must_be_absent("none.h5")


def check_slurm(trial: Trial):
    with OneNodeSlurm(trial.folder / "slurm") as slurm:
        def submit(kind: str) -> str:
            """Submits, waits for all jobs and returns what was said."""
            said = trial.run(
                ["bash", SCRIPTS / "slurm.sbatch", "submit", "new.h5", "plugin.marnet",
                 "slurm.h5", SHARDS, *OPTIONS], 0,
                trial.cut("slurm", kind) | slurm.environment | {"SBATCH_MEM_PER_NODE": "1000"})
            slurm.finish()
            for log in trial.folder.glob("slurm-*.out"):
                said += log.read_text()
                log.unlink()
            return said

        said = submit("run")
        trial.was_cut("slurm", "run", 137)
        trial.must_say("shard 1 of 3 failed with exit status 137", said)
        trial.must_say("Score them with '--shards 3 --shard 1'", said)
        trial.must_be_absent("slurm.h5", trial.shard("slurm", 1))
        others = trial.others("slurm")
        # Time is up for shard 1 now: it keeps what it has, and goes on with it.
        said = submit("time")
        trial.was_cut("slurm", "time", 75)
        trial.must_say("shard 1 of 3: time is up; queued again", said)
        trial.must_say("Going on", said)
        trial.must_be_whole("slurm")
        if trial.others("slurm") != others:
            raise Failure("slurm: a shard that was there was written again")
        trial.must_say("complete already", submit(""))


def check_door(trial: Trial):
    """The ```python block of docs/scaling.md."""
    page = (ROOT / "docs/scaling.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    code += """
import h5py
trusted = h5py.File("plain.h5")["probabilities"][:]
assert np.array_equal(np.load("probabilities.npy"), trusted), "probabilities differ"
"""
    trial.run([trial.binary, "score", "new.h5", "--model", "plugin.marnet", "--output", "plain.h5"])
    (trial.folder / "door.py").write_text(code)
    trial.run([sys.executable, "door.py"], 0, {
        "PYTHONPATH": str(ROOT / "Sources/MARNetPython/src"),
        "MARNET_LIBRARY": str(trial.build / "libMARNetC.so")})


CHECKS = {"parallel": check_parallel, "dask": check_dask, "ray": check_ray, "spark": check_spark,
          "slurm": check_slurm, "door": check_door}


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        # Ray keeps a token in the home folder; Spark would listen beyond this machine, and starts
        # faster when Java does not think of a long run.
        os.environ |= {"HOME": folder, "RAY_USAGE_STATS_ENABLED": "0", "SPARK_LOCAL_IP": "127.0.0.1",
                       "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
        trial = Trial(pathlib.Path(folder), build)
        for name in sys.argv[2:] or CHECKS:
            begin = time.monotonic()
            CHECKS[name](trial)
            print(f"{name}: passed in {time.monotonic() - begin:.1f} s", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
