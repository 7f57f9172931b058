// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with score files, unfinished ones and shards.
public enum ScoreFileError: Error, Sendable, Equatable {
  /// Something with that name is there already.
  case exists(path: String)
  /// Other scores stand where a shard, or what was to be gone on with, is to be.
  case otherScoresExist(path: String, ScoreDifference)
  /// The unfinished file is of other scores.
  case otherScoresUnfinished(path: String, ScoreDifference)
  /// The unfinished file is not what its note says.
  case damagedPart(path: String, reason: String)
  /// What was written to a pipe or a device cannot be gone on with.
  case notResumable(path: String)
  /// A format that begins with the number of rows, which nobody knows yet.
  case rowCountUnknown(path: String)
  /// Shards are HDF5 files.
  case shardsNeedHDF5(path: String)
  /// More shards than rows.
  case moreShardsThanRows(shards: Int, rows: Int)
  /// A file that is named and not there.
  case notFound(path: String)
  /// A pattern that no file matches.
  case noMatchingFile(pattern: String)
  /// Not a file that `score` wrote as HDF5.
  case notScores(path: String, reason: String)
  /// A score file that was never finished.
  case unfinished(path: String)
  /// Shards that do not belong together.
  case shardsDiffer(path: String, other: String, ScoreDifference)
  /// Rows that two shards hold.
  case shardsOverlap(path: String, rows: Range<Int>, other: String)
  /// Rows that no shard holds; `shard` is the one that would, where that can be told.
  case rowsMissing(rows: Range<Int>, total: Int, shard: ScoreShard?)
  /// A shard would be replaced by what is merged from it.
  case outputIsShard(path: String)
}

extension ScoreFileError: CustomStringConvertible {
  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .exists(let path):
      return "\(path): already exists. Choose another '--output', or replace it with "
        + "'--overwrite'."
    case .otherScoresExist(let path, let difference):
      return "\(path): already exists, and holds other scores: \(Self.words(difference)). Choose "
        + "another '--output', or replace it with '--overwrite'."
    case .otherScoresUnfinished(let path, let difference):
      return "\(path): the unfinished file beside it holds other scores: "
        + "\(Self.words(difference)). Score as before to go on with it, or leave '--resume' out "
        + "to begin anew."
    case .damagedPart(let path, let reason):
      return "\(path): the unfinished file beside it is not as it was left (\(reason)). Leave "
        + "'--resume' out to begin anew."
    case .notResumable(let path):
      return "\(path == "-" ? "standard output" : path): what was written there before cannot be "
        + "gone on with. Write to a file, or leave '--resume' out."
    case .rowCountUnknown(let path):
      return "\(path): begins with the number of rows, which raw rows from a pipe do not tell. Say "
        + "it with '--rows', or write csv or jsonl."
    case .shardsNeedHDF5(let path):
      return "\(path): shards are HDF5 files, which 'merge' makes one. Name an '--output' that "
        + "ends in .h5, or score all rows with '--shards 1'."
    case .moreShardsThanRows(let shards, let rows):
      return "\(counted(shards, "shard")) of \(counted(rows, "row")): some would be empty. Take "
        + "\(grouped(rows)) shards or fewer."
    case .notFound(let path):
      return "\(path): no such file. Give the paths of score files in HDF5."
    case .noMatchingFile(let pattern):
      return "\(pattern): no file matches. Give the paths of score files in HDF5, or a pattern "
        + "that matches some."
    case .notScores(let path, let reason):
      return "\(path): not a score file that 'merge' can read (\(reason)). Score its rows again."
    case .unfinished(let path):
      return "\(path): is not complete: the run that wrote it was cut off. Score its rows again."
    case .shardsDiffer(let path, let other, let difference):
      return "\(path): does not belong to \(other): \(Self.words(difference)). Merge shards of "
        + "one model, one feature file and one set of options."
    case .shardsOverlap(let path, let rows, let other):
      return "\(path): holds \(Self.words(rows)), which \(other) holds too. Name one of them only."
    case .rowsMissing(let rows, let total, let shard):
      let remedy =
        shard.map {
          "Score them with '--shards \($0.count) --shard \($0.index)', or name that shard too."
        }
        ?? "Score them, or name the shard that holds them."
      return "\(Self.words(rows)) of \(grouped(total)) are in no shard that is given. \(remedy)"
    case .outputIsShard(let path):
      return "\(path): is one of the shards. Choose another '--output'."
    }
  }

  /// The kind of this error.
  package var kind: DataErrorKind {
    switch self {
    case .exists, .otherScoresExist, .outputIsShard, .shardsNeedHDF5, .rowCountUnknown:
      .cannotWrite
    case .notResumable, .moreShardsThanRows: .configuration
    case .notFound, .noMatchingFile: .notFound
    case .otherScoresUnfinished, .damagedPart, .notScores, .unfinished, .shardsDiffer,
      .shardsOverlap, .rowsMissing:
      .content
    }
  }

  private static func words(_ difference: ScoreDifference) -> String {
    "'\(difference.name)' is \(difference.here) here and \(difference.there) there"
  }

  /// "rows 0 to 99".
  private static func words(_ rows: Range<Int>) -> String {
    rows.count == 1
      ? "row \(grouped(rows.lowerBound))"
      : "rows \(grouped(rows.lowerBound)) to \(grouped(rows.upperBound - 1))"
  }
}
