// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import Testing

/// Text of another file: read while training it gives the model that all of it in memory gives.
@Suite struct JoinedTextFitTests {
  @Test func streamedIsResidentIsOneFile() throws {
    let folder = try TemporaryFolder()
    let rows = try SmallFit.features().pairedRows(.train)
    let images = try SmallFit.features().pairedRows(.test).visual
    let all = Array(0..<rows.rowCount)
    let isThere = all.map { $0 % 9 != 4 }
    // The texts lie in another order, and some are not there.
    let texts = all.map { ($0 * 147 + 3) % rows.rowCount }.filter { isThere[$0] }
    let ids = { (rows: [Int]) in RowIDs.integers(rows.map { Int64(10 * $0) }) }
    try FeatureFileWriter.write(
      [
        .train: FeatureBlock(
          visual: rows.visual, text: rows.text, labels: rows.labels, textMask: isThere)
      ], classNames: rows.classNames, to: folder.file("whole.h5"))
    try FeatureFileWriter.write(
      [.train: FeatureBlock(visual: rows.visual, labels: rows.labels, ids: ids(all))],
      classNames: rows.classNames, to: folder.file("f.h5"))
    let text = try #require(rows.text)
    do {
      let file = try RawFile(folder.file("t.h5"))
      try file.floats(
        "text", [texts.count, text.columnCount], text.rows(at: texts).values,
        storage: .init(chunk: [32, text.columnCount], gzip: 1))
      try file.integers("id", texts.map { Int64(10 * $0) })
    }
    var layout = LayoutOptions()
    layout.textJoin = .init(paths: [folder.file("t.h5")], key: "id")
    let joined = try FeatureFile(paths: [folder.file("f.h5")], layout: layout)
    let source = try joined.pairedSource(.train)
    let trainer = try Trainer(configuration: SmallFit.configuration(.plugin), threads: 2)
    let whole = try trainer.fit(FeatureFile(path: folder.file("whole.h5")))
    let streamed = try trainer.fit(source, validation: nil)
    let resident = try trainer.fit(source.resident(), validation: nil)
    #expect(whole.dataFingerprint == streamed.dataFingerprint)
    #expect(try streamed.score(images) == whole.score(images))
    #expect(try resident.score(images) == whole.score(images))
    #expect(streamed.report == whole.report)
    #expect(streamed.report.rowsWithText == isThere.count { $0 })
  }
}
