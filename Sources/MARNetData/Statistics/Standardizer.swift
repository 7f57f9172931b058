// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Per-dimension standardisation: z = (x - mean) scale, with scale = 1 / sd.
///
/// The standard deviation is that of the population (divided by n). A dimension
/// whose deviation is below 1e-6 counts as constant: its scale is 0, and so is z.
/// Statistics are summed in Double over rows in ascending order on one thread, so
/// that their bits depend on the data alone; they are kept, and applied, in Float32.
public struct Standardizer: Sendable, Equatable {
  /// Means, `[D]`.
  public let mean: [Float]
  /// Reciprocal standard deviations, `[D]`; 0 for constant dimensions.
  public let scale: [Float]

  /// Deviations below this count as constant.
  static let smallestDeviation = 1e-6

  /// Takes statistics computed before, such as those of a saved model.
  ///
  /// - Precondition: as many means as scales.
  public init(mean: [Float], scale: [Float]) {
    precondition(
      mean.count == scale.count,
      "as many means as scales are needed; got \(mean.count) and \(scale.count)")
    self.mean = mean
    self.scale = scale
  }

  /// Computes the statistics of `matrix`, `[N, D]`.
  ///
  /// - Parameter rows: the rows to use, in the order given; all when nil. Without any
  ///   row every dimension counts as constant.
  /// - Complexity: two passes over the rows.
  public init(of matrix: Matrix, rows: [Int]? = nil) {
    let view = matrix.view
    let rows = rows ?? Array(0..<matrix.rowCount)
    let width = matrix.columnCount
    let count = Double(max(rows.count, 1))
    var mean = [Double](repeating: 0, count: width)
    var squares = [Double](repeating: 0, count: width)
    mean.withUnsafeMutableBufferPointer { mean in
      squares.withUnsafeMutableBufferPointer { squares in
        for row in rows {
          let values = view.row(row)
          for column in 0..<width { mean[column] += Double(values[column]) }
        }
        for column in 0..<width { mean[column] /= count }
        for row in rows {
          let values = view.row(row)
          for column in 0..<width {
            let deviation = Double(values[column]) - mean[column]
            squares[column] += deviation * deviation
          }
        }
      }
    }
    self.mean = mean.map { Float($0) }
    scale = squares.map { sum in
      let deviation = (sum / count).squareRoot()
      return deviation < Self.smallestDeviation ? 0 : Float(1 / deviation)
    }
  }

  /// Standardises a copy of `matrix`, `[N, D]`.
  ///
  /// - Parameter hasRow: rows where it is false become 0, as rows without text must.
  public func callAsFunction(_ matrix: Matrix, keeping hasRow: [Bool]? = nil) -> Matrix {
    var result = matrix
    let view = result.mutableView()
    apply(to: view)
    if let hasRow {
      for row in 0..<view.rowCount where !hasRow[row] { view.rows(row..<row + 1).fill(0) }
    }
    return result
  }

  /// Standardises `view`, `[n, D]`, in place.
  package func apply(to view: MatrixView) {
    precondition(
      view.columnCount == mean.count,
      "statistics of \(mean.count) dimensions and rows of shape \(view.shape)")
    mean.withUnsafeBufferPointer { mean in
      scale.withUnsafeBufferPointer { scale in
        for row in 0..<view.rowCount {
          let values = view.row(row)
          for column in 0..<view.columnCount {
            values[column] = (values[column] - mean[column]) * scale[column]
          }
        }
      }
    }
  }
}
