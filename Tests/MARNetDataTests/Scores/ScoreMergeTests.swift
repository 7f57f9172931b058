// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import Glibc
import MARNetData
import MARNetDense
import Testing

/// Shards, also of strangers, become one file or an error.
@Suite struct ScoreMergeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let names = ["a", "b", "c"]

  /// Writes rows `rows` of `total`, whose values say which they are.
  @discardableResult
  private func score(
    _ rows: Range<Int>, of total: Int = 20_000, to name: String, ids: RowIDs.Kind? = .strings,
    _ change: (inout ScoreColumns) -> Void = { _ in }
  ) throws -> String {
    var columns = ScoreColumns(
      rowCount: rows.count, classNames: Self.names, idKind: ids, embeddingWidth: 2,
      attributes: [
        "model": .text("m"), "first_row": .integer(rows.lowerBound),
        "row_count": .integer(rows.count), "total_rows": .integer(total),
      ])
    change(&columns)
    let path = folder.file(name)
    let writer = try ScoreFormat.hdf5.writer(path: path, columns: columns) { part in
      part.map { "row \($0 + rows.lowerBound)" }
    }
    try writer.append(
      ScoreBlock(
        firstRow: 0,
        probabilities: Matrix(
          rowCount: rows.count, columnCount: columns.classNames.count,
          values: rows.flatMap { row in columns.classNames.indices.map { Float(row + $0) } }),
        prediction: rows.map { Int32($0) },
        ids: ids == .integers ? .integers(rows.map { Int64($0) }) : nil,
        embedding: Matrix(
          rowCount: rows.count, columnCount: 2,
          values: rows.flatMap { [Float($0), -Float($0)] })))
    try writer.finish()
    return path
  }

  @Test(arguments: [nil, RowIDs.Kind.integers, .strings], [0, 1, 3, 10])
  func isTheWhole(ids: RowIDs.Kind?, cuts: Int) throws {
    let whole = try score(0..<20_000, to: "whole.h5", ids: ids)
    let ends =
      ([0, 20_000] + (0..<cuts).map { _ in Int.random(in: 1..<20_000) }).sorted()
    let pieces = zip(ends, ends.dropFirst()).filter { $0 < $1 }
    let paths = try pieces.map { try score($0..<$1, to: "part \($0)", ids: ids) }
    let merge = try ScoreMerge(paths: paths.shuffled())
    #expect(merge.shardCount == pieces.count && merge.rowCount == 20_000)
    #expect(try merge.write(to: folder.file("all.h5")))
    #expect(try bytes(of: folder.file("all.h5")) == bytes(of: whole))
  }

  @Test func stoppedItLeavesNothing() throws {
    let path = try score(0..<20_000, to: "s.h5")
    let merge = try ScoreMerge(paths: [path])
    #expect(try !merge.write(to: folder.file("all.h5")) { _, _ in false })
    #expect(folder.names == ["s.h5"])
  }

  @Test func whatIsThereStays() throws {
    let path = try score(0..<20_000, to: "s.h5")
    let merge = try ScoreMerge(paths: [path])
    try write([1], to: folder.file("all.h5"))
    #expect(throws: ScoreFileError.exists(path: folder.file("all.h5"))) {
      _ = try merge.write(to: folder.file("all.h5"))
    }
    #expect(throws: ScoreFileError.outputIsShard(path: path)) {
      _ = try merge.write(to: path, overwrite: true)
    }
    #expect(try merge.write(to: folder.file("all.h5"), overwrite: true))
    #expect(folder.names == ["all.h5", "s.h5"])
  }

  /// Attributes that claim what is not there, before memory is taken for it.
  @Test(arguments: [
    ("row_count", 1 << 60), ("row_count", 0), ("row_count", -1), ("first_row", -1),
    ("first_row", Int.max), ("total_rows", 3), ("row_count", 99),
  ])
  func claims(name: String, value: Int) throws {
    let path = try score(0..<100, of: 100, to: "s.h5") { $0.attributes[name] = .integer(value) }
    let error = #expect(throws: ScoreFileError.self) { _ = try ScoreMerge(paths: [path]) }
    guard case .notScores(path, let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("claim") || reason.contains("has shape [100"), "\(reason)")
  }

  @Test func aHugeTotalIsAGap() throws {
    let path = try score(0..<100, of: 1 << 60, to: "s.h5")
    #expect(throws: ScoreFileError.rowsMissing(rows: 100..<1 << 60, total: 1 << 60, shard: nil)) {
      _ = try ScoreMerge(paths: [path])
    }
  }

  /// A file with the attributes of scores and datasets of another kind.
  @Test(arguments: ["missing", "chunked", "unwritten", "type", "rank", "names"])
  func otherDatasets(kind: String) throws {
    let path = folder.file("s.h5")
    do {
      let file = try RawFile(path)
      for (name, value) in [
        ("complete", 1.0), ("row_count", 4), ("first_row", 0), ("total_rows", 4),
      ] { file.attribute(".", name, numbers: [value], type: chdf5_std_i64le()) }
      try file.strings("class_names", kind == "names" ? [] : Self.names)
      try file.integers("prediction", [0, 1, 2, 0], type: chdf5_std_i32le())
      let values = [Float](repeating: 0.5, count: 12)
      switch kind {
      case "chunked":
        try file.floats("probabilities", [4, 3], values, storage: .init(chunk: [2, 3]))
      case "unwritten": try file.floats("probabilities", [4, 3], [])
      case "type":
        try file.floats("probabilities", [4, 3], values, type: chdf5_ieee_f64le())
      case "rank": try file.floats("probabilities", [12], values)
      default: break
      }
    }
    let error = #expect(throws: ScoreFileError.self) { _ = try ScoreMerge(paths: [path]) }
    #expect(error?.kind == .content)
    guard case .notScores(path, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func cutShort() throws {
    let path = try score(0..<20_000, to: "s.h5")
    let size = try bytes(of: path).count
    for kept in [size - 1, size / 2, 900, 100] {
      truncate(path, off_t(kept))
      let error = #expect(throws: DataError.self) { _ = try ScoreMerge(paths: [path]) }
      #expect(error?.kind == .content || error?.kind == .inputOutput)
    }
    truncate(path, 0)
    #expect(throws: ScoreFileError.notScores(path: path, reason: "it is not an HDF5 file")) {
      _ = try ScoreMerge(paths: [path])
    }
  }

  /// It is score files that are missing, not features.
  @Test func whatIsNotThere() throws {
    let pattern = folder.file("*.h5")
    #expect(throws: ScoreFileError.noMatchingFile(pattern: pattern)) {
      _ = try ScoreMerge(paths: [pattern])
    }
    let path = folder.file("none.h5")
    #expect(throws: ScoreFileError.notFound(path: path)) { _ = try ScoreMerge(paths: [path]) }
    #expect(
      throws: ScoreFileError.notScores(path: folder.path, reason: "it is a folder")
    ) { _ = try ScoreMerge(paths: [folder.path]) }
  }

  /// Hundreds of attributes may point to one long text, so that long ones are not kept at all.
  @Test func longTextsInAttributes() throws {
    for (name, length, isKept) in [("a", 65_536, true), ("b", 65_537, false)] {
      let path = try score(0..<100, of: 100, to: "\(name).h5") {
        $0.attributes["note"] = .text(String(repeating: "x", count: length))
      }
      let output = folder.file("\(name)-all.h5")
      #expect(try ScoreMerge(paths: [path]).write(to: output))
      #expect(try (bytes(of: output).count > 65_536 + 10_000) == isKept)
    }
  }

  /// Cut after it was looked at.
  @Test func cutShortMeanwhile() throws {
    let path = try score(0..<20_000, to: "s.h5", ids: nil)
    let merge = try ScoreMerge(paths: [path])
    truncate(path, 5_000)
    let error = #expect(throws: DataError.self) {
      _ = try merge.write(to: folder.file("all.h5"))
    }
    #expect(error?.description.contains("it became shorter meanwhile") == true)
    #expect(folder.names == ["s.h5"])
  }
}
