// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The discrepancy of one layer, in phases over blocks of rows and over classes.
extension DiscrepancyScratch {
  /// `weight` times L of the layer; writes its gradients.
  func discrepancy(_ layer: DiscrepancyLayer, weight: Float, pool: WorkerPool) -> Double {
    let blocks = RowBlocks(rowCount: groups.pairCount)
    let all = 0..<groups.pairCount
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      layer.distances(rows, into: between.rows(rows).columns(all))
    }
    pool.forEach(groups.count) { group, _ in measure(group, layer) }
    pool.forEach(groups.count) { group, _ in
      losses[group] =
        compareBetween(group, weight)
        + compareWithin(group, weight, withinSource, isSource: true)
        + compareWithin(group, weight, withinTarget, isSource: false)
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      sourceGradient(layer, rows, all)
      targetGradient(layer, rows, all)
    }
    var sum = 0.0
    for group in 0..<groups.count { sum += losses[group] }
    return sum
  }

  private func sourceGradient(_ layer: DiscrepancyLayer, _ rows: Range<Int>, _ all: Range<Int>) {
    for row in rows {
      let g = between.row(row)
      for column in all { sourceTotals[row] += g[column] }
    }
    layer.source.makeGradient(rows, totals: sourceTotals, within: withinSource, groups) {
      layer.target.byColumns.multiply(between.rows(rows).columns(all), into: $0, accumulate: $1)
    }
  }

  private func targetGradient(
    _ layer: DiscrepancyLayer, _ columns: Range<Int>, _ all: Range<Int>
  ) {
    let own = between.rows(all).columns(columns)
    let totals = targetTotals + columns.lowerBound
    for row in all { marnet_add(own.row(row), totals, own.columnCount) }
    layer.target.makeGradient(columns, totals: targetTotals, within: withinTarget, groups) {
      layer.source.byColumns.multiplyTransposed(own, into: $0, accumulate: $1)
    }
  }

  /// Distances within a class, and the sums of those of the class.
  private func measure(_ group: Int, _ layer: DiscrepancyLayer) {
    let rows = groups.range(group)
    sourceSums[group] = 2 * layer.source.distances(within: rows, into: withinSource)
    targetSums[group] = 2 * layer.target.distances(within: rows, into: withinTarget)
    let sums = betweenSums.row(group)
    for other in 0..<groups.count { sums[other] = 0 }
    for row in rows {
      let d = between.row(row)
      for column in 0..<groups.pairCount { sums[groups.groups[column]] += d[column] }
    }
  }

  /// 1/γ of source class c and target class c′.
  private func inverse(_ source: Int, _ target: Int) -> Float {
    if let fixedWidth { return 1 / fixedWidth }
    let count = Float(groups.range(source).count + groups.range(target).count)
    let sum = sourceSums[source] + targetSums[target] + 2 * betweenSums.row(source)[target]
    return count * (count - 1) / sum
  }

  /// What M of two classes counts in L.
  private func share(_ isSame: Bool, _ weight: Float) -> Float {
    let count = Float(groups.count)
    return isSame ? weight / count : -weight / (count * (count - 1))
  }

  /// Kernels of the source rows of a class with all target rows.
  private func compareBetween(_ group: Int, _ weight: Float) -> Double {
    let rows = groups.range(group)
    let (inverses, weights) = (betweenInverses.row(group), betweenWeights.row(group))
    for other in 0..<groups.count {
      let columns = groups.range(other)
      let inverse = inverse(group, other)
      let part = -2 * share(group == other, weight) / Float(rows.count * columns.count)
      for column in columns { (inverses[column], weights[column]) = (inverse, part) }
    }
    var sum = 0.0
    for row in rows {
      sum += marnet_gaussian_kernels(between.row(row), inverses, weights, groups.pairCount)
    }
    return sum
  }

  /// Kernels within a class of one modality, for every class it is compared with; replaces the
  /// distances by ∂L/∂ of them.
  private func compareWithin(
    _ group: Int, _ weight: Float, _ distances: MatrixView, isSource: Bool
  ) -> Double {
    let (rows, count) = (groups.range(group), groups.count)
    let totals = isSource ? sourceTotals : targetTotals
    for row in rows { totals[row] = 0 }
    // A row's distance from itself is 0 for every γ; shares of several classes cancel there.
    let diagonal = count == 1 ? Double(weight) * 5 * Double(exponentialOfLeast) : 0
    var sum = diagonal / Double(rows.count)
    guard rows.count > 1 else { return sum }
    fillWithin(group, weight, isSource: isSource)
    for row in rows {
      let d = distances.row(row)
      let others = row + 1..<rows.upperBound
      guard !others.isEmpty else { break }
      let (copies, first) = (withinDistances.pointer, others.lowerBound * count)
      for column in others {
        (copies + column * count).update(repeating: d[column], count: count)
      }
      sum += marnet_gaussian_kernels(
        copies + first, withinInverses.pointer + first, withinWeights.pointer + first,
        others.count * count)
      for column in others {
        var slope: Float = 0
        for other in 0..<count { slope += copies[column * count + other] }
        d[column] = slope
        distances.row(column)[row] = slope
        totals[row] += slope
        totals[column] += slope
      }
    }
    return sum
  }

  /// 1/γ and weights of a class with each class, once for each of its rows; both orders of a
  /// pair of rows count.
  private func fillWithin(_ group: Int, _ weight: Float, isSource: Bool) {
    let (rows, count) = (groups.range(group), groups.count)
    let (inverses, weights) = (withinInverses.pointer, withinWeights.pointer)
    let squares = Float(rows.count * rows.count)
    let first = rows.lowerBound * count
    for other in 0..<count {
      inverses[first + other] = isSource ? inverse(group, other) : inverse(other, group)
      weights[first + other] = 2 * share(group == other, weight) / squares
    }
    for row in rows.dropFirst() {
      (inverses + row * count).update(from: inverses + first, count: count)
      (weights + row * count).update(from: weights + first, count: count)
    }
  }

  /// exp(−1e-5): the kernel's value at no distance.
  private var exponentialOfLeast: Float { 0.99999 }
}
