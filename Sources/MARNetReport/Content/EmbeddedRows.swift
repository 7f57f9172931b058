// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// Rows of a few classes in the plane, by x_v and by x_CDR: Figure 3 of MARNet.
package struct EmbeddedRows: Sendable, Equatable {
  package struct Space: Sendable, Equatable {
    package var title: String
    package var width: Int
    package var plane: PlaneEmbedding
    /// Share of the ten nearest neighbours of the same class, measured before the projection.
    package var agreement: Double
  }

  /// Names of the classes, in the order of `classes`.
  package var names: [String]
  /// Of each row, its place in `names`.
  package var classes: [Int]
  package var visual: Space
  package var reconstructed: Space
  /// Whether the classes are those that are most confused.
  package var isDefault: Bool

  package static let neighbours = 10
  package static let classCount = 5

  /// The rows that are embedded: of each class as many as asked for, spread evenly over its rows.
  package static func rows(
    of classes: [Int], in evaluation: DetailedEvaluation, perClass: Int
  ) -> [(row: Int, label: Int)] {
    classes.flatMap { label in
      let own = evaluation.labels.indices.filter { Int(evaluation.labels[$0]) == label }
        .map { evaluation.rows[$0] }
      return EvenSpread.of(own, most: perClass).map { ($0, label) }
    }
  }

  /// - Returns: nil when stopped.
  package init?(
    visual: Matrix, reconstructed: Matrix, labels: [Int], classes: [Int], classNames: [String],
    isDefault: Bool, seed: UInt64, pool: WorkerPool,
    progress: (_ done: Int, _ count: Int) -> Bool
  ) {
    names = classes.map { classNames[$0] }
    let places = labels.map { classes.firstIndex(of: $0) ?? 0 }
    self.classes = places
    self.isDefault = isDefault
    var options = PlaneEmbedding.Options()
    options.seed = seed
    func space(_ title: String, _ points: Matrix, before: Int) -> Space? {
      let distances = PairwiseDistances(points, pool: pool)
      return PlaneEmbedding(
        distances, options, pool: pool,
        progress: { progress(before + $0, 2 * $1) }
      ).map {
        Space(
          title: title, width: points.columnCount, plane: $0,
          agreement: distances.agreement(of: places, neighbours: Self.neighbours))
      }
    }
    guard let first = space("Visual features x_v", visual, before: 0),
      let second = space(
        "Reconstructed text x_CDR", reconstructed, before: options.iterations)
    else { return nil }
    (self.visual, self.reconstructed) = (first, second)
  }
}

/// A part of a list that stands for all of it.
package enum EvenSpread {
  /// At most `most` of `values`, spread evenly, in their order.
  package static func of<Element>(_ values: [Element], most: Int) -> [Element] {
    guard values.count > most else { return values }
    return (0..<most).map { values[$0 * values.count / most] }
  }
}
