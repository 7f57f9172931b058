// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// Everything that the articles of `MARNet.docc` show, run in a folder of its own.
@main
struct Sample {
  static func main() {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("marnet-sample-\(UUID().uuidString)")
    do {
      defer { try? FileManager.default.removeItem(at: folder) }
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      guard FileManager.default.changeCurrentDirectoryPath(folder.path) else {
        throw CocoaError(.fileNoSuchFile)
      }
      try run()
    } catch {
      report(error)
    }
  }

  private static func run() throws {
    try writeFeatures()
    let model = try fitOnFile()
    try scoreRows(with: model)
    try scoreFile(with: model)
    try evaluate(model)
    try fitOnMatrices()
    try fitWithCosineLoss()
    try export(model)
  }
}
