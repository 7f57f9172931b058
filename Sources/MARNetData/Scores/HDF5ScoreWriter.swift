// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Scores as HDF5: `probabilities` [N, C] (or `top_k_index` and `top_k_probability`
/// [N, k]), `prediction` [N], `id` [N], `embedding` [N, d], `reconstruction` [N, Ds],
/// `class_names` [C], and root attributes.
final class HDF5ScoreWriter: ScoreWriter {
  private let columns: ScoreColumns
  private let output: AtomicFile
  private var datasets: [String: HDF5Dataset] = [:]
  private var file: HDF5File?
  private var nextRow = 0

  init(path: String, columns: ScoreColumns) throws {
    if path == "-" {
      throw DataError.cannotWrite(
        path: "standard output", reason: "HDF5 needs a file; csv and jsonl can be piped")
    }
    self.columns = columns
    output = try AtomicFile(path: path)
    let file = try HDF5File(creating: output.temporaryPath, shownAs: path)
    self.file = file
    let root = try file.root()
    for (name, value) in columns.attributes.sorted(by: { $0.key < $1.key }) {
      try root.setAttribute(name, value)
    }
    try root.makeStrings("class_names", columns.classNames)
    func make(_ name: String, _ type: HDF5Handle, width: Int?) throws {
      let chunkRows = max(1, (1 << 20) / (4 * max(1, width ?? 1)))
      datasets[name] = try root.makeDataset(
        name, type: type, shape: [columns.rowCount] + (width.map { [$0] } ?? []),
        storage: .init(chunkRows: chunkRows))
    }
    if let k = columns.topK {
      try make("top_k_index", .int32(), width: k)
      try make("top_k_probability", .float(.float32), width: k)
    } else {
      try make("probabilities", .float(.float32), width: columns.classNames.count)
    }
    try make("prediction", .int32(), width: nil)
    if let kind = columns.idKind {
      try make("id", kind == .integers ? .int64() : .string(), width: nil)
    }
    if let width = columns.embeddingWidth {
      try make("embedding", .float(.float32), width: width)
    }
    if let width = columns.reconstructionWidth {
      try make("reconstruction", .float(.float32), width: width)
    }
  }

  func append(_ block: ScoreBlock) throws {
    block.check(against: columns, nextRow: nextRow)
    do {
      try write(block)
    } catch {
      discard()
      throw error
    }
    nextRow += block.rowCount
  }

  func finish() throws {
    precondition(
      nextRow == columns.rowCount, "\(nextRow) of \(columns.rowCount) rows were written")
    do {
      try file?.flush()
    } catch {
      discard()
      throw error
    }
    close()
    try output.commit()
  }

  func discard() {
    close()
    output.discard()
  }

  deinit { discard() }

  private func close() {
    datasets = [:]
    file = nil
  }

  private func write(_ block: ScoreBlock) throws {
    let rows = nextRow..<nextRow + block.rowCount
    try datasets["probabilities"]?.writeFloats(rows, block.probabilities)
    if let k = columns.topK {
      var indices: [Int32] = []
      var values: [Float] = []
      for row in 0..<block.rowCount {
        let best = block.mostProbable(k, row: row)
        indices += best.map { Int32($0) }
        values += best.map { block.probabilities[row, $0] }
      }
      try datasets["top_k_index"]?.writeRows(rows, from: indices)
      try datasets["top_k_probability"]?.writeRows(rows, from: values)
    }
    try datasets["prediction"]?.writeRows(rows, from: block.prediction)
    switch block.ids {
    case .integers(let values)?: try datasets["id"]?.writeRows(rows, from: values)
    case .strings(let values)?: try datasets["id"]?.writeStrings(rows, values)
    case nil: break
    }
    if let embedding = block.embedding {
      try datasets["embedding"]?.writeFloats(rows, embedding)
    }
    if let reconstruction = block.reconstruction {
      try datasets["reconstruction"]?.writeFloats(rows, reconstruction)
    }
  }
}
