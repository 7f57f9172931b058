// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Why this process cannot work together with those that were started with it.
package enum MPILaunchError: Error, Equatable {
  /// This build has no MPI.
  case withoutMPI(Launcher)
  /// The launcher started several processes, and each finds itself alone.
  case alone(Launcher, library: String)
  /// The library does not let threads call it, not even one at a time.
  case oneThread(library: String)
  /// The library could not join.
  case cannotJoin(library: String, reason: String)
}

extension MPILaunchError: CodedError {
  package var failureCode: Failure.Code {
    switch self {
    case .cannotJoin: .inputOutput
    case .withoutMPI, .alone, .oneThread: .configuration
    }
  }

  package var description: String {
    switch self {
    case .withoutMPI(let launcher):
      "\(launcher.started), but this build is without MPI: each would do the same work. Build with "
        + "'swift build -c release --traits MPI'" + launcher.orAlone
    case .alone(let launcher, let library):
      "\(launcher.started), but \(library), which this build is linked to, finds one only. Start "
        + "with the mpirun of that library, with Slurm 'srun --mpi=pmix' or '--mpi=pmi2'"
        + launcher.orAlone
    case .oneThread(let library):
      "\(library) gives no MPI_THREAD_SERIALIZED, which is needed. Use a library that is built with "
        + "threads."
    case .cannotJoin(let library, let reason):
      "\(library) could not join the other processes (\(reason)). Try another program of MPI with "
        + "the same launcher."
    }
  }
}

extension Launcher {
  fileprivate var started: String {
    guard let count else { return "\(name) started this process" }
    return "\(name) started \(count) processes"
  }

  /// The end of a remedy.
  fileprivate var orAlone: String {
    name == "srun"
      ? ", or, where every task is to work alone, unset SLURM_PROCID." : ", or start one process."
  }
}
