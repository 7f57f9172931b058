// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Held-out rows that show, epoch by epoch, how a network does on rows it does not train on.
struct HeldOutRows: Sendable {
  let rows: KeyedRows
  let labels: [Int32]

  /// At most `limit` rows, spread evenly: enough for a progress line.
  func sample(limit: Int) -> HeldOutRows {
    guard labels.count > limit else { return self }
    let picked = (0..<limit).map { $0 * labels.count / limit }
    return HeldOutRows(rows: rows.rows(at: picked), labels: picked.map { labels[$0] })
  }

  /// The fraction of rows whose largest log-probability is at their label.
  func top1(_ logProbabilities: Matrix) -> Double {
    var right = 0
    let view = logProbabilities.view
    for (row, label) in labels.enumerated() {
      let values = view.row(row)
      var best = 0
      for c in 1..<view.columnCount where values[c] > values[best] { best = c }
      if best == Int(label) { right += 1 }
    }
    withExtendedLifetime(logProbabilities) {}
    return Double(right) / Double(max(labels.count, 1))
  }
}

/// Trains the heads of one model, joint or staged, from prepared rows.
struct HeadTraining {
  static let progressRows = 1_000

  let configuration: Configuration
  let dimensions: HeadDimensions
  let schedule: NoiseSchedule
  let pool: WorkerPool
  let progress: FitProgressHandler
  /// "held-out test" or "final fit": a part of every stage's name.
  let purpose: String
  let heldOut: HeldOutRows?

  init(
    configuration: Configuration, dimensions: HeadDimensions, pool: WorkerPool,
    progress: @escaping FitProgressHandler, purpose: String, heldOut: HeldOutRows?
  ) throws {
    self.configuration = configuration
    self.dimensions = dimensions
    schedule = try NoiseSchedule(
      kind: configuration.reconstruction.schedule.kind,
      stepCount: configuration.reconstruction.diffusionSteps)
    self.pool = pool
    self.progress = progress
    self.purpose = purpose
    self.heldOut = heldOut?.sample(limit: Self.progressRows)
  }

  var slope: Float { Float(configuration.alignment.leakySlope) }
  var precision: Precision { configuration.training.precision.forTraining }
  var dropout: Float { Float(configuration.training.dropout) }

  /// The configuration's options of a network with that weight of the alignment loss; 0
  /// leaves alignment out.
  func networkOptions(alignmentWeight: Double) -> NetworkOptions {
    var result = NetworkOptions()
    if alignmentWeight > 0 { result.alignmentLoss = configuration.alignment.loss }
    result.alignmentWeight = Float(alignmentWeight)
    result.reconstructionWeight = Float(configuration.reconstruction.weight)
    result.textScale = Float(configuration.reconstruction.textScale)
    result.slope = slope
    result.dropout = dropout
    result.featureNoise = Float(configuration.training.featureNoise)
    result.hasSkip = configuration.reconstruction.hasSkip
    return result
  }

  func batchSize(_ rowCount: Int) -> Int { min(configuration.training.batchSize, rowCount) }

  func trainer(_ stage: String, validate: (() -> Double)?) -> NetworkTrainer {
    NetworkTrainer(
      options: configuration.training, stage: "\(stage), \(purpose)", pool: pool,
      progress: progress, validate: validate)
  }

  /// What validation during training scores with: one draw, for speed.
  func quickSampling() -> HeadScorer.Sampling {
    HeadScorer.Sampling(
      sampler: configuration.sampling.headSampler, draws: 1, seed: configuration.seed)
  }

  /// One joint network (preset `plugin`).
  ///
  /// - Parameters:
  ///   - gate: 1 or 0, multiplies the alignment weight.
  ///   - usesText: false trains the image-only control: no text term at all.
  func joint(
    on rows: TrainingRows, gate: Double, usesText: Bool, stage: String, key: RandomKey
  ) throws -> (heads: TrainedHeads, records: [EpochRecord]) {
    var options = networkOptions(
      alignmentWeight: usesText ? configuration.alignment.weight * gate : 0)
    if !usesText { options.reconstructionWeight = 0 }
    let network = JointNetwork(
      dimensions: dimensions, schedule: schedule, options: options,
      batchSize: batchSize(rows.rowCount), precision: precision, key: key)
    let heads = try TrainedHeads(
      HeadArchitecture(
        configuration, dimensions: dimensions, hasTextProjector: options.alignmentLoss != nil),
      precision: precision)
    let scorer = heldOut.map { _ in BlockScorer(heads, sampling: quickSampling(), pool: pool) }
    let records = try trainer(
      stage,
      validate: heldOut.flatMap { heldOut in
        scorer.map { scorer in
          {
            heads.parameters.copyValues(from: network.parameters)
            return heldOut.top1(scorer.score(heldOut.rows).network)
          }
        }
      }
    ).train(
      network, on: rows,
      stepCount: configuration.training.stepCount(rowCount: rows.rowCount), key: key)
    heads.parameters.copyValues(from: network.parameters)
    return (heads, records)
  }

  /// An image-only network: the alignment head without alignment.
  func imageOnly(
    on rows: TrainingRows, stage: String, key: RandomKey
  ) throws -> (head: ImageOnlyHead, records: [EpochRecord]) {
    let network = AlignmentNetwork(
      dimensions: dimensions, options: networkOptions(alignmentWeight: 0),
      batchSize: batchSize(rows.rowCount), precision: precision, key: key)
    let records = try trainer(stage, validate: nil).train(
      network, on: rows,
      stepCount: configuration.training.stepCount(rowCount: rows.rowCount), key: key)
    let head = ImageOnlyHead(dimensions: dimensions, slope: slope)
    head.parameters.copyValues(from: network.parameters)
    return (head, records)
  }
}
