// SPDX-License-Identifier: Apache-2.0

/// Takes the splits and the class names of several files as those of one.
struct FileJoining {
  let files: [FileLayout]
  let layout: LayoutOptions
  /// The text of other files, where it comes from there.
  let text: Result<JoinedText, DataError>?

  /// The splits that any file has.
  var layouts: [Split: Result<SplitLayout, DataError>] {
    if let mixed = mixedForms {
      return Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, .failure(mixed)) })
    }
    return Split.allCases.reduce(into: [:]) { layouts, split in
      let own = files.compactMap { $0.splits[split] }
      if !own.isEmpty { layouts[split] = joined(own, as: split) }
    }
  }

  /// The rows of undivided files as those of `split`.
  func undivided(as split: Split) -> Result<SplitLayout, DataError> {
    let own = files.compactMap { $0.splits[.train]?.map { $0.called(split) } }
    return joined(own, as: split)
  }

  /// The names that the files agree on, or that the labels of the training split imply.
  func classNames(train: SplitLayout?) throws(DataError) -> [String] {
    var found: (names: [String], path: String)?
    for file in files {
      guard let names = try file.classNames.get() else { continue }
      if let earlier = found, earlier.names != names {
        throw DataError.classNamesDiffer(path: file.path, other: earlier.path)
      }
      found = found ?? (names, file.path)
    }
    if let found { return found.names }
    guard let labels = try train?.labels?.get() else { return [] }
    return try ClassNames.implied(by: labels)
  }

  /// Rows of which one file says the split and another does not cannot be told apart.
  private var mixedForms: DataError? {
    guard let undivided = files.first(where: { $0.form == .undivided }),
      let divided = files.first(where: { $0.form != .undivided })
    else { return nil }
    return .undividedBesideSplits(path: undivided.path, other: divided.path)
  }

  private func joined(
    _ layouts: [Result<SplitLayout, DataError>], as split: Split
  ) -> Result<SplitLayout, DataError> {
    Result { () throws(DataError) in
      var own: [SplitLayout] = []
      for result in layouts { own.append(try result.get()) }
      let whole = SplitLayout(joining: own).taking(text, split: split)
      return split == .train && layout.unlabelled == .drop
        ? try whole.droppingUnlabelled() : whole
    }
  }
}
