// SPDX-License-Identifier: Apache-2.0

#if MPI
  import CMARNetMPI
  import MARNetDense

  /// The processes of an MPI job.
  ///
  /// `@unchecked Sendable`: one thread at a time calls, by contract.
  package final class MPIRanks: LaunchedRanks, @unchecked Sendable {
    /// Broadcasts under way at a time.
    private static let broadcastsAtATime = 16

    private let job: MPIJob
    private let sums: SumQueue
    private let pieceBytes: Int

    package var rank: Int { job.rank }
    package var count: Int { job.count }
    package var host: String { job.host }

    /// Over TCP these were fastest, as `RankCheck bench` found.
    private static let usualPieceBytes = 1 << 20
    /// Of a piece, each of many ranks sums a part, which should be worth a message.
    private static let partBytes = 1 << 16

    /// - Precondition: `pieceBytes` of 64 bytes to 1 GiB: MPI counts in 32 bits.
    init(
      _ launcher: Launcher, timeout: Duration, pieceBytes: Int?,
      line: @escaping @Sendable (RankFailure, Int32) -> String
    ) throws {
      precondition(64...(1 << 30) ~= pieceBytes ?? 64, "not 64 to 2^30 bytes")
      job = try MPIJob(launcher, timeout: timeout, line: line)
      let pieceBytes =
        pieceBytes ?? min(1 << 30, max(Self.usualPieceBytes, job.count * Self.partBytes))
      // Whole parts, and whole values.
      self.pieceBytes = pieceBytes / 64 * 64
      sums = SumQueue(job: job, pieceBytes: self.pieceBytes)
    }

    package func sum(_ values: UnsafeMutableBufferPointer<Double>) {
      sum(values, in: "a sum")
    }

    private func sum(_ values: UnsafeMutableBufferPointer<Double>, in operation: String) {
      guard isShared else { return }
      sums.begin(UnsafeMutableRawBufferPointer(values), of: .double)
      finishSums(in: operation)
    }

    package func beginSum(_ values: UnsafeMutableBufferPointer<Float>) {
      guard isShared else { return }
      sums.begin(UnsafeMutableRawBufferPointer(values), of: .float)
    }

    package func advanceSums() { sums.advance() }

    package func finishSums() { finishSums(in: "sum of gradients") }

    private func finishSums(in operation: String) {
      job.wait(in: operation) {
        sums.advance()
        return sums.isEmpty
      }
    }

    package func gather(
      _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer,
      byteCounts: UnsafeBufferPointer<Int>
    ) {
      precondition(byteCounts.count == count, "\(byteCounts.count) counts, not \(count)")
      precondition(own.count == byteCounts[rank], "\(own.count) bytes, not \(byteCounts[rank])")
      let total = byteCounts.reduce(0, +)
      precondition(all.count == total, "\(all.count) bytes, not \(total)")
      guard let start = all.baseAddress, total > 0 else { return }
      let place = start + byteCounts[..<rank].reduce(0, +)
      if let bytes = own.baseAddress, bytes != UnsafeRawPointer(place) {
        place.copyMemory(from: bytes, byteCount: own.count)
      }
      guard isShared else { return }
      if total <= pieceBytes {
        gatherAtOnce(start, byteCounts)
      } else {
        var pieces: [BroadcastPiece] = []
        var offset = 0
        for (root, count) in byteCounts.enumerated() {
          pieces += self.pieces(of: start + offset, count, root: root)
          offset += count
        }
        broadcast(pieces, in: "a gather")
      }
    }

    private func gatherAtOnce(
      _ start: UnsafeMutableRawPointer, _ byteCounts: UnsafeBufferPointer<Int>
    ) {
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { table in
        guard let counts = table.baseAddress else { return }
        var offset = 0
        for (rank, byteCount) in byteCounts.enumerated() {
          table[rank] = Int32(byteCount)
          table[count + rank] = Int32(offset)
          offset += byteCount
        }
        var request: marnet_mpi_request = 0
        job.check(
          marnet_mpi_begin_gather(start, counts, counts + count, 0, &request), "MPI_Iallgatherv")
        wait(&request, in: "a gather", "MPI_Iallgatherv")
      }
    }

    package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {
      guard isShared, let start = bytes.baseAddress else { return }
      broadcast(pieces(of: start, bytes.count, root: 0), in: "a broadcast")
    }

    /// What one call of MPI sends to all.
    private struct BroadcastPiece {
      let bytes: UnsafeMutableRawPointer
      let count: Int
      let root: Int
    }

    private func pieces(of bytes: UnsafeMutableRawPointer, _ count: Int, root: Int)
      -> [BroadcastPiece]
    {
      stride(from: 0, to: count, by: pieceBytes).map {
        BroadcastPiece(bytes: bytes + $0, count: min(pieceBytes, count - $0), root: root)
      }
    }

    private func broadcast(_ pieces: [BroadcastPiece], in operation: String) {
      var requests = [marnet_mpi_request](repeating: 0, count: pieces.count)
      for (index, piece) in pieces.enumerated() {
        let code = marnet_mpi_begin_broadcast(
          piece.bytes, Int32(piece.count), Int32(piece.root), &requests[index])
        job.check(code, "MPI_Ibcast")
        let oldest = index - Self.broadcastsAtATime
        if oldest >= 0 { wait(&requests[oldest], in: operation, "MPI_Ibcast") }
      }
      for index in max(0, pieces.count - Self.broadcastsAtATime)..<pieces.count {
        wait(&requests[index], in: operation, "MPI_Ibcast")
      }
    }

    /// Waits for one call; sums get on meanwhile.
    private func wait(_ request: inout marnet_mpi_request, in operation: String, _ call: String) {
      job.wait(in: operation) {
        sums.advance()
        return job.isDone(&request, call)
      }
    }

    package func fail(message: String, status: Int32) -> Never {
      job.fail(
        RankFailure(rank: rank, count: count, host: host, message: message), status: status)
    }

    package func finish() {
      // MPI_Finalize waits for all, without an end: whoever comes here finds out before.
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 1) { value in
        value[0] = 0
        sum(value, in: "the end")
      }
      job.check(marnet_mpi_leave(), "MPI_Finalize")
    }
  }
#endif
