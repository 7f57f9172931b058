// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetMPI
import Testing

@Suite struct LauncherTests {
  @Test(arguments: [
    (["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4"], "mpirun of Open MPI", 1, 4),
    (["PMI_RANK": "0", "PMI_SIZE": "2"], "mpirun", 0, 2),
    (["PMIX_RANK": "3", "SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "8"], "srun", 3, 8),
    (["SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "3"], "srun", 2, 3),
  ])
  func knowsLaunchers(_ environment: [String: String], name: String, rank: Int, count: Int) {
    #expect(Launcher(environment) == Launcher(name: name, rank: rank, count: count))
  }

  /// PMIx alone does not say of how many.
  @Test func knowsPMIxWithoutACount() {
    #expect(
      Launcher(["PMIX_RANK": "5"])
        == Launcher(name: "a launcher that speaks PMIx", rank: 5, count: nil))
  }

  @Test(arguments: [
    [:],
    // A batch script, which is no task of a step.
    ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "77"],
    // srun -n 1, without an interface for MPI.
    ["SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"],
    ["OMPI_COMM_WORLD_SIZE": "2"],
  ])
  func leavesLoneProcessesAlone(_ environment: [String: String]) {
    #expect(Launcher(environment) == nil)
  }

  @Test func saysWhatToDoInABuildWithoutMPI() {
    let failure = Failure(
      MPILaunchError.withoutMPI(Launcher(name: "mpirun of Open MPI", rank: 0, count: 2)))
    #expect(failure.exitStatus == 78)
    #expect(
      failure.message == "mpirun of Open MPI started 2 processes, but this build is without MPI: "
        + "each would do the same work. Build with 'swift build -c release --traits MPI', or "
        + "start one process.")
  }

  @Test func saysWhatToDoUnderAnotherLauncher() {
    let failure = Failure(
      MPILaunchError.alone(
        Launcher(name: "srun", rank: 0, count: 2), library: "Open MPI v4.1.4"))
    #expect(failure.exitStatus == 78)
    #expect(
      failure.message == "srun started 2 processes, but Open MPI v4.1.4, which this build is "
        + "linked to, finds one only. Start with the mpirun of that library, with Slurm 'srun "
        + "--mpi=pmix' or '--mpi=pmi2', or, where every task is to work alone, unset SLURM_PROCID.")
  }
}
