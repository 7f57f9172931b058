// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures

/// Changes a score file through HDF5: the file stays sound, and claims what is not so.
enum ScoreFileChange {
  private static let counts = ["first_row", "row_count", "total_rows", "shard", "shards"]
  private static let marks = ["complete"] + counts
  private static let texts = ["tool", "model", "features", "split", "sampler"]
  private static let datasets = [
    "probabilities", "prediction", "id", "class_names", "top_k_index", "top_k_probability",
    "embedding", "reconstruction",
  ]
  /// Numbers of rows and shards around those of the inputs, and others.
  private static let values: [Int64] = [
    -1, 0, 1, 2, 3, 9, 10, 11, 19, 20, 21, 29, 30, 31, 1 << 31, 1 << 40, 1 << 62, .max - 1, .max,
    .min,
  ]
  private static let sizes = [0, 1, 2, 3, 4, 9, 10, 11, 30, 31, 1 << 16, 1 << 31, 1 << 40, 1 << 60]

  /// Makes one change or a few in the file whose bytes these are.
  static func make(in bytes: inout [UInt8], _ random: inout FuzzRandom) {
    guard let folder = try? TemporaryFolder() else { return }
    let path = folder.file("s.h5")
    guard (try? write(bytes, to: path)) != nil else { return }
    if let file = try? RawFile(changing: path) {
      for _ in 0...random.below(3) { change(file, &random) }
    }
    if let changed = try? FileFixtures.bytes(of: path) { bytes = changed }
  }

  private static func change(_ file: RawFile, _ random: inout FuzzRandom) {
    switch random.below(10) {
    case 0, 1, 2:
      replaceCount(file, random.pick(marks), random.pick(values), &random)
    case 3:
      // A range that might be a shard's.
      for name in counts.prefix(3) {
        file.removeAttribute(".", name)
        file.attribute(".", name, integers: [values[1 + random.below(13)]])
      }
    case 4: file.removeAttribute(".", random.pick(marks + texts))
    case 5:
      let name = random.pick(texts + counts)
      file.removeAttribute(".", name)
      let unit = random.pick(["x", "\u{1B}", "é"])
      let length = random.pick([0, 1, 100, 65_000, 70_000, 1 << 20])
      file.attribute(".", name, text: String(repeating: unit, count: length))
    case 6: file.remove(random.pick(datasets))
    case 7:
      let name = random.pick(datasets)
      file.remove(name)
      file.softLink(name, to: random.pick(["/" + name, "/prediction", "/none", "/"]))
    case 8:
      file.remove("class_names")
      let name = random.pick(["a", "", String(repeating: "b", count: 10_000), "\u{1B}[31mred"])
      let names = [String](repeating: name, count: random.pick([0, 1, 2, 3, 4, 500]))
      _ = try? file.strings("class_names", names)
    default: replaceDataset(file, random.pick(datasets), &random)
    }
  }

  private static func replaceCount(
    _ file: RawFile, _ name: String, _ value: Int64, _ random: inout FuzzRandom
  ) {
    file.removeAttribute(".", name)
    switch random.below(6) {
    case 0: file.attribute(".", name, numbers: [Double(value)])
    case 1: file.attribute(".", name, integers: [value, value], shape: [2])
    case 2: file.attribute(".", name, integers: [value], type: chdf5_std_u64le())
    default: file.attribute(".", name, integers: [value])
    }
  }

  private static func replaceDataset(
    _ file: RawFile, _ name: String, _ random: inout FuzzRandom
  ) {
    file.remove(name)
    let rank = random.below(4)
    let shape = (0..<rank).map { _ in random.pick(sizes) }
    let type = random.pick([
      chdf5_ieee_f32le(), chdf5_std_i32le(), chdf5_std_i64le(), chdf5_ieee_f64le(),
      chdf5_std_u8le(),
    ])
    var storage = RawFile.Storage()
    if rank > 0, random.below(3) == 0 {
      storage = .init(chunk: shape.map { _ in random.pick([1, 2, 1 << 20]) })
    }
    // Nobody writes its values: a small one has room in the file, a large one only claims.
    _ = try? file.dataset(name, shape: shape, values: [Float](), memory: type, storage: storage)
  }
}
