// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The exact gradient of t-SNE's divergence (van der Maaten and Hinton 2008, eq. 5) over all pairs:
///
///     ∂KL/∂y_i = 4 Σ_j (e p_ij − q_ij) w_ij (y_i − y_j),   w_ij = 1 / (1 + ‖y_i − y_j‖²),
///     q_ij = w_ij / Z,   Z = Σ_{k≠l} w_kl
///
/// with e the exaggeration. Attraction and repulsion are summed apart, so that one pass over the
/// pairs does, Z included. Every row is summed in one order on one thread: the bits do not depend
/// on the threads.
package final class EmbeddingForces {
  private typealias Lanes = SIMD8<Float>

  /// Coordinates, `[N padded]` each; the padding is so far away that it exerts no force.
  package let x: AlignedBuffer
  package let y: AlignedBuffer
  package let count: Int
  /// Of the last call of `compute`: ∂KL/∂y, `[N]` each, and Z.
  package private(set) var gradientX: [Float]
  package private(set) var gradientY: [Float]
  package private(set) var normalization = 1.0

  private let affinities: Affinities
  private let pool: WorkerPool
  private var rowSums: [Double]
  private static let farAway: Float = 1e15

  package init(_ affinities: Affinities, start: [[Float]], pool: WorkerPool) {
    self.affinities = affinities
    self.pool = pool
    count = affinities.joint.rowCount
    let padded = Affinities.padded(count)
    (x, y) = (AlignedBuffer(count: padded), AlignedBuffer(count: padded))
    for index in 0..<padded {
      x.pointer[index] = index < count ? start[0][index] : Self.farAway
      y.pointer[index] = index < count ? start[1][index] : Self.farAway
    }
    gradientX = [Float](repeating: 0, count: count)
    gradientY = gradientX
    rowSums = [Double](repeating: 0, count: count)
  }

  /// Computes gradient and Z where the points are now.
  package func compute(exaggeration: Double) {
    var forces = [Double](repeating: 0, count: 4 * count)
    let source = affinities.joint.view
    let vectors = source.columnCount / Affinities.lanes
    forces.withUnsafeMutableBufferPointer { forces in
      rowSums.withUnsafeMutableBufferPointer { sums in
        nonisolated(unsafe) let (forces, sums) = (forces, sums)
        let (x, y) = (x.pointer, y.pointer)
        pool.forEach((count + Self.taskRows - 1) / Self.taskRows) { task, _ in
          for row in task * Self.taskRows..<min((task + 1) * Self.taskRows, count) {
            let found = Self.row(row, source.row(row), x, y, vectors: vectors)
            (forces[4 * row], forces[4 * row + 1]) = (found.attractionX, found.attractionY)
            (forces[4 * row + 2], forces[4 * row + 3]) = (found.repulsionX, found.repulsionY)
            // Its own w is 1.
            sums[row] = found.sum - 1
          }
        }
      }
    }
    normalization = max(rowSums.reduce(0, +), Double.leastNormalMagnitude)
    for row in 0..<count {
      gradientX[row] = Float(
        4 * (exaggeration * forces[4 * row] - forces[4 * row + 2] / normalization))
      gradientY[row] = Float(
        4 * (exaggeration * forces[4 * row + 1] - forces[4 * row + 3] / normalization))
    }
    withExtendedLifetime(affinities) {}
  }

  /// Σ p ln(p / q) in nats, with the Z of the last `compute`.
  package func divergence() -> Double {
    let source = affinities.joint.view
    var sums = [Double](repeating: 0, count: count)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      let (x, y) = (x.pointer, y.pointer)
      pool.forEach((count + Self.taskRows - 1) / Self.taskRows) { task, _ in
        for row in task * Self.taskRows..<min((task + 1) * Self.taskRows, count) {
          let p = source.row(row)
          for other in 0..<count where other != row {
            let (dx, dy) = (x[row] - x[other], y[row] - y[other])
            sums[row] += Double(p[other]) * log(1 + Double(dx * dx + dy * dy))
          }
        }
      }
    }
    withExtendedLifetime(affinities) {}
    return affinities.negativeEntropy + sums.reduce(0, +) + log(normalization)
  }

  private static let taskRows = PairwiseDistances.taskRows

  private struct RowForces {
    package var attractionX = 0.0
    package var attractionY = 0.0
    package var repulsionX = 0.0
    package var repulsionY = 0.0
    package var sum = 0.0
  }

  private static func row(
    _ row: Int, _ p: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, vectors: Int
  ) -> RowForces {
    let (ownX, ownY) = (Lanes(repeating: x[row]), Lanes(repeating: y[row]))
    let one = Lanes(repeating: 1)
    var (attractionX, attractionY) = (Lanes.zero, Lanes.zero)
    var (repulsionX, repulsionY, sum) = (Lanes.zero, Lanes.zero, Lanes.zero)
    for vector in 0..<vectors {
      let start = vector * Affinities.lanes
      let dx = ownX - load(x + start)
      let dy = ownY - load(y + start)
      let weight = one / (one + dx * dx + dy * dy)
      let pull = load(p + start) * weight
      let push = weight * weight
      attractionX += pull * dx
      attractionY += pull * dy
      repulsionX += push * dx
      repulsionY += push * dy
      sum += weight
    }
    return RowForces(
      attractionX: total(attractionX), attractionY: total(attractionY),
      repulsionX: total(repulsionX), repulsionY: total(repulsionY), sum: total(sum))
  }

  @inline(__always)
  private static func load(_ pointer: UnsafeMutablePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }

  private static func total(_ lanes: Lanes) -> Double {
    var sum = 0.0
    for lane in 0..<Affinities.lanes { sum += Double(lanes[lane]) }
    return sum
  }
}
