// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import Foundation
import MARNetData
import Testing

/// Links, virtual datasets and raw files: read in the folder, refused outside of it.
@Suite struct LinkTests {
  let folder: TemporaryFolder
  var path: String { folder.file("data/f.h5") }

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("data/parts"), withIntermediateDirectories: true)
    try LayoutSample.writeGroups(to: folder.file("outside.h5"))
    try LayoutSample.writeGroups(to: folder.file("data/parts/inside.h5"))
  }

  private func expect(
    _ text: String, kind: DataErrorKind = .content, allowing: Bool = false,
    location: SourceLocation = #_sourceLocation
  ) {
    expectError(text, kind: kind, in: folder, location: location) {
      _ = try open(allowing).readVisual(.train, rows: 0..<1)
    }
  }

  private func open(_ allowing: Bool = false) throws -> FeatureFile {
    var layout = LayoutOptions()
    layout.allowsExternalLinks = allowing
    return try FeatureFile(paths: [path], layout: layout)
  }

  private func links(to file: String) throws {
    let raw = try RawFile(path)
    for split in Split.allCases { raw.externalLink(split.rawValue, to: file, "/\(split.rawValue)") }
  }

  @Test func linksInTheFolderAreFollowed() throws {
    try links(to: "parts/inside.h5")
    #expect(try LayoutSample.matches(open()))
  }

  @Test func softLinksAreFollowed() throws {
    let raw = try RawFile(path)
    raw.externalLink("all", to: "parts/../parts/inside.h5", "/")
    for split in Split.allCases { raw.softLink(split.rawValue, to: "/all/\(split.rawValue)") }
    #expect(try LayoutSample.matches(open()))
  }

  @Test(arguments: ["../outside.h5", "parts/../../outside.h5"])
  func linksOutOfTheFolder(target: String) throws {
    try links(to: target)
    expect(
      "data/f.h5: '/train' is an external link to '\(target)', which lies outside the file's folder. "
        + "Copy the data into the folder, or allow it with --allow-external-links.")
    #expect(try LayoutSample.matches(open(true)))
  }

  @Test func absoluteLinksOutOfTheFolder() throws {
    try links(to: folder.file("outside.h5"))
    expect(
      "data/f.h5: '/train' is an external link to 'outside.h5', which lies outside the file's folder."
        + " Copy the data into the folder, or allow it with --allow-external-links.")
    #expect(try LayoutSample.matches(open(true)))
  }

  @Test func symbolicLinksOutOfTheFolder() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("data/near.h5"), withDestinationPath: "../outside.h5")
    try links(to: "near.h5")
    expect(
      "data/f.h5: '/train' is an external link to 'near.h5', which lies outside the file's folder. "
        + "Copy the data into the folder, or allow it with --allow-external-links.")
  }

  @Test func aFileThatIsNamedThroughASymbolicLinkHasItsFolder() throws {
    try links(to: "parts/inside.h5")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("alias"), withDestinationPath: "data")
    #expect(try LayoutSample.matches(FeatureFile(path: folder.file("alias/f.h5"))))
  }

  @Test func linksOfLinkedFilesKeepToTheSameFolder() throws {
    try RawFile(folder.file("data/parts/next.h5")).externalLink(
      "train", to: "../../outside.h5", "/train")
    try RawFile(path).externalLink("train", to: "parts/next.h5", "/train")
    expect(
      "data/parts/next.h5: '/train' is an external link to '../../outside.h5', which lies outside the"
        + " file's folder. Copy the data into the folder, or allow it with --allow-external-links.")
  }

  @Test func aMissingFile() throws {
    try links(to: "parts/gone.h5")
    expect(
      "data/f.h5: '/train' is an external link to 'parts/gone.h5', which is not there. "
        + "Put it back where the file names it.", kind: .notFound)
    expect(
      "data/f.h5: '/train' is an external link to 'parts/gone.h5', which is not there. "
        + "Put it back where the file names it.", kind: .notFound, allowing: true)
  }

  @Test func aMissingObject() throws {
    try RawFile(path).externalLink("train", to: "parts/inside.h5", "/trian")
    expect(
      "data/f.h5: '/train' is an external link to '/trian' in 'parts/inside.h5', which is not there. "
        + "Put it back where the file names it.", kind: .notFound)
  }

  @Test func linksInACircle() throws {
    let raw = try RawFile(path)
    raw.softLink("train", to: "/other")
    raw.softLink("other", to: "/train")
    expect(
      "data/f.h5: '/train' is a link to something that is not in the file. Store the array itself.")
  }

  @Test func aBadValueIsNamedInTheFileWhereItLies() throws {
    try RawFile(folder.file("data/parts/bad.h5")).floats("v", [2, 1], [1, .nan])
    try RawFile(path).group("train").externalLink("train/visual", to: "parts/bad.h5", "/v")
    expectError(
      "data/parts/bad.h5: dataset '/v' holds nan in row 1, column 0; 1 of 2 rows is not finite. "
        + "Repair or drop these rows.", in: folder
    ) { _ = try open().readVisual(.train, rows: 0..<2) }
  }

  private func virtual(_ sources: [RawFile.Source]) throws {
    let rows = LayoutSample.rows(of: .train).count
    try RawFile(path).group("train").virtual("train/visual", shape: [rows, 7], sources)
  }

  @Test(arguments: [1, 3])
  func virtualDatasets(threads: Int) throws {
    let rows = LayoutSample.rows(of: .train)
    for (index, range) in [0..<100, 100..<rows.count].enumerated() {
      try RawFile(folder.file("data/parts/\(index).h5")).floats(
        "v", [range.count, 7], rows[range].flatMap(LayoutSample.visual),
        storage: .init(chunk: [8, 7], gzip: 1))
    }
    try virtual([
      .init("parts/0.h5", "/v", rows: 100), .init("parts/1.h5", "v", rows: rows.count - 100),
    ])
    let file = try FeatureFile(path: path, threads: threads)
    #expect(
      try file.readVisual(.train, rows: 0..<rows.count).values == rows.flatMap(LayoutSample.visual))
    #expect(
      try file.readVisual(.train, rows: 90..<120).values
        == rows[90..<120].flatMap(LayoutSample.visual))
  }

  @Test(arguments: [true, false])
  func sourcesThatChangeWhileTheyAreRead(isRemoved: Bool) throws {
    let rows = LayoutSample.rows(of: .train).count
    try virtual([.init("parts/inside.h5", "train/visual", rows: rows)])
    let file = try open()
    _ = try file.readVisual(.train, rows: 0..<1)
    let source = folder.file("data/parts/inside.h5")
    if isRemoved {
      try FileManager.default.removeItem(atPath: source)
    } else {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: source)
    }
    expectError(
      "data/parts/inside.h5: was changed while it was read. "
        + "Run again when whatever writes it has finished.", kind: .inputOutput, in: folder
    ) { _ = try file.readVisual(.train, rows: 0..<1) }
  }

  @Test func virtualDatasetsThatLackASource() throws {
    let rows = LayoutSample.rows(of: .train).count
    try virtual([.init("parts/gone.h5", "v", rows: rows)])
    expect(
      "data/f.h5: '/train/visual' is a virtual dataset to 'parts/gone.h5', which is not there. "
        + "Put it back where the file names it.", kind: .notFound)
  }

  @Test func virtualDatasetsThatLackASourceDataset() throws {
    let rows = LayoutSample.rows(of: .train).count
    try virtual([.init("parts/inside.h5", "v", rows: rows)])
    expect(
      "data/f.h5: '/train/visual' is a virtual dataset to 'v' in 'parts/inside.h5', which is not "
        + "there. Put it back where the file names it.", kind: .notFound)
  }

  @Test func virtualDatasetsWithAGap() throws {
    try virtual([.init("parts/inside.h5", "train/visual", rows: 10)])
    expect(
      "data/f.h5: '/train/visual' is a virtual dataset whose sources hold 70 of "
        + "2,100 values. Copy the array into one dataset.")
  }

  @Test func virtualDatasetsThatTakeMoreThanThereIs() throws {
    try RawFile(folder.file("data/parts/short.h5")).floats(
      "v", [2, 7], [Float](repeating: 1, count: 14))
    try virtual([.init("parts/short.h5", "v", rows: LayoutSample.rows(of: .train).count)])
    expectError(
      "data/f.h5: '/train/visual' is a virtual dataset that takes more from data/parts/short.h5: "
        + "dataset '/v' than its shape [2, 7]. Copy the array into one dataset.", in: folder
    ) { _ = try open().readVisual(.train, rows: 0..<1) }
  }

  @Test func virtualDatasetsOutsideOfTheFolder() throws {
    let rows = LayoutSample.rows(of: .train).count
    try virtual([.init("../outside.h5", "train/visual", rows: rows)])
    expect(
      "data/f.h5: '/train/visual' is a virtual dataset to '../outside.h5', which lies outside the "
        + "file's folder. Copy the data into the folder, or allow it with --allow-external-links.")
    #expect(
      try open(true).readVisual(.train, rows: 0..<1).values
        == LayoutSample.visual(LayoutSample.rows(of: .train)[0]))
  }

  private func raw(in file: String, byteCount: Int) throws {
    try RawFile(path).group("train").floats(
      "train/visual", [4, 3], [], storage: .init(externalFile: file))
    let target = file.hasPrefix("/") ? file : folder.file("data/\(file)")
    let values = SmallFile.visual.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
    }
    try write(Array(values.prefix(byteCount)), to: target)
  }

  @Test func rawFilesInTheFolder() throws {
    try raw(in: "parts/raw", byteCount: 48)
    #expect(try open().readVisual(.train, rows: 0..<4).values == SmallFile.visual)
  }

  @Test func rawFilesOutsideOfTheFolder() throws {
    try raw(in: folder.file("raw"), byteCount: 48)
    expect(
      "data/f.h5: '/train/visual' is external storage to 'raw', which lies outside the file's folder."
        + " Copy the data into the folder, or allow it with --allow-external-links.")
    #expect(try open(true).readVisual(.train, rows: 0..<4).values == SmallFile.visual)
  }

  @Test func rawFilesThatAreTooShort() throws {
    try raw(in: "parts/raw", byteCount: 47)
    expect(
      "data/f.h5: '/train/visual' is external storage whose files hold 47 of 48 bytes. "
        + "Copy the array into one dataset.")
  }
}
