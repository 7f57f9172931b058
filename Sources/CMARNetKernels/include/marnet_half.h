// SPDX-License-Identifier: Apache-2.0
// IEEE 754 float16 and bfloat16 to float32, and float32 to float16, as bit patterns.
#ifndef MARNET_HALF_H
#define MARNET_HALF_H

#include <stddef.h>
#include <stdint.h>

/// float16 to float32; exact. A signalling NaN becomes quiet.
void marnet_half_to_float(const uint16_t *source, float *target, size_t count);
/// bfloat16 to float32; exact.
void marnet_bfloat16_to_float(const uint16_t *source, float *target, size_t count);
/// float32 to float16, rounded to nearest, ties to even; beyond 65,504 becomes infinite.
void marnet_float_to_half(const float *source, uint16_t *target, size_t count);

// The portable twins of the above, exported for the tests: equal bit for bit.
void marnet_half_to_float_scalar(const uint16_t *source, float *target, size_t count);
void marnet_bfloat16_to_float_scalar(const uint16_t *source, float *target, size_t count);
void marnet_float_to_half_scalar(const float *source, uint16_t *target, size_t count);

#endif
