// SPDX-License-Identifier: Apache-2.0

extension FeatureFile {
  /// Reads the whole file and reports what it holds and what `fit` would refuse.
  ///
  /// Nothing is thrown: what is wrong is in the report. Memory grows with the number of
  /// rows by a few dozen bytes a row.
  public func inspect() -> FeatureFileReport {
    var report = FeatureFileReport(
      path: shownPath, layouts: files.map { LayoutReport($0) }, classNames: (try? classNames) ?? [],
      namesClasses: namesClasses, splits: [],
      problems: [], notes: [])
    if let items = files.first(where: { $0.form == .items }),
      case .failure(let problem)? = items.splits[.train]
    {
      report.problems = [problem.description]
      return report
    }
    var problems: [DataError] = []
    var trainVectors: Set<UInt64> = []
    do {
      let names = try classNames
      if names.count < 2, (try? layouts[.train]?.get()) != nil {
        problems.append(.tooFewClasses(path: shownPath, count: names.count))
      }
    } catch let error as DataError {
      problems.append(error)
    } catch {
      preconditionFailure("class names throw DataError only; got \(error)")
    }
    if !splits.contains(.train) {
      problems.append(missing(.train))
    }
    report.notes += foundText.map(\.description)
    for split in splits {
      let inspector = SplitInspector(split, of: self, trainVectors: trainVectors)
      if split == .train { trainVectors = inspector.vectors }
      report.splits.append(inspector.report)
      for problem in inspector.problems where !problems.contains(problem) {
        if split == .test {
          report.notes.append("scoring would refuse the test split: \(problem)")
        } else {
          problems.append(problem)
        }
      }
      if let problem = inspector.tokenProblem {
        report.notes.append("fit with alignment method 'team' would refuse: \(problem)")
      }
      report.notes += notes(on: inspector.report)
    }
    if !splits.contains(.val) && splits.contains(.train) {
      let what = files.contains { $0.form == .groups } ? "group '/val'" : "split 'val'"
      report.notes.append("no \(what): fit holds out labelled rows of '/train' instead")
    }
    report.problems = problems.map(\.description)
    if problems.contains(where: \.isAboutLayout) { report.proposal = proposal() }
    return report
  }

  private func notes(on report: SplitReport) -> [String] {
    var notes: [String] = []
    let group = "/\(report.split.rawValue)"
    let unused = report.datasets.filter { !$0.isUsed }.map(\.path)
    if !unused.isEmpty { notes.append("not read: \(listed(unused))") }
    let rows = report.rowCount ?? 0
    let without = report.rowsWithoutText ?? 0
    if report.split == .train, let unique = report.uniqueTextVectors, rows - without > 0,
      unique <= max(report.classes?.counts.count ?? 0, (rows - without) / 10)
    {
      notes.append(
        "\(group)/text holds \(grouped(unique)) different rows among "
          + "\(grouped(rows - without)): such text may give the label away")
    }
    if let repeated = report.visualRowsAlsoInTrain, repeated > 0 {
      notes.append(
        "\(group): \(counted(repeated, "row")) of visual features also "
          + "\(repeated == 1 ? "stands" : "stand") in '/train'")
    }
    if report.split == .train, let classes = report.classes, classes.rarestCount > 0,
      classes.rarestCount < 5
    {
      notes.append(
        "\(group): class '\(classes.rarest)' has only "
          + counted(classes.rarestCount, "labelled row"))
    }
    return notes
  }
}

extension DataError {
  /// Whether naming datasets otherwise, or pooling them, could help.
  fileprivate var isAboutLayout: Bool {
    switch self {
    case .unknownLayout, .missingSplit, .missingDataset, .missingGroup, .noText: true
    case .wrongRank(_, let shape, _, _): shape?.count == 3
    default: false
    }
  }
}
