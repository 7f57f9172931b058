// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Rows of features that come one after the other and once, from standard input, a pipe or a
/// file. Memory holds the bytes of one block besides the rows that were handed out: who writes
/// waits until they are wanted.
///
/// `@unchecked Sendable`: one thread reads at a time.
package final class RowStream: @unchecked Sendable {
  /// As many as a feature file may have.
  private static let mostRows = Int(Int32.max)

  /// Stands in errors.
  package let name: String
  /// Rows in all; nil where only the end tells.
  package let rowCount: Int?
  private let path: String
  private let width: Int
  private let input: ByteInput
  private let decoding: FeatureDecoding
  /// Whether a .npy array would be a mistake.
  private let isRaw: Bool
  private var nextRow = 0
  /// Bytes that were read and belong to rows not handed out yet, at the beginning of `block`.
  private var waitingCount = 0
  private var block = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Opens `path`, and reads the header of a .npy array.
  ///
  /// - Parameters:
  ///   - path: "-" is standard input.
  ///   - width: of the rows that are needed.
  ///   - goesOn: asked now and then while nothing comes; false gives up, and nil is made.
  /// - Throws: `RowStreamError`; `DataError.widthDiffersFromModel` for rows of another width.
  package init?(
    path: String, form: RowForm, width: Int, while goesOn: () -> Bool = { true }
  ) throws {
    self.path = path
    input = try ByteInput(path: path)
    (name, self.width) = (input.name, width)
    let (found, type, bigEndian, stated): (Int, FeatureType, Bool, Int?)
    switch form {
    case .raw(let rawWidth, let rawType, let rowCount):
      precondition(
        rawWidth > 0 && FeatureType.writable.contains(rawType) && rowCount ?? 1 > 0,
        "raw rows of \(rawWidth) \(rawType) values, \(rowCount ?? 1) of them")
      (found, type, bigEndian, stated) = (rawWidth, rawType, false, rowCount)
      isRaw = true
      if input.begins(with: NumPyHeader.signature) { throw RowStreamError.numPyAsRaw(source: name) }
    case .numPy:
      guard let header = try NumPyHeader.read(from: input, while: goesOn) else { return nil }
      let table = try Self.table(header, width: width, source: input.name)
      (type, bigEndian) = try header.featureType(source: input.name)
      (found, stated) = (table.columns, table.rows)
      isRaw = false
    }
    guard found == width else {
      throw DataError.widthDiffersFromModel(
        DataLocation(path: input.name), width: found, modelWidth: width)
    }
    decoding = FeatureDecoding(type, bigEndian: bigEndian)
    rowCount = try Self.rowCount(stated, of: input, rowBytes: width * type.byteCount)
  }

  deinit { block.deallocate() }

  /// Bytes of a row as it comes.
  package var rowByteCount: Int { width * decoding.format.byteCount }

  /// - Throws: `DataError` when `output` is the file that is read.
  package func requireIsNot(_ output: String) throws(DataError) {
    if FileKind(output) == .regular, FileKind.isSame(path, output) {
      throw DataError.cannotWrite(path: output, reason: "it is the file that is read")
    }
  }

  /// The next rows `[n, width]`: as many as asked for, fewer when no more come for a while (none,
  /// maybe) or before the end; nil at the end.
  ///
  /// - Parameter most: the same in every call.
  /// - Throws: `RowStreamError` where the end is not where it should be, `DataError.nonFinite`.
  package func next(atMost most: Int) throws -> Matrix? {
    let rowBytes = rowByteCount
    if block.count == 0 { block = .allocate(byteCount: most * rowBytes, alignment: 64) }
    let wanted = min(most, rowCount.map { $0 - nextRow } ?? most)
    if wanted == 0 { return try end() }
    waitingCount += try input.read(
      into: .init(rebasing: block[waitingCount..<wanted * rowBytes]),
      until: .now + ByteInput.patience)
    if isRaw, nextRow == 0, block[..<waitingCount].starts(with: NumPyHeader.signature) {
      throw RowStreamError.numPyAsRaw(source: name)
    }
    let count = waitingCount / rowBytes
    if count == 0 && input.hasEnded { return try end() }
    let rows = Matrix(rowCount: count, columnCount: width) { target in
      if let start = block.baseAddress { decoding.decode(start, into: target) }
    }
    try FiniteCheck.require(rows.view, at: DataLocation(path: name), firstRow: nextRow)
    nextRow += count
    waitingCount -= count * rowBytes
    block.copyMemory(
      from: .init(rebasing: block[(count * rowBytes)..<(count * rowBytes + waitingCount)]))
    return rows
  }

  /// nil where the end has come, no rows where it has not come yet.
  private func end() throws(RowStreamError) -> Matrix? {
    if let rowCount, nextRow == rowCount {
      let more = try input.read(
        into: .init(rebasing: block[..<1]), until: .now + ByteInput.patience)
      guard more == 0 else { throw .tooLong(source: name, expected: rowCount) }
      return input.hasEnded ? nil : Matrix(rowCount: 0, columnCount: width)
    }
    guard waitingCount == 0 else {
      throw .partialRow(
        source: name, row: nextRow, byteCount: waitingCount, needed: rowByteCount)
    }
    if let rowCount { throw .endedEarly(source: name, rows: nextRow, expected: rowCount) }
    guard nextRow > 0 else { throw .empty(source: name) }
    return nil
  }

  /// Sizes of the table that an array must be.
  private static func table(
    _ header: NumPyHeader, width: Int, source: String
  ) throws(RowStreamError) -> (rows: Int, columns: Int) {
    let shape = header.shape
    guard shape.count == 2 else {
      throw .unusableArray(
        source: source, found: "has \(shown(shape))", needed: "[rows, \(grouped(width))]",
        remedy: shape.count > 2
          ? "Pool it to one row an image first, such as array.mean(axis=1)."
          : "Save array.reshape(-1, \(width)).")
    }
    guard !header.isFortranOrder else {
      throw .unusableArray(
        source: source, found: "is in Fortran order", needed: "C order, row after row",
        remedy: "Save np.ascontiguousarray(array).")
    }
    guard shape[0] > 0 else { throw .empty(source: source) }
    guard shape[0] <= mostRows else {
      throw .unusableArray(
        source: source, found: "claims \(grouped(shape[0])) rows",
        needed: "\(grouped(mostRows)) or fewer", remedy: "Save it in parts.")
    }
    return (shape[0], shape[1])
  }

  /// The number of rows: as stated, or as many as a file holds, which must be as many as stated.
  private static func rowCount(
    _ stated: Int?, of input: ByteInput, rowBytes: Int
  ) throws(RowStreamError) -> Int? {
    guard let byteCount = input.byteCountLeft else { return stated }
    let rows = byteCount / rowBytes
    if let stated, rows >= stated, byteCount > stated * rowBytes {
      throw .tooLong(source: input.name, expected: stated)
    }
    guard byteCount % rowBytes == 0 else {
      throw .partialRow(
        source: input.name, row: rows, byteCount: byteCount % rowBytes, needed: rowBytes)
    }
    guard rows > 0 || stated != nil else { throw .empty(source: input.name) }
    if let stated, rows < stated {
      throw .endedEarly(source: input.name, rows: rows, expected: stated)
    }
    return rows
  }
}
