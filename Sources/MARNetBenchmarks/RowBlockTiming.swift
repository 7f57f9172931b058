// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Times work on random visual rows in blocks of the size that scoring has, spread over the
/// workers.
struct RowBlockTiming {
  static let blockRows = 256

  /// Rows of a repetition: whole blocks.
  let rowCount: Int
  private(set) var timings = Timings()

  /// - Parameters:
  ///   - rows: at least as many are worked on.
  ///   - body: works on one block: its rows `[256, Dv]`, their keys, where they stand, and the
  ///     worker.
  init(
    _ options: BenchmarkOptions, rows: Int, repeats: Int,
    body: (
      _ visual: MatrixView, _ keys: UnsafePointer<UInt64>, _ range: Range<Int>, _ worker: Int
    ) -> Void
  ) {
    let blocks = (rows + Self.blockRows - 1) / Self.blockRows
    rowCount = blocks * Self.blockRows
    let visual = options.normalRows(rowCount, options.visualWidth, stream: 1)
    let keys = (0..<UInt64(rowCount)).map { $0 }
    let pool = WorkerPool(threads: options.threads)
    keys.withUnsafeBufferPointer { keys in
      guard let first = keys.baseAddress else { return }
      func run() {
        pool.forEach(blocks) { block, worker in
          let range = block * Self.blockRows..<(block + 1) * Self.blockRows
          body(visual.view.rows(range), first + range.lowerBound, range, worker)
        }
      }
      // The first one warms caches and pages.
      run()
      for _ in 0..<repeats { timings.measure { run() } }
    }
    withExtendedLifetime(visual) {}
  }

  var rowsPerSecond: Double { Double(rowCount) / timings.median }
}
