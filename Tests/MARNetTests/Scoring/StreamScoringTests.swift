// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// `Model.score` of a stream: the bytes of the same rows in a feature file.
@Suite struct StreamScoringTests {
  private let folder: TemporaryFolder
  private static let model = Result { try SmallFit.model() }
  private static let rows = Result { try SmallFit.features().pairedRows(.test).visual }

  /// `f.h5`, rows without identifiers, `rows.npy` and `rows.f32`.
  init() throws {
    folder = try TemporaryFolder()
    let rows = try Self.rows.get()
    try FeatureFileWriter.write(
      [.test: FeatureBlock(visual: rows)], classNames: Self.model.get().classNames,
      to: folder.file("f.h5"))
    try write(NumPyArray(rows).bytes, to: folder.file("rows.npy"))
    try write(NumPyArray.payload(rows.values), to: folder.file("rows.f32"))
  }

  private func score(
    _ rows: String, as form: RowForm = .numPy, to output: String,
    _ change: (inout StreamScoring) -> Void = { _ in }, stopAt: Int = .max
  ) throws -> FileScoringReport {
    var what = StreamScoring()
    change(&what)
    return try Self.model.get().score(
      rowsAt: folder.file(rows), as: form, to: folder.file(output), what, threads: 1
    ) { done, _ in done < stopAt }
  }

  @Test(arguments: ["s.csv", "s.jsonl", "s.npy"], [1, 7, 8_192])
  func theBytesOfTheFile(name: String, batch: Int) throws {
    _ = try Self.model.get().score(
      featuresAt: folder.file("f.h5"), to: folder.file("file." + name), threads: 1)
    let forms: [(String, RowForm)] = [("rows.npy", .numPy), ("rows.f32", .raw(width: 20))]
    for (rows, form) in forms {
      let report = try score(rows, as: form, to: name) {
        $0.batchRows = batch
        $0.overwrite = true
      }
      #expect(report.path == folder.file(name) && report.rowCount == 90)
      #expect(try bytes(of: folder.file(name)) == bytes(of: folder.file("file." + name)))
    }
    #expect(folder.names.count == 5)
  }

  @Test func whatElseIsWritten() throws {
    var what = FileScoring()
    (what.topK, what.includesEmbedding, what.includesReconstruction) = (2, true, true)
    _ = try Self.model.get().score(
      featuresAt: folder.file("f.h5"), to: folder.file("file.jsonl"), what, threads: 1)
    for name in ["s.jsonl", "s.h5"] {
      _ = try score("rows.npy", to: name) {
        ($0.topK, $0.includesEmbedding, $0.includesReconstruction) = (2, true, true)
      }
    }
    #expect(try bytes(of: folder.file("s.jsonl")) == bytes(of: folder.file("file.jsonl")))
    let file = try RawReader(folder.file("s.h5"))
    #expect(file.shape("top_k_index") == [90, 2] && file.shape("embedding") == [90, 16])
    #expect(file.shape("reconstruction") == [90, 6] && file.number("complete") == 1)
    #expect(file.number("row_count") == 90 && file.attribute("split") == nil)
  }

  @Test func aStopLeavesNothing() throws {
    let before = folder.names
    for name in ["s.csv", "s.npy", "s.h5"] {
      for rows in [0, 10, 90] {
        let error = #expect(throws: FitError.self) {
          _ = try score("rows.npy", to: name, { $0.batchRows = 10 }, stopAt: rows)
        }
        #expect(error == .cancelled && folder.names == before)
      }
    }
  }

  /// Ctrl-C also ends the program that writes: its rows end early.
  @Test func theEndOfAnInterruptedPipelineIsNoError() throws {
    let all = try bytes(of: folder.file("rows.f32"))
    let pipe = folder.file("pipe")
    mkfifo(pipe, 0o600)
    let writer = open(pipe, O_RDWR | O_CLOEXEC)
    #expect(all.withUnsafeBytes { Foundation.write(writer, $0.baseAddress, 81) } == 81)
    var isClosed = false
    let error = #expect(throws: FitError.self) {
      try Self.model.get().score(
        rowsAt: pipe, as: .raw(width: 20), to: folder.file("s.csv"), threads: 1
      ) { done, _ in
        guard done == 1, !isClosed else { return !isClosed }
        isClosed = true
        close(writer)
        return true
      }
    }
    #expect(error == .cancelled)
  }

  @Test func rowsThatCannotBeUsed() throws {
    var rows = try Self.rows.get()
    rows[64, 3] = .infinity
    try write(NumPyArray(rows).bytes, to: folder.file("rows.npy"))
    let before = folder.names
    for name in ["s.csv", "s.h5"] {
      let error = #expect(throws: DataError.self) {
        _ = try score("rows.npy", to: name) { $0.batchRows = 10 }
      }
      #expect(
        error
          == .nonFinite(
            DataLocation(path: folder.file("rows.npy")), row: 64, column: 3, value: "inf",
            badRows: 1, rows: 10))
      #expect(folder.names == before)
    }
  }

  @Test func outputsThatAreInTheWay() throws {
    #expect(throws: ScoreFileError.exists(path: folder.file("rows.f32"))) {
      _ = try score("rows.npy", to: "rows.f32") { $0.format = .csv }
    }
    #expect(
      throws: DataError.cannotWrite(
        path: folder.file("rows.npy"), reason: "it is the file that is read")
    ) {
      _ = try score("rows.npy", to: "rows.npy") { $0.overwrite = true }
    }
    #expect(throws: ConfigurationError.self) {
      _ = try score("rows.npy", to: "s.csv") { $0.memory = MemoryBudget(byteCount: 1 << 20) }
    }
  }
}
