// SPDX-License-Identifier: Apache-2.0
// The body of a matrix product for one instruction set and one type of operand, included
// once for each. The including file defines:
//
//   TILE(name)              the name of a function of this instance
//   VECTOR, LANES           a vector of LANES floats
//   TILE_ROWS               rows of a tile, which takes 2 TILE_ROWS + 3 registers
//   STRIPS_PER_CHUNK        tiles below one another that share a packed left operand
//   UNIT_WIDTH              values of k in a unit
//   ZERO(), LOAD(p), STORE(p, v)
//   MULTIPLY_ADD(a, b, sum) sum + b times the unit at a, which is the same for all lanes
//
// The scheme is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix
// Multiplication" (ACM TOMS 34, 2008), with the packing of the right operand moved out.

#define FLOATS_PER_LINE 16

typedef void TILE(pack_left_function)(const float *a, size_t stride, int transposed,
                                      size_t first, size_t rows, size_t k, size_t first_unit,
                                      size_t units, float *out);

/// sum [rows, vectors LANES] over `units`: left [rows, LEFT_STRIDE], right [units, 2 LANES].
/// Meanwhile it calls for `ahead_lines` cache lines of the next panel.
static inline __attribute__((always_inline)) void TILE(tile)(
    const int rows, const int vectors, size_t units, const float *left, const float *right,
    const float *ahead, size_t ahead_lines, float *c, size_t c_stride, int accumulate) {
  VECTOR sum[TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      sum[r][v] = accumulate ? LOAD(c + (size_t)r * c_stride + v * LANES) : ZERO();
  for (size_t u = 0; u < units; u++) {
    VECTOR b0 = LOAD(right), b1 = vectors > 1 ? LOAD(right + LANES) : b0;
    right += 2 * LANES;
    if (u < ahead_lines) __builtin_prefetch(ahead + u * FLOATS_PER_LINE);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const float *a = left + (size_t)r * LEFT_STRIDE + u;
      sum[r][0] = MULTIPLY_ADD(a, b0, sum[r][0]);
      if (vectors > 1) sum[r][1] = MULTIPLY_ADD(a, b1, sum[r][1]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) STORE(c + (size_t)r * c_stride + v * LANES, sum[r][v]);
}

// A tile's height is a constant, so that its sums stay in registers.
#define TILE_CASE(height)                                                            \
  case height:                                                                       \
    if (vectors == 1)                                                                \
      TILE(tile)(height, 1, units, left, right, ahead, ahead_lines, c, c_stride, accumulate); \
    else                                                                             \
      TILE(tile)(height, 2, units, left, right, ahead, ahead_lines, c, c_stride, accumulate); \
    return;

static void TILE(any_tile)(int rows, int vectors, size_t units, const float *left,
                           const float *right, const float *ahead, size_t ahead_lines,
                           float *c, size_t c_stride, int accumulate) {
  switch (rows) {
    TILE_CASE(1)
    TILE_CASE(2)
    TILE_CASE(3)
    TILE_CASE(4)
    TILE_CASE(5)
    TILE_CASE(6)
#if TILE_ROWS > 6
    TILE_CASE(7)
    TILE_CASE(8)
    TILE_CASE(9)
    TILE_CASE(10)
    TILE_CASE(11)
    TILE_CASE(12)
    TILE_CASE(13)
    TILE_CASE(14)
#endif
  }
}
#undef TILE_CASE

/// A tile at the right edge: computed beside, then copied, so that nothing past `columns` is
/// touched.
static void TILE(edge_tile)(int rows, size_t columns, size_t units, const float *left,
                            const float *right, float *c, size_t c_stride, int accumulate) {
  enum { WIDTH = 2 * LANES };
  float beside[TILE_ROWS * WIDTH] __attribute__((aligned(64)));
  if (accumulate)
    for (int r = 0; r < rows; r++)
      for (size_t j = 0; j < WIDTH; j++)
        beside[(size_t)r * WIDTH + j] = j < columns ? c[(size_t)r * c_stride + j] : 0.0f;
  TILE(any_tile)(rows, columns <= LANES ? 1 : 2, units, left, right, right, 0, beside, WIDTH,
                 accumulate);
  for (int r = 0; r < rows; r++)
    memcpy(c + (size_t)r * c_stride, beside + (size_t)r * WIDTH, columns * sizeof(float));
}

/// See marnet_product_kernel.multiply. The left operand is packed for a few strips and
/// LEFT_UNITS units at a time: it then stays in the second-level cache while the panels pass.
static inline __attribute__((always_inline)) void TILE(multiply)(
    TILE(pack_left_function) *pack_left, const float *a, size_t a_stride, int transposed,
    size_t m, size_t depth, const float *panels, size_t k, size_t n_first, size_t n, float *c,
    size_t c_stride, int accumulate) {
  enum { WIDTH = 2 * LANES };
  float left[STRIPS_PER_CHUNK * TILE_ROWS * LEFT_STRIDE] __attribute__((aligned(64)));
  size_t units = (depth + UNIT_WIDTH - 1) / UNIT_WIDTH;
  size_t panel_units = (k + UNIT_WIDTH - 1) / UNIT_WIDTH;
  size_t strips = (m + TILE_ROWS - 1) / TILE_ROWS;
  panels += n_first * panel_units;
  for (size_t first_unit = 0; first_unit < units; first_unit += LEFT_UNITS) {
    size_t count = units - first_unit < LEFT_UNITS ? units - first_unit : LEFT_UNITS;
    int adds = accumulate || first_unit > 0;
    for (size_t s0 = 0; s0 < strips; s0 += STRIPS_PER_CHUNK) {
      size_t s1 = strips - s0 < STRIPS_PER_CHUNK ? strips : s0 + STRIPS_PER_CHUNK;
      // Rows are dealt evenly to the strips: no strip is left with one row.
      size_t first = s0 * m / strips, last = s1 * m / strips;
      pack_left(a, a_stride, transposed, first, last - first, depth, first_unit, count, left);
      for (size_t j = 0; j < n; j += WIDTH) {
        const float *right = panels + j * panel_units + first_unit * WIDTH;
        // The strips of this panel share the fetching of the next.
        const float *next_panel = right + panel_units * WIDTH;
        size_t lines = j + WIDTH < n ? count * WIDTH / FLOATS_PER_LINE / (s1 - s0) + 1 : 0;
        for (size_t s = s0; s < s1; s++) {
          size_t row = s * m / strips, next = (s + 1) * m / strips;
          const float *own = left + (row - first) * LEFT_STRIDE;
          float *target = c + row * c_stride + j;
          if (n - j >= WIDTH)
            TILE(any_tile)
            ((int)(next - row), 2, count, own, right,
             next_panel + (s - s0) * lines * FLOATS_PER_LINE, lines, target, c_stride, adds);
          else
            TILE(edge_tile)
            ((int)(next - row), n - j, count, own, right, target, c_stride, adds);
        }
      }
    }
  }
}
#undef FLOATS_PER_LINE
