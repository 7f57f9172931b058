// SPDX-License-Identifier: Apache-2.0

/// Makes columns from the datasets of a group: each checked for shape and type, none of them
/// read.
struct SplitColumns {
  let catalog: DatasetCatalog
  let names: ColumnNames
  let layout: LayoutOptions
  /// The rows of a flat file that belong to the split; nil: all rows.
  let rows: [Int]?

  private typealias Check = (HDF5Dataset) throws(DataError) -> Void

  /// The columns as a split.
  func split(_ split: Split) -> SplitLayout {
    let used = catalog.datasets(named: names.all + ["class_names"])
    return SplitLayout(
      split: split, group: catalog.location, names: names, datasets: catalog.datasets,
      used: Set(used.map(\.location)), visual: visual,
      text: layout.textJoin == nil ? text : textBesideJoin(split),
      textMask: textMask.map { mask in
        mask.map { TextMask(parts: [($0.rowCount, $0)]) }
      },
      labels: labels, ids: ids,
      // Tokens beside the visual features belong to other text.
      tokens: layout.textJoin == nil ? tokens : nil,
      missingLabels: catalog.missing(
        names.labels, flag: "--label-key", besides: names.all.filter { $0 != names.labels }))
  }

  private var visual: Result<Column, DataError> {
    column(names.visual, pooling: layout.visualPool) { (dataset) throws(DataError) in
      try DatasetCheck.features(
        dataset, pooling: layout.visualPool, flag: "--visual-pool", tokens: "visual_tokens")
    } ?? .failure(missing(names.visual, flag: "--visual-key"))
  }

  private var text: Result<Column, DataError>? {
    let column = column(names.text, pooling: layout.textPool) { (dataset) throws(DataError) in
      try DatasetCheck.features(
        dataset, pooling: layout.textPool, flag: "--text-pool", tokens: "text_tokens")
      try pairs(dataset)
    }
    guard let column else {
      let isNeeded = layout.textKey != nil || catalog[names.textMask] != nil
      return isNeeded ? .failure(missing(names.text, flag: "--text-key")) : nil
    }
    return column.map { column in
      var column = column
      column.nanMarksAbsence = layout.missingText == .nan
      return column
    }
  }

  /// The error of text that is there although other files are to give it; nil where there is
  /// none, or where it does not matter.
  private func textBesideJoin(_ split: Split) -> Result<Column, DataError>? {
    guard let join = layout.textJoin, !join.replacesText, split != .test,
      let own = [names.text, "text"].first(where: { catalog[$0] != nil })
    else { return nil }
    return .failure(.textInBothFiles(catalog.location.child(own), other: join.paths[0]))
  }

  private var textMask: Result<Column, DataError>? {
    column(names.textMask) { (dataset) throws(DataError) in
      try DatasetCheck.mask(dataset)
      try pairs(dataset)
    }
  }

  private var labels: Result<LabelColumn, DataError>? {
    if layout.labelKey == nil && catalog["label"] != nil && catalog["labels"] != nil {
      return .failure(
        .twoLabelDatasets(
          path: catalog.location.path, group: catalog.location.object ?? "/"))
    }
    let column = column(names.labels) { (dataset) throws(DataError) in
      try DatasetCheck.labels(dataset)
      try pairs(dataset)
    }
    guard let column else {
      return layout.labelKey == nil
        ? nil : .failure(missing(names.labels, flag: "--label-key"))
    }
    return column.map { LabelColumn(column: $0) }
  }

  private var ids: Result<Column, DataError>? {
    let column = column(names.id) { (dataset) throws(DataError) in
      try DatasetCheck.identifiers(dataset)
      try pairs(dataset)
    }
    let isNeeded = layout.idKey != nil || layout.textJoin != nil
    return column ?? (isNeeded ? .failure(missing(names.id, flag: "--id-key")) : nil)
  }

  private var tokens: Result<TokenLayout, DataError>? {
    guard TokenLayout.names.contains(where: { catalog[$0] != nil }) else { return nil }
    return Result { () throws(DataError) in
      try TokenLayout(
        catalog, features: (visual: try? visual.get(), text: try? text?.get()), rows: rows)
    }
  }

  /// The column `name`, nil when there is no such dataset.
  private func column(
    _ name: String, pooling: LayoutOptions.Pooling? = nil, _ check: Check
  ) -> Result<Column, DataError>? {
    catalog[name]?.flatMap { dataset in
      Result { () throws(DataError) in
        try DatasetCheck.filters(of: dataset)
        try check(dataset)
        let selection = rows.map(RowSelection.listed) ?? .all(dataset.rowCount)
        return Column([ColumnPart(dataset: dataset, selection: selection, pooling: pooling)])
      }
    }
  }

  private func pairs(_ dataset: HDF5Dataset) throws(DataError) {
    if let visual = try? visual.get() {
      try DatasetCheck.rows(of: dataset, pairWith: visual.parts[0].dataset)
    }
  }

  private func missing(_ name: String, flag: String) -> DataError {
    catalog.missing(name, flag: flag, besides: names.all.filter { $0 != name })
  }
}
