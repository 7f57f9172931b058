// SPDX-License-Identifier: Apache-2.0

/// The columns of one split, each checked for shape and type, none of them read.
///
/// A column that cannot be used keeps its error until somebody needs it: a file
/// with a broken text of the test split can still be scored.
struct SplitLayout: Sendable {
  private(set) var split: Split
  /// Where the columns lie; of several files, in the first.
  let group: DataLocation
  /// What the columns are called there.
  let names: ColumnNames
  /// Every dataset in the group, known or not, for `inspect`.
  var datasets: [HDF5Dataset]
  /// Those of them that mean something.
  var used: Set<DataLocation>
  var visual: Result<Column, DataError>
  /// nil: the split has none.
  var text: Result<Column, DataError>?
  var textMask: Result<TextMask, DataError>?
  var labels: Result<LabelColumn, DataError>?
  var ids: Result<Column, DataError>?
  /// Tokens, which only one method of alignment reads.
  var tokens: Result<TokenLayout, DataError>?
  /// The error of a split without labels, for those who need them.
  let missingLabels: DataError

  /// Where the text is, or would be.
  var textLocation: DataLocation { textLocation(in: group) }
  /// Where the labels are, or would be.
  var labelsLocation: DataLocation { group.child(names.labels) }

  func textLocation(in group: DataLocation) -> DataLocation { group.child(names.text) }

  /// What is wrong, in the order in which it is best repaired.
  var problems: [DataError] {
    [
      visual.failure, text?.failure, textMask?.failure, labels?.failure, ids?.failure,
    ].compactMap { $0 }
  }

  /// The same columns as those of `split`.
  func called(_ split: Split) -> SplitLayout {
    var layout = self
    layout.split = split
    return layout
  }

  /// The rows at `rows`, ascending, alone.
  func keeping(_ rows: [Int]) -> SplitLayout {
    var kept = self
    kept.visual = visual.map { $0.keeping(rows) }
    kept.text = text?.map { $0.keeping(rows) }
    kept.textMask = textMask?.map { $0.keeping(rows) }
    kept.labels = labels?.map { $0.keeping(rows) }
    kept.ids = ids?.map { $0.keeping(rows) }
    kept.tokens = tokens?.map { $0.keeping(rows) }
    return kept
  }

  /// Without the rows that have no label; unchanged where labels cannot be read.
  ///
  /// - Throws: `DataError` when no row is left.
  func droppingUnlabelled() throws(DataError) -> SplitLayout {
    guard let labels = try? labels?.get(), let parts = try? labels.read() else { return self }
    let isLabelled = parts.flatMap { part in
      switch part.values {
      case .indices(let values): values.map { $0 != -1 }
      case .names(let values): values.map { !$0.isEmpty }
      }
    }
    let rows = isLabelled.indices.filter { isLabelled[$0] }
    if rows.isEmpty { throw DataError.noLabelledRow(labelsLocation) }
    return rows.count == isLabelled.count ? self : keeping(rows)
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { return error }
    return nil
  }
}
