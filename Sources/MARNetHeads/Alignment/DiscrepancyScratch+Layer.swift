// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The discrepancy of one layer, in four phases over blocks of rows and over classes.
extension DiscrepancyScratch {
  /// `weight` times L of the layer; writes its gradients.
  func discrepancy(_ layer: DiscrepancyLayer, weight: Float, pool: WorkerPool) -> Double {
    let blocks = RowBlocks(rowCount: groups.pairCount)
    let all = 0..<groups.pairCount
    pool.forEach(blocks.count) { task, _ in
      layer.source.makeSquares(blocks.range(task))
      layer.target.makeSquares(blocks.range(task))
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      DiscrepancyLayer.distances(
        layer.source, rows, layer.target, all, into: between.rows(rows).columns(all))
    }
    pool.forEach(groups.count) { group, _ in measure(group, layer) }
    pool.forEach(groups.count) { group, _ in
      losses[group] =
        compareBetween(group, weight)
        + compareWithin(group, weight, layer.source, withinSource, isSource: true)
        + compareWithin(group, weight, layer.target, withinTarget, isSource: false)
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      let own = between.rows(rows).columns(all)
      Product.rowsTimesColumns(
        own, layer.target.x, into: layer.source.gradient.rows(rows), accumulate: true, scale: -2)
      for row in rows {
        let g = between.row(row)
        var total = sourceTotals[row]
        for column in all { total += g[column] }
        layer.source.add(2 * total, row)
      }
    }
    pool.forEach(blocks.count) { task, _ in
      let columns = blocks.range(task)
      let own = between.rows(all).columns(columns)
      Product.columnsTimesColumns(
        own, layer.source.x, into: layer.target.gradient.rows(columns), accumulate: true,
        scale: -2)
      for row in all {
        marnet_add(own.row(row), targetTotals + columns.lowerBound, own.columnCount)
      }
      for column in columns { layer.target.add(2 * targetTotals[column], column) }
    }
    var sum = 0.0
    for group in 0..<groups.count { sum += losses[group] }
    return sum
  }

  /// Distances within a class, and the sums of those of the class.
  private func measure(_ group: Int, _ layer: DiscrepancyLayer) {
    let rows = groups.range(group)
    let (source, target) = (
      withinSource.rows(rows).columns(rows), withinTarget.rows(rows).columns(rows)
    )
    DiscrepancyLayer.distances(layer.source, rows, layer.source, rows, into: source)
    DiscrepancyLayer.distances(layer.target, rows, layer.target, rows, into: target)
    sourceSums[group] = source.sumOffDiagonal()
    targetSums[group] = target.sumOffDiagonal()
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

  /// Kernels within a class of one modality, for every class it is compared with; the part of
  /// the rows' gradients and of `totals` that comes of them.
  private func compareWithin(
    _ group: Int, _ weight: Float, _ side: DiscrepancyLayer.Side, _ distances: MatrixView,
    isSource: Bool
  ) -> Double {
    let (rows, count) = (groups.range(group), groups.count)
    let totals = isSource ? sourceTotals : targetTotals
    for row in rows { totals[row] = 0 }
    // A row's distance from itself is 0 for every γ; shares of several classes cancel there.
    let diagonal = count == 1 ? Double(weight) * 5 * Double(exponentialOfLeast) : 0
    var sum = diagonal / Double(rows.count)
    guard rows.count > 1 else {
      side.gradient.rows(rows).fill(0)
      return sum
    }
    fillWithin(group, weight, isSource: isSource)
    for row in rows {
      let d = distances.row(row)
      d[row] = 0
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
    let block = distances.rows(rows).columns(rows)
    Product.rowsTimesColumns(
      block, side.x.rows(rows), into: side.gradient.rows(rows), scale: -2)
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

extension MatrixView {
  /// Σ of a square's elements but those on the diagonal.
  fileprivate func sumOffDiagonal() -> Float {
    var sum: Float = 0
    for row in 0..<rowCount {
      let values = self.row(row)
      for column in 0..<columnCount where column != row { sum += values[column] }
    }
    return sum
  }
}

extension DiscrepancyLayer.Side {
  /// Adds `factor` times row `row` to its gradient.
  fileprivate func add(_ factor: Float, _ row: Int) {
    marnet_combine(1, gradient.row(row), factor, x.row(row), gradient.row(row), x.columnCount)
  }
}
