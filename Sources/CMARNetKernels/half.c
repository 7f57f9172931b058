// SPDX-License-Identifier: Apache-2.0
#include "marnet_half.h"

#include <string.h>

static inline float float_from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline float half_lane(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t exponent = (half >> 10) & 0x1fu, mantissa = half & 0x3ffu;
  if (exponent == 0x1f) {
    uint32_t quiet = mantissa ? 0x400000u : 0;
    return float_from_bits(sign | 0x7f800000u | quiet | (mantissa << 13));
  }
  if (exponent == 0) {
    // Zero or subnormal: mantissa / 2^24, which float32 holds exactly.
    float magnitude = (float)mantissa * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  return float_from_bits(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

static inline uint16_t half_from_float_lane(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint16_t sign = (uint16_t)((bits >> 16) & 0x8000u);
  bits &= 0x7fffffffu;
  if (bits > 0x7f800000u) return sign | 0x7e00u | (uint16_t)((bits >> 13) & 0x3ffu);
  if (bits >= 0x47800000u) return sign | 0x7c00u;  // 65,536 and above, infinity
  uint32_t shift = 13;
  if (bits < 0x38800000u) {
    // Below 2^-14 the result is subnormal: the hidden bit joins the mantissa.
    uint32_t exponent = bits >> 23;
    if (exponent < 102) return sign;  // below half of the smallest subnormal
    bits = (bits & 0x7fffffu) | 0x800000u;
    shift = 126 - exponent;
  } else {
    bits -= 112u << 23;
  }
  uint32_t result = bits >> shift, rest = bits & ((1u << shift) - 1), half = 1u << (shift - 1);
  if (rest > half || (rest == half && (result & 1))) result++;
  return sign | (uint16_t)result;
}

void marnet_half_to_float_scalar(const uint16_t *source, float *target, size_t count) {
  for (size_t i = 0; i < count; i++) target[i] = half_lane(source[i]);
}

void marnet_bfloat16_to_float_scalar(const uint16_t *source, float *target, size_t count) {
  for (size_t i = 0; i < count; i++) target[i] = float_from_bits((uint32_t)source[i] << 16);
}

void marnet_float_to_half_scalar(const float *source, uint16_t *target, size_t count) {
  for (size_t i = 0; i < count; i++) target[i] = half_from_float_lane(source[i]);
}

#if defined(__x86_64__)
#include <immintrin.h>

// A processor with AVX2 but without F16C does not exist; both are asked for all the same.
static int has_wide_half(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c");
}

__attribute__((target("avx2,f16c"))) static void half_to_float_wide(const uint16_t *source,
                                                                    float *target, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m128i halves = _mm_loadu_si128((const __m128i *)(source + i));
    _mm256_storeu_ps(target + i, _mm256_cvtph_ps(halves));
  }
  marnet_half_to_float_scalar(source + i, target + i, count - i);
}

__attribute__((target("avx2,f16c"))) static void bfloat16_to_float_wide(const uint16_t *source,
                                                                        float *target,
                                                                        size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(source + i)));
    _mm256_storeu_si256((__m256i *)(target + i), _mm256_slli_epi32(words, 16));
  }
  marnet_bfloat16_to_float_scalar(source + i, target + i, count - i);
}

__attribute__((target("avx2,f16c"))) static void float_to_half_wide(const float *source,
                                                                    uint16_t *target,
                                                                    size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(source + i),
                                     _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storeu_si128((__m128i *)(target + i), halves);
  }
  marnet_float_to_half_scalar(source + i, target + i, count - i);
}
#endif

void marnet_half_to_float(const uint16_t *source, float *target, size_t count) {
#if defined(__x86_64__)
  if (has_wide_half()) return half_to_float_wide(source, target, count);
#endif
  marnet_half_to_float_scalar(source, target, count);
}

void marnet_bfloat16_to_float(const uint16_t *source, float *target, size_t count) {
#if defined(__x86_64__)
  if (has_wide_half()) return bfloat16_to_float_wide(source, target, count);
#endif
  marnet_bfloat16_to_float_scalar(source, target, count);
}

void marnet_float_to_half(const float *source, uint16_t *target, size_t count) {
#if defined(__x86_64__)
  if (has_wide_half()) return float_to_half_wide(source, target, count);
#endif
  marnet_float_to_half_scalar(source, target, count);
}
