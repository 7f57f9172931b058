// SPDX-License-Identifier: Apache-2.0
#ifndef MARNET_BFLOAT16_H
#define MARNET_BFLOAT16_H

#include <stdint.h>
#include <string.h>

/// The nearest bfloat16 (ties to even) as a float; NaN stays NaN.
static inline __attribute__((always_inline)) float rounded_to_bfloat16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint32_t is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  bits = is_nan ? bits | 0x400000u : bits + 0x7fffu + ((bits >> 16) & 1u);
  bits &= 0xffff0000u;
  memcpy(&value, &bits, sizeof bits);
  return value;
}

#endif
