// SPDX-License-Identifier: Apache-2.0

import MARNetData

/// Where the bytes of a file of a checkpoint are.
enum CheckpointBytes {
  case file(PlainFile)
  case memory([UInt8])

  var byteCount: Int {
    switch self {
    case .file(let file): file.byteCount
    case .memory(let bytes): bytes.count
    }
  }

  func bytes(_ range: Range<Int>) throws(CheckpointFile.Malformed) -> [UInt8] {
    switch self {
    case .file(let file):
      try CheckpointFile.readable { () throws(PlainFile.Refusal) in try file.bytes(range) }
    case .memory(let bytes): Array(bytes[range])
    }
  }

  func read(
    at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(CheckpointFile.Malformed) {
    switch self {
    case .file(let file):
      try CheckpointFile.readable { () throws(PlainFile.Refusal) in
        try file.read(at: offset, into: target)
      }
    case .memory(let bytes): target.copyBytes(from: bytes[offset..<offset + target.count])
    }
  }
}
