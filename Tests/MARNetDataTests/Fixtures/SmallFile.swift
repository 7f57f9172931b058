// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures

/// A valid feature file of two classes, four training and two test rows, from which
/// each test changes one thing.
struct SmallFile {
  static let visual: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
  static let text: [Float] = [-1, 0.5, 2, 0.25, -4, 8, 1, 1]

  /// Writes it to `path`; a part whose writer is given is written by that instead.
  static func write(
    to path: String,
    visual: ((RawFile) throws -> Void)? = {
      try $0.floats("train/visual", [4, 3], SmallFile.visual)
    },
    text: ((RawFile) throws -> Void)? = { try $0.floats("train/text", [4, 2], SmallFile.text) },
    labels: ((RawFile) throws -> Void)? = { try $0.integers("train/label", [0, 1, -1, 1]) },
    test: ((RawFile) throws -> Void)? = {
      try $0.group("test").floats("test/visual", [2, 3], [1, 2, 3, 4, 5, 6])
    },
    more: ((RawFile) throws -> Void)? = nil
  ) throws {
    let file = try RawFile(path)
    file.group("train")
    try visual?(file)
    try text?(file)
    try labels?(file)
    try test?(file)
    try more?(file)
  }
}
