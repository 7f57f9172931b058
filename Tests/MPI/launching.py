# SPDX-License-Identifier: Apache-2.0
"""How the checks of several ranks start their jobs, and what they expect of them."""
import subprocess
import time

# An end must come this soon after its cause; the machine may be busy.
SOON = 60


class Failure(Exception):
    pass


class Result:
    def __init__(self, status, output, messages, seconds):
        self.status, self.output, self.messages = status, output, messages
        self.seconds = seconds
        self.errors = [line for line in messages.splitlines() if line.startswith("error:")]

    def __str__(self):
        return (f"exit status {self.status} after {self.seconds:.1f} s\n"
                f"--- standard output\n{self.output}--- standard error\n{self.messages}")


class Job:
    """How processes are started."""

    def __init__(self, mpirun, binary):
        self.mpirun, self.binary = mpirun, binary
        version = subprocess.run([mpirun, "--version"], capture_output=True, text=True,
                                 check=True).stdout
        self.is_open_mpi = "Open MPI" in version or "OpenRTE" in version
        self.version = version.strip().splitlines()[0]

    def command(self, ranks, *arguments):
        """Of `ranks` processes; a list of argument lists gives each process its own."""
        flags = []
        if self.is_open_mpi:
            flags = ["--oversubscribe", "--allow-run-as-root", "--mca", "btl", "tcp,self",
                     "--mca", "btl_tcp_if_include", "lo"]
        if isinstance(ranks, list):
            parts = [["-n", "1", self.binary, *map(str, own)] for own in ranks]
        else:
            parts = [["-n", str(ranks), self.binary, *map(str, arguments)]]
        words = parts[0]
        for part in parts[1:]:
            words = [*words, ":", *part]
        return [self.mpirun, *flags, *words]

    def start(self, ranks, *arguments, folder=None):
        return subprocess.Popen(self.command(ranks, *arguments), stdin=subprocess.DEVNULL, cwd=folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, process, begun, limit=180):
        try:
            output, messages = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.terminate()
            raise Failure(f"no end within {limit} s: {process.args}") from None
        return Result(process.returncode, output, messages, time.monotonic() - begun)

    def run(self, ranks, *arguments, limit=180, folder=None):
        begun = time.monotonic()
        return self.end(self.start(ranks, *arguments, folder=folder), begun, limit)


def expect(is_so, what, result):
    if not is_so:
        raise Failure(f"{what}: {result}")
