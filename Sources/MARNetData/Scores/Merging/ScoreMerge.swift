// SPDX-License-Identifier: Apache-2.0

/// Makes one HDF5 score file of shards: that of a scoring without shards, byte for byte.
///
/// Before anything is written it is proven that the shards are complete, of one model, one
/// feature file and one set of options, and hold every row of the split once. Memory does not
/// grow with the rows.
public struct ScoreMerge {
  /// Number of shards.
  public var shardCount: Int { shards.count }
  /// Rows of all shards.
  public let rowCount: Int

  private let shards: [HDF5ScoreFile]

  /// Looks at the shards, in any order.
  ///
  /// - Parameter paths: files, or patterns such as "scores.shard-*.h5".
  /// - Throws: `ScoreFileError`, `DataError` where one cannot be opened or is named twice.
  public init(paths: [String]) throws {
    var shards: [HDF5ScoreFile] = []
    for path in try Self.ofScores({ try FeaturePaths.expand(paths) }) {
      var shard = try Self.ofScores { try HDF5ScoreFile(path: path) }
      if let first = shards.first {
        let facts = shard.columns.facts(in: .hdf5)
        if let difference = facts.difference(
          from: first.columns.facts(in: .hdf5), ignoring: ScoreFacts.ofShards)
        {
          throw ScoreFileError.shardsDiffer(path: path, other: first.path, difference)
        }
        // Ten thousand shards need not hold their names ten thousand times.
        shard = shard.sharingNames(of: first)
      }
      shards.append(shard)
    }
    shards.sort { ($0.rows.lowerBound, $0.path) < ($1.rows.lowerBound, $1.path) }
    precondition(!shards.isEmpty, "a merge needs a shard")
    rowCount = shards[0].totalRows
    self.shards = shards
    try requireTiling()
  }

  /// Writes the one file, which appears when it is complete.
  ///
  /// - Parameters:
  ///   - overwrite: replaces what stands at `output`.
  ///   - progress: rows done and rows in all; false stops, and leaves nothing.
  /// - Returns: false when `progress` stopped it.
  /// - Throws: `ScoreFileError`, `DataError`.
  public func write(
    to output: String, overwrite: Bool = false,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> Bool {
    if shards.contains(where: { FileKind.isSame($0.path, output) }) {
      throw ScoreFileError.outputIsShard(path: output)
    }
    let file = try ResumableFile(path: output)
    if file.outputExists && !overwrite { throw ScoreFileError.exists(path: output) }
    file.startAnew()
    var columns = shards[0].columns
    columns.rowCount = rowCount
    columns.attributes[ScoreAttribute.firstRow] = .integer(0)
    columns.attributes[ScoreAttribute.rowCount] = .integer(rowCount)
    columns.attributes[ScoreAttribute.shard] = nil
    columns.attributes[ScoreAttribute.shards] = nil
    let layout = HDF5ScoreLayout(columns)
    let identifiers = ShardIdentifiers(shards)
    let places = try Self.create(layout, at: file) { try identifiers.read($0) }
    let target = try PositionalFile(path: file.partialPath, shownAs: output)
    let numeric = layout.columns.filter { $0.kind != .string }
    let rowBytes = numeric.reduce(0) { $0 + $1.rowBytes }
    var doneBytes = 0
    for column in numeric {
      guard let place = places[column.name] else { continue }
      for shard in shards {
        let whole = try ShardCopy(of: column, in: shard).forEachBlock { bytes, rows in
          try target.write(bytes, at: place + rows.lowerBound * column.rowBytes)
          doneBytes += bytes.count
          return progress(doneBytes / rowBytes, rowCount)
        }
        guard whole else { return false }
      }
    }
    try layout.complete(file.partialPath, shownAs: output)
    try file.commit()
    return true
  }

  /// Reads every identifier and drops it: what in a stranger's file could harm the HDF5 library
  /// does so in the process that calls this. (Rows are copied without the library.)
  ///
  /// - Throws: `ScoreFileError`, `DataError`.
  public func readIdentifiers() throws {
    guard shards[0].columns.idKind == .strings else { return }
    let identifiers = ShardIdentifiers(shards)
    for first in stride(from: 0, to: rowCount, by: Self.identifierBlock) {
      _ = try identifiers.read(first..<min(first + Self.identifierBlock, rowCount))
    }
  }

  private static let identifierBlock = 4_096

  /// Writes all but the rows, and closes the file.
  private static func create(
    _ layout: HDF5ScoreLayout, at file: ResumableFile,
    identifiers: (Range<Int>) throws -> [String]
  ) throws -> HDF5ScoreLayout.Places {
    let structure = try layout.create(at: file.partialPath, shownAs: file.path)
    try structure.writeIdentifiers(identifiers)
    return structure.places
  }

  /// Does `work`, with the words of score files where its errors would ask for feature files.
  private static func ofScores<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch DataError.fileNotFound(let path) {
      throw ScoreFileError.notFound(path: path)
    } catch DataError.noMatchingFile(let pattern) {
      throw ScoreFileError.noMatchingFile(pattern: pattern)
    } catch DataError.isFolder(let path) {
      throw ScoreFileError.notScores(path: path, reason: "it is a folder")
    } catch DataError.notHDF5(let path) {
      throw ScoreFileError.notScores(path: path, reason: "it is not an HDF5 file")
    }
  }

  /// - Throws: `ScoreFileError` unless every row of the split is in one shard.
  private func requireTiling() throws {
    var next = 0
    for (index, shard) in shards.enumerated() {
      if shard.rows.lowerBound < next {
        let before = shards[index - 1]
        throw ScoreFileError.shardsOverlap(
          path: shard.path, rows: shard.rows.clamped(to: before.rows), other: before.path)
      }
      try requireNoGap(next..<shard.rows.lowerBound)
      next = shard.rows.upperBound
    }
    try requireNoGap(next..<rowCount)
  }

  private func requireNoGap(_ rows: Range<Int>) throws {
    guard !rows.isEmpty else { return }
    throw ScoreFileError.rowsMissing(rows: rows, total: rowCount, shard: missingShard(from: rows))
  }

  /// The shard that would hold the first of the missing `rows`, where all say of how many they
  /// are.
  private func missingShard(from rows: Range<Int>) -> ScoreShard? {
    let stated = shards.map { $0.columns.attributes[ScoreAttribute.shards] }
    guard case .integer(let count)?? = stated.first, stated.allSatisfy({ $0 == .integer(count) }),
      1...rowCount ~= count
    else { return nil }
    let (high, low) = rows.lowerBound.multipliedFullWidth(by: count)
    let near = rowCount.dividingFullWidth((high, low)).quotient
    return [near, near + 1].filter { $0 < count }.map { ScoreShard($0, of: count) }
      .first { $0.rows(of: rowCount).lowerBound == rows.lowerBound }
  }
}
