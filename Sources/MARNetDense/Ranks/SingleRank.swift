// SPDX-License-Identifier: Apache-2.0

/// A fit of one process: every operation leaves its values as they are.
package final class SingleRank: RankGroup {
  package static let only = SingleRank()

  package var rank: Int { 0 }
  package var count: Int { 1 }

  private init() {}

  package func sum(_ values: UnsafeMutableBufferPointer<Double>) {}

  package func beginSum(_ values: UnsafeMutableBufferPointer<Float>) {}

  package func advanceSums() {}

  package func finishSums() {}

  package func gather(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer,
    byteCounts: UnsafeBufferPointer<Int>
  ) {
    if UnsafeRawPointer(all.baseAddress) != own.baseAddress { all.copyMemory(from: own) }
  }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}
}
