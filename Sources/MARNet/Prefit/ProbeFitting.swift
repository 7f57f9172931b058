// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Fits a probe on one modality: c by cross-validation, the final probe on all its rows, and
/// out-of-fold log-probabilities.
struct ProbeFitting {
  /// More rows than this choose c on a stratified part of this many: c barely moves beyond,
  /// and twelve fits on everything would cost more than the rest of the prefit.
  static let selectionRows = 16_384

  let options: ProbeOptions
  let classCount: Int
  let key: RandomKey
  let pool: WorkerPool
  let interrupt: PrefitInterrupt

  struct Result: Sendable {
    let probe: Probe
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
    let space = PrincipalSpace(features, rows: rows, pool: pool)
    try interrupt.check()
    let own = rows.map { labels[$0] }
    let c = try fixedC ?? chooseC(space, rows: rows, labels: own)
    let folds = StratifiedSplit.folds(labels: own, most: options.outOfFoldFolds, key: key)
    let fits = try solve(
      [Fit(held: [], c: c)] + folds.map { Fit(held: $0, c: c) }, space, rows: rows, labels: own)
    let probe = Probe(
      weights: space.weightsOnFeatures(fits[0].weights), bias: fits[0].bias, c: c)
    var logProbabilities = probe.logProbabilities(of: features, pool: pool)
    let target = logProbabilities.mutableView()
    for (fold, solution) in zip(folds, fits.dropFirst()) {
      let held = predict(space, solution, at: fold.map { rows[$0] })
      for (index, position) in fold.enumerated() {
        let row = rows[position]
        target.rows(row..<row + 1).copy(from: held.view.rows(index..<index + 1))
      }
      withExtendedLifetime(held) {}
    }
    return Result(probe: probe, logProbabilities: logProbabilities)
  }

  /// Only the probe, without out-of-fold predictions.
  func probeAlone(
    _ features: Matrix, rows: [Int], labels: [Int32], fixedC: Double?
  ) throws -> Probe {
    let space = PrincipalSpace(features, rows: rows, pool: pool)
    let own = rows.map { labels[$0] }
    let c = try fixedC ?? chooseC(space, rows: rows, labels: own)
    let fit = try solve([Fit(held: [], c: c)], space, rows: rows, labels: own)[0]
    return Probe(weights: space.weightsOnFeatures(fit.weights), bias: fit.bias, c: c)
  }

  private struct Fit {
    /// Positions left out.
    let held: [Int]
    let c: Double
  }

  /// The c of the grid with the lowest negative log-likelihood on held-out folds; the lower c
  /// of equals.
  private func chooseC(
    _ space: PrincipalSpace, rows: [Int], labels: [Int32]
  ) throws -> Double {
    var (rows, labels) = (rows, labels)
    if rows.count > Self.selectionRows {
      let part = StratifiedSplit.holdOut(
        labels: labels, fraction: Double(Self.selectionRows) / Double(rows.count),
        key: key.derived(1))
      (rows, labels) = (part.map { rows[$0] }, part.map { labels[$0] })
    }
    let folds = StratifiedSplit.folds(labels: labels, most: options.folds, key: key)
    // The weakest regularisation takes longest: it goes first.
    let grid = options.grid.sorted(by: >)
    let fits = grid.flatMap { c in folds.map { Fit(held: $0, c: c) } }
    let solutions = try solve(fits, space, rows: rows, labels: labels)
    var losses = [Double](repeating: 0, count: grid.count)
    for (index, fit) in fits.enumerated() {
      let held = predict(space, solutions[index], at: fit.held.map { rows[$0] })
      losses[index / folds.count] +=
        RowMetrics.nll(held, labels: fit.held.map { labels[$0] }).reduce(0, +)
    }
    let best = grid.indices.reversed().min { losses[$0] < losses[$1] } ?? 0
    return grid[best]
  }

  /// Independent fits side by side, one a worker.
  private func solve(
    _ fits: [Fit], _ space: PrincipalSpace, rows: [Int], labels: [Int32]
  ) throws -> [LogisticRegression.Solution] {
    let results = ResultSlots<LogisticRegression.Solution>(count: fits.count)
    pool.forEach(fits.count) { task, worker in
      let fit = fits[task]
      let held = Set(fit.held)
      let kept = rows.indices.filter { !held.contains($0) }
      let solution = LogisticRegression.fit(
        space, rows: kept.map { rows[$0] }, labels: kept.map { labels[$0] },
        classCount: classCount, c: fit.c, stop: LogisticRegression.Stop(),
        shouldStop: { interrupt.poll(worker: worker) })
      results.set(task, solution)
    }
    try interrupt.check()
    return results.values
  }

  private func predict(
    _ space: PrincipalSpace, _ solution: LogisticRegression.Solution, at rows: [Int]
  ) -> Matrix {
    let features = space.coordinates.rows(at: rows)
    var logits = Matrix(rowCount: rows.count, columnCount: classCount)
    let view = logits.mutableView()
    Product.rowsTimesRows(features.view, solution.weights.view, into: view)
    Probe.logSoftmax(view, bias: solution.bias.map { max($0, Probe.absentBias) })
    return logits
  }
}
