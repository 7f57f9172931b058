// SPDX-License-Identifier: Apache-2.0

/// The program that started this process as one of several, known by the variables it sets.
package struct Launcher: Sendable, Equatable {
  /// As in a message: "mpirun of Open MPI".
  package let name: String
  /// Which of the processes this is, from 0; nil where the variables do not say.
  package let rank: Int?
  /// Of how many; nil where the variables do not say.
  package let count: Int?

  private static let known: [(name: String, rank: String, count: String)] = [
    ("mpirun of Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    ("mpirun", "PMI_RANK", "PMI_SIZE"),
    ("srun", "PMIX_RANK", stepTasks),
    ("srun", "SLURM_PROCID", stepTasks),
  ]

  /// Tasks of a step that srun started. A batch script has a SLURM_PROCID too, but not this.
  private static let stepTasks = "SLURM_STEP_NUM_TASKS"

  /// nil: nothing says that there are other processes.
  package init?(_ environment: [String: String]) {
    for known in Self.known {
      guard let rank = environment[known.rank] else { continue }
      let count = environment[known.count].flatMap { Int($0) }
      if known.rank == "SLURM_PROCID" {
        // A process that srun starts alone, and without an interface for MPI.
        guard let count, count > 1 else { continue }
      }
      let isPMIxAlone = known.rank == "PMIX_RANK" && count == nil
      self.init(
        name: isPMIxAlone ? "a launcher that speaks PMIx" : known.name, rank: Int(rank),
        count: count)
      return
    }
    return nil
  }

  package init(name: String, rank: Int?, count: Int?) {
    self.name = name
    self.rank = rank
    self.count = count
  }
}
