// SPDX-License-Identifier: Apache-2.0

/// Streams of random numbers of a fit; each keeps its number, or seeds stop repeating.
package enum FitStream {
  package static let prefit: UInt64 = 1
  package static let split: UInt64 = 2
  package static let networks: UInt64 = 10
  /// And the number after it: two networks.
  package static let imageOnly: UInt64 = 11
}
