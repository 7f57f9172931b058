// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNetData
import Testing

/// One test a message: files that cannot be opened or read.
@Suite struct FileErrorTests {
  let folder: TemporaryFolder
  var path: String { folder.file("f.h5") }

  init() throws { folder = try TemporaryFolder() }

  func expect(
    _ text: String, kind: DataErrorKind = .content, location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    expectError(text, kind: kind, in: folder, location: location, body)
  }

  func open() throws { _ = try FeatureFile(path: path) }
  func pair(_ split: Split = .train) throws { _ = try FeatureFile(path: path).pairedRows(split) }

  @Test func aMissingFile() {
    expect("f.h5: no such file. Give the path of an HDF5 feature file.", kind: .notFound) {
      try open()
    }
  }

  @Test func aFolder() throws {
    mkdir(path, 0o755)
    expect("f.h5: is a folder. Give the path of an HDF5 feature file.") { try open() }
  }

  @Test func aPipe() throws {
    mkfifo(path, 0o644)
    expect(
      "f.h5: is a pipe or a device, which HDF5 cannot read. Copy the data into a file first."
    ) { try open() }
  }

  @Test(arguments: ["", "row,label\n1,2\n"])
  func notHDF5(content: String) throws {
    try write(Array(content.utf8), to: path)
    expect(
      "f.h5: is not an HDF5 file: its signature is missing. "
        + "Write the features with h5py, or convert them."
    ) { try open() }
  }

  @Test func aTruncatedFile() throws {
    try SmallFile.write(to: path)
    let whole = try bytes(of: path)
    try write(Array(whole[..<1000]), to: path)
    expect(
      "f.h5: is shorter than its header says (HDF5: truncated file: eof = 1000, "
        + "sblock->base_addr = 0, stored_eof = \(whole.count)). "
        + "Copy it again, or run the extraction again."
    ) { try open() }
  }

  @Test func aNewerFormat() throws {
    try SmallFile.write(to: path)
    var all = try bytes(of: path)
    // The layout message of train/visual: version 3, class 1 (contiguous), address, 48 bytes.
    let places = all.indices.dropLast(18).filter { at in
      all[at] == 3 && all[at + 1] == 1
        && all[(at + 10)..<(at + 18)].elementsEqual([48, 0, 0, 0, 0, 0, 0, 0])
    }
    #expect(places.count == 1)
    for place in places { all[place] = 9 }
    try write(all, to: path)
    expect(
      "f.h5: dataset '/train/visual' is written in a newer format than HDF5 "
        + "\(HDF5Library.version) reads (HDF5: bad version number for layout message). "
        + "Save it again with h5py and libver=(\"earliest\", \"v114\")."
    ) { try pair() }
  }

  @Test func damagedCompressedData() throws {
    let values = (0..<4096).map { Float($0 * 7919 % 4096) }
    try SmallFile.write(
      to: path,
      visual: {
        try $0.floats(
          "train/visual", [4, 1024], values, storage: .init(chunk: [4, 1024], gzip: 6))
      })
    var all = try bytes(of: path)
    // The zlib header of the only chunk.
    let start =
      all.indices.dropLast(2).filter { all[$0] == 0x78 && all[$0 + 1] == 0x5E }
      + all.indices.dropLast(2).filter { all[$0] == 0x78 && all[$0 + 1] == 0x9C }
    for at in start { for offset in 2..<40 { all[at + offset] = 0xFF } }
    try write(all, to: path)
    expect(
      "f.h5: dataset '/train/visual' is damaged in rows 0 to 3 (HDF5: inflate() failed). "
        + "Copy the file again, or write it again.", kind: .inputOutput
    ) { try pair() }
  }

  @Test(arguments: [8, 9])
  func aNewerSuperblock(version: UInt8) throws {
    try SmallFile.write(to: path)
    var all = try bytes(of: path)
    all[8] = version
    try write(all, to: path)
    expect(
      "f.h5: is written in a newer format than HDF5 \(HDF5Library.version) reads "
        + "(HDF5: bad superblock version number). "
        + "Save it again with h5py and libver=(\"earliest\", \"v114\")."
    ) { try open() }
  }

  @Test func aNewerObjectHeader() throws {
    do {
      let file = try RawFile(path, latest: true)
      file.group("train")
      try file.floats("train/visual", [4, 3], SmallFile.visual)
    }
    var all = try bytes(of: path)
    // The object headers of the root, the group and the dataset; the last is the dataset's.
    let places = all.indices.dropLast(5).filter {
      all[$0..<$0 + 5].elementsEqual(Array("OHDR".utf8) + [2])
    }
    #expect(places.count == 3)
    for place in places { all[place + 4] = 3 }
    try write(all, to: path)
    expect(
      "f.h5: dataset '/' is written in a newer format than HDF5 \(HDF5Library.version) reads "
        + "(HDF5: bad object header version number). "
        + "Save it again with h5py and libver=(\"earliest\", \"v114\")."
    ) { try open() }
  }

  @Test func aFileThatAnotherProgramWrites() throws {
    try SmallFile.write(to: path)
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    try #require(flock(descriptor, LOCK_EX) == 0)
    defer { close(descriptor) }
    expect(
      "f.h5: is locked by a program that writes it. Close that program first.",
      kind: .inputOutput
    ) { try open() }
  }

  @Test(arguments: ["No locks available", "Function not implemented", "Operation not supported"])
  func aFileSystemWithoutLocks(reason: String) {
    expect(
      "f.h5: lies on a file system that cannot lock files (\(reason)). "
        + "Set HDF5_USE_FILE_LOCKING=FALSE in the environment.", kind: .inputOutput
    ) {
      throw HDF5Library.meaning(
        of: "unable to lock file, errno = 37, error message = '\(reason)'", "open the file",
        at: DataLocation(path: path))
    }
  }

  /// What a program that crashed leaves behind: the file as it is while it is written.
  @Test func aFileThatWasNotClosed() throws {
    let file = try RawFile(folder.file("written.h5"), latest: true)
    file.group("train")
    file.flush()
    try write(try bytes(of: file.path), to: path)
    expect(
      "f.h5: was not closed by the program that wrote it (HDF5: file is already open for write "
        + "(may use <h5clear file> to clear file consistency flags)). "
        + "If that program has ended, run 'h5clear -s' on a copy of the file.", kind: .inputOutput
    ) { try open() }
  }
}
