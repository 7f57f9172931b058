// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// Feature files that cannot be used: exit status 65, the place, and nothing left behind.
@Suite struct BadFeaturesTests {
  let models: Workbench
  let bench: Workbench

  init() throws {
    models = try Fitted.shared.get()
    bench = try Workbench()
  }

  private func expectRefusal(
    _ message: String, status: Int32 = 65, _ arguments: [String],
    location: SourceLocation = #_sourceLocation
  ) throws {
    let before = bench.folder.names
    let result = try bench.run(arguments)
    #expect(result.status == status, sourceLocation: location)
    #expect(result.messages.contains(message), "\(result.messages)", sourceLocation: location)
    let lines = result.messages.split(separator: "\n").filter { !$0.hasPrefix("Memory: ") }
    #expect(lines.count == 1, sourceLocation: location)
    #expect(result.output.isEmpty, sourceLocation: location)
    #expect(bench.folder.names == before, sourceLocation: location)
  }

  private func edit(_ change: (inout EditedFile) throws -> Void) throws {
    try EditedFile.copy(models.path("features.h5"), to: bench.path("bad.h5"), change)
  }

  private var scoring: [String] {
    ["score", "bad.h5", "--model", models.path("plugin.marnet"), "--output", "s.csv"]
  }

  private var evaluating: [String] {
    ["evaluate", "bad.h5", "--model", models.path("plugin.marnet")]
  }

  @Test func notHDF5() throws {
    try write(Array("row,label\n".utf8), to: bench.path("bad.h5"))
    let message =
      "error: bad.h5: is not an HDF5 file: its signature is missing. Write the features with "
      + "h5py, or convert them.\n"
    for command in [["fit", "bad.h5"], ["inspect", "bad.h5"], scoring, evaluating] {
      try expectRefusal(message, command)
    }
  }

  @Test func truncated() throws {
    try write(
      Array(bytes(of: models.path("features.h5")).prefix(20_000)), to: bench.path("bad.h5"))
    try expectRefusal("bad.h5: is shorter than its header says", ["fit", "bad.h5"])
  }

  @Test func aValueThatIsNoNumberIsNamedByRow() throws {
    try edit { $0.rows[.train]?.visual[123, 5] = .nan }
    try expectRefusal(
      "bad.h5: dataset '/train/visual' holds nan in row 123, column 5; 1 of 300 rows is not finite.",
      ["fit", "bad.h5"])
    try edit { $0.rows[.train]?.text?[7, 0] = -.infinity }
    try expectRefusal("'/train/text' holds -inf in row 7, column 0", ["fit", "bad.h5"])
  }

  @Test func aRowToScoreThatIsNoNumberIsNamed() throws {
    try edit { $0.rows[.test]?.visual[101, 2] = .nan }
    for options in [[], ["--batch", "7"]] {
      try expectRefusal("'/test/visual' holds nan in row 101, column 2", scoring + options)
      try expectRefusal("'/test/visual' holds nan in row 101, column 2", evaluating + options)
    }
  }

  @Test func widthThatDiffersFromTheModel() throws {
    try bench.synthesize("bad.h5", ["--visual-width", "23"])
    let message =
      "bad.h5: dataset '/test/visual' has 23 columns but the model was fitted on 24. Extract the "
      + "features with the encoder used for fitting."
    try expectRefusal(message, scoring)
    try expectRefusal(message, evaluating)
  }

  @Test func labelOutOfRange() throws {
    try edit { $0.rows[.train]?.labels?[9] = 4 }
    try expectRefusal("'/train/label' holds 4 in row 9", ["fit", "bad.h5"])
    try edit { $0.rows[.train]?.labels?[9] = -2 }
    try expectRefusal("'/train/label' holds -2 in row 9", ["fit", "bad.h5"])
  }

  @Test func aClassWithoutARow() throws {
    try edit { $0.classNames.append("unseen") }
    try expectRefusal(
      "'/train/label' has no labelled row of class 4 'unseen'", ["fit", "bad.h5"])
  }

  @Test func noText() throws {
    try edit { $0.rows[.train]?.text = nil }
    try expectRefusal("/train/text", ["fit", "bad.h5"])
  }

  @Test func noTrain() throws {
    try edit { $0.rows[.train] = nil }
    try expectRefusal("bad.h5: has no group '/train'", ["fit", "bad.h5"])
  }

  @Test func testLabelsTheModelDoesNotKnow() throws {
    try edit { $0.classNames[2] = "unseen" }
    try expectRefusal("'/test/label' holds 'unseen' in row", evaluating)
    try expectRefusal("which is not a class name", evaluating)
  }

  @Test func unequalRows() throws {
    do {
      let file = try RawFile(bench.path("bad.h5"))
      try file.group("train").floats("train/visual", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8])
        .floats("train/text", [3, 1], [1, 2, 3]).integers("train/label", [0, 1, 0, 1])
    }
    try expectRefusal(
      "'/train/text' has 3 rows but '/train/visual' has 4", ["fit", "bad.h5"])
  }
}
