// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// A probe together with those of its folds: log-probabilities of any row, out of fold for the
/// rows that had a part in the fit.
package struct OutOfFoldProbe: Sendable {
  package let probe: Probe
  /// Each fitted without one fold.
  let folds: [Probe]
  /// `[n]`, the fold that a row was left out of; `whole` takes the probe itself.
  let fold: [UInt8]
  /// Right operands of `folds`, then of `probe`.
  private let packed: [PackedMatrix]
  static let whole = UInt8.max

  init(_ probe: Probe, folds: [Probe], fold: [UInt8]) {
    self.probe = probe
    self.folds = folds
    self.fold = fold
    packed = (folds + [probe]).map { one in
      let result = PackedMatrix(
        innerCount: one.weights.columnCount, columnCount: one.weights.rowCount,
        precision: .float32)
      result.pack(one.weights.view, .transposed)
      return result
    }
  }

  /// Writes the log-probabilities of rows, on the calling thread.
  ///
  /// - Parameters:
  ///   - rows: `[m]`, which of the n rows they are.
  ///   - features: `[m, D]`, standardised.
  ///   - target: `[m, C]`.
  func write(_ rows: [Int], features: MatrixView, into target: MatrixView) {
    for (index, weights) in packed.enumerated() {
      let own = index < folds.count ? UInt8(index) : Self.whole
      let places = rows.indices.filter { fold[rows[$0]] == own }
      guard !places.isEmpty else { continue }
      var workspace = Workspace()
      let x = workspace.reserve(places.count, features.columnCount)
      let z = workspace.reserve(places.count, target.columnCount)
      workspace.make()
      for (slot, place) in places.enumerated() {
        workspace[x].row(slot).update(from: features.row(place), count: features.columnCount)
      }
      weights.multiply(workspace[x], into: workspace[z])
      Probe.logSoftmax(workspace[z], bias: index < folds.count ? folds[index].bias : probe.bias)
      for (slot, place) in places.enumerated() {
        target.row(place).update(from: workspace[z].row(slot), count: target.columnCount)
      }
      withExtendedLifetime(workspace) {}
    }
  }
}
