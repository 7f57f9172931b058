// SPDX-License-Identifier: Apache-2.0

/// The processes, or ranks, that work on one fit, each with rows of its own.
///
/// Every rank calls the same operations in the same order; each returns once all have called it,
/// with the same bits on every rank. None of them throws: a rank that waits in vain ends the whole
/// job, with a message that says so, since there is nothing left that the others could go on with.
///
/// One thread at a time calls.
package protocol RankGroup: AnyObject, Sendable {
  /// From 0.
  var rank: Int { get }
  /// R, at least 1.
  var count: Int { get }

  /// Replaces every value by its sum over the ranks.
  func sum(_ values: UnsafeMutableBufferPointer<Double>)

  /// Begins to replace every value by its sum over the ranks: `finishSums` ends it. Until then the
  /// values are neither read nor written. Any number may be under way.
  func beginSum(_ values: UnsafeMutableBufferPointer<Float>)

  /// Lets the sums that were begun get on; called between pieces of other work.
  func advanceSums()

  /// Waits for every sum that was begun.
  func finishSums()

  /// Writes the bytes of all ranks one after the other, in the order of the ranks.
  ///
  /// - Parameters:
  ///   - own: as many bytes as `byteCounts` says of this rank.
  ///   - all: as many bytes as `byteCounts` says of all; may hold `own` in its place.
  ///   - byteCounts: `[R]`, the same on every rank.
  func gather(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer,
    byteCounts: UnsafeBufferPointer<Int>)

  /// Replaces the bytes by those of rank 0; as many on every rank.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer)
}

extension RankGroup {
  /// Whether there are other ranks.
  package var isShared: Bool { count > 1 }

  /// Whether this is the rank that writes files and messages.
  package var isFirst: Bool { rank == 0 }

  /// Replaces every value by its sum over the ranks.
  package func sum(_ values: inout [Double]) {
    guard isShared else { return }
    values.withUnsafeMutableBufferPointer { sum($0) }
  }

  /// Whether it is so on any rank.
  package func any(_ isSo: Bool) -> Bool {
    guard isShared else { return isSo }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 1) { value in
      value[0] = isSo ? 1 : 0
      sum(value)
      return value[0] > 0
    }
  }

  /// Whether all ranks have the same value; `value` is computed only where there are several.
  package func agree(_ value: @autoclosure () -> UInt64) -> Bool {
    guard isShared else { return true }
    let all = gathered([value()])
    return all.allSatisfy { $0 == all[0] }
  }

  /// The values of all ranks one after the other, in the order of the ranks.
  package func gathered<Value: BitwiseCopyable>(_ own: [Value]) -> [Value] {
    guard isShared else { return own }
    var counts = [Double](repeating: 0, count: count)
    counts[rank] = Double(own.count)
    sum(&counts)
    let byteCounts = counts.map { Int($0) * MemoryLayout<Value>.stride }
    let total = Int(counts.reduce(0, +))
    return [Value](unsafeUninitializedCapacity: total) { all, initialised in
      own.withUnsafeBytes { own in
        byteCounts.withUnsafeBufferPointer {
          gather(own, into: UnsafeMutableRawBufferPointer(all), byteCounts: $0)
        }
      }
      initialised = total
    }
  }

  /// The values of rank 0, of which other ranks need not know the number.
  package func fromFirst<Value: BitwiseCopyable>(_ values: [Value]) -> [Value] {
    guard isShared else { return values }
    var count = [isFirst ? Double(values.count) : 0]
    sum(&count)
    let total = Int(count[0])
    return [Value](unsafeUninitializedCapacity: total) { all, initialised in
      if isFirst { _ = all.initialize(fromContentsOf: values) }
      broadcast(UnsafeMutableRawBufferPointer(all))
      initialised = total
    }
  }
}
