// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import MARNetDense
import Testing

@Suite struct FingerprintTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func file(
    _ name: String, options: FeatureFileOptions = .init(), visual: Float = 1, label: Int32 = 0,
    mask: Bool = true
  ) throws -> FeatureFile {
    let path = folder.file(name)
    let writer = try FeatureFileWriter(path: path, classNames: ["a", "b"], options: options)
    let plan = FeatureSplitPlan(
      rowCount: 6000, visualWidth: 3, textWidth: 2, hasTextMask: true)
    try writer.begin(.train, plan)
    var rows = Matrix(rowCount: 6000, columnCount: 3, values: (0..<18000).map { Float($0 % 97) })
    rows[4999, 2] = visual
    var labels = (0..<6000).map { Int32($0 % 2) }
    labels[10] = label
    var hasText = [Bool](repeating: true, count: 6000)
    hasText[20] = mask
    try writer.append(
      FeatureBlock(
        visual: rows, text: Matrix(rowCount: 6000, columnCount: 2, repeating: 0.5),
        labels: labels, textMask: hasText))
    try writer.finish()
    return try FeatureFile(path: path)
  }

  /// From the reference implementation: Python's xxhash 4.1.0, `xxh64(...).hexdigest()`.
  @Test(
    arguments: [
      (0, 0xEF46_DB37_51D8_E999), (31, 0x0F18_7C62_B1E7_22B7), (32, 0x91B0_CB09_31A8_C629),
      (1000, 0x2527_5608_A9CF_C168),
    ] as [(Int, UInt64)])
  func theHashIsXXH64(count: Int, expected: UInt64) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for piece in [1, 5, 32, 33, 1000] {
      var hash = ContentHash()
      for start in stride(from: 0, to: count, by: piece) {
        hash.update(Array(bytes[start..<min(count, start + piece)]))
      }
      #expect(hash.value == expected, "pieces of \(piece)")
    }
  }

  @Test func storageDoesNotCount() throws {
    let plain = try file("a.h5")
    let expected = try plain.fingerprint(.train)
    #expect(expected.count == 16)
    #expect(try plain.pairedRows(.train).fingerprint == expected)
    let halves = FeatureFileOptions(type: .float16, gzipLevel: 3, chunkRows: 100)
    #expect(try file("b.h5", options: halves).fingerprint(.train) == expected)
    #expect(try file("c.h5", options: .init(type: .float64)).fingerprint(.train) == expected)
  }

  @Test func everyValueCounts() throws {
    let all = [
      try file("a.h5").fingerprint(.train), try file("b.h5", visual: 2).fingerprint(.train),
      try file("c.h5", label: -1).fingerprint(.train),
      try file("d.h5", mask: false).fingerprint(.train),
    ]
    #expect(Set(all).count == 4)
  }
}
