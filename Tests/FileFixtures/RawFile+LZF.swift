// SPDX-License-Identifier: Apache-2.0

import CHDF5

extension RawFile {
  /// Writes a dataset with h5py's filter "lzf", chunk by chunk.
  ///
  /// - Parameters:
  ///   - bytes: all values in the stored type, row by row.
  ///   - width: bytes of one value.
  ///   - packs: whether the chunk of a number is compressed; h5py leaves those as they are
  ///     that do not become smaller.
  package func lzfChunks(
    _ name: String, shape: [Int], bytes: [UInt8], width: Int, type: hid_t, storage: Storage,
    packs: (Int) -> Bool = { _ in true }
  ) throws {
    try dataset(name, shape: shape, values: [UInt8](), memory: type, storage: storage)
    var number = 0
    for row in stride(from: 0, to: shape[0], by: storage.chunk[0]) {
      for column in stride(from: 0, to: shape[1], by: storage.chunk[1]) {
        var chunk: [UInt8] = []
        for line in row..<row + storage.chunk[0] {
          for place in column..<column + storage.chunk[1] {
            let at = (line * shape[1] + place) * width
            let isInside = line < shape[0] && place < shape[1]
            chunk += isInside ? Array(bytes[at..<at + width]) : [UInt8](repeating: 0, count: width)
          }
        }
        if storage.shuffle { chunk = Self.shuffled(chunk, width: width) }
        let packed = packs(number) ? LZFEncoder.encode(chunk) : chunk
        try overwriteChunk(
          name, at: [row, column], with: packed + (storage.checksum ? Self.fletcher(packed) : []),
          skipped: packs(number) ? 0 : storage.shuffle ? 2 : 1)
        number += 1
      }
    }
  }

  private static func shuffled(_ bytes: [UInt8], width: Int) -> [UInt8] {
    (0..<width).flatMap { plane in stride(from: plane, to: bytes.count, by: width).map { bytes[$0] }
    }
  }

  /// HDF5's checksum, taken word by word.
  private static func fletcher(_ bytes: [UInt8]) -> [UInt8] {
    var (first, second): (UInt32, UInt32) = (0, 0)
    for at in stride(from: 0, to: bytes.count, by: 2) {
      let low = at + 1 < bytes.count ? bytes[at + 1] : 0
      first += UInt32(bytes[at]) << 8 | UInt32(low)
      first = first > 65_535 ? first - 65_535 : first
      second += first
      second = second > 65_535 ? second - 65_535 : second
    }
    let sum = second << 16 | first
    return (0..<4).map { UInt8(truncatingIfNeeded: sum >> ($0 * 8)) }
  }
}

/// A plain encoder of LZF: repeats from a few distances, literals between them.
package enum LZFEncoder {
  /// Distances that are tried: overlapping repeats, neighbours, rows, the farthest there is.
  private static let distances = [1, 2, 4, 8, 31, 256, 1000, 8192]

  package static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var (out, literals): ([UInt8], [UInt8]) = ([], [])
    func flush() {
      guard !literals.isEmpty else { return }
      out.append(UInt8(literals.count - 1))
      out += literals
      literals = []
    }
    var at = 0
    while at < bytes.count {
      let best =
        distances.filter { $0 <= at }.map { distance -> (distance: Int, length: Int) in
          var length = 0
          while length < 264 && at + length < bytes.count
            && bytes[at + length] == bytes[at + length - distance]
          { length += 1 }
          return (distance, length)
        }.max { $0.length < $1.length }
      guard let best, best.length >= 3 else {
        literals.append(bytes[at])
        if literals.count == 32 { flush() }
        at += 1
        continue
      }
      flush()
      out += repeated(best.length, from: best.distance)
      at += best.length
    }
    flush()
    return out
  }

  /// The item that repeats `length` (3 to 264) bytes from `distance` (1 to 8192) before.
  package static func repeated(_ length: Int, from distance: Int) -> [UInt8] {
    let back = distance - 1
    let low = UInt8(back & 255)
    let high = UInt8(back >> 8)
    return length < 9
      ? [UInt8(length - 2) << 5 | high, low] : [7 << 5 | high, UInt8(length - 9), low]
  }
}
