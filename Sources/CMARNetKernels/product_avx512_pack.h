// SPDX-License-Identifier: Apache-2.0
// Packing of both operands with AVX-512, included once for each type of operand:
//
//   TILE(name), UNIT_WIDTH  as in product_tile.h
//   ALONG(p, left)          the next 16 units along k, which is contiguous in memory; `left`
//                           values remain
//   ACROSS(p, stride, k_left, left)  one unit for each of 16 neighbours; k_left values of k
//                           and `left` neighbours remain

static void TILE(pack_left)(const float *a, size_t stride, int transposed, size_t first,
                            size_t rows, size_t k, size_t first_unit, size_t units,
                            float *out) {
  size_t k_first = first_unit * UNIT_WIDTH;
  size_t k_count = k - k_first < units * UNIT_WIDTH ? k - k_first : units * UNIT_WIDTH;
  if (!transposed) {
    for (size_t r = 0; r < rows; r++) {
      const float *source = a + (first + r) * stride + k_first;
      for (size_t u = 0; u < units; u += 16)
        _mm512_storeu_si512(out + r * LEFT_STRIDE + u,
                            ALONG(source + u * UNIT_WIDTH, k_count - u * UNIT_WIDTH));
    }
    return;
  }
  // Along the rows of the source first: its neighbouring lines are fetched together.
  for (size_t u = 0; u < units; u += 16)
    for (size_t r = 0; r < rows; r += 16) {
      size_t left = rows - r < 16 ? rows - r : 16;
      __m512i block[16];
      for (size_t i = 0; i < 16; i++) {
        size_t at = (u + i) * UNIT_WIDTH;
        block[i] = at < k_count ? ACROSS(a + (k_first + at) * stride + first + r, stride,
                                         k_count - at, left)
                                : _mm512_setzero_si512();
      }
      transpose(block);
      for (size_t i = 0; i < left; i++)
        _mm512_storeu_si512(out + (r + i) * LEFT_STRIDE + u, block[i]);
    }
}

/// Sixteen units of one panel's half, whose first column is `source`'s: the columns of a
/// transposed source become rows.
static inline void TILE(pack_half)(const float *source, size_t stride, int transposed,
                                   size_t k_left, size_t left, size_t count, float *out) {
  enum { WIDTH = 32 };
  __m512i block[16];
  if (transposed) {
    for (size_t i = 0; i < 16; i++)
      block[i] = i < left ? ALONG(source + i * stride, k_left) : _mm512_setzero_si512();
    transpose(block);
  } else {
    for (size_t i = 0; i < count; i++) {
      size_t at = i * UNIT_WIDTH;
      block[i] = ACROSS(source + at * stride, stride, k_left - at, left);
    }
  }
  for (size_t i = 0; i < count; i++) _mm512_storeu_si512(out + i * WIDTH, block[i]);
}

static void TILE(pack)(const float *source, size_t stride, int transposed, size_t k,
                       size_t k_first, size_t k_count, size_t n_first, size_t n_count,
                       float *panels) {
  enum { WIDTH = 32 };
  size_t all_units = (k + UNIT_WIDTH - 1) / UNIT_WIDTH;
  size_t units = (k_count + UNIT_WIDTH - 1) / UNIT_WIDTH;
  size_t blocks = (units + 15) / 16, columns = (n_count + WIDTH - 1) / WIDTH;
  // Always along the rows of the source, in which it is read as so many streams.
  for (size_t step = 0; step < blocks * columns; step++) {
    size_t u = 16 * (transposed ? step % blocks : step / columns);
    size_t j = WIDTH * (transposed ? step / blocks : step % columns);
    size_t at = u * UNIT_WIDTH, count = units - u < 16 ? units - u : 16;
    float *out = panels + (n_first + j) * all_units + (k_first / UNIT_WIDTH + u) * WIDTH;
    for (size_t half = 0; half < WIDTH && j + half < n_count; half += 16) {
      size_t column = j + half;
      const float *from = transposed ? source + column * stride + at
                                     : source + at * stride + column;
      TILE(pack_half)(from, stride, transposed, k_count - at,
                      n_count - column < 16 ? n_count - column : 16, count, out + half);
    }
  }
}
