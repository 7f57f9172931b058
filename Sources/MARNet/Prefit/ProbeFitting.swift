// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Fits a probe on one modality: c by cross-validation, the final probe, and those of its folds
/// for out-of-fold log-probabilities.
struct ProbeFitting {
  /// More rows than this choose c on a stratified part of this many: c barely moves beyond,
  /// and twelve fits on everything would cost more than the rest of the prefit. Out-of-fold
  /// fits stop earlier, too.
  static let selectionRows = 8_192
  /// No out-of-fold fit uses more rows than this, a stratified part of its own.
  static let outOfFoldRows = 32_768

  let options: ProbeOptions
  let classCount: Int
  let classWeights: ClassWeightTable?
  let key: RandomKey
  let pool: WorkerPool
  /// Called often; what it throws ends the fits.
  let checkpoint: () throws -> Void

  struct Result: Sendable {
    let space: PrincipalSpace
    let solution: LogisticRegression.Solution
    let probe: Probe
    /// Wall-clock time of the probe alone.
    let probeSeconds: Double
    /// Each fitted without one fold; empty where none were asked for.
    let folds: [Probe]
    /// The fold of each row.
    let foldOfRow: [UInt8]
  }

  /// - Parameters:
  ///   - rows: the labelled rows to fit on.
  ///   - labels: theirs.
  ///   - fixedC: taken instead of cross-validation.
  ///   - withFolds: whether the folds are fitted, too.
  func run(
    _ rows: SampleRows, labels: [Int32], fixedC: Double?, withFolds: Bool
  ) throws -> Result {
    let start = ContinuousClock.now
    let space = PrincipalSpace(rows, pool: pool)
    let (probe, solution) = try probe(space, labels: labels, fixedC: fixedC)
    let seconds = (ContinuousClock.now - start).inSeconds
    var folds: [Probe] = []
    var foldOfRow = [UInt8](repeating: OutOfFoldProbe.whole, count: withFolds ? labels.count : 0)
    let stop: LogisticRegression.Stop = rows.count > Self.selectionRows ? .coarse : .fine
    let divided =
      withFolds ? StratifiedSplit.folds(labels: labels, most: options.outOfFoldFolds, key: key) : []
    for (index, fold) in divided.enumerated() {
      let kept = limited(labels.indices.subtracting(fold), labels)
      // Every fit starts anew: a start that knows the held rows would not be out of fold.
      let solution = try regression(space, labels: labels, at: kept)
        .solve(c: probe.c, stop: stop, checkpoint: checkpoint)
      folds.append(self.probe(space, solution, c: probe.c))
      for position in fold { foldOfRow[position] = UInt8(index) }
    }
    return Result(
      space: space, solution: solution, probe: probe, probeSeconds: seconds, folds: folds,
      foldOfRow: foldOfRow)
  }

  func probe(
    _ space: PrincipalSpace, _ solution: LogisticRegression.Solution, c: Double
  ) -> Probe {
    Probe(weights: space.weightsOnFeatures(solution.weights), bias: solution.bias, c: c)
  }

  private func probe(
    _ space: PrincipalSpace, labels: [Int32], fixedC: Double?
  ) throws -> (Probe, LogisticRegression.Solution) {
    let choice =
      try fixedC.map { Choice(c: $0, start: nil) } ?? choose(space, labels: labels)
    let fit = try regression(space, labels: labels, at: Array(labels.indices))
      .solve(c: choice.c, stop: stop, from: choice.start, checkpoint: checkpoint)
    return (probe(space, fit, c: choice.c), fit)
  }

  /// Where the probe that predicts stops.
  var stop: LogisticRegression.Stop {
    LogisticRegression.Stop(
      tolerance: options.tolerance,
      iterations: options.tolerance < LogisticRegression.Stop.fine.tolerance ? 3_000 : 300)
  }

  private struct Choice {
    let c: Double
    /// The mean of the folds' solutions for it.
    let start: LogisticRegression.Solution?
  }

  /// The c of the grid with the lowest weighted negative log-likelihood on held-out folds; the lower c
  /// of equals.
  private func choose(_ space: PrincipalSpace, labels: [Int32]) throws -> Choice {
    let selected = selection(labels)
    let own = selected.map { labels[$0] }
    let folds = StratifiedSplit.folds(labels: own, most: options.folds, key: key)
    let grid = options.grid.sorted()
    var losses = [Double](repeating: 0, count: grid.count)
    var solutions = [[LogisticRegression.Solution]](repeating: [], count: grid.count)
    for fold in folds {
      let kept = own.indices.subtracting(fold).map { selected[$0] }
      let path = try regression(space, labels: labels, at: kept)
        .path(grid, stop: .coarse, checkpoint: checkpoint)
      let held = fold.map { selected[$0] }
      let coordinates = Matrix(rowCount: held.count, columnCount: space.width) {
        space.coordinates(of: held[...], into: $0)
      }
      for (index, solution) in path.enumerated() {
        let predicted = Probe(weights: solution.weights, bias: solution.bias, c: 0)
          .logProbabilities(of: coordinates, pool: pool)
        let own = held.map { labels[$0] }
        losses[index] += RowMetrics.sum(
          RowMetrics.nll(predicted, labels: own), weights: classWeights?.weights(of: own))
        solutions[index].append(solution)
      }
    }
    let best = grid.indices.min { losses[$0] < losses[$1] } ?? 0
    return Choice(c: grid[best], start: LogisticRegression.Solution(meanOf: solutions[best]))
  }

  /// Positions of the rows that choose c.
  private func selection(_ labels: [Int32]) -> [Int] {
    guard labels.count > Self.selectionRows else { return Array(labels.indices) }
    return StratifiedSplit.holdOut(
      labels: labels, fraction: Double(Self.selectionRows) / Double(labels.count),
      key: key.derived(1))
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
    _ space: PrincipalSpace, labels: [Int32], at positions: [Int]
  ) -> LogisticRegression {
    LogisticRegression(
      space, rows: positions, labels: positions.map { labels[$0] }, classCount: classCount,
      classWeights: classWeights, pool: pool)
  }
}

extension Range<Int> {
  /// The positions that are not among `others`.
  fileprivate func subtracting(_ others: [Int]) -> [Int] {
    let others = Set(others)
    return filter { !others.contains($0) }
  }
}
