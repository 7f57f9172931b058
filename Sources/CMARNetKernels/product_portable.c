// SPDX-License-Identifier: Apache-2.0
// Products for any processor, in the compiler's own vectors; on Arm two registers each.
#include <string.h>

#include "product_kernels.h"

typedef float vector8 __attribute__((vector_size(32), aligned(4)));

#define INSTANCE(name) portable_##name
#define VECTOR vector8
#define LANES 8
#define TILE_ROWS 6
#define STRIPS_PER_CHUNK 11
#define ZERO() ((vector8){0})
#define LOAD(p) (*(const vector8 *)(p))
#define STORE(p, v) (*(vector8 *)(p) = (v))
#if defined(__aarch64__) || defined(__FMA__)
#define MULTIPLY_ADD(a, b, sum) __builtin_elementwise_fma((vector8)(*(a) - (vector8){0}), b, sum)
#else
// Without the instruction, a fused multiply-add would be a library call a lane.
#define MULTIPLY_ADD(a, b, sum) (*(a) * (b) + (sum))
#endif
#include "product_plain.h"

const marnet_product_kernel marnet_portable_float32 = {
    "portable", 0, 2 * LANES, UNIT_WIDTH, portable_pack, portable_multiply_float32};
const marnet_product_kernel marnet_portable_rounded = {
    "portable", 1, 2 * LANES, UNIT_WIDTH, portable_pack_rounded, portable_multiply_rounded};
