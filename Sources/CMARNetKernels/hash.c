// SPDX-License-Identifier: Apache-2.0
#include "marnet_hash.h"

#include <string.h>

/// Rows hashed side by side: within a row each step waits for the multiplication before it,
/// between rows nothing does.
enum { ROWS = 8 };

static inline uint64_t start(size_t width) { return 0x9E3779B97F4A7C15u ^ (uint64_t)width; }

static inline uint64_t step(uint64_t hash, const float *value) {
  uint32_t bits;
  memcpy(&bits, value, sizeof bits);
  hash = (hash ^ bits) * 0xFF51AFD7ED558CCDu;
  return hash ^ (hash >> 32);
}

void marnet_row_hashes(const float *rows, size_t stride, size_t count, size_t width,
                       uint64_t *hashes) {
  size_t row = 0;
  for (; row + ROWS <= count; row += ROWS) {
    const float *first = rows + row * stride;
    uint64_t h[ROWS];
    for (int l = 0; l < ROWS; l++) h[l] = start(width);
    for (size_t j = 0; j < width; j++)
      for (size_t l = 0; l < ROWS; l++) h[l] = step(h[l], first + l * stride + j);
    memcpy(hashes + row, h, sizeof h);
  }
  for (; row < count; row++) {
    uint64_t h = start(width);
    for (size_t j = 0; j < width; j++) h = step(h, rows + row * stride + j);
    hashes[row] = h;
  }
}
