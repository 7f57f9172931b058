// SPDX-License-Identifier: Apache-2.0
// Products with AVX-512: float32, and bfloat16 where the processor multiplies it.
#include <stdint.h>
#include <string.h>

#include "product_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { LEFT_UNITS = 512, LEFT_STRIDE = LEFT_UNITS + 16 };
#define VECTOR __m512
#define LANES 16
#define TILE_ROWS 14
#define STRIPS_PER_CHUNK 5
#define ZERO() _mm512_setzero_ps()
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))), \
                             apply_to = function)

/// Sixteen rows of sixteen 32-bit units become columns.
static inline void transpose(__m512i r[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 8; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
  }
}

static inline __m512 first_values(const float *p, size_t count) {
  __mmask16 mask = count >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << count) - 1);
  return _mm512_maskz_loadu_ps(mask, p);
}

static inline __m512i float_along(const float *p, size_t left) {
  return _mm512_castps_si512(first_values(p, left));
}

/// The nearest bfloat16 as floats (NaN aside, which training stops at).
static inline __m512i rounded_along(const float *p, size_t left) {
  __m512i bits = float_along(p, left);
  __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  bits = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  return _mm512_and_si512(bits, _mm512_set1_epi32((int)0xffff0000));
}

#define UNIT_WIDTH 1
#define MULTIPLY_ADD(a, b, sum) _mm512_fmadd_ps(_mm512_set1_ps(*(a)), b, sum)
#define TILE(name) float32_##name
#define ALONG(p, left) float_along(p, left)
#define ACROSS(p, stride, k_left, left) ((void)(k_left), float_along(p, left))
#include "product_avx512_pack.h"
#include "product_tile.h"
#undef TILE
#undef ALONG
#undef ACROSS
#define TILE(name) rounded_##name
#define ALONG(p, left) rounded_along(p, left)
#define ACROSS(p, stride, k_left, left) ((void)(k_left), rounded_along(p, left))
#include "product_avx512_pack.h"
#undef TILE
#undef ALONG
#undef ACROSS

static void multiply_float32(const float *left, size_t stride, int transposed, size_t m,
                             size_t depth, const float *panels, size_t k, size_t n_first, size_t n_count,
                             float *c, size_t c_stride, int accumulate) {
  float32_multiply(float32_pack_left, left, stride, transposed, m, depth, panels, k, n_first, n_count,
                   c, c_stride, accumulate);
}

static void multiply_rounded(const float *left, size_t stride, int transposed, size_t m,
                             size_t depth, const float *panels, size_t k, size_t n_first, size_t n_count,
                             float *c, size_t c_stride, int accumulate) {
  float32_multiply(rounded_pack_left, left, stride, transposed, m, depth, panels, k, n_first, n_count,
                   c, c_stride, accumulate);
}

const marnet_product_kernel marnet_avx512_float32 = {
    "avx512", 0, 2 * LANES, UNIT_WIDTH, float32_pack, multiply_float32};
const marnet_product_kernel marnet_avx512_rounded = {
    "avx512", 1, 2 * LANES, UNIT_WIDTH, rounded_pack, multiply_rounded};

#pragma clang attribute pop
#undef UNIT_WIDTH
#undef MULTIPLY_ADD

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))), apply_to = function)

static inline __m512i pairs_along(const float *p, size_t left) {
  __m512 low = first_values(p, left);
  __m512 high = left > 16 ? first_values(p + 16, left - 16) : _mm512_setzero_ps();
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/// Two rows of sixteen values, interleaved.
static inline __m512i pairs_across(const float *p, size_t stride, size_t k_left, size_t left) {
  static const uint16_t order[32] __attribute__((aligned(64))) = {
      0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
      8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  __m512 low = first_values(p, left);
  __m512 high = k_left > 1 ? first_values(p + stride, left) : _mm512_setzero_ps();
  return _mm512_permutexvar_epi16(_mm512_load_si512(order),
                                  (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

#define UNIT_WIDTH 2
#define MULTIPLY_ADD(a, b, sum)                                              \
  _mm512_dpbf16_ps(sum, (__m512bh)_mm512_castps_si512(_mm512_set1_ps(*(a))), \
                   (__m512bh)_mm512_castps_si512(b))
#define TILE(name) bfloat16_##name
#define ALONG(p, left) pairs_along(p, left)
#define ACROSS(p, stride, k_left, left) pairs_across(p, stride, k_left, left)
#include "product_avx512_pack.h"
#include "product_tile.h"

static void multiply_bfloat16(const float *left, size_t stride, int transposed, size_t m,
                              size_t depth, const float *panels, size_t k, size_t n_first, size_t n_count,
                              float *c, size_t c_stride, int accumulate) {
  bfloat16_multiply(bfloat16_pack_left, left, stride, transposed, m, depth, panels, k, n_first,
                    n_count, c, c_stride, accumulate);
}

const marnet_product_kernel marnet_avx512_bfloat16 = {
    "avx512bf16", 1, 2 * LANES, UNIT_WIDTH, bfloat16_pack, multiply_bfloat16};

#pragma clang attribute pop
#endif
