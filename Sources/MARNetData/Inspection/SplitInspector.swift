// SPDX-License-Identifier: Apache-2.0

/// Looks at everything in one split, and goes on where `fit` would stop.
struct SplitInspector {
  private(set) var report: SplitReport
  private(set) var problems: [DataError] = []
  /// What is wrong with tokens, which few fits read.
  private(set) var tokenProblem: DataError?
  /// Hashes of the visual vectors.
  private(set) var vectors: Set<UInt64> = []

  private let file: FeatureFile
  private let split: Split

  /// - Parameter trainVectors: hashes of the training split's visual vectors.
  init(_ split: Split, of file: FeatureFile, trainVectors: Set<UInt64>) {
    self.file = file
    self.split = split
    report = SplitReport(split: split)
    do {
      let layout = try file.layout(of: split)
      report.datasets = layout.datasets.map { dataset in
        DatasetReport(dataset, in: file, isUsed: layout.used.contains(dataset.location))
      }
      problems = layout.problems
      if case .failure(let problem)? = layout.tokens { tokenProblem = problem }
      attempt { () throws(DataError) in try file.requireEqualWidths(split) }
      inspectVisual(layout, trainVectors: trainVectors)
      if split != .test || layout.text != nil { inspectText(layout) }
      inspectLabels(layout)
    } catch {
      problems.append(error)
    }
  }

  private mutating func inspectVisual(_ layout: SplitLayout, trainVectors: Set<UInt64>) {
    guard let visual = try? layout.visual.get() else { return }
    report.rowCount = visual.rowCount
    report.visualWidth = visual.rowWidth
    do {
      let scan = try FeatureScan(visual, threads: file.threads, known: trainVectors)
      vectors = scan.vectors
      report.nonFiniteVisualRows = scan.nonFiniteRows
      report.uniqueVisualVectors = scan.vectors.count
      if split != .train { report.visualRowsAlsoInTrain = scan.knownRows }
      if let problem = scan.problem { problems.append(problem) }
    } catch {
      problems.append(error)
    }
  }

  private mutating func inspectText(_ layout: SplitLayout) {
    guard let rowCount = report.rowCount else { return }
    guard let text = layout.text else {
      report.rowsWithoutText = rowCount
      requireText(rowCount, layout)
      return
    }
    do {
      let column = try text.get()
      report.textWidth = column.rowWidth
      let present = try file.hasText(layout, rowCount: rowCount)
      report.rowsWithoutText = present.count { !$0 }
      requireText(rowCount, layout)
      let scan = try FeatureScan(column, threads: file.threads, present: present)
      report.nonFiniteTextRows = scan.nonFiniteRows
      report.uniqueTextVectors = scan.vectors.count
      if let problem = scan.problem { problems.append(problem) }
    } catch {
      if !problems.contains(error) { problems.append(error) }
    }
  }

  private mutating func requireText(_ rowCount: Int, _ layout: SplitLayout) {
    if split == .train && report.rowsWithoutText == rowCount {
      problems.append(.noText(layout.textLocation))
    }
  }

  private mutating func inspectLabels(_ layout: SplitLayout) {
    guard layout.labels != nil else {
      if split != .test { problems.append(layout.missingLabels) }
      return
    }
    do {
      let labels = try file.labels(split)
      let names = try file.classNames
      report.classes = ClassBalance(labels: labels, classNames: names)
      guard split == .train, let counts = report.classes?.counts, names.count > 1 else { return }
      try ClassCheck.everyClass(counts, names: names, at: layout.labelsLocation)
    } catch let error as DataError {
      if !problems.contains(error) { problems.append(error) }
    } catch {
      preconditionFailure("labels throw DataError only; got \(error)")
    }
  }

  private mutating func attempt(_ check: () throws(DataError) -> Void) {
    do { try check() } catch { problems.append(error) }
  }
}

extension DatasetReport {
  fileprivate init(_ dataset: HDF5Dataset, in features: FeatureFile, isUsed: Bool) {
    file = dataset.location.path == features.path ? nil : dataset.location.path
    path = dataset.location.object ?? "/"
    shape = dataset.shape
    type = dataset.type.name
    chunkShape = dataset.storage.chunkShape
    filters = dataset.storage.filters
    byteCount = dataset.storage.byteCount
    self.isUsed = isUsed
  }
}
