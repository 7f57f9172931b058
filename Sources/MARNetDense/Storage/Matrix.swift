// SPDX-License-Identifier: Apache-2.0

/// A dense row-major table of Float32, `[rows, columns]`, with value semantics.
///
/// Copies share storage until one of them is changed.
public struct Matrix: Sendable {
  /// Number of rows.
  public let rowCount: Int
  /// Number of columns.
  public let columnCount: Int
  private var storage: AlignedBuffer

  /// Makes a `[rows, columns]` matrix with every element equal to `value`.
  public init(rowCount: Int, columnCount: Int, repeating value: Float = 0) {
    precondition(
      rowCount >= 0 && columnCount >= 0,
      "a matrix needs sizes of 0 or more; got [\(rowCount), \(columnCount)]")
    self.rowCount = rowCount
    self.columnCount = columnCount
    storage = AlignedBuffer(count: rowCount * columnCount, zeroed: value == 0)
    if value != 0 { storage.pointer.initialize(repeating: value, count: storage.count) }
  }

  /// Makes a `[rows, columns]` matrix whose elements `fill` writes, every one of them.
  package init<Failure: Error>(
    rowCount: Int, columnCount: Int, fill: (MatrixView) throws(Failure) -> Void
  ) throws(Failure) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    storage = AlignedBuffer(count: rowCount * columnCount, zeroed: false)
    try fill(view)
  }

  /// Makes a `[rows, columns]` matrix from `values` in row-major order.
  public init(rowCount: Int, columnCount: Int, values: [Float]) {
    precondition(
      values.count == rowCount * columnCount,
      "[\(rowCount), \(columnCount)] needs \(rowCount * columnCount) values; got \(values.count)")
    self.init(rowCount: rowCount, columnCount: columnCount)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.pointer.update(from: base, count: values.count) }
    }
  }

  /// Makes a matrix from rows of equal length.
  public init(rows: [[Float]]) {
    let columns = rows.first?.count ?? 0
    precondition(
      rows.allSatisfy { $0.count == columns },
      "rows need one length; got \(Set(rows.map(\.count)).sorted())")
    self.init(rowCount: rows.count, columnCount: columns, values: rows.flatMap { $0 })
  }

  /// The rows of `parts`, equally wide, one after the other.
  package init(stacking parts: [Matrix]) {
    let columns = parts.first?.columnCount ?? 0
    precondition(
      parts.allSatisfy { $0.columnCount == columns },
      "parts need one width; got \(Set(parts.map(\.columnCount)).sorted())")
    self.init(rowCount: parts.reduce(0) { $0 + $1.rowCount }, columnCount: columns)
    var row = 0
    for part in parts {
      view.rows(row..<row + part.rowCount).copy(from: part.view)
      row += part.rowCount
    }
  }

  /// The element at `row`, `column`.
  public subscript(row: Int, column: Int) -> Float {
    get {
      checkBounds(row, column)
      return storage.pointer[row * columnCount + column]
    }
    set {
      checkBounds(row, column)
      makeUnique()
      storage.pointer[row * columnCount + column] = newValue
    }
  }

  /// All elements in row-major order.
  public var values: [Float] {
    Array(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
  }

  /// The elements of one row.
  public func row(_ row: Int) -> [Float] {
    precondition(row >= 0 && row < rowCount, "row \(row) of a matrix of \(rowCount) rows")
    return Array(
      UnsafeBufferPointer(start: storage.pointer + row * columnCount, count: columnCount))
  }

  /// Calls `body` with all elements in row-major order; the pointer is valid during the call.
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
  }

  /// Calls `body` with all elements, to be changed; the pointer is valid during the call.
  public mutating func withUnsafeMutableBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeUnique()
    return try body(UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count))
  }

  /// A view to read from. The caller keeps the matrix alive while it uses the view.
  package var view: MatrixView {
    MatrixView(pointer: storage.pointer, rowCount: rowCount, columnCount: columnCount)
  }

  /// A view to write through; makes the storage unique first.
  package mutating func mutableView() -> MatrixView {
    makeUnique()
    return view
  }

  /// The same elements in the same order as rows of another width; shares storage.
  package func reshaped(rowCount: Int, columnCount: Int) -> Matrix {
    precondition(
      rowCount * columnCount == self.rowCount * self.columnCount,
      "\(view.shape) cannot become [\(rowCount), \(columnCount)]")
    return Matrix(rowCount: rowCount, columnCount: columnCount, sharing: storage)
  }

  private init(rowCount: Int, columnCount: Int, sharing storage: AlignedBuffer) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.storage = storage
  }

  /// The rows at `indices`, in that order: `[indices.count, columnCount]`.
  public func rows(at indices: [Int]) -> Matrix {
    let result = Matrix(rowCount: indices.count, columnCount: columnCount)
    for (target, source) in indices.enumerated() {
      precondition(
        source >= 0 && source < rowCount, "row \(source) of a matrix of \(rowCount) rows")
      (result.storage.pointer + target * columnCount)
        .update(from: storage.pointer + source * columnCount, count: columnCount)
    }
    return result
  }

  private func checkBounds(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rowCount && column >= 0 && column < columnCount,
      "element [\(row), \(column)] of a matrix [\(rowCount), \(columnCount)]")
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
  }
}

extension Matrix: Equatable {
  /// Equal shapes and equal elements.
  public static func == (left: Matrix, right: Matrix) -> Bool {
    left.rowCount == right.rowCount && left.columnCount == right.columnCount
      && left.values == right.values
  }
}
