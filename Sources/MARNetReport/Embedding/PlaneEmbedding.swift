// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// Points in the plane that are near where rows of features are near: exact t-SNE (van der
/// Maaten and Hinton, JMLR 9, 2008).
///
/// MARNet (arXiv 2407.18854, Fig. 3) draws five classes of 100 samples and gives no settings:
/// these are scikit-learn's defaults, with the gradient over all pairs in place of its
/// approximation.
package struct PlaneEmbedding: Sendable, Equatable {
  /// The settings.
  package struct Options: Sendable, Equatable {
    /// Neighbours a point counts with; a third of the points where there are fewer than 91.
    package var perplexity = 30.0
    /// p is this many times as large at first, so that clusters form.
    package var exaggeration = 12.0
    /// Iterations of that.
    package var earlyIterations = 250
    /// Iterations in all.
    package var iterations = 1_000
    /// Of the noise on the start.
    package var seed: UInt64 = 0

    package init() {}
  }

  /// Coordinates, `[N]` each.
  package let x: [Float]
  package let y: [Float]
  /// Σ p ln(p / q), nats.
  package let divergence: Double
  /// The perplexity that was used.
  package let perplexity: Double
  /// Iterations that were made.
  package let iterations: Int

  /// More points take more memory and time than a figure is worth: 370 MB and half a minute.
  package static let mostPoints = 5_000
  /// Fewer show nothing.
  package static let fewestPoints = 8

  private static let checkInterval = 50
  /// Iterations without a smaller divergence after which it ends.
  private static let patience = 300
  private static let smallestGradient = 1e-7
}

extension PlaneEmbedding {
  /// Embeds the rows of `points`, `[N, D]`, finite.
  ///
  /// - Parameter progress: iterations done, every 50; false stops.
  /// - Returns: nil when stopped.
  /// - Precondition: `fewestPoints` to `mostPoints` rows.
  /// - Complexity: O(N²) space, O(N² (D + iterations)) time.
  package init?(
    _ points: Matrix, _ options: Options = Options(), pool: WorkerPool,
    progress: (_ iteration: Int, _ count: Int) -> Bool = { _, _ in true }
  ) {
    self.init(PairwiseDistances(points, pool: pool), options, pool: pool, progress: progress)
  }

  package init?(
    _ distances: PairwiseDistances, _ options: Options, pool: WorkerPool,
    progress: (_ iteration: Int, _ count: Int) -> Bool
  ) {
    let count = distances.count
    precondition(
      (Self.fewestPoints...Self.mostPoints).contains(count),
      "an embedding takes \(Self.fewestPoints) to \(Self.mostPoints) points; got \(count)")
    perplexity = min(options.perplexity, Double(count - 1) / 3)
    let affinities = Affinities(distances, perplexity: perplexity, pool: pool)
    let forces = EmbeddingForces(
      affinities, start: PlaneStart.of(distances, seed: options.seed, pool: pool), pool: pool)
    var done = 0
    // Velocities and gains that were learned of exaggerated forces do not hold for the others.
    for isEarly in [true, false] {
      var descent = Descent(count: count, exaggeration: options.exaggeration)
      var (best, bestIteration) = (Double.infinity, done)
      while done < (isEarly ? options.earlyIterations : options.iterations) {
        forces.compute(exaggeration: isEarly ? options.exaggeration : 1)
        descent.step(forces, momentum: isEarly ? 0.5 : 0.8)
        done += 1
        guard done % Self.checkInterval == 0 else { continue }
        guard progress(done, options.iterations) else { return nil }
        // Exaggeration can draw everything into one point, from which only its end leads out.
        if descent.gradientNorm(forces) <= Self.smallestGradient { break }
        guard !isEarly else { continue }
        let divergence = forces.divergence()
        if divergence < best {
          (best, bestIteration) = (divergence, done)
        } else if done - bestIteration > Self.patience {
          break
        }
      }
    }
    forces.compute(exaggeration: 1)
    divergence = forces.divergence()
    iterations = done
    x = Array(UnsafeBufferPointer(start: forces.x.pointer, count: count))
    y = Array(UnsafeBufferPointer(start: forces.y.pointer, count: count))
  }

  /// Gradient descent with momentum and a gain for every coordinate.
  private struct Descent {
    private let learningRate: Float
    private var velocities: [[Float]]
    private var gains: [[Float]]

    package init(count: Int, exaggeration: Double) {
      learningRate = Float(max(Double(count) / exaggeration / 4, 50))
      velocities = [[Float]](repeating: [Float](repeating: 0, count: count), count: 2)
      gains = [[Float]](repeating: [Float](repeating: 1, count: count), count: 2)
    }

    package mutating func step(_ forces: EmbeddingForces, momentum: Float) {
      move(forces.x, forces.gradientX, axis: 0, momentum)
      move(forces.y, forces.gradientY, axis: 1, momentum)
    }

    private mutating func move(
      _ coordinates: AlignedBuffer, _ gradient: [Float], axis: Int, _ momentum: Float
    ) {
      for index in gradient.indices {
        // Grows while the point goes on downhill, shrinks where it went too far.
        let isDownhill = velocities[axis][index] * gradient[index] < 0
        let gain = isDownhill ? gains[axis][index] + 0.2 : gains[axis][index] * 0.8
        gains[axis][index] = max(gain, 0.01)
        velocities[axis][index] =
          momentum * velocities[axis][index]
          - learningRate * gains[axis][index] * gradient[index]
        coordinates.pointer[index] += velocities[axis][index]
      }
    }

    /// As scikit-learn takes it: of the gradient times the gains.
    package func gradientNorm(_ forces: EmbeddingForces) -> Double {
      var sum = 0.0
      for index in forces.gradientX.indices {
        let x = Double(forces.gradientX[index] * gains[0][index])
        let y = Double(forces.gradientY[index] * gains[1][index])
        sum += x * x + y * y
      }
      return sum.squareRoot()
    }
  }
}
