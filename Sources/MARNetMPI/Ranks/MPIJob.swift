// SPDX-License-Identifier: Apache-2.0

#if MPI
  import CMARNetMPI

  /// This process's place among the others, and how they all end.
  struct MPIJob: Sendable {
    let rank: Int
    let count: Int
    let host: String
    /// Longest wait.
    let timeout: Duration
    /// What stands on standard error of a failure and an exit status.
    let line: @Sendable (RankFailure, Int32) -> String

    /// Joins the other processes.
    init(
      _ launcher: Launcher, timeout: Duration,
      line: @escaping @Sendable (RankFailure, Int32) -> String
    ) throws {
      self.line = line
      let library = Self.library
      var (rank, count, isSerialized) = (Int32(0), Int32(0), Int32(0))
      let code = marnet_mpi_join(&rank, &count, &isSerialized)
      guard code == 0 else {
        throw MPILaunchError.cannotJoin(library: library, reason: Self.text(of: code))
      }
      guard launcher.count == nil || launcher.count == Int(count) else {
        _ = marnet_mpi_leave()
        throw MPILaunchError.alone(launcher, library: library)
      }
      guard isSerialized != 0 else {
        _ = marnet_mpi_leave()
        throw MPILaunchError.oneThread(library: library)
      }
      self.rank = Int(rank)
      self.count = Int(count)
      self.timeout = timeout
      host = Self.written { _ = marnet_mpi_host($0, $1) }
    }

    /// Ends all ranks where `call` failed.
    ///
    /// The usual cause is the end of another rank, of which the launcher knows more.
    func check(_ code: Int32, _ call: String) {
      guard code != 0 else { return }
      fail(
        RankFailure(
          rank: rank, count: count, host: host,
          message: "\(call) failed (\(Self.text(of: code))). Look at that machine and its network; "
            + "'--resume' continues."), status: 74, longer: RankFailure.launcherPause)
    }

    /// Whether the call has ended.
    func isDone(_ request: inout marnet_mpi_request, _ call: String) -> Bool {
      var isDone: Int32 = 0
      check(marnet_mpi_test(&request, &isDone), call)
      return isDone != 0
    }

    /// Looks until `isDone`; ends all ranks where that takes too long.
    func wait(in operation: String, until isDone: () -> Bool) {
      let patience = Patience(timeout: timeout)
      while !isDone() {
        guard patience.pause() else {
          fail(
            .waited(timeout, in: operation, rank: rank, count: count, host: host), status: 75)
        }
      }
    }

    func fail(_ failure: RankFailure, status: Int32, longer: Duration = .zero) -> Never {
      RankFailure.letEarlierRanksSpeak(rank: rank, longer: longer)
      RankFailure.report(line(failure, status))
      marnet_mpi_abort(status)
    }

    /// Name and version.
    private static var library: String {
      let text = written { _ = marnet_mpi_library($0, $1) }
      let name = text.prefix { $0 != "\n" && $0 != "," }
      return name.replacing("Version:", with: "").split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }

    private static func text(of code: Int32) -> String {
      written { marnet_mpi_error_text(code, $0, $1) }
    }

    private static func written(_ write: (UnsafeMutablePointer<CChar>, Int32) -> Void) -> String {
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
        guard let start = text.baseAddress else { return "" }
        start.pointee = 0
        write(start, Int32(text.count))
        return String(cString: start)
      }
    }
  }
#endif
