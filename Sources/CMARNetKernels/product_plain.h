// SPDX-License-Identifier: Apache-2.0
// Packing in plain loops and the float32 products of an instruction set whose vectors have
// eight lanes. The including file defines what product_tile.h needs, and INSTANCE(name) for
// the names of this file. Rounding to bfloat16 happens while packing: the products are then
// those of float32.

#include "bfloat16.h"

enum { LEFT_UNITS = 256, LEFT_STRIDE = LEFT_UNITS + 16 };
#define TILE(name) INSTANCE(name)
#define UNIT_WIDTH 1
#include "product_tile.h"

static inline __attribute__((always_inline)) void INSTANCE(pack_left_any)(
    const float *a, size_t stride, int transposed, size_t first, size_t rows,
    size_t first_unit, size_t units, float *out, int rounds) {
  for (size_t r = 0; r < rows; r++)
    for (size_t u = 0; u < units; u++) {
      float value = transposed ? a[(first_unit + u) * stride + first + r]
                               : a[(first + r) * stride + first_unit + u];
      out[r * LEFT_STRIDE + u] = rounds ? rounded_to_bfloat16(value) : value;
    }
}

static inline __attribute__((always_inline)) void INSTANCE(pack_any)(
    const float *source, size_t stride, int transposed, size_t k, size_t k_first,
    size_t k_count, size_t n_first, size_t n_count, float *panels, int rounds) {
  enum { WIDTH = 2 * LANES };
  for (size_t j = 0; j < n_count; j += WIDTH) {
    float *out = panels + (n_first + j) * k + k_first * WIDTH;
    size_t left = n_count - j < WIDTH ? n_count - j : WIDTH;
    for (size_t u = 0; u < k_count; u++)
      for (size_t l = 0; l < WIDTH; l++) {
        float value = l >= left     ? 0.0f
                      : transposed ? source[(j + l) * stride + u]
                                   : source[u * stride + j + l];
        out[u * WIDTH + l] = rounds ? rounded_to_bfloat16(value) : value;
      }
  }
}

static void INSTANCE(pack_left)(const float *a, size_t stride, int transposed, size_t first,
                                size_t rows, size_t k, size_t first_unit, size_t units,
                                float *out) {
  (void)k;
  INSTANCE(pack_left_any)(a, stride, transposed, first, rows, first_unit, units, out, 0);
}

static void INSTANCE(pack_left_rounded)(const float *a, size_t stride, int transposed,
                                        size_t first, size_t rows, size_t k, size_t first_unit,
                                        size_t units, float *out) {
  (void)k;
  INSTANCE(pack_left_any)(a, stride, transposed, first, rows, first_unit, units, out, 1);
}

static void INSTANCE(pack)(const float *source, size_t stride, int transposed, size_t k,
                           size_t k_first, size_t k_count, size_t n_first, size_t n_count,
                           float *panels) {
  INSTANCE(pack_any)
  (source, stride, transposed, k, k_first, k_count, n_first, n_count, panels, 0);
}

static void INSTANCE(pack_rounded)(const float *source, size_t stride, int transposed, size_t k,
                                   size_t k_first, size_t k_count, size_t n_first,
                                   size_t n_count, float *panels) {
  INSTANCE(pack_any)
  (source, stride, transposed, k, k_first, k_count, n_first, n_count, panels, 1);
}

static void INSTANCE(multiply_float32)(const float *left, size_t stride, int transposed,
                                       size_t m, size_t depth, const float *panels, size_t k, size_t n_first,
                                       size_t n_count, float *c, size_t c_stride,
                                       int accumulate) {
  INSTANCE(multiply)
  (INSTANCE(pack_left), left, stride, transposed, m, depth, panels, k, n_first, n_count, c, c_stride,
   accumulate);
}

static void INSTANCE(multiply_rounded)(const float *left, size_t stride, int transposed,
                                       size_t m, size_t depth, const float *panels, size_t k, size_t n_first,
                                       size_t n_count, float *c, size_t c_stride,
                                       int accumulate) {
  INSTANCE(multiply)
  (INSTANCE(pack_left_rounded), left, stride, transposed, m, depth, panels, k, n_first, n_count, c,
   c_stride, accumulate);
}
