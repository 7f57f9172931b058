// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What `score` says.
enum ScoringText {
  /// Which rows a shard has, and who said so: a shard must not be taken for the whole.
  static func announcement(_ shard: ScoreShard, source: String?, of total: Int) -> String {
    let name = "Shard \(shard.index) of \(shard.count) (from 0)"
    let origin = source.map { " (from \($0); '--shards 1' scores all rows)" } ?? ""
    guard shard.count <= total else { return "\(name)\(origin)" }
    let rows = shard.rows(of: total)
    return "\(name): rows \(Decimals.grouped(rows.lowerBound)) to "
      + "\(Decimals.grouped(rows.upperBound - 1)) of \(Decimals.grouped(total))\(origin)"
  }

  /// How a run begins that was to go on with another.
  static func beginning(done: Int, of count: Int) -> String {
    done == 0
      ? "Nothing to resume: scoring from the beginning."
      : "Going on after \(Decimals.grouped(done)) of \(Decimals.grouped(count)) rows."
  }

  /// - Parameter rows: which rows, such as "'test'".
  static func end(_ report: FileScoringReport, of rows: String) -> String {
    let count = Decimals.grouped(report.rowCount)
    if report.earlierRows == report.rowCount {
      return "\(report.path) is complete already: \(count) rows of \(rows)."
    }
    return "Scored \(count) \(report.rowCount == 1 ? "row" : "rows") of \(rows)"
      + (report.path == "-" ? "." : " into \(report.path).")
  }
}
