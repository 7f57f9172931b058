// SPDX-License-Identifier: Apache-2.0
// Products with AVX2 and FMA.
#include <string.h>

#include "product_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define INSTANCE(name) avx2_##name
#define VECTOR __m256
#define LANES 8
#define TILE_ROWS 6
#define STRIPS_PER_CHUNK 11
#define ZERO() _mm256_setzero_ps()
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define MULTIPLY_ADD(a, b, sum) _mm256_fmadd_ps(_mm256_broadcast_ss(a), b, sum)
#include "product_plain.h"

#pragma clang attribute pop

const marnet_product_kernel marnet_avx2_float32 = {
    "avx2", 0, 2 * LANES, UNIT_WIDTH, avx2_pack, avx2_multiply_float32};
const marnet_product_kernel marnet_avx2_rounded = {
    "avx2", 1, 2 * LANES, UNIT_WIDTH, avx2_pack_rounded, avx2_multiply_rounded};
#endif
