// SPDX-License-Identifier: Apache-2.0

#if MPI
  import CMARNetMPI

  /// A message's worth of a sum over the ranks.
  ///
  /// Every rank receives one part of the values from all others, adds it up in the order of the
  /// ranks, and hands its part of the result to all. Of few values every rank receives all, and
  /// nothing is left to hand out.
  ///
  /// MPI's own sums add in an order that the library chooses by the number of ranks, their places and
  /// the size, some as messages arrive. In the order of the ranks the bits are the same on every rank,
  /// in every run, with every library.
  final class SumPiece {
    enum Element {
      case float, double

      var size: Int { self == .float ? 4 : 8 }
    }

    /// Values of a part are a multiple of this.
    private static let granule = 16
    /// Bytes that a rank receives at most where it receives all values.
    private static let wholeBytes = 65_536

    private let values: UnsafeMutableRawPointer
    private let element: Element
    private let job: MPIJob
    /// Whether every rank receives all values.
    private let isWhole: Bool
    /// This rank's part, in bytes.
    private let ownOffset: Int
    private let ownBytes: Int
    /// What the other ranks sent, in their order; nothing where this rank's own would be.
    private let received: UnsafeMutableRawPointer
    /// Bytes that fit there.
    let capacity: Int
    /// Rows of R: counts and offsets sent, counts and offsets received, counts and offsets of parts.
    private let table: UnsafeMutablePointer<Int32>
    private var request: marnet_mpi_request = 0

    /// Bytes that a piece of `byteCount` receives at most.
    static func receivedBytes(_ byteCount: Int, element: Element, job: MPIJob) -> Int {
      isWhole(byteCount, job)
        ? byteCount * job.count
        : partCount(byteCount / element.size, job) * element.size * job.count
    }

    private static func isWhole(_ byteCount: Int, _ job: MPIJob) -> Bool {
      byteCount * job.count <= wholeBytes
    }

    /// Values of a part, of which the last may have fewer.
    private static func partCount(_ count: Int, _ job: MPIJob) -> Int {
      ((count + job.count - 1) / job.count + granule - 1) / granule * granule
    }

    /// Begins the sum.
    ///
    /// - Parameter received: at least `receivedBytes`, given back by `end`.
    init(
      _ values: UnsafeMutableRawPointer, byteCount: Int, of element: Element, job: MPIJob,
      received: UnsafeMutableRawPointer, capacity: Int
    ) {
      self.values = values
      self.element = element
      self.job = job
      self.received = received
      self.capacity = capacity
      isWhole = Self.isWhole(byteCount, job)
      let ranks = job.count
      table = .allocate(capacity: 6 * ranks)
      let count = byteCount / element.size
      let part = Self.partCount(count, job)
      for rank in 0..<ranks {
        let first = min(rank * part, count)
        table[4 * ranks + rank] = Int32((min(first + part, count) - first) * element.size)
        table[5 * ranks + rank] = Int32(first * element.size)
      }
      ownOffset = isWhole ? 0 : Int(table[5 * ranks + job.rank])
      ownBytes = isWhole ? byteCount : Int(table[4 * ranks + job.rank])
      for rank in 0..<ranks {
        table[rank] = isWhole ? Int32(byteCount) : table[4 * ranks + rank]
        table[ranks + rank] = isWhole ? 0 : table[5 * ranks + rank]
        table[2 * ranks + rank] = Int32(ownBytes)
        table[3 * ranks + rank] = Int32(rank * ownBytes)
      }
      table[job.rank] = 0
      table[2 * ranks + job.rank] = 0
      job.check(
        marnet_mpi_begin_exchange(
          values, table, table + ranks, received, table + 2 * ranks, table + 3 * ranks, &request),
        "MPI_Ialltoallv")
    }

    /// Whether all others' values of this rank's part are here.
    func isExchanged() -> Bool { job.isDone(&request, "MPI_Ialltoallv") }

    /// Adds up this rank's part and begins to hand it out.
    func addUp() {
      switch element {
      case .float: addUp(Float.self)
      case .double: addUp(Double.self)
      }
      guard !isWhole else { return }
      job.check(
        marnet_mpi_begin_gather(
          values, table + 4 * job.count, table + 5 * job.count, 1, &request), "MPI_Iallgatherv")
    }

    /// Whether the values are sums.
    func isSummed() -> Bool { isWhole || job.isDone(&request, "MPI_Iallgatherv") }

    /// Returns what was given to receive in.
    func end() -> UnsafeMutableRawPointer {
      table.deallocate()
      return received
    }

    /// 0 + x₀ + x₁ + …, in this order, a block after the other so that it stays in the cache.
    @inline(__always)
    private func addUp<Value: FloatingPoint>(_: Value.Type) {
      let count = ownBytes / element.size
      let own = (values + ownOffset).assumingMemoryBound(to: Value.self)
      let others = received.assumingMemoryBound(to: Value.self)
      var first = 0
      while first < count {
        let block = min(4_096, count - first)
        // The first rank's values, where they lie, become the sum.
        let sum = (job.rank == 0 ? own : others) + first
        for index in 0..<block { sum[index] = 0 + sum[index] }
        for rank in 1..<job.count {
          let next = (rank == job.rank ? own : others + rank * count) + first
          for index in 0..<block { sum[index] += next[index] }
        }
        if job.rank != 0 { (own + first).update(from: sum, count: block) }
        first += block
      }
    }
  }
#endif
