// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetData
import MARNetDense

/// The objective of `LogisticObjective` over rows that are read anew for every evaluation: as
/// many as there are, in a fixed memory; each rank sums over its own.
///
/// Variables are those of `LogisticObjective` in the same `PrincipalSpace`, whose basis a part
/// of the rows has defined; weights are taken to features, and gradients back.
package final class StreamedLogisticObjective: DifferentiableObjective {
  private static let taskRows = 256
  private static let taskColumns = 128

  package let count: Int
  private let rows: PreparedRows
  /// Position of the label among the classes present; -1 leaves a row out. `[N of the source]`
  private let classOfSource: [Int32]
  private let present: [Int]
  /// Weight of a row of each class present; nil where every row counts once.
  private let classWeights: [Float]?
  /// Weight of all rows of each class present.
  private let classMasses: [Double]
  private let mass: Double
  private let space: PrincipalSpace
  private let ridge: Double
  private let pool: WorkerPool

  package init(
    _ rows: PreparedRows, labelled: [Int], space: PrincipalSpace, c: Double, pool: WorkerPool
  ) {
    self.rows = rows
    self.space = space
    self.pool = pool
    let present = Set(labelled.map { rows.labels[$0] }).sorted().map { Int($0) }
    self.present = present
    var position = [Int32](repeating: -1, count: rows.classCount)
    for (index, label) in present.enumerated() { position[label] = Int32(index) }
    var classes = [Int32](repeating: -1, count: rows.visual.rowCount)
    var sizes = [Int](repeating: 0, count: present.count)
    for row in labelled {
      let index = position[Int(rows.labels[row])]
      classes[rows.source(row)] = index
      sizes[Int(index)] += 1
    }
    classOfSource = classes
    let weights = rows.classWeights.map { table in present.map { Float(table.values[$0]) } }
    classWeights = weights
    let masses = sizes.indices.map { Double(sizes[$0]) * Double(weights?[$0] ?? 1) }
    classMasses = masses
    mass = masses.reduce(0, +)
    ridge = 1 / (c * mass)
    count = present.count * (space.width + 1)
  }

  /// Minimises from `start`, the solution of a part of the rows.
  package func solve(
    from start: LogisticRegression.Solution, stop: LogisticRegression.Stop,
    checkpoint: () throws -> Void
  ) throws -> LogisticRegression.Solution {
    let width = space.width
    var point = [Double](repeating: 0, count: count)
    for (index, label) in present.enumerated() {
      for j in 0..<width { point[index * width + j] = Double(start.weights[label, j]) }
      point[present.count * width + index] = Double(start.bias[label])
    }
    _ = try LBFGS(tolerance: stop.tolerance, maximumIterations: stop.iterations)
      .minimise(self, from: &point, checkpoint: checkpoint)
    var weights = Matrix(rowCount: rows.classCount, columnCount: width)
    var bias = [Float](repeating: -.infinity, count: rows.classCount)
    for (index, label) in present.enumerated() {
      for j in 0..<width { weights[label, j] = Float(point[index * width + j]) }
      bias[label] = Float(point[present.count * width + index])
    }
    return LogisticRegression.Solution(weights: weights, bias: bias)
  }

  package func evaluate(_ point: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>)
    throws
    -> (value: Double, scale: Double)
  {
    let (classes, width) = (present.count, space.width)
    var weights = Matrix(rowCount: classes, columnCount: width)
    let penalty = marnet_narrow(point, weights.mutableView().pointer, classes * width)
    let bias = (0..<classes).map { Float(point[classes * width + $0]) }
    let onFeatures = space.weightsOnFeatures(weights)
    let packed = PackedMatrix(
      innerCount: onFeatures.columnCount, columnCount: classes, precision: .float32)
    packed.pack(onFeatures.view, .transposed)
    var sums = Sums(classes: classes, width: onFeatures.columnCount)
    try rows.visual.rows.forEachBlock { range, block in
      add(block, first: range.lowerBound, packed, bias, to: &sums)
    }
    sums.add(over: rows.visual.rows.ranks)
    let inverse = 1 / mass
    var onRows = Matrix(rowCount: classes, columnCount: onFeatures.columnCount)
    let target = onRows.mutableView()
    for index in 0..<classes * onFeatures.columnCount {
      target.pointer[index] = Float(sums.weights[index] * inverse)
    }
    let onCoordinates = space.gradientOnCoordinates(onRows)
    for index in 0..<classes * width {
      gradient[index] = Double(onCoordinates.view.pointer[index]) + ridge * point[index]
    }
    withExtendedLifetime(onCoordinates) {}
    for k in 0..<classes {
      gradient[classes * width + k] = (sums.bias[k] - classMasses[k]) * inverse
    }
    return (
      sums.loss * inverse + 0.5 * ridge * penalty,
      max(1 - sums.squares * inverse, 1e-9) / Double(classes)
    )
  }

  package func writeInverseCurvature(scale: Double, into result: UnsafeMutablePointer<Float>) {
    LogisticObjective.writeInverseCurvature(
      variances: space.variances, ridge: ridge, classCount: present.count, scale: scale,
      into: result)
  }

  /// Sums over the rows so far.
  private struct Sums {
    /// Rᵀ X, `[C, D]`, in Double: Float32 would lose rows among millions.
    var weights: [Double]
    var bias: [Double]
    var loss = 0.0
    var squares = 0.0

    init(classes: Int, width: Int) {
      weights = [Double](repeating: 0, count: classes * width)
      bias = [Double](repeating: 0, count: classes)
    }

    mutating func add(over ranks: any RankGroup) {
      guard ranks.isShared else { return }
      ranks.sum(&weights)
      bias += [loss, squares]
      ranks.sum(&bias)
      (squares, loss) = (bias.removeLast(), bias.removeLast())
    }
  }

  private func add(
    _ block: Matrix, first: Int, _ weights: PackedMatrix, _ bias: [Float], to sums: inout Sums
  ) {
    let places = (0..<block.rowCount).filter { classOfSource[first + $0] >= 0 }
    guard !places.isEmpty else { return }
    let (classes, width) = (present.count, block.columnCount)
    var x = Matrix(rowCount: places.count, columnCount: width)
    let features = x.mutableView()
    var r = Matrix(rowCount: places.count, columnCount: classes)
    let residuals = r.mutableView()
    let tasks = (places.count + Self.taskRows - 1) / Self.taskRows
    var parts = [Double](repeating: 0, count: tasks * (classes + 2))
    parts.withUnsafeMutableBufferPointer { parts in
      nonisolated(unsafe) let parts = parts
      pool.forEach(tasks) { task, _ in
        let range = task * Self.taskRows..<min((task + 1) * Self.taskRows, places.count)
        for place in range {
          let values = features.row(place)
          values.update(from: block.view.row(places[place]), count: width)
          rows.visual.finish(first + places[place], values)
        }
        weights.multiply(features.rows(range), into: residuals.rows(range))
        let own = task * (classes + 2)
        for place in range {
          let label = Int(classOfSource[first + places[place]])
          let z = residuals.row(place)
          for k in 0..<classes { z[k] += bias[k] }
          let logit = Double(z[label])
          var sum = 0.0
          let largest = marnet_exp_row(z, classes, &sum)
          let scale = Float(1 / sum)
          let weight = classWeights?[label] ?? 1
          for k in 0..<classes {
            let p = z[k] * scale
            z[k] = weight * p
            parts[own + k] += Double(z[k])
            parts[own + classes + 1] += Double(z[k] * p)
          }
          parts[own + classes] +=
            Double(weight) * (Double(largest) + LogProbabilities.logarithm(sum) - logit)
          z[label] -= weight
        }
      }
      for task in 0..<tasks {
        let own = task * (classes + 2)
        for k in 0..<classes { sums.bias[k] += parts[own + k] }
        sums.loss += parts[own + classes]
        sums.squares += parts[own + classes + 1]
      }
    }
    addGradient(residuals, features, to: &sums.weights)
    withExtendedLifetime((x, r, block)) {}
  }

  /// Rᵀ X of a block, a range of columns a task.
  private func addGradient(
    _ residuals: MatrixView, _ features: MatrixView, to sums: inout [Double]
  ) {
    let (classes, width) = (residuals.columnCount, features.columnCount)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      pool.forEach((width + Self.taskColumns - 1) / Self.taskColumns) { task, _ in
        let columns = task * Self.taskColumns..<min((task + 1) * Self.taskColumns, width)
        var workspace = Workspace()
        let slot = workspace.reserve(classes, columns.count)
        workspace.make()
        Product.columnsTimesColumns(
          residuals, features.columns(columns), into: workspace[slot])
        for k in 0..<classes {
          let part = workspace[slot].row(k)
          for (j, column) in columns.enumerated() { sums[k * width + column] += Double(part[j]) }
        }
        withExtendedLifetime(workspace) {}
      }
    }
  }
}
