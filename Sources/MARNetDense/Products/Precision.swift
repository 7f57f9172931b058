// SPDX-License-Identifier: Apache-2.0

/// The type of a product's operands. Sums, parameters and everything else are Float32.
package enum Precision: String, Sendable, CaseIterable {
  case float32
  case bfloat16
}
