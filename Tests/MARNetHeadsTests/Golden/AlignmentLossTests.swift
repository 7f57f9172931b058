// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Losses that read classes or logits, and their gradients, against `alignment_losses.json`.
@Suite struct AlignmentLossTests {
  /// Of Float32 sums. CDD subtracts means of kernels; SDM's gradient has a cosine's rounding,
  /// 6e-8, twice divided by τ = 0.02.
  private func tolerance(_ kind: ClassLoss) -> Double {
    switch kind {
    case .swd, .ssan, .ssanDetached, .sdmMild: 3e-6
    case .cdd: 3e-5
    case .sdm: 2e-4
    }
  }

  @Test(arguments: ClassLoss.allCases) func theStoredOne(kind: ClassLoss) throws {
    let file = try Golden(file: "alignment_losses")
    for stored in try file["cases"].items {
      let input = AlignmentCase(
        visual: try stored["visual"].matrix, text: try stored["text"].matrix,
        visualLogits: try stored["visualLogits"].matrix,
        textLogits: try stored["textLogits"].matrix,
        labels: try stored["labels"].ints.map { Int32($0) }, step: try stored["step"].int)
      let expected = try stored["results"][kind.rawValue]
      let key = RandomKey(seed: try stored["seed"].bits)
      let name = "\(kind) \(input.shape)"
      for weight in [Float(1), 0.25] {
        let found = evaluate(kind.loss, input, weight: weight, key: key)
        let size = Double(weight)
        expectClose(
          [found.value], [size * (try expected["loss"].double)], tolerance: tolerance(kind), name)
        for (part, gradient) in [
          ("visual", found.visual), ("text", found.text), ("visualLogits", found.visualLogits),
          ("textLogits", found.textLogits),
        ] {
          guard expected.has(part) else {
            #expect(gradient.values.allSatisfy { $0 == 0 }, "\(name) \(part)")
            continue
          }
          let exact = try expected[part].matrix
          let scaled = Matrix(
            rowCount: exact.rowCount, columnCount: exact.columnCount,
            values: exact.values.map { weight * $0 })
          expectClose(
            gradient, scaled, tolerance: tolerance(kind), absolute: 1e-9, "\(name) \(part)")
        }
      }
    }
  }
}
