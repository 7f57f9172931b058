// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import MARNetDense
import Testing

/// `.npy` arrays as rows: what is read, and what is refused.
@Suite struct NumPyStreamTests {
  private let folder: TemporaryFolder
  private static let rows = Matrix(rows: [[1, -2.5, 0.125], [65_504, 0, -0.0]])

  init() throws { folder = try TemporaryFolder() }

  /// All rows of an array, which are to be three wide.
  private func read(_ bytes: [UInt8], atMost most: Int = 8) throws -> Matrix {
    let path = folder.file("rows.npy")
    try write(bytes, to: path)
    let stream = try #require(try RowStream(path: path, form: .numPy, width: 3))
    var parts: [Matrix] = []
    while let part = try stream.next(atMost: most) { parts.append(part) }
    let all = Matrix(stacking: parts)
    #expect(stream.rowCount == all.rowCount)
    return all
  }

  @Test(arguments: [1, 2, 3] as [UInt8], [1, 2, 8])
  func versionsAndBlocks(version: UInt8, most: Int) throws {
    var array = NumPyArray(Self.rows)
    array.version = [version, 0]
    #expect(try read(array.bytes, atMost: most) == Self.rows)
  }

  @Test func types() throws {
    let values = Self.rows.values
    let halves: [UInt16] = [0x3C00, 0xC100, 0x3000, 0x7BFF, 0, 0x8000]
    let payloads: [(String, [UInt8])] = [
      ("<f2", NumPyArray.payload(halves)),
      (">f2", NumPyArray.payload(halves.map(\.bigEndian))),
      ("<f4", NumPyArray.payload(values)),
      (">f4", NumPyArray.payload(values.map(\.bitPattern.bigEndian))),
      ("<f8", NumPyArray.payload(values.map(Double.init))),
      (">f8", NumPyArray.payload(values.map { Double($0).bitPattern.bigEndian })),
    ]
    for (type, payload) in payloads {
      let rows = try read(NumPyArray(type: type, shape: "(2, 3)", payload: payload).bytes)
      #expect(rows == Self.rows, "\(type)")
      #expect(rows[1, 2].sign == .minus, "\(type)")
    }
  }

  /// What other writers than NumPy may write.
  @Test(arguments: [
    #"{"shape":(2,3),"fortran_order":False,"descr":"<f4"}"#,
    "{ 'descr' : '<f4' ,\n\t'fortran_order':False,'shape':( 2 , 3 , ),}  \n\n",
  ])
  func otherSpellings(header: String) throws {
    var array = NumPyArray(Self.rows)
    array.header = header
    #expect(try read(array.bytes) == Self.rows)
  }

  private static let damaged: [(header: String, reason: String)] = [
    ("", "'{' is missing at byte"),
    ("{'descr': '<f4', 'fortran_order': False}", "it is not a dict of 'descr', 'fortran_order'"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 'y'}", "it is not a dict of"),
    ("{'descr': '<f4', 'descr': '<f4'}", "'descr' stands twice"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}", "a text in quotes is missing"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3)}", "')' is missing at byte 52"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (6)}", "its shape is no tuple"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)}", "something else than sizes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (02, 3)}", "something else than sizes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (, )}", "something else than sizes"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3)}",
      "something else than sizes"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': 'ab'}", "it is not a dict of"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + {}", "something follows"),
    ("{'descr': '<f4", "a text is not of plain letters, or has no end"),
    ("{'descr': '<\\x66', 'fortran_order': False, 'shape': (2, 3)}", "a text is not of plain"),
    ("{'descr': '<fü', 'fortran_order': False, 'shape': (2, 3)}", "a text is not of plain"),
    ("{'descr': __import__('os'), }", "a text in quotes is missing at byte 10"),
  ]

  @Test(arguments: damaged)
  func damagedHeaders(header: String, reason: String) throws {
    var array = NumPyArray(Self.rows)
    array.header = header
    try refuses(array.bytes, "has a header that no .npy array has: ", reason)
  }

  @Test func damagedFraming() throws {
    var array = NumPyArray(Self.rows)
    let whole = array.bytes
    for length in [7, 8, 9, 10, 60, 127] {
      try refuses(Array(whole[..<length]), "no .npy array has: it ends early. Write it again with")
    }
    array.version = [4, 0]
    try refuses(array.bytes, "its format is 4.0, but 1.0, 2.0 and 3.0 are what is read")
    array.version = [1, 1]
    try refuses(array.bytes, "its format is 1.1, but")
    array.version = [2, 0]
    var large = array.bytes
    large.replaceSubrange(8..<12, with: [1, 0, 1, 0])
    try refuses(large, "it claims 65,537 bytes, and 65,536 are read at most")
  }

  private static let unusable: [(NumPyArray, String)] = [
    (
      NumPyArray(shape: "(6,)"),
      "has shape [6]; it needs [rows, 3]. Save array.reshape(-1, 3)."
    ),
    (NumPyArray(shape: "()"), "has a single value; it needs [rows, 3]."),
    (
      NumPyArray(shape: "(2, 1, 3)"),
      "has shape [2, 1, 3]; it needs [rows, 3]. Pool it to one row an image first, such as "
        + "array.mean(axis=1)."
    ),
    (
      NumPyArray(order: "True", shape: "(2, 3)"),
      "is in Fortran order; it needs C order, row after row. Save np.ascontiguousarray(array)."
    ),
    (
      NumPyArray(type: "<i8", shape: "(2, 3)"),
      "holds values of type '<i8'; it needs float16, float32 or float64. "
        + "Save array.astype(np.float32)."
    ),
    (
      NumPyArray(type: "|O", shape: "(2, 3)"),
      "holds Python objects, which are never unpickled; it needs float16"
    ),
    (NumPyArray(shape: "(0, 3)"), "holds no row; it needs one or more."),
    (NumPyArray(shape: "(9999999999, 3)"), "claims 9,999,999,999 rows; it needs 2,147,483,647"),
  ]

  @Test(arguments: unusable.indices)
  func unusableArrays(index: Int) throws {
    try refuses(Self.unusable[index].0.bytes, "rows.npy: " + Self.unusable[index].1)
  }

  @Test func records() throws {
    var array = NumPyArray(shape: "(2,)")
    array.header = "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (2,)}"
    try refuses(array.bytes, "holds records of several fields; it needs float16, float32 or")
  }

  @Test func otherWidths() throws {
    #expect(
      throws: DataError.widthDiffersFromModel(
        DataLocation(path: folder.file("rows.npy")), width: 4_000_000_000_000, modelWidth: 3)
    ) { _ = try read(NumPyArray(shape: "(2, 4000000000000)").bytes) }
  }

  @Test func otherFiles() throws {
    try refuses([], "holds no row; it needs one or more.")
    try refuses(
      [0x89] + "HDF\r\n\u{1A}\n".utf8,
      "begins as an HDF5 file, not as a .npy array. Give it without '--visual', as a feature file.")
    try refuses(Array("PK\u{3}\u{4}....".utf8), "begins as a .npz or other archive, not")
    try refuses([0x80, 4, 0x95, 0, 0, 0, 0], "begins as a pickle, which is never read, not as")
    try refuses(
      NumPyArray.payload(Self.rows.values),
      "begins as something unknown, not as a .npy array. Write it with np.save, or name the "
        + "'--width' of raw float32 rows.")
  }

  @Test func filesOfAnotherLength() throws {
    let whole = NumPyArray(Self.rows).bytes
    try refuses(
      Array(whole.dropLast(12)), "ended after 1 row of 2. Look at what the program that writes it")
    try refuses(
      Array(whole.dropLast(1)), "ended within row 1, after 11 of its 12 bytes. Check width and type"
    )
    try refuses(whole + [0], "goes on after its 2 rows. Write all rows as one array, or as raw")
  }

  @Test func valuesThatAreNotFinite() throws {
    var rows = Self.rows
    rows[1, 2] = .nan
    let error = #expect(throws: DataError.self) { _ = try read(NumPyArray(rows).bytes, atMost: 1) }
    #expect(
      error
        == .nonFinite(
          DataLocation(path: folder.file("rows.npy")), row: 1, column: 2, value: "nan",
          badRows: 1, rows: 1))
  }

  private func refuses(
    _ bytes: [UInt8], _ texts: String..., location: SourceLocation = #_sourceLocation
  ) throws {
    let error = #expect(throws: RowStreamError.self, sourceLocation: location) {
      _ = try read(bytes)
    }
    for text in texts {
      #expect(
        error?.description.contains(text) == true, "\(String(describing: error))",
        sourceLocation: location)
    }
    #expect(error?.kind == .content, sourceLocation: location)
  }
}
