// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNetData
import MARNetDense
import Testing

/// Files appear when they are complete, and not otherwise.
@Suite struct OutputTests {
  let folder: TemporaryFolder
  var path: String { folder.file("out.h5") }

  init() throws { folder = try TemporaryFolder() }

  static let plan = FeatureSplitPlan(
    rowCount: 5, visualWidth: 3, textWidth: 2, idKind: .strings, hasTextMask: true)
  static let visual = Matrix(rowCount: 5, columnCount: 3, values: (0..<15).map { Float($0) / 4 })
  static let text = Matrix(rowCount: 5, columnCount: 2, values: (0..<10).map { -Float($0) })

  func block(_ rows: Range<Int>) -> FeatureBlock {
    let indices = Array(rows)
    return FeatureBlock(
      visual: Self.visual.rows(at: indices), text: Self.text.rows(at: indices),
      labels: indices.map { Int32($0 % 2) - ($0 == 4 ? 1 : 0) },
      ids: .strings(indices.map { "row \($0), ü" }), textMask: indices.map { $0 != 1 })
  }

  @Test(arguments: FeatureType.writable, [nil, 1, 9])
  func whatIsWrittenIsReadBack(type: FeatureType, gzip: Int?) throws {
    let writer = try FeatureFileWriter(
      path: path, classNames: ["no", "yes"], attributes: ["tool": "test"],
      options: FeatureFileOptions(type: type, gzipLevel: gzip))
    try writer.begin(.train, Self.plan)
    try writer.append(block(0..<2))
    try writer.append(block(2..<5))
    try writer.begin(.test, FeatureSplitPlan(rowCount: 1, visualWidth: 3, hasLabels: false))
    try writer.append(FeatureBlock(visual: Self.visual.rows(at: [4])))
    #expect(folder.names.allSatisfy { $0.hasSuffix(".partial") }, "unfinished: \(folder.names)")
    try writer.finish()
    #expect(folder.names == ["out.h5"])

    let file = try FeatureFile(path: path)
    #expect(try file.description(of: .train).visualType == type)
    let rows = try file.pairedRows(.train)
    #expect(rows.visual == Self.visual)
    #expect(rows.text?.row(1) == [0, 0] && rows.text?.row(4) == [-8, -9])
    #expect(rows.labels == [0, 1, 0, 1, -1])
    #expect(rows.hasText == [true, false, true, true, true])
    #expect(rows.ids == .strings((0..<5).map { "row \($0), ü" }))
    #expect(rows.classNames == ["no", "yes"])
    #expect(try file.pairedRows(.test).visual == Self.visual.rows(at: [4]))
  }

  @Test func anUnfinishedFileLeavesNothing() throws {
    do {
      let writer = try FeatureFileWriter(path: path, classNames: nil)
      try writer.begin(.train, Self.plan)
      try writer.append(block(0..<2))
    }
    #expect(folder.names == [])
  }

  @Test func aFailureKeepsTheFileThatWasThere() throws {
    try write(Array("old".utf8), to: path)
    let writer = try FeatureFileWriter(
      path: path, classNames: nil, options: FeatureFileOptions(type: .float16))
    try writer.begin(.train, FeatureSplitPlan(rowCount: 3, visualWidth: 1, hasLabels: false))
    let error = #expect(throws: DataError.self) {
      try writer.append(FeatureBlock(visual: Matrix(rows: [[1], [65_504], [-65_520]])))
    }
    #expect(
      error?.description == "\(path): dataset '/train/visual': row 2 holds -65520.0, which "
        + "float16 cannot hold. Store the features as float32.")
    #expect(folder.names == ["out.h5"])
    #expect(try bytes(of: path) == Array("old".utf8))
  }

  @Test func aSymbolicLinkKeepsPointing() throws {
    try write([], to: folder.file("real.h5"))
    symlink("real.h5", path)
    let writer = try FeatureFileWriter(path: path, classNames: ["a"])
    try writer.finish()
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(try bytes(of: folder.file("real.h5")).count > 100)
  }

  @Test(arguments: ["folder", "device", "no folder"])
  func whereNothingCanBeWritten(kind: String) throws {
    let target =
      switch kind {
      case "folder": folder.path
      case "device": "/dev/null"
      default: folder.file("missing/out.h5")
      }
    let reason =
      switch kind {
      case "folder": "it is a folder"
      case "device": "it is a pipe or a device"
      default: "there is no folder '\(folder.file("missing"))'"
      }
    let error = #expect(throws: DataError.self) {
      try FeatureFileWriter(path: target, classNames: nil)
    }
    #expect(
      error?.description == "\(target): cannot be written: \(reason). "
        + "Give another output path, or make room there.")
    #expect(error?.kind == .cannotWrite)
  }

  @Test func theFileThatIsReadIsNotReplaced() throws {
    try SmallFile.write(to: path)
    symlink("out.h5", folder.file("link.h5"))
    let file = try FeatureFile(path: path)
    #expect(throws: Never.self) { try file.requireIsNot(folder.file("other.h5")) }
    let error = #expect(throws: DataError.self) {
      try file.requireIsNot(folder.file("link.h5"))
    }
    #expect(error?.description.contains("it is the file that is read") == true)
  }
}
