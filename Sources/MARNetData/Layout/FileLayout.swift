// SPDX-License-Identifier: Apache-2.0

/// How one file is understood: where its splits are and what their columns are.
struct FileLayout: Sendable {
  /// How the rows of a file are divided.
  enum Form: Sendable, Equatable {
    /// A group a split.
    case groups
    /// Columns in one group, and something that says which row belongs where.
    case flat(sources: [DataLocation])
    /// Columns in one group that belong to whichever split is asked for.
    case undivided
    /// A group an item, which only `FeatureConversion` reads.
    case items
  }

  let path: String
  let form: Form
  /// What the group that was looked at holds.
  let names: [String]
  let base: DataLocation
  /// The splits that are there; an undivided file has its rows as `train`.
  let splits: [Split: Result<SplitLayout, DataError>]
  /// The names of its classes; nil when it has none.
  let classNames: Result<[String]?, DataError>
  /// Whether it names its classes.
  let namesClasses: Bool

  let file: HDF5File

  /// Opens the file at `path`.
  init(path: String, layout: LayoutOptions) throws(DataError) {
    self.path = path
    file = try HDF5File(
      reading: path, links: LinkRule(for: path, allowsAny: layout.allowsExternalLinks))
    let root = try file.root()
    var base = root
    if let name = layout.group {
      guard let group = try root.group(name) else {
        throw DataError.missingGroup(root.location.child(name), present: try root.names())
      }
      base = group
    }
    self.base = base.location
    names = try base.names()
    let classes = Result { () throws(DataError) -> HDF5Dataset? in
      if let own = try base.dataset("class_names") { return own }
      return try root.dataset("class_names")
    }
    classNames = classes.flatMap { dataset in
      Result { () throws(DataError) in try ClassNames.stored(in: dataset) }
    }
    namesClasses = (try? classes.get()) != nil || names.contains("class_names")
    let columns = ColumnNames(layout, holds: names.contains)
    if try ItemGroups.holdsItems(base, names: names, layout: layout) {
      let error = ItemGroups.error(base, names: names, layout: layout)
      form = .items
      splits = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, .failure(error)) })
    } else if try Self.isFlat(base, columns, layout) {
      (form, splits) = Self.flat(base, columns, layout)
    } else {
      (form, splits) = (.groups, Self.groups(base, layout))
    }
  }

  /// Whether columns lie in the group itself. Groups of splits come first, unless a key says
  /// what divides the rows.
  private static func isFlat(
    _ base: HDF5Group, _ columns: ColumnNames, _ layout: LayoutOptions
  ) throws(DataError) -> Bool {
    let names = try base.names()
    let hasGroups = Split.allCases.contains { $0.names.contains(where: names.contains) }
    if hasGroups && layout.splitKey == nil { return false }
    return try base.place(of: columns.visual) != nil || layout.splitKey != nil
      || (layout.visualKey != nil && !hasGroups)
  }

  private static func groups(
    _ base: HDF5Group, _ layout: LayoutOptions
  ) -> [Split: Result<SplitLayout, DataError>] {
    var splits: [Split: Result<SplitLayout, DataError>] = [:]
    for split in Split.allCases {
      do throws(DataError) {
        let present = try base.names().filter(split.names.contains)
        if present.count > 1 {
          throw DataError.twoGroupsOfSplit(
            path: base.location.path, split: split, groups: present)
        }
        guard let name = present.first, let group = try base.group(name) else { continue }
        let columns = ColumnNames(layout, holds: try group.names().contains)
        let catalog = try DatasetCatalog(group, keys: columns.all)
        splits[split] = .success(
          SplitColumns(catalog: catalog, names: columns, layout: layout, rows: nil).split(split))
      } catch {
        splits[split] = .failure(error)
      }
    }
    return splits
  }

  private static func flat(
    _ base: HDF5Group, _ columns: ColumnNames, _ layout: LayoutOptions
  ) -> (form: Form, splits: [Split: Result<SplitLayout, DataError>]) {
    do throws(DataError) {
      let catalog = try DatasetCatalog(base, keys: columns.all)
      let whole = SplitColumns(catalog: catalog, names: columns, layout: layout, rows: nil)
        .split(.train)
      guard let visual = try? whole.visual.get().parts[0].dataset else {
        return (.undivided, [.train: .success(whole)])
      }
      let assignment = try SplitAssignment(
        in: base, key: layout.splitKey, rowCount: visual.rowCount, pairWith: visual)
      guard let rows = assignment.rows else { return (.undivided, [.train: .success(whole)]) }
      let splits = rows.reduce(into: [Split: Result<SplitLayout, DataError>]()) {
        var split = SplitColumns(
          catalog: catalog, names: columns, layout: layout, rows: $1.value
        ).split($1.key)
        split.used.formUnion(assignment.sources)
        $0[$1.key] = .success(split)
      }
      return (.flat(sources: assignment.sources), splits)
    } catch {
      // What divides the rows cannot be used: no split can.
      return (
        .flat(sources: []),
        Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, .failure(error)) })
      )
    }
  }
}
