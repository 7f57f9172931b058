// SPDX-License-Identifier: Apache-2.0

import MARNetData

extension Model {
  /// Scores rows that come as a stream into `output`: memory does not grow with their number, and
  /// who writes them waits until they are wanted. A row's score is that of the same row in a
  /// feature file. Rows that have come are scored when no more come for half a second.
  ///
  /// - Parameters:
  ///   - path: of a .npy array, of raw values, or of a named pipe; "-" is standard input.
  ///   - form: how rows stand there, `[N, Dv]`.
  ///   - output: `.h5`, `.csv`, `.jsonl` or `.npy`, which appears whole or not at all; "-" is
  ///     standard output. For `.h5` and `.npy` the number of rows must be known at the beginning:
  ///     from the header of an array, the size of a file, or `form`.
  ///   - progress: rows done, and rows in all where that is known; called after every block, and
  ///     twice a second while nothing comes; false stops.
  /// - Throws: `RowStreamError`, `DataError`, `ModelError`, `ScoreFileError`;
  ///   `StreamScoringInterrupted`, or `FitError.cancelled` where nothing is left.
  @discardableResult
  public func score(
    rowsAt path: String, as form: RowForm = .numPy, to output: String,
    _ what: StreamScoring = StreamScoring(), options: ScoringOptions = ScoringOptions(),
    threads: Int? = nil, progress: (_ done: Int, _ count: Int?) -> Bool = { _, _ in true }
  ) throws -> FileScoringReport {
    try StreamScoringRun(
      self, rowsAt: path, as: form, to: output, what, options: options, threads: threads
    ) {
      progress(0, nil)
    }.run(progress)
  }
}
