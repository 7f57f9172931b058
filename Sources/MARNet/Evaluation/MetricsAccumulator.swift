// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Metrics summed block by block; memory does not grow with the rows.
package struct MetricsAccumulator {
  package static let binCount = 15
  private var rows = 0
  private var top1 = 0
  private var top5 = 0
  private var nll = 0.0
  private var classRows: [Int]
  private var classRight: [Int]
  private var binRows: [Int]
  private var binRight: [Int]
  private var binConfidence: [Double]

  package init(classCount: Int, binCount: Int = MetricsAccumulator.binCount) {
    classRows = [Int](repeating: 0, count: classCount)
    classRight = classRows
    binRows = [Int](repeating: 0, count: binCount)
    binRight = binRows
    binConfidence = [Double](repeating: 0, count: binCount)
  }

  /// Adds rows: `logProbabilities` `[n, C]`, `labels` `[n]`; -1 leaves a row out.
  package mutating func add(logProbabilities: Matrix, labels: [Int32]) {
    let view = logProbabilities.view
    precondition(
      view.rowCount == labels.count && view.columnCount == classRows.count,
      "log-probabilities \(view.shape) need as many labels; got \(labels.count), and "
        + "\(classRows.count) classes")
    for (row, label) in labels.enumerated() where label >= 0 {
      add(UnsafeBufferPointer(start: view.row(row), count: view.columnCount), Int(label))
    }
    withExtendedLifetime(logProbabilities) {}
  }

  private mutating func add(_ values: UnsafeBufferPointer<Float>, _ label: Int) {
    let own = values[label]
    var rank = 0
    var best = 0
    for c in values.indices {
      if values[c] > own || (values[c] == own && c < label) { rank += 1 }
      if values[c] > values[best] { best = c }
    }
    // Not a number ranks behind everything: never right.
    if !own.isFinite && own != -.infinity { rank = values.count }
    rows += 1
    classRows[label] += 1
    if rank == 0 {
      top1 += 1
      classRight[label] += 1
    }
    if rank < 5 { top5 += 1 }
    nll += RowMetrics.negativeLogLikelihood(own)
    let confidence = exp(Double(values[best]))
    guard confidence.isFinite else { return }
    let bin = Int((confidence * Double(binRight.count)).rounded(.up)) - 1
    let inside = min(max(bin, 0), binRight.count - 1)
    binRows[inside] += 1
    binConfidence[inside] += confidence
    if rank == 0 { binRight[inside] += 1 }
  }

  /// The bins behind the calibration error, in ascending order of confidence.
  package var reliability: [ReliabilityBin] {
    let width = 1 / Double(binRows.count)
    return binRows.indices.map { bin in
      let rows = Double(max(binRows[bin], 1))
      return ReliabilityBin(
        lowest: Double(bin) * width, highest: Double(bin + 1) * width, rows: binRows[bin],
        confidence: binConfidence[bin] / rows, accuracy: Double(binRight[bin]) / rows)
    }
  }

  /// The metrics of all rows so far; 0 without rows.
  package var metrics: ClassificationMetrics {
    let count = Double(max(rows, 1))
    let recalls = classRows.indices.filter { classRows[$0] > 0 }
      .map { Double(classRight[$0]) / Double(classRows[$0]) }
    let ece = binRight.indices.reduce(0.0) { sum, bin in
      sum + abs(Double(binRight[bin]) - binConfidence[bin]) / count
    }
    return ClassificationMetrics(
      rows: rows, top1: Double(top1) / count, top5: Double(top5) / count,
      balancedAccuracy: recalls.isEmpty
        ? 0 : recalls.reduce(0, +) / Double(recalls.count),
      nll: nll / count, ece: ece)
  }
}
