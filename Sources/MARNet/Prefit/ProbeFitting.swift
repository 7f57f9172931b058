// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Fits a probe on one modality: c by cross-validation, the final probe on all its rows, and
/// out-of-fold log-probabilities.
struct ProbeFitting {
  /// More rows than this choose c on a stratified part of this many: c barely moves beyond,
  /// and twelve fits on everything would cost more than the rest of the prefit. Out-of-fold
  /// fits stop earlier, too.
  static let selectionRows = 8_192
  /// No out-of-fold fit uses more rows than this, a stratified part of its own.
  static let outOfFoldRows = 32_768

  let options: ProbeOptions
  let classCount: Int
  let key: RandomKey
  let pool: WorkerPool
  /// Called often; what it throws ends the fits.
  let checkpoint: () throws -> Void

  struct Result: Sendable {
    let probe: Probe
    /// Wall-clock time of the probe alone.
    let probeSeconds: Double
    /// `[N, C]`: out of fold for the rows the probe was fitted on, its own predictions elsewhere.
    let logProbabilities: Matrix
  }

  /// - Parameters:
  ///   - features: `[N, D]`, standardised.
  ///   - rows: positions of the labelled rows to fit on.
  ///   - fixedC: taken instead of cross-validation.
  func run(
    _ features: Matrix, rows: [Int], labels: [Int32], fixedC: Double?
  ) throws -> Result {
    let start = ContinuousClock.now
    let space = PrincipalSpace(features, rows: rows, pool: pool)
    let own = rows.map { labels[$0] }
    let probe = try probe(space, rows: rows, labels: own, fixedC: fixedC)
    let seconds = (ContinuousClock.now - start).inSeconds
    var logProbabilities = probe.logProbabilities(of: features, pool: pool)
    let target = logProbabilities.mutableView()
    let stop: LogisticRegression.Stop = rows.count > Self.selectionRows ? .coarse : .fine
    for fold in StratifiedSplit.folds(labels: own, most: options.outOfFoldFolds, key: key) {
      let kept = limited(own.indices.subtracting(fold), own)
      // Every fit starts anew: a start that knows the held rows would not be out of fold.
      let solution = try regression(space, rows: rows, labels: own, at: kept)
        .solve(c: probe.c, stop: stop, checkpoint: checkpoint)
      let held = predict(space, solution, at: fold.map { rows[$0] })
      for (index, position) in fold.enumerated() {
        let row = rows[position]
        target.rows(row..<row + 1).copy(from: held.view.rows(index..<index + 1))
      }
      withExtendedLifetime(held) {}
    }
    return Result(probe: probe, probeSeconds: seconds, logProbabilities: logProbabilities)
  }

  /// Only the probe, without out-of-fold predictions.
  func probeAlone(
    _ features: Matrix, rows: [Int], labels: [Int32], fixedC: Double?
  ) throws -> Probe {
    let space = PrincipalSpace(features, rows: rows, pool: pool)
    return try probe(space, rows: rows, labels: rows.map { labels[$0] }, fixedC: fixedC)
  }

  private func probe(
    _ space: PrincipalSpace, rows: [Int], labels: [Int32], fixedC: Double?
  ) throws -> Probe {
    let choice =
      try fixedC.map { Choice(c: $0, start: nil) }
      ?? choose(space, rows: rows, labels: labels)
    let fit = try regression(space, rows: rows, labels: labels, at: Array(rows.indices))
      .solve(
        c: choice.c,
        stop: LogisticRegression.Stop(
          tolerance: options.tolerance,
          iterations: options.tolerance < LogisticRegression.Stop.fine.tolerance ? 3_000 : 300),
        from: choice.start, checkpoint: checkpoint)
    return Probe(weights: space.weightsOnFeatures(fit.weights), bias: fit.bias, c: choice.c)
  }

  private struct Choice {
    let c: Double
    /// The mean of the folds' solutions for it.
    let start: LogisticRegression.Solution?
  }

  /// The c of the grid with the lowest negative log-likelihood on held-out folds; the lower c
  /// of equals.
  private func choose(
    _ space: PrincipalSpace, rows: [Int], labels: [Int32]
  ) throws -> Choice {
    let (rows, labels) = selection(rows, labels)
    let folds = StratifiedSplit.folds(labels: labels, most: options.folds, key: key)
    let grid = options.grid.sorted()
    var losses = [Double](repeating: 0, count: grid.count)
    var solutions = [[LogisticRegression.Solution]](repeating: [], count: grid.count)
    for fold in folds {
      let path = try regression(
        space, rows: rows, labels: labels, at: labels.indices.subtracting(fold)
      ).path(grid, stop: .coarse, checkpoint: checkpoint)
      for (index, solution) in path.enumerated() {
        let held = predict(space, solution, at: fold.map { rows[$0] })
        losses[index] += RowMetrics.nll(held, labels: fold.map { labels[$0] }).reduce(0, +)
        solutions[index].append(solution)
      }
    }
    let best = grid.indices.min { losses[$0] < losses[$1] } ?? 0
    return Choice(c: grid[best], start: LogisticRegression.Solution(meanOf: solutions[best]))
  }

  /// The rows that choose c.
  private func selection(_ rows: [Int], _ labels: [Int32]) -> (rows: [Int], labels: [Int32]) {
    guard rows.count > Self.selectionRows else { return (rows, labels) }
    let part = StratifiedSplit.holdOut(
      labels: labels, fraction: Double(Self.selectionRows) / Double(rows.count),
      key: key.derived(1))
    return (part.map { rows[$0] }, part.map { labels[$0] })
  }

  /// The positions of an out-of-fold fit: all that are kept, or a stratified part of many.
  private func limited(_ kept: [Int], _ labels: [Int32]) -> [Int] {
    guard kept.count > Self.outOfFoldRows else { return kept }
    let part = StratifiedSplit.holdOut(
      labels: kept.map { labels[$0] },
      fraction: Double(Self.outOfFoldRows) / Double(kept.count), key: key.derived(2))
    return part.map { kept[$0] }
  }

  private func regression(
    _ space: PrincipalSpace, rows: [Int], labels: [Int32], at positions: [Int]
  ) -> LogisticRegression {
    LogisticRegression(
      space, rows: positions.map { rows[$0] }, labels: positions.map { labels[$0] },
      classCount: classCount, pool: pool)
  }

  private func predict(
    _ space: PrincipalSpace, _ solution: LogisticRegression.Solution, at rows: [Int]
  ) -> Matrix {
    Probe(weights: solution.weights, bias: solution.bias, c: 0)
      .logProbabilities(of: space.coordinates.rows(at: rows), pool: pool)
  }
}

extension Range<Int> {
  /// The positions that are not among `others`.
  fileprivate func subtracting(_ others: [Int]) -> [Int] {
    let others = Set(others)
    return filter { !others.contains($0) }
  }
}
