// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Glibc
import MARNetData
import MARNetDense
import Testing

@Suite struct ScoreWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let names = ["cat", "big, \"dog\"", "owl"]
  static let probabilities = Matrix(rows: [
    [0.1, 0.7, 0.2], [0.25, 0.25, 0.5], [1e-9, 0.3333333, 0.6666667],
  ])
  static let prediction: [Int32] = [1, 2, 0]

  /// Writes the three rows in two blocks.
  func write(
    _ name: String, topK: Int? = nil, ids: RowIDs? = nil, extras: Bool = false
  ) throws -> String {
    let path = folder.file(name)
    let columns = ScoreColumns(
      rowCount: 3, classNames: Self.names, topK: topK, idKind: ids?.kind,
      embeddingWidth: extras ? 2 : nil, reconstructionWidth: extras ? 1 : nil,
      attributes: [
        "tool": .text("marnet-plugin 0"), "model": .text("00ff"), "steps": .integer(-3),
        "seed": .unsigned(.max), "eta": .real(0.25),
      ])
    let format = try ScoreFormat(path: path)
    let writer = try format.writer(path: path, columns: columns) { rows in
      guard case .strings(let all)? = ids else { return [] }
      return Array(all[rows])
    }
    let holdsIDs = format != .hdf5 || ids?.kind == .integers
    for rows in [0..<2, 2..<3] {
      let indices = Array(rows)
      try writer.append(
        ScoreBlock(
          firstRow: rows.lowerBound, probabilities: Self.probabilities.rows(at: indices),
          prediction: indices.map { Self.prediction[$0] },
          ids: holdsIDs ? ids?.rows(at: indices) : nil,
          embedding: extras ? Matrix(rows: indices.map { [Float($0), 0.5] }) : nil,
          reconstruction: extras ? Matrix(rows: indices.map { [-Float($0)] }) : nil))
    }
    #expect(folder.names.allSatisfy { $0.hasPrefix(".\(name).") }, "unfinished: \(folder.names)")
    try writer.finish()
    #expect(folder.names == [name])
    return path
  }

  func text(_ path: String) throws -> String {
    String(decoding: try bytes(of: path), as: UTF8.self)
  }

  @Test func commaSeparatedValues() throws {
    let path = try write("s.csv", ids: .strings(["a", "b\"c", "d\ne"]))
    #expect(
      try text(path) == """
        row,id,prediction,prob_cat,"prob_big, ""dog\""",prob_owl\r
        0,a,"big, ""dog\""",0.1,0.7,0.2\r
        1,"b""c",owl,0.25,0.25,0.5\r
        2,"d\ne",cat,1e-09,0.3333333,0.6666667\r

        """)
  }

  @Test func theLikeliestClassesAsCSV() throws {
    let path = try write("s.csv", topK: 2, ids: .integers([5, 6, 7]))
    #expect(
      try text(path) == """
        row,id,prediction,top1_class,top1_probability,top2_class,top2_probability\r
        0,5,"big, ""dog\""","big, ""dog\""",0.7,owl,0.2\r
        1,6,owl,owl,0.5,cat,0.25\r
        2,7,cat,owl,0.6666667,"big, ""dog\""",0.3333333\r

        """)
  }

  @Test func jsonLines() throws {
    let path = try write("s.jsonl", ids: .strings(["a", "\u{1}\t\"\\", "ü"]), extras: true)
    #expect(
      try text(path) == #"""
        {"row":0,"id":"a","prediction":"big, \"dog\"","probabilities":{"cat":0.1,"big, \"dog\"":0.7,"owl":0.2},"embedding":[0.0,0.5],"reconstruction":[-0.0]}
        {"row":1,"id":"\u0001\t\"\\","prediction":"owl","probabilities":{"cat":0.25,"big, \"dog\"":0.25,"owl":0.5},"embedding":[1.0,0.5],"reconstruction":[-1.0]}
        {"row":2,"id":"ü","prediction":"cat","probabilities":{"cat":1e-09,"big, \"dog\"":0.3333333,"owl":0.6666667},"embedding":[2.0,0.5],"reconstruction":[-2.0]}

        """#)
  }

  @Test func theLikeliestClassesAsJSONLines() throws {
    let path = try write("s.jsonl", topK: 1)
    #expect(
      try text(path).split(separator: "\n").last
        == #"{"row":2,"prediction":"cat","top_k":[{"class":"owl","probability":0.6666667}]}"#)
  }

  @Test func hdf5() throws {
    let path = try write("s.h5", ids: .strings(["a", "b", "ü"]), extras: true)
    let file = try RawReader(path)
    #expect(try file.floats("probabilities") == Self.probabilities.values)
    #expect(file.shape("probabilities") == [3, 3])
    #expect(try file.integers("prediction") == [1, 2, 0])
    #expect(try file.strings("id") == ["a", "b", "ü"])
    #expect(try file.strings("class_names") == Self.names)
    #expect(try file.floats("embedding") == [0, 0.5, 1, 0.5, 2, 0.5])
    #expect(try file.floats("reconstruction") == [0, -1, -2])
    #expect(file.attribute("tool") == "marnet-plugin 0" && file.attribute("model") == "00ff")
    #expect(file.number("steps") == -3 && file.number("eta") == 0.25)
    #expect(file.number("seed") == 0x1p64 && file.number("complete") == 1)
  }

  @Test func theLikeliestClassesAsHDF5() throws {
    let path = try write("s.hdf5", topK: 5, ids: .integers([-1, 0, 1 << 40]))
    let file = try RawReader(path)
    #expect(file.shape("top_k_index") == [3, 3], "k is at most the number of classes")
    #expect(try file.integers("top_k_index") == [1, 2, 0, 2, 0, 1, 2, 1, 0])
    #expect(try file.floats("top_k_probability")[..<3] == [0.7, 0.2, 0.1])
    #expect(try file.integers("id") == [-1, 0, 1 << 40])
    #expect(file.shape("probabilities") == nil)
  }

  /// The bytes of `np.save`.
  @Test func numPy() throws {
    let path = try write("s.npy", ids: .integers([5, 6, 7]))
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }"
    var expected = NumPyArray(Self.probabilities)
    expected.header = header + String(repeating: " ", count: 58)
    #expect(expected.bytes.count == 128 + 36)
    #expect(try bytes(of: path) == expected.bytes)
  }

  @Test func whatNumPyDoesNotHold() throws {
    for columns in [
      ScoreColumns(rowCount: 3, classNames: Self.names, topK: 2),
      ScoreColumns(rowCount: 3, classNames: Self.names, embeddingWidth: 2),
      ScoreColumns(rowCount: 3, classNames: Self.names, reconstructionWidth: 2),
    ] {
      let error = #expect(throws: DataError.self) {
        try ScoreFormat.numPy.writer(path: "-", columns: columns)
      }
      #expect(
        error?.description == "standard output: cannot be written: an .npy array holds the "
          + "probabilities of all classes; more needs .h5 or .jsonl. Give another output path, or "
          + "make room there.")
    }
  }

  @Test func anUnknownNumberOfRows() throws {
    let columns = ScoreColumns(rowCount: nil, classNames: Self.names)
    for name in ["s.npy", "s.h5"] {
      let path = folder.file(name)
      let error = #expect(throws: ScoreFileError.self) {
        try ScoreFormat(path: path).writer(path: path, columns: columns)
      }
      #expect(error == .rowCountUnknown(path: path) && error?.kind == .cannotWrite)
      #expect(
        error?.description == "\(path): begins with the number of rows, which raw rows from a pipe "
          + "do not tell. Say it with '--rows', or write csv or jsonl.")
    }
    #expect(folder.names == [])
    for (name, lines) in [("s.csv", 2), ("s.jsonl", 1)] {
      let path = folder.file(name)
      let writer = try ScoreFormat(path: path).writer(path: path, columns: columns)
      try writer.append(
        ScoreBlock(firstRow: 0, probabilities: Self.probabilities.rows(at: [0]), prediction: [1]))
      try writer.finish()
      #expect(try text(path).utf8.count { $0 == 10 } == lines)
    }
  }

  @Test(arguments: ["s.csv", "s.jsonl", "s.h5", "s.npy"])
  func aDiscardedOrForgottenWriterLeavesNothing(name: String) throws {
    let columns = ScoreColumns(rowCount: 3, classNames: Self.names)
    for discards in [true, false] {
      do {
        let path = folder.file(name)
        let writer = try ScoreFormat(path: path).writer(path: path, columns: columns)
        try writer.append(
          ScoreBlock(
            firstRow: 0, probabilities: Self.probabilities.rows(at: [0]), prediction: [1]))
        if discards { writer.discard() }
      }
      #expect(folder.names == [])
    }
  }

  @Test func unknownExtensions() throws {
    for path in ["scores", "scores.txt", "a.h5/scores"] {
      let error = #expect(throws: DataError.self) { try ScoreFormat(path: path) }
      #expect(
        error?.description == "\(path): does not name a format of scores by its extension. "
          + "End it in .h5, .hdf5, .csv, .jsonl or .npy.")
    }
    #expect(try ScoreFormat(path: "-") == .csv && ScoreFormat(path: "x/A.HDF5") == .hdf5)
  }

  @Test func embeddingsDoNotFitIntoCSV() throws {
    let columns = ScoreColumns(rowCount: 3, classNames: Self.names, embeddingWidth: 2)
    let error = #expect(throws: DataError.self) {
      try ScoreFormat.csv.writer(path: "-", columns: columns)
    }
    #expect(
      error?.description == "-: cannot be written: embeddings and reconstructions need .h5 or "
        + ".jsonl. Give another output path, or make room there.")
  }

  @Test func aFullDiskIsAnError() throws {
    let writer = try ScoreFormat.csv.writer(
      path: "/dev/full", columns: ScoreColumns(rowCount: 0, classNames: Self.names))
    let error = #expect(throws: DataError.self) { try writer.finish() }
    #expect(
      error?.description == "/dev/full: cannot be written: No space left on device. "
        + "Give another output path, or make room there.")
  }

  @Test func aReaderThatWentAwayIsAnError() throws {
    let pipe = folder.file("pipe.csv")
    mkfifo(pipe, 0o600)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    let writer = try ScoreFormat.csv.writer(
      path: pipe, columns: ScoreColumns(rowCount: 0, classNames: Self.names))
    close(reader)
    let error = #expect(throws: DataError.self) { try writer.finish() }
    #expect(error == .outputClosed(path: pipe) && error?.kind == .cannotWrite)
    #expect(
      error?.description == "\(pipe): the program that reads it has closed it. "
        + "Write to a file instead.")
  }
}
