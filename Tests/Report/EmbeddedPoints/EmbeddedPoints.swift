// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetDense
import MARNetReport

/// Embeds the rows of a file of little-endian Float32 `[N, D]` and writes the coordinates
/// `[N, 2]` in the same form; prints the divergence:
///
///     EmbeddedPoints ROWS WIDTH INPUT OUTPUT [THREADS]
///
/// Only the check against scikit-learn needs it.
@main
enum EmbeddedPoints {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard (5...6).contains(arguments.count), let rows = Int(arguments[1]),
      let width = Int(arguments[2])
    else {
      FileHandle.standardError.write(
        Data("usage: EmbeddedPoints ROWS WIDTH INPUT OUTPUT [THREADS]\n".utf8))
      exit(64)
    }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: arguments[3]))
    let values = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let points = Matrix(rowCount: rows, columnCount: width, values: values)
    let threads = arguments.count > 5 ? Int(arguments[5]) : nil
    let pool = WorkerPool(threads: threads ?? WorkerPool.availableProcessors)
    guard let found = PlaneEmbedding(points, pool: pool) else { exit(1) }
    let coordinates = zip(found.x, found.y).flatMap { [$0, $1] }
    try coordinates.withUnsafeBytes { Data($0) }
      .write(to: URL(fileURLWithPath: arguments[4]))
    print(found.divergence)
  }
}
