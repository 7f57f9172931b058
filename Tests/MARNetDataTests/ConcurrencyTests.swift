// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import MARNetDense
import Testing

@Suite struct ConcurrencyTests {
  @Test func manyTasksMayReadOneFile() async throws {
    let folder = try TemporaryFolder()
    var parameters = SyntheticParameters()
    parameters.trainRows = 640
    let features = try SyntheticFeatures(parameters)
    let path = folder.file("f.h5")
    try features.write(
      to: path, options: FeatureFileOptions(type: .float64, gzipLevel: 1, chunkRows: 60))
    let file = try FeatureFile(path: path)
    let whole = try file.readVisual(.train, rows: 0..<640)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<32 {
        group.addTask {
          let rows = task * 20..<task * 20 + 20
          #expect((try? file.readVisual(.train, rows: rows)) == whole.rows(at: Array(rows)))
          // Failures of other tasks must not mix up messages.
          let error = #expect(throws: DataError.self) {
            try FeatureFile(path: folder.path + "/missing \(task)")
          }
          #expect(error?.description.contains("missing \(task): no such file") == true)
        }
      }
    }
  }
}
