// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

/// The networks that one seed trains.
extension SeedRun {
  /// A weight of an alignment method on trial.
  struct MethodTrial {
    let method: String
    let weight: Double
    let trainee: Trainee
  }

  /// The second of the ensemble's MLPs; no contender of its own.
  var secondMLP: String { "mlp 2" }

  /// The alignment methods that can run on the file.
  private var methods: [AlignmentOptions.Method] {
    AlignmentOptions.Method.allCases.filter {
      wants($0.rawValue) && ($0 != .team || data.tokenFailure == nil)
    }
  }

  func methodTrials(on inner: PreparedRows) throws -> [MethodTrial] {
    let hard = try inner.trainingRows(teacher: nil, weight: 0, pool: pool)
    return try methods.flatMap { method in
      try ComparisonOptions.factors.prefix(options.trials).map { factor in
        let weight = factor * method.defaultWeight
        return MethodTrial(
          method: method.rawValue, weight: weight,
          trainee: try alignment(
            method, weight: weight, on: hard, id: "\(method.rawValue) \(weight)"))
      }
    }
  }

  private func alignment(
    _ method: AlignmentOptions.Method, weight: Double, on hard: TrainingRows, id: String
  ) throws -> Trainee {
    var configuration = plugin
    configuration.alignment.method = method
    let training = try training(configuration)
    let planned = training.alignment(on: hard, weight: weight, stage: id, key: key)
    return Trainee(id, planned) { HeadPredictor(head: $0, dimensions: training.dimensions) }
  }

  /// Every alignment method with the weight chosen for it.
  func methodTrainees(_ tuning: Tuning, into fitted: inout Fitted) throws -> [Trainee] {
    let hard = try rows.trainingRows(teacher: nil, weight: 0, pool: pool)
    var trainees: [Trainee] = []
    let team = AlignmentOptions.Method.team.rawValue
    if let failure = data.tokenFailure {
      fitted.failures[team] = failure
    } else {
      fitted.notes[team] = [FitReport.form(rows.tokens?.shape)]
    }
    for method in methods {
      let id = method.rawValue
      let hasTrials = tuning.trials.contains { $0.id == id }
      guard let weight = hasTrials ? tuning.weight(of: id) : method.defaultWeight else {
        fitted.failures[id] = "it diverged with every weight that was tried"
        continue
      }
      if !hasTrials {
        fitted.notes[id, default: []].append("its default weight: too few rows to choose by")
      }
      trainees.append(try alignment(method, weight: weight, on: hard, id: id))
    }
    return trainees
  }

  /// Logistic regression and nearest neighbours.
  func fitLinear(_ tuning: Tuning, into fitted: inout Fitted) throws {
    if wants(Contender.logistic) {
      let start = ContinuousClock.now
      let probe = try TunedLogistic.fit(
        rows, c: tuning.logisticC ?? 0.01, pool: pool, checkpoint: progress.checkpoint)
      fitted.predictors[Contender.logistic] = ProbePredictor(probe: probe)
      fitted.fitSeconds[Contender.logistic] =
        (ContinuousClock.now - start).inSeconds * Double(pool.threadCount)
    }
    if wants(Contender.neighbours) {
      fitted.predictors[Contender.neighbours] = try NearestNeighbours(
        rows, neighbours: tuning.neighbours ?? 10, pool: pool)
    }
  }

  func baselineTrainees(prefit: Prefit, into fitted: inout Fitted) throws -> [Trainee] {
    let hard = try rows.trainingRows(teacher: nil, weight: 0, pool: pool)
    let training = try training(plugin)
    var trainees: [Trainee] = []
    func add(_ id: String, on rows: TrainingRows, key: RandomKey, width: Int? = nil) throws {
      var configuration = plugin
      if let width { configuration.alignment.dimension = width }
      let own = width == nil ? training : try self.training(configuration)
      trainees.append(
        Trainee(id, own.alignment(on: rows, weight: 0, stage: id, key: key)) {
          HeadPredictor(head: $0, dimensions: own.dimensions)
        })
    }
    if wants(Contender.mlp) || wants(Contender.ensemble) {
      try add(Contender.mlp, on: hard, key: key)
    }
    if wants(Contender.ensemble) {
      try add(secondMLP, on: hard, key: data.key.derived(FitStream.imageOnly))
    }
    if wants(Contender.wideMLP) {
      try add(Contender.wideMLP, on: hard, key: key, width: try widthOfMARNet(training))
    }
    if wants(Contender.imageOnly) {
      trainees.append(try joint(Contender.imageOnly, on: rows, prefit: prefit, usesText: false))
    }
    if wants(Contender.selfTraining) {
      if rows.labels.contains(where: { $0 < 0 }) {
        try add(
          Contender.selfTraining,
          on: try SelfTraining.trainingRows(rows, probe: prefit.imageProbe, pool: pool), key: key)
      } else {
        fitted.failures[Contender.selfTraining] = "every row has a label"
      }
    }
    if wants(Contender.teacher) {
      if prefit.teacher == nil {
        fitted.failures[Contender.teacher] = "no teacher: too few labelled rows with text"
      } else {
        try add(
          Contender.teacher,
          on: try rows.trainingRows(
            teacher: prefit, weight: plugin.teacher.weight, pool: pool), key: key)
      }
    }
    return trainees
  }

  /// The hidden width at which an MLP has as many parameters as the preset `plugin` scores with.
  private func widthOfMARNet(_ training: HeadTraining) throws -> Int {
    let heads = try TrainedHeads(
      HeadArchitecture(plugin, dimensions: training.dimensions, hasTextProjector: false))
    let (dv, classes) = (training.dimensions.visual, training.dimensions.classes)
    return max(1, (heads.parameters.layout.scoringParameterCount - classes) / (dv + classes + 1))
  }
}
