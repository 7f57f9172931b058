# SPDX-License-Identifier: Apache-2.0
"""Slurm's controller and one node on this machine, for as long as a check needs them."""

import os
import pathlib
import socket
import subprocess
import time

CONFIGURATION = """
ClusterName=check
SlurmctldHost={host}(127.0.0.1)
NodeName=one NodeHostname={host} NodeAddr=127.0.0.1 CPUs={processors} RealMemory=4096 State=UNKNOWN
PartitionName=main Nodes=one Default=YES MaxTime=INFINITE State=UP
# No passwords: nothing listens beyond this machine.
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/none
CredType=cred/none
SlurmctldPort={port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
# No control groups, accounts or MPI, and jobs start at once.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerParameters=sched_min_interval=1,sched_interval=1,batch_sched_delay=0,bf_interval=1
"""


class OneNodeSlurm:
    """`with` it Slurm's commands work, in `environment`."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        self.daemons: list[subprocess.Popen] = []

    def __enter__(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        port, node_port = (server.getsockname()[1] for server in ports)
        for server in ports:
            server.close()
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], processors=os.cpu_count(), port=port,
            node_port=node_port, folder=self.folder, user=subprocess.getoutput("id -un")))
        self.log = open(self.folder / "log", "w")
        for command in (["slurmctld", "-D"], ["slurmd", "-D", "-N", "one"]):
            self.daemons.append(subprocess.Popen(
                command, env=os.environ | self.environment, stdout=self.log, stderr=self.log))
        self.wait("the node", 20, lambda: "idle" in self.call("sinfo", "-h", "-o", "%t"))
        return self

    def __exit__(self, *error):
        # Jobs first: the daemons leave theirs running.
        self.call("scancel", "--state=PENDING")
        self.call("scancel", "--state=RUNNING")
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait(20)
        self.log.close()

    def call(self, *command: str) -> str:
        return subprocess.run(command, env=os.environ | self.environment, capture_output=True,
                              text=True, check=False).stdout

    def finish(self):
        """Waits until no job is left."""
        hurried = set()

        def is_done() -> bool:
            jobs = self.call("squeue", "-h", "-o", "%i %r").splitlines()
            for job, reason in map(str.split, jobs):
                # Slurm starts what was queued again after two minutes: the node refuses a job that
                # it was told to end a moment ago.
                if reason == "BeginTime" and job not in hurried:
                    hurried.add(job)
                    self.call("scontrol", "update", f"JobId={job}", "StartTime=now+3")
            return not jobs

        self.wait("the jobs", 120, is_done)

    def wait(self, what: str, seconds: float, is_so):
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s for {what} of Slurm:\n"
                                   + self.call("squeue") + (self.folder / "log").read_text())
            time.sleep(0.1)
