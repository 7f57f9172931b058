// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet

extension Subject {
  /// A .npy array, as `score --visual` reads it.
  static let numPy = Subject(
    name: "numpy", fileName: "input.npy", form: .text,
    makeCorpus: { corpus, _ in
      let values = (0..<72).map { Float($0 % 17) / 4 - 2 }
      let halves = [UInt16](repeating: 0x3C00, count: 72)
      let arrays = [
        "own": NumPyArray(Matrix(rowCount: 12, columnCount: 6, values: values)),
        "half": NumPyArray(
          type: "<f2", shape: "(12, 6)", payload: NumPyArray.payload(halves)),
        "double": NumPyArray(
          type: ">f8", shape: "(12, 6)",
          payload: NumPyArray.payload(values.map { Double($0).bitPattern.bigEndian })),
        "objects": NumPyArray(type: "|O", shape: "(12, 6)"),
      ]
      for (name, whole) in arrays {
        for version in [1, 2, 3] as [UInt8] {
          var array = whole
          array.version = [version, 0]
          try write(array.bytes, to: corpus.file("\(name)\(version)"))
        }
      }
    },
    parse: { path in
      guard let stream = try RowStream(path: path, form: .numPy, width: 6) else { return }
      while try stream.next(atMost: 5) != nil {}
    })
}
