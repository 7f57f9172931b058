// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Synchronization
import Testing

/// A file of many rows and a model, whose scoring takes about a second; made once.
enum ScoreBench {
  static let rowCount = 60_000
  /// Slow enough for signals to find it at work, in blocks that are small enough to be many.
  static let slow = ["--draws", "24", "--batch", "1000", "--threads", "1"]

  /// `f.h5`, with strings as identifiers, and `m`.
  static let shared: Result<Workbench, any Error> = Result {
    let bench = try Workbench()
    try bench.synthesize("f.h5", ["--test-rows", String(rowCount), "--visual-width", "8"])
    try bench.fit("f.h5", output: "m")
    folder.withLock { $0 = bench.folder }
    atexit { ScoreBench.folder.withLock { $0?.remove() } }
    return bench
  }

  private static let folder = Mutex<TemporaryFolder?>(nil)
}

extension Workbench {
  /// The arguments of a scoring of `ScoreBench`'s file into `output`, in this bench's folder.
  func scoring(_ output: String, _ options: [String] = []) throws -> [String] {
    let bench = try ScoreBench.shared.get()
    return ["score", bench.path("f.h5"), "--model", bench.path("m"), "--output", output]
      + options
  }
}
