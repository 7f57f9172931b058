// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// What the linear prefit is to choose itself, and what it takes from an earlier one.
package struct PrefitOptions {
  package var probe: ProbeOptions
  package var teacher: TeacherOptions
  /// Values that a fit keeps packed; more rows are fitted as `PrefitSample` says.
  package var packedValues = PrefitSample.mostValues
  /// c of the image probe, where it was chosen before.
  package var imageC: Double?
  /// c of the text probe, where it was chosen before.
  package var textC: Double?

  package init(
    probe: ProbeOptions = ProbeOptions(), teacher: TeacherOptions = TeacherOptions(),
    imageC: Double? = nil, textC: Double? = nil
  ) {
    self.probe = probe
    self.teacher = teacher
    self.imageC = imageC
    self.textC = textC
  }
}

/// Step 0 of the recipe: linear probes on both modalities, the product-of-experts teacher and
/// the gate on text. Everything is judged out of fold on labelled rows.
package struct Prefit: Sendable {
  /// Negative log-likelihoods in nats, rows weighted by their classes.
  package struct NLL: Sendable {
    package let image: Double
    package let text: Double
    package let teacher: Double
  }

  package let imageProbe: Probe
  /// Wall-clock seconds that the image probe took, the choice of its c included.
  package let imageProbeSeconds: Double
  package let textProbe: Probe?
  /// Nil where there is no teacher: no text, or too little.
  package let nll: NLL?
  /// a of q = softmax(a l_v + b l_s).
  package let imageExponent: Double
  /// b.
  package let textExponent: Double
  /// 1 where text takes part in alignment and in the targets of labelled rows, else 0.
  package let gate: Double
  /// Nil where there is none: no text, or too little.
  package let teacher: Teacher?

  /// Of the probes that predict and of all that the training takes from here.
  var hash: UInt64 {
    var hash = ContentHash()
    for probe in [imageProbe, textProbe].compactMap({ $0 }) {
      hash.update(probe.weights.values)
      hash.update(probe.bias)
    }
    hash.update([imageExponent, textExponent, gate])
    return hash.value
  }

  /// Values of the tables on which the teacher's exponents are judged: 64 MiB each.
  private static let mostJudged = 16 << 20

  /// - Parameters:
  ///   - usesText: false fits the image probe alone.
  ///   - checkpoint: called often; what it throws ends the prefit.
  package static func fit(
    _ rows: PreparedRows, usesText: Bool, options: PrefitOptions, key: RandomKey,
    pool: WorkerPool, checkpoint: @escaping () throws -> Void
  ) throws -> Prefit {
    let fitting = ProbeFitting(
      options: options.probe, classCount: rows.classCount, classWeights: rows.classWeights,
      key: key, pool: pool, checkpoint: checkpoint)
    let labelled = rows.labelledRows
    let paired = labelled.filter { rows.hasText[$0] }
    let hasTeacher = usesText && Set(paired.map { rows.labels[$0] }).count >= 2
    let image = try fitImage(
      rows, labelled, fitting, options, withFolds: hasTeacher, key: key)
    guard hasTeacher else {
      return Prefit(
        imageProbe: image.probe.probe, imageProbeSeconds: image.seconds, textProbe: nil,
        nll: nil, imageExponent: 1, textExponent: 0,
        gate: options.teacher.gate == .open ? 1 : 0, teacher: nil)
    }
    let sample = sampled(
      paired, of: rows, width: rows.text.width, values: options.packedValues, key: key)
    let own = try fitting.run(
      try rows.texts(at: sample), labels: sample.map { rows.labels[$0] },
      fixedC: options.textC, withFolds: true)
    let text = outOfFold(own, own.probe, sample, paired, rowCount: rows.rowCount)
    let search = try search(rows, paired, image.probe, text, pool: pool)
    let best = search.run(exponents: options.teacher.exponents, pool: pool)
    let alone = search.nll([(1, 0), (0, 1)], pool: pool)
    let nll = NLL(image: alone[0], text: alone[1], teacher: best.nll)
    return Prefit(
      imageProbe: image.probe.probe, imageProbeSeconds: image.seconds, textProbe: own.probe,
      nll: nll, imageExponent: best.image, textExponent: best.text,
      gate: gate(options.teacher.gate, nll),
      teacher: Teacher(
        image: image.probe, text: text, imageExponent: best.image, textExponent: best.text))
  }

  /// The probe on images: fitted on a part of many rows, then moved to the optimum of all.
  private static func fitImage(
    _ rows: PreparedRows, _ labelled: [Int], _ fitting: ProbeFitting,
    _ options: PrefitOptions, withFolds: Bool, key: RandomKey
  ) throws -> (probe: OutOfFoldProbe, seconds: Double) {
    let sample = sampled(
      labelled, of: rows, width: rows.visual.width, values: options.packedValues, key: key)
    let result = try fitting.run(
      try rows.images(at: sample), labels: sample.map { rows.labels[$0] },
      fixedC: options.imageC,
      withFolds: withFolds)
    var (probe, seconds) = (result.probe, result.probeSeconds)
    if sample.count < labelled.count {
      let start = ContinuousClock.now
      let solution = try StreamedLogisticObjective(
        rows, labelled: labelled, space: result.space, c: probe.c, pool: fitting.pool
      ).solve(from: result.solution, stop: fitting.stop, checkpoint: fitting.checkpoint)
      probe = fitting.probe(result.space, solution, c: probe.c)
      seconds += (ContinuousClock.now - start).inSeconds
    }
    return (outOfFold(result, probe, sample, labelled, rowCount: rows.rowCount), seconds)
  }

  private static func sampled(
    _ candidates: [Int], of rows: PreparedRows, width: Int, values: Int, key: RandomKey
  ) -> [Int] {
    PrefitSample.positions(
      labels: candidates.map { rows.labels[$0] }, width: width, classCount: rows.classCount,
      values: values, key: key.derived(3)
    ).map { candidates[$0] }
  }

  /// Rows beyond the sample had no part in any fold's fit, so any fold serves them.
  private static func outOfFold(
    _ result: ProbeFitting.Result, _ probe: Probe, _ sample: [Int], _ candidates: [Int],
    rowCount: Int
  ) -> OutOfFoldProbe {
    var fold = [UInt8](repeating: OutOfFoldProbe.whole, count: rowCount)
    if !result.folds.isEmpty {
      for row in candidates { fold[row] = UInt8(row % result.folds.count) }
      for (place, row) in sample.enumerated() { fold[row] = result.foldOfRow[place] }
    }
    return OutOfFoldProbe(probe, folds: result.folds, fold: fold)
  }

  /// Out-of-fold log-probabilities of the paired rows, spread evenly over too many.
  private static func search(
    _ rows: PreparedRows, _ paired: [Int], _ image: OutOfFoldProbe, _ text: OutOfFoldProbe,
    pool: WorkerPool
  ) throws -> TeacherSearch {
    let most = max(
      1_024,
      min(
        mostJudged / rows.classCount,
        PrefitSample.limit(
          width: max(rows.visual.width, rows.text.width), classCount: rows.classCount)))
    let judged =
      paired.count <= most ? paired : (0..<most).map { paired[$0 * paired.count / most] }
    func table(_ probe: OutOfFoldProbe, _ features: SampleRows) -> Matrix {
      let size = 1_024
      return Matrix(rowCount: judged.count, columnCount: rows.classCount) { target in
        pool.forEach((judged.count + size - 1) / size) { task, _ in
          let part = task * size..<min((task + 1) * size, judged.count)
          var workspace = Workspace()
          let slot = workspace.reserve(part.count, features.width)
          workspace.make()
          features.copy(part, into: workspace[slot])
          probe.write(
            Array(judged[part]), features: workspace[slot], into: target.rows(part))
          withExtendedLifetime(workspace) {}
        }
      }
    }
    return TeacherSearch(
      image: table(image, try rows.images(at: judged)),
      text: table(text, try rows.texts(at: judged)), labels: judged.map { rows.labels[$0] },
      classWeights: rows.classWeights)
  }

  private static func gate(_ gate: TeacherOptions.Gate, _ nll: NLL) -> Double {
    switch gate {
    case .automatic: nll.text < nll.image ? 1 : 0
    case .open: 1
    case .closed: 0
    }
  }
}
