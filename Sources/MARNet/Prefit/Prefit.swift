// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What the linear prefit is to choose itself, and what it takes from an earlier one.
package struct PrefitOptions {
  package var probe: ProbeOptions
  package var teacher: TeacherOptions
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
  /// Negative log-likelihoods in nats.
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
  /// q, `[N, C]`.
  package let teacher: Matrix?

  /// - Parameters:
  ///   - visual: `[N, Dv]`, standardised.
  ///   - text: `[N, Ds]`, standardised; nil fits the image probe alone.
  ///   - labels: `[N]`, -1 where there is none.
  ///   - checkpoint: called often; what it throws ends the prefit.
  package static func fit(
    visual: Matrix, text: Matrix?, hasText: [Bool], labels: [Int32], classCount: Int,
    options: PrefitOptions, key: RandomKey, pool: WorkerPool,
    checkpoint: @escaping () throws -> Void
  ) throws -> Prefit {
    let fitting = ProbeFitting(
      options: options.probe, classCount: classCount, key: key, pool: pool,
      checkpoint: checkpoint)
    let labelled = labels.indices.filter { labels[$0] >= 0 }
    let paired = labelled.filter { hasText[$0] }
    guard let text, Set(paired.map { labels[$0] }).count >= 2 else {
      let start = ContinuousClock.now
      let probe = try fitting.probeAlone(
        visual, rows: labelled, labels: labels, fixedC: options.imageC)
      return Prefit(
        imageProbe: probe, imageProbeSeconds: (ContinuousClock.now - start).inSeconds,
        textProbe: nil, nll: nil, imageExponent: 1, textExponent: 0,
        gate: options.teacher.gate == .open ? 1 : 0, teacher: nil)
    }
    let image = try fitting.run(visual, rows: labelled, labels: labels, fixedC: options.imageC)
    let own = try fitting.run(text, rows: paired, labels: labels, fixedC: options.textC)
    let search = TeacherSearch(
      image: image.logProbabilities, text: own.logProbabilities, rows: paired, labels: labels)
    let best = search.run(exponents: options.teacher.exponents, pool: pool)
    let alone = search.nll([(1, 0), (0, 1)], pool: pool)
    let nll = NLL(image: alone[0], text: alone[1], teacher: best.nll)
    return Prefit(
      imageProbe: image.probe, imageProbeSeconds: image.probeSeconds, textProbe: own.probe,
      nll: nll, imageExponent: best.image,
      textExponent: best.text, gate: gate(options.teacher.gate, nll),
      teacher: search.teacher(image: best.image, text: best.text, pool: pool))
  }

  private static func gate(_ gate: TeacherOptions.Gate, _ nll: NLL) -> Double {
    switch gate {
    case .automatic: nll.text < nll.image ? 1 : 0
    case .open: 1
    case .closed: 0
    }
  }
}
