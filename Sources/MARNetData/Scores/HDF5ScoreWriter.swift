// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Scores as HDF5: `probabilities` [N, C] (or `top_k_index` and `top_k_probability`
/// [N, k]), `prediction` [N], `id` [N], `embedding` [N, d], `reconstruction` [N, Ds],
/// `class_names` [C], and root attributes.
final class HDF5ScoreWriter: ScoreWriter {
  private let columns: ScoreColumns
  private let rowCount: Int
  private let layout: HDF5ScoreLayout
  private let progress: ScoreProgress
  private let places: HDF5ScoreLayout.Places
  private let file: PositionalFile
  /// nil where there are none, or an earlier run wrote them.
  private let identifiers: IdentifierWriting?
  private(set) var nextRow: Int
  private var hasFailed = false

  init(
    to target: ScoreTarget, columns: ScoreColumns, stringIDs: ScoreFormat.StringIDs?
  ) throws {
    guard case .file(let progress) = target else {
      guard case .stream(let path) = target, path != "-" else {
        throw DataError.cannotWrite(
          path: "standard output", reason: "HDF5 needs a file; csv and jsonl can be piped")
      }
      throw DataError.cannotWrite(path: path, reason: "it is a pipe or a device")
    }
    guard let rowCount = columns.rowCount else {
      throw ScoreFileError.rowCountUnknown(path: target.shownPath)
    }
    self.columns = columns
    self.rowCount = rowCount
    self.progress = progress
    layout = HDF5ScoreLayout(columns)
    let (path, shownPath) = (progress.file.partialPath, progress.file.path)
    nextRow = progress.start?.rowCount ?? 0
    guard progress.start == nil else {
      do {
        places = try layout.places(in: path, shownAs: shownPath)
        file = try PositionalFile(path: path, shownAs: shownPath)
      } catch {
        _ = progress.keep()
        throw ScoreFileError.damagedPart(path: shownPath, reason: "\(error)")
      }
      identifiers = nil
      return
    }
    let structure = try layout.create(at: path, shownAs: shownPath)
    places = structure.places
    file = try PositionalFile(path: path, shownAs: shownPath)
    guard columns.idKind == .strings else {
      identifiers = nil
      try structure.writeIdentifiers { _ in [] }
      return
    }
    guard let stringIDs else { preconditionFailure("string identifiers come on their own") }
    identifiers = IdentifierWriting(stringIDs, into: structure)
  }

  func append(_ block: ScoreBlock) throws {
    // String identifiers do not come with the rows.
    block.check(against: columns, nextRow: nextRow, hasIDs: columns.idKind == .integers)
    hasFailed = true
    try write(block)
    nextRow += block.rowCount
    if try identifiers?.isDone() ?? true { try progress.advance(to: nextRow, flush) }
    hasFailed = false
  }

  func finish() throws {
    precondition(nextRow == rowCount, "\(nextRow) of \(rowCount) rows were written")
    hasFailed = true
    try identifiers?.wait()
    try layout.complete(progress.file.partialPath, shownAs: progress.file.path)
    try progress.file.commit()
  }

  func keep() -> Int {
    // Without the identifiers the rows would be lost: they are worth waiting for.
    if nextRow > 0 && !hasFailed, (try? identifiers?.wait()) != nil || identifiers == nil {
      try? progress.note(nextRow, flush)
    } else {
      identifiers?.cancel()
    }
    return progress.keep()
  }

  func discard() {
    identifiers?.cancel()
    progress.file.discard()
  }

  deinit { discard() }

  private func flush() throws(DataError) -> Int? {
    try file.flushToDisk()
    return nil
  }

  private func write(_ block: ScoreBlock) throws(DataError) {
    if let k = columns.topK {
      var indices: [Int32] = []
      var values: [Float] = []
      for row in 0..<block.rowCount {
        let best = block.mostProbable(k, row: row)
        indices += best.map { Int32($0) }
        values += best.map { block.probabilities[row, $0] }
      }
      try write("top_k_index", indices)
      try write("top_k_probability", values)
    } else {
      try write("probabilities", block.probabilities)
    }
    try write("prediction", block.prediction)
    if case .integers(let values)? = block.ids { try write("id", values) }
    if let embedding = block.embedding { try write("embedding", embedding) }
    if let reconstruction = block.reconstruction { try write("reconstruction", reconstruction) }
  }

  private func write(_ name: String, _ values: Matrix) throws(DataError) {
    try values.withUnsafeBufferPointer { (values) throws(DataError) in
      try write(name, UnsafeRawBufferPointer(values))
    }
  }

  private func write<Value: BitwiseCopyable>(
    _ name: String, _ values: [Value]
  ) throws(DataError) {
    try values.withUnsafeBufferPointer { (values) throws(DataError) in
      try write(name, UnsafeRawBufferPointer(values))
    }
  }

  /// Writes rows from `nextRow` on, little-endian as memory is.
  private func write(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(DataError) {
    guard let column = layout.columns.first(where: { $0.name == name }), let place = places[name]
    else { preconditionFailure("there is no place for '\(name)'") }
    try file.write(bytes, at: place + nextRow * column.rowBytes)
  }
}
