// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import MARNetData
import MARNetDense
import Testing

/// Features that stay in their file give the model that features in memory give, bit by bit.
@Suite struct StreamingFitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Pairs of which some lack a label or text, in small chunks.
  private func file(
    _ name: String, type: FeatureType = .float16, valRows: Int = 0, gzip: Int? = nil
  ) throws -> FeatureFile {
    var parameters = SyntheticParameters()
    parameters.trainRows = 420
    parameters.valRows = valRows
    parameters.testRows = 0
    parameters.classCount = 4
    parameters.visualWidth = 20
    parameters.textWidth = 6
    parameters.labelledFraction = 0.6
    parameters.textFraction = 0.8
    let path = folder.file(name)
    try SyntheticFeatures(parameters).write(
      to: path, options: FeatureFileOptions(type: type, gzipLevel: gzip, chunkRows: 9))
    return try FeatureFile(path: path)
  }

  private func configuration(
    _ preset: Configuration.Preset, _ change: (inout Configuration) -> Void = { _ in }
  ) -> Configuration {
    var configuration = SmallFit.configuration(preset)
    configuration.training.batchSize = 32
    configuration.training.minimumSteps = 45
    configuration.training.maximumSteps = 45
    configuration.training.shuffleRows = 100
    configuration.training.slabRows = 9
    change(&configuration)
    return configuration
  }

  private func fit(
    _ file: FeatureFile, _ configuration: Configuration, resident: Bool, threads: Int = 2,
    keepingTargets: Bool? = nil
  ) throws -> Model {
    let source = try file.pairedSource(.train)
    let validation = file.splits.contains(.val) ? try file.pairedSource(.val) : nil
    return try Trainer(configuration: configuration, threads: threads).fit(
      resident ? source.resident() : source,
      validation: resident ? validation?.resident() : validation,
      keepingTargets: keepingTargets)
  }

  private func expectEqual(
    _ model: Model, _ other: Model, _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(model.report == other.report, sourceLocation: location)
    #expect(model.epochs == other.epochs, sourceLocation: location)
    #expect(model.dataFingerprint == other.dataFingerprint, sourceLocation: location)
    let images = try SmallFit.features().pairedRows(.test).visual
    #expect(
      try model.score(images, threads: 1) == other.score(images, threads: 1),
      sourceLocation: location)
  }

  @Test(arguments: Configuration.Preset.allCases, [FeatureType.float16, .bfloat16, .float64])
  func equalsTheResidentFit(preset: Configuration.Preset, type: FeatureType) throws {
    let file = try file("f.h5", type: type)
    let configuration = configuration(preset)
    let resident = try fit(file, configuration, resident: true)
    #expect(resident.epochs.count > 6, "several epochs of several windows")
    for threads in [1, 3] {
      try expectEqual(
        try fit(file, configuration, resident: false, threads: threads), resident)
    }
    try expectEqual(
      try fit(file, configuration, resident: false, keepingTargets: true), resident)
  }

  @Test func aValidationGroupAndCompressionToo() throws {
    let file = try file("f.h5", valRows: 80, gzip: 1)
    let configuration = configuration(.plugin) { $0.validation.imageOnlyControl = true }
    let resident = try fit(file, configuration, resident: true)
    #expect(resident.report.heldOutSource == .valGroup)
    try expectEqual(try fit(file, configuration, resident: false), resident)
  }

  /// All rows in one window: it is read again for every epoch.
  @Test func rowsThatAreShuffledWhole() throws {
    let file = try file("f.h5")
    let configuration = configuration(.plugin) { $0.training.shuffleRows = nil }
    try expectEqual(
      try fit(file, configuration, resident: false), try fit(file, configuration, resident: true))
  }

  /// Windows smaller than a batch, and the last one smaller still.
  @Test func windowsSmallerThanABatch() throws {
    let file = try file("f.h5")
    let configuration = configuration(.plugin) {
      $0.training.shuffleRows = 64
      $0.training.slabRows = 5
      $0.training.batchSize = 64
    }
    try expectEqual(
      try fit(file, configuration, resident: false), try fit(file, configuration, resident: true))
  }

  /// Broken text of `val` is refused wherever features are.
  @Test(arguments: [false, true]) func brokenTextOfVal(resident: Bool) throws {
    let path = folder.file("v.h5")
    let rows = try SmallFit.features().pairedRows(.train)
    var text = try #require(rows.text)
    func block(_ text: Matrix) -> FeatureBlock {
      FeatureBlock(visual: rows.visual, text: text, labels: rows.labels)
    }
    let whole = block(text)
    text[7, 2] = .infinity
    try FeatureFileWriter.write(
      [.train: whole, .val: block(text)], classNames: rows.classNames, to: path)
    let error = #expect(throws: DataError.self) {
      try fit(FeatureFile(path: path), configuration(.plugin), resident: resident)
    }
    #expect(error?.description.contains("'/val/text' holds inf in row 7, column 2") == true)
  }

  /// The stored type is exact: fits of the same values in other types are the same.
  @Test func theTypeInMemoryChangesNothing() throws {
    let half = try file("half.h5")
    let rows = try half.pairedRows(.train)
    let path = folder.file("single.h5")
    let writer = try FeatureFileWriter(path: path, classNames: half.classNames)
    try writer.begin(
      .train,
      FeatureSplitPlan(
        rowCount: rows.rowCount, visualWidth: 20, textWidth: 6, hasTextMask: true))
    try writer.append(
      FeatureBlock(
        visual: rows.visual, text: rows.text, labels: rows.labels, textMask: rows.hasText))
    try writer.finish()
    let single = try FeatureFile(path: path)
    #expect(try half.pairedSource(.train).rowBytes == 2 * 26)
    #expect(try single.pairedSource(.train).rowBytes == 4 * 26)
    let configuration = configuration(.plugin)
    try expectEqual(
      try fit(half, configuration, resident: true),
      try fit(single, configuration, resident: true))
    try expectEqual(
      try fit(half, configuration, resident: true),
      try Trainer(configuration: configuration).fit(rows))
  }

  /// What is asked for decides; the model does not depend on it.
  @Test func thePlanSaysWhereFeaturesAre() throws {
    var parameters = SyntheticParameters()
    parameters.trainRows = 40_000
    parameters.testRows = 0
    parameters.visualWidth = 300
    parameters.textWidth = 200
    parameters.labelledFraction = 0.01
    let path = folder.file("large.h5")
    try SyntheticFeatures(parameters).write(
      to: path, options: FeatureFileOptions(type: .float32))
    let file = try FeatureFile(path: path)
    let configuration = configuration(.plugin) {
      $0.training.minimumSteps = 5
      $0.training.maximumSteps = 5
      $0.training.shuffleRows = 4_000
    }
    var plans: [MemoryPlan] = []
    func fit(_ memory: MemoryBudget?) throws -> Model {
      try Trainer(configuration: configuration, memory: memory)
        .fit(file, willBegin: { plans.append($0) })
    }
    var models = try ["2G", "150M"].map { try fit(MemoryBudget($0)) }
    models.append(try fit(MemoryBudget(byteCount: plans[1].byteCount - 1)))
    #expect(plans.map(\.residency) == [.resident, .streaming, .streaming])
    #expect(plans.map(\.keepsTargets) == [true, true, false])
    #expect(plans[2].byteCount < plans[1].byteCount)
    #expect(plans[1].byteCount <= plans[1].budget.byteCount)
    #expect(plans[0].byteCount == plans[1].residentByteCount)
    #expect(plans[0].description.hasSuffix("of 2.0 GiB; features in memory as float32."))
    #expect(plans[1].description.contains("3,996 rows at a time (all of them would take "))
    for model in models[1...] {
      #expect(model.epochs == models[0].epochs && model.report == models[0].report)
    }
    let error = #expect(throws: ConfigurationError.self) {
      try Trainer(configuration: configuration, memory: MemoryBudget("20M")).fit(file)
    }
    let text = try #require(error?.description)
    #expect(text.contains("'--memory' is 20 MiB but must be "))
    #expect(text.contains(" MiB or more to fit these 40,000 rows. Give more memory;"))
  }
}
