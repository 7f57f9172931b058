// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One way to compute products with a packed right operand: instructions and precision.
///
/// The choice is the processor's; `MARNET_KERNEL` (portable, avx2, avx512, avx512bf16) in the
/// environment narrows it, for tests and for equal bits on unequal processors.
package struct ProductKernel: @unchecked Sendable {
  let table: UnsafePointer<marnet_product_kernel>

  /// The fastest kernel for `precision` here.
  package static func kernel(for precision: Precision) -> ProductKernel {
    precision == .float32 ? float32 : bfloat16
  }

  private static let float32 = choose(rounds: 0)
  private static let bfloat16 = choose(rounds: 1)

  /// The environment variable that names instructions.
  package static let environmentName = "MARNET_KERNEL"
  /// The instructions there are, on some processor or other.
  package static let allInstructions = ["portable", "avx2", "avx512", "avx512bf16"]

  /// What the environment asks for, where this processor or this package lacks it.
  package static var unavailableChoice: String? {
    guard let wanted = getenv(environmentName), marnet_product_named(wanted, 1) == nil else {
      return nil
    }
    return String(cString: wanted)
  }

  private static func choose(rounds: CInt) -> ProductKernel {
    if let wanted = getenv(environmentName) {
      // float32 has no bfloat16 instructions to use: the next best are those of avx512.
      if let table = marnet_product_named(wanted, rounds) { return ProductKernel(table: table) }
    }
    guard let table = marnet_product_best(rounds) else {
      preconditionFailure("there is always a portable kernel")
    }
    return ProductKernel(table: table)
  }

  /// The kernel with these instructions, or nil where the processor lacks them.
  package init?(instructions: String, precision: Precision) {
    guard let table = marnet_product_named(instructions, precision == .bfloat16 ? 1 : 0) else {
      return nil
    }
    self.table = table
  }

  private init(table: UnsafePointer<marnet_product_kernel>) { self.table = table }

  /// Whether products of bfloat16 are faster than those of float32 here.
  package static var hasFastBfloat16: Bool { bfloat16.instructions == "avx512bf16" }

  /// "portable", "avx2", "avx512" or "avx512bf16".
  package var instructions: String { String(cString: table.pointee.instructions) }
  package var precision: Precision { table.pointee.rounds == 0 ? .float32 : .bfloat16 }
  /// Columns of a panel: cuts of the right operand's columns are multiples of it.
  package var columnMultiple: Int { table.pointee.columns }

  /// Cuts of both operands at multiples of this fit every kernel.
  package static let cutMultiple = 32
}
