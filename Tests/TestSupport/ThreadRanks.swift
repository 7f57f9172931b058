// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Ranks that are threads of this process, so that what ranks do together can be tested without
/// any other program.
///
/// `@unchecked Sendable`: what the ranks share is behind its monitor.
package final class ThreadRanks: RankGroup, @unchecked Sendable {
  /// What the ranks exchange.
  private final class Exchange: @unchecked Sendable {
    let count: Int
    let monitor = Monitor()
    var parts: [[UInt8]]
    var arrived = 0
    var left = 0
    /// Why a rank ended before the others.
    var failure: String?

    init(count: Int) {
      self.count = count
      parts = [[UInt8]](repeating: [], count: count)
    }

    /// Puts `own` beside those of the other ranks, and returns all of them once all are there.
    func all(_ rank: Int, _ own: [UInt8]) -> [[UInt8]] {
      monitor.locked {
        monitor.wait { left > 0 && failure == nil }
        parts[rank] = own
        arrived += 1
        if arrived == count { left = count }
        monitor.wait { arrived < count && left == 0 && failure == nil }
        // A rank of a real job would be ended with the others.
        if let failure { fatalError("another rank ended: \(failure)") }
        let result = parts
        left -= 1
        if left == 0 { arrived = 0 }
        return result
      }
    }

    func end(_ rank: Int, with error: any Error) {
      monitor.locked {
        // Where the others end alike, nobody waits.
        if arrived > 0, left == 0 { failure = "\(error)" }
      }
    }
  }

  package let rank: Int
  package var count: Int { exchange.count }
  private let exchange: Exchange
  private var begun: [UnsafeMutableBufferPointer<Float>] = []

  private init(rank: Int, exchange: Exchange) {
    self.rank = rank
    self.exchange = exchange
  }

  /// Runs `body` on `count` ranks at a time and returns what each returned, in the order of the
  /// ranks.
  package static func run<Result>(
    _ count: Int, _ body: @escaping @Sendable (any RankGroup) throws -> Result
  ) throws -> [Result] {
    let exchange = Exchange(count: count)
    let results = Results<Result>(count: count)
    let threads = (0..<count).map { rank in
      JoinableThread {
        let result = Swift.Result { try body(ThreadRanks(rank: rank, exchange: exchange)) }
        if case .failure(let error) = result { exchange.end(rank, with: error) }
        results.set(rank, to: result)
      }
    }
    for thread in threads { thread?.join() }
    return try results.all()
  }

  package func sum(_ values: UnsafeMutableBufferPointer<Double>) { add(values) }

  package func beginSum(_ values: UnsafeMutableBufferPointer<Float>) { begun.append(values) }

  package func advanceSums() {}

  package func finishSums() {
    for values in begun { add(values) }
    begun.removeAll(keepingCapacity: true)
  }

  package func gather(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer,
    byteCounts: UnsafeBufferPointer<Int>
  ) {
    precondition(own.count == byteCounts[rank], "\(own.count) bytes, not \(byteCounts[rank])")
    let joined = exchange.all(rank, [UInt8](own)).flatMap { $0 }
    all.copyBytes(from: joined)
  }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {
    let first = exchange.all(rank, [UInt8](bytes))[0]
    precondition(first.count == bytes.count, "\(bytes.count) bytes, not \(first.count)")
    bytes.copyBytes(from: first)
  }

  /// Sums in the order of the ranks.
  private func add<Value: BinaryFloatingPoint & BitwiseCopyable>(
    _ values: UnsafeMutableBufferPointer<Value>
  ) {
    let parts = exchange.all(rank, [UInt8](UnsafeRawBufferPointer(values)))
    for index in values.indices { values[index] = 0 }
    for part in parts {
      precondition(part.count == values.count * MemoryLayout<Value>.stride, "unequal sums")
      part.withUnsafeBytes { bytes in
        for (index, value) in bytes.bindMemory(to: Value.self).enumerated() {
          values[index] += value
        }
      }
    }
  }
}

/// What the ranks returned.
private final class Results<Value>: @unchecked Sendable {
  private let monitor = Monitor()
  private var values: [Result<Value, any Error>?]

  init(count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ rank: Int, to value: Result<Value, any Error>) {
    monitor.locked { values[rank] = value }
  }

  func all() throws -> [Value] {
    try values.map { value in
      guard let value else { preconditionFailure("a rank could not be started") }
      return try value.get()
    }
  }
}
