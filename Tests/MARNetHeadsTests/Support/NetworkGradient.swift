// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Expects the gradient of every parameter of `network` to be that of its total loss.
///
/// Dropout masks, noises and time steps are keyed by the step: at a fixed step the loss is a
/// function of the parameters alone. Biases under LeakyReLU are moved to ±3 first, beyond the
/// reach of the products, so that no difference straddles the kink and both slopes occur.
///
/// - Parameter difference: h of a single element; small for a loss with kinks.
func expectGradients(
  of network: some TrainingNetwork, on fixture: BatchFixture, step: Int = 3,
  difference: Float = 2e-2, tolerance: Double = 2e-3, noise: Double = 1e-6, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let block = network.parameters
  for slot in block.layout.slots
  where ["alignment.visual.bias", "alignment.text.bias"].contains(slot.name) {
    for unit in 0..<slot.count { block[slot].pointer[unit] = unit % 2 == 0 ? 3 : -3 }
  }
  let pool = WorkerPool(threads: 1)
  func loss() -> Double {
    block.pack()
    return fixture.withBatch { network.evaluate($0, step: step, pool: pool) }.total
  }
  let first = loss()
  let gradients = block.named(gradients: true)
  #expect(first.isFinite, "\(name)", sourceLocation: sourceLocation)
  for (number, slot) in block.layout.slots.enumerated() {
    guard let gradient = gradients[slot.name] else { continue }
    expectGradient(
      of: loss, at: block[slot], matches: gradient, step: difference, tolerance: tolerance,
      noise: noise, directions: 1, coordinates: 3, seed: UInt64(number), "\(name), \(slot.name)",
      sourceLocation: sourceLocation)
  }
  #expect(loss() == first, "the loss of a step repeats exactly", sourceLocation: sourceLocation)
}
