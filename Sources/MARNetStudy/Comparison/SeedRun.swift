// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

/// Everything a comparison does with one seed: choose on held-out rows, train, score.
///
/// Networks that do not wait for one another are trained side by side on the same batches,
/// with the same initial projectors and the same dropout masks, so that differences between
/// contenders are those of the methods.
struct SeedRun {
  let data: SeedData
  let options: ComparisonOptions
  let contenders: Set<String>
  let pool: WorkerPool
  let progress: StudyProgress

  /// Where in the work after choosing fusion classifiers begin, and scoring.
  private static let trainingShare = 0.7
  private static let scoringShare = 0.85

  /// A network on its way to a predictor.
  struct Trainee {
    let id: String
    let course: TrainingCourse
    let predictor: () -> any Predictor

    init<Product>(
      _ id: String, _ planned: PlannedTraining<Product>,
      predictor: @escaping (Product) -> any Predictor
    ) {
      self.id = id
      course = planned.course
      self.predictor = { predictor(planned.product) }
    }
  }

  /// What has been fitted so far, by id.
  struct Fitted {
    var predictors: [String: any Predictor] = [:]
    var failures: [String: String] = [:]
    var fitSeconds: [String: Double] = [:]
    var notes: [String: [String]] = [:]
  }

  func wants(_ id: String) -> Bool { contenders.contains(id) }

  var key: RandomKey { data.key.derived(FitStream.networks) }
  var rows: PreparedRows { data.prepared.rows }

  func configuration(_ preset: Configuration) -> Configuration {
    var result = preset
    result.seed = data.seed
    return result
  }

  var plugin: Configuration { configuration(options.plugin) }
  var paper: Configuration { configuration(options.paper) }

  func training(_ configuration: Configuration) throws -> HeadTraining {
    try HeadTraining(
      configuration: configuration, dimensions: data.prepared.dimensions(configuration),
      pool: pool, purpose: "")
  }

  func sampling(_ configuration: Configuration) -> HeadScorer.Sampling {
    HeadScorer.Sampling(
      sampler: configuration.sampling.headSampler, draws: configuration.sampling.draws,
      seed: configuration.seed)
  }

  /// Trains side by side; those that diverge are noted and left.
  func train(
    _ trainees: [Trainee], stage: String, part: ClosedRange<Double>, into fitted: inout Fitted
  ) throws {
    guard !trainees.isEmpty else { return }
    let failures = try progress.cohort(stage, part: part, pool: pool)
      .train(trainees.map(\.course))
    for (place, trainee) in trainees.enumerated() {
      fitted.fitSeconds[trainee.id, default: 0] += trainee.course.coreSeconds
      if let failure = failures[place] {
        fitted.failures[trainee.id] = failure.description
      } else {
        fitted.predictors[trainee.id] = trainee.predictor()
      }
    }
  }

  /// Chooses every method's weight, the fallback of the preset `plugin`, C and k on held-out
  /// rows.
  func tune() throws -> Tuning {
    var tuning = Tuning()
    tuning.heldOutRows = data.heldOutCount
    guard let heldOut = data.heldOut else { return tuning }
    var fitted = Fitted()
    var trainees: [Trainee] = []
    let trials = try methodTrials(on: heldOut.inner)
    trainees += trials.map(\.trainee)
    var innerPrefit: Prefit?
    if wants(Contender.plugin), plugin.validation.fallback, data.testsFallback {
      let whole = try prefit(rows)
      let prefit = try prefit(heldOut.inner, choosing: whole)
      innerPrefit = prefit
      trainees.append(
        try joint(Contender.plugin, on: heldOut.inner, prefit: prefit, usesText: true))
    }
    try train(trainees, stage: "choosing on held-out rows", part: 0...1, into: &fitted)
    for trial in trials {
      let nll = fitted.predictors[trial.trainee.id].map {
        calibratedNll($0, heldOut.rows)
      }
      tuning.trials.append(Tuning.Trial(id: trial.method, weight: trial.weight, nll: nll))
    }
    if let innerPrefit, let network = fitted.predictors[Contender.plugin] {
      tuning.pluginUsesProbe = HeldOutTest.isWorse(
        network.logProbabilities(of: heldOut.rows.rows, pool: pool),
        thanProbe: innerPrefit.imageProbe.logProbabilities(
          of: heldOut.rows.rows.visual, pool: pool),
        on: heldOut.rows)
    }
    if wants(Contender.logistic) {
      tuning.logisticC = try TunedLogistic.chooseC(
        heldOut.inner, heldOut: heldOut.rows, pool: pool, checkpoint: progress.checkpoint)
    }
    if wants(Contender.neighbours) {
      tuning.neighbours = try NearestNeighbours.chooseNeighbours(
        heldOut.inner, heldOut: heldOut.rows, pool: pool)
    }
    return tuning
  }

  private func calibratedNll(_ predictor: any Predictor, _ held: HeldOutRows) -> Double {
    let losses = RowMetrics.calibratedNll(
      predictor.logProbabilities(of: held.rows, pool: pool), labels: held.labels,
      weights: held.weights)
    return RowMetrics.mean(losses, weights: held.weights)
  }

  func prefit(_ rows: PreparedRows, choosing earlier: Prefit? = nil) throws -> Prefit {
    try rows.prefit(
      plugin, choosing: earlier, key: data.key, pool: pool, checkpoint: progress.checkpoint)
  }

  /// The joint network of the preset `plugin`, with or without text.
  func joint(
    _ id: String, on rows: PreparedRows, prefit: Prefit, usesText: Bool
  ) throws -> Trainee {
    let teacher = usesText && plugin.teacher.isEnabled ? prefit : nil
    let planned = try training(plugin).joint(
      on: try rows.trainingRows(
        teacher: teacher, weight: plugin.teacher.weight, pool: pool),
      gate: usesText ? prefit.gate : 0, usesText: usesText, stage: id, key: key)
    let sampling = sampling(plugin)
    return Trainee(id, planned) { NetworkPredictor(heads: $0, sampling: sampling) }
  }

  /// Trains every contender on all training rows and scores the test rows.
  func outcomes(_ tuning: Tuning) throws -> [Outcome] {
    var fitted = Fitted()
    try fitLinear(tuning, into: &fitted)
    let prefit = try timedPrefit(into: &fitted)
    var trainees = try methodTrainees(tuning, into: &fitted)
    trainees += try baselineTrainees(prefit: prefit, into: &fitted)
    if wants(Contender.plugin) {
      trainees.append(try joint(Contender.plugin, on: rows, prefit: prefit, usesText: true))
    }
    let ablation = try AblationStages(self)
    trainees += ablation.trainees
    try train(trainees, stage: "training", part: 0...Self.trainingShare, into: &fitted)
    try train(
      try ablation.fusions(after: &fitted), stage: "training fusion classifiers",
      part: Self.trainingShare...Self.scoringShare, into: &fitted)
    ablation.takePaper(from: &fitted)
    join(tuning, prefit, into: &fitted)
    return try Contender.all.filter { wants($0.id) }.map {
      try progress.reach(Self.scoringShare, stage: "scoring")
      return outcome($0.id, tuning: tuning, fitted: fitted)
    }
  }

  private func timedPrefit(into fitted: inout Fitted) throws -> Prefit {
    let start = ContinuousClock.now
    let prefit = try prefit(rows)
    let seconds = (ContinuousClock.now - start).inSeconds * Double(pool.threadCount)
    fitted.predictors[Contender.probe] = ProbePredictor(probe: prefit.imageProbe)
    fitted.fitSeconds[Contender.probe] = prefit.imageProbeSeconds * Double(pool.threadCount)
    for id in [Contender.plugin, Contender.teacher] { fitted.fitSeconds[id] = seconds }
    return prefit
  }

  /// Predictors that are made of others.
  private func join(_ tuning: Tuning, _ prefit: Prefit, into fitted: inout Fitted) {
    if tuning.pluginUsesProbe, fitted.predictors[Contender.plugin] != nil {
      fitted.predictors[Contender.plugin] = ProbePredictor(probe: prefit.imageProbe)
      fitted.notes[Contender.plugin] = ["fell back to the probe"]
    } else if !data.testsFallback {
      fitted.notes[Contender.plugin] = ["not tested against the probe: too few rows"]
    }
    guard wants(Contender.ensemble) else { return }
    let parts = [Contender.probe, Contender.mlp, secondMLP].map { fitted.predictors[$0] }
    guard parts.allSatisfy({ $0 != nil }) else {
      fitted.failures[Contender.ensemble] = "an image MLP diverged"
      return
    }
    fitted.predictors[Contender.ensemble] = EnsemblePredictor(parts: parts.compactMap { $0 })
    fitted.fitSeconds[Contender.ensemble] = [Contender.probe, Contender.mlp, secondMLP]
      .reduce(0) { $0 + (fitted.fitSeconds[$1] ?? 0) }
  }

  private func outcome(_ id: String, tuning: Tuning, fitted: Fitted) -> Outcome {
    var outcome = Outcome(id: id)
    outcome.failure = fitted.failures[id]
    outcome.notes = fitted.notes[id] ?? []
    outcome.fitSeconds = fitted.fitSeconds[id] ?? 0
    guard let predictor = fitted.predictors[id], outcome.failure == nil else {
      outcome.failure = outcome.failure ?? "it was not fitted"
      return outcome
    }
    switch id {
    case Contender.logistic: outcome.choice = tuning.logisticC
    case Contender.neighbours: outcome.choice = tuning.neighbours.map { Double($0) }
    default: outcome.choice = tuning.weight(of: id)
    }
    outcome.parameterCount = predictor.parameterCount
    for noise in options.regime.noiseLevels {
      let noisy = data.test.adding(noise: noise, key: data.key)
      let start = ContinuousClock.now
      let logProbabilities = predictor.logProbabilities(of: noisy, pool: pool)
      let seconds = (ContinuousClock.now - start).inSeconds
      if noise == 0 {
        outcome.rowsPerSecond = Double(data.testLabels.count) / max(seconds, 1e-9)
      }
      var metrics = MetricsAccumulator(classCount: rows.classCount)
      metrics.add(logProbabilities: logProbabilities, labels: data.testLabels)
      outcome.scores.append(
        Outcome.Score(
          noise: noise, metrics: metrics.metrics,
          right: Outcome.bits(RowMetrics.top1(logProbabilities, labels: data.testLabels))))
    }
    return outcome
  }
}
