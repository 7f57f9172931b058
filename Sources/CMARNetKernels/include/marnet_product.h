// SPDX-License-Identifier: Apache-2.0
// Matrix products with a right operand that is packed once and used many times.
//
//   c [m, n] (+)= left [m, k] right [k, n]
//
// Every element of c is one chain of fused multiply-adds over k in ascending order (the
// portable instance without FMA: multiplications and additions). It does not depend on m, n,
// where a row or column stands, or how the work is cut; float32 instances with FMA agree bit
// for bit with one another.
//
// Packed, the right operand is a sequence of panels of `columns` columns; within a panel,
// rows of units along k. A unit is one float, or two neighbouring bfloat16.
#ifndef MARNET_PRODUCT_H
#define MARNET_PRODUCT_H

#include <stddef.h>

/// One way to compute products: an instruction set and a type of operand.
typedef struct marnet_product_kernel {
  /// "portable", "avx2", "avx512" or "avx512bf16".
  const char *instructions;
  /// Whether operands are rounded to bfloat16 (sums are always float32).
  int rounds;
  /// Columns of a panel.
  size_t columns;
  /// Values of k in a unit.
  size_t unit_width;
  /// Writes rows [k_first, k_first + k_count) and columns [n_first, n_first + n_count) of the
  /// right operand [k, n] into its panels. `source` points at the first of them; it is
  /// [k_count, n_count], or [n_count, k_count] if `transposed`. k_first is a multiple of
  /// unit_width and n_first of columns; both counts are such multiples or end at k and n.
  void (*pack)(const float *source, size_t stride, int transposed, size_t k, size_t k_first,
               size_t k_count, size_t n_first, size_t n_count, float *panels);
  /// c [m, n_count] (+)= left [m, depth] times the first depth rows and the columns
  /// [n_first, n_first + n_count) of the right operand [k, n]; n_first is a multiple of
  /// columns, depth at most k. `left` is [depth, m] if `transposed`.
  void (*multiply)(const float *left, size_t stride, int transposed, size_t m, size_t depth,
                   const float *panels, size_t k, size_t n_first, size_t n_count, float *c,
                   size_t c_stride, int accumulate);
} marnet_product_kernel;

/// The fastest kernel this processor has for float32 operands, or for bfloat16 ones.
const marnet_product_kernel *marnet_product_best(int rounds);
/// The kernel with these instructions, NULL where the processor lacks them.
const marnet_product_kernel *marnet_product_named(const char *instructions, int rounds);
/// Floats that hold the panels of a right operand [k, n].
size_t marnet_product_panel_count(const marnet_product_kernel *kernel, size_t k, size_t n);

#endif
