// SPDX-License-Identifier: Apache-2.0
#include "marnet_random.h"

#include <string.h>

#include "dispatch.h"

enum { LANES = 16 };

/// Ten rounds on LANES counters (group0 + l, key low, key high, tag) at once.
MARNET_BODY void philox_lanes(uint32_t w0[LANES], uint32_t w1[LANES], uint32_t w2[LANES],
                              uint32_t w3[LANES], uint64_t seed, uint32_t group0,
                              uint64_t row_key, uint32_t tag) {
  for (int l = 0; l < LANES; l++) {
    w0[l] = group0 + (uint32_t)l;
    w1[l] = (uint32_t)row_key;
    w2[l] = (uint32_t)(row_key >> 32);
    w3[l] = tag;
  }
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    for (int l = 0; l < LANES; l++) {
      uint64_t p0 = (uint64_t)0xD2511F53u * w0[l], p1 = (uint64_t)0xCD9E8D57u * w2[l];
      uint32_t n0 = (uint32_t)(p1 >> 32) ^ w1[l] ^ k0;
      uint32_t n2 = (uint32_t)(p0 >> 32) ^ w3[l] ^ k1;
      w0[l] = n0;
      w1[l] = (uint32_t)p1;
      w2[l] = n2;
      w3[l] = (uint32_t)p0;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

void marnet_philox(uint64_t seed, uint32_t group, uint64_t row_key, uint32_t tag,
                   uint32_t words[4]) {
  uint32_t w0[LANES], w1[LANES], w2[LANES], w3[LANES];
  philox_lanes(w0, w1, w2, w3, seed, group, row_key, tag);
  words[0] = w0[0];
  words[1] = w1[0];
  words[2] = w2[0];
  words[3] = w3[0];
}

MARNET_BODY float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

MARNET_BODY uint32_t to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// sqrt(-2 ln u), u = ((w >> 8) + 1/2) 2^-24. Near 1 the exact distance 1 - u is used,
/// since u itself is rounded there. Polynomial: Cephes logf.
MARNET_BODY float radius(uint32_t w) {
  uint32_t n = w >> 8;
  float u = ((float)n + 0.5f) * 0x1p-24f;
  uint32_t bits = to_bits(u);
  int32_t e = (int32_t)(bits >> 23) - 126;
  float m = from_bits((bits & 0x007FFFFFu) | 0x3F000000u);
  int small = m < 0.70710678f;
  float x = small ? 2.0f * m - 1.0f : m - 1.0f;
  float k = (float)(small ? e - 1 : e);
  float distance = -((float)(16777216u - n) - 0.5f) * 0x1p-24f;
  x = k == 0.0f ? distance : x;
  float z = x * x;
  float p = 7.0376836292e-2f;
  p = p * x - 1.1514610310e-1f;
  p = p * x + 1.1676998740e-1f;
  p = p * x - 1.2420140846e-1f;
  p = p * x + 1.4249322787e-1f;
  p = p * x - 1.6668057665e-1f;
  p = p * x + 2.0000714765e-1f;
  p = p * x - 2.4999993993e-1f;
  p = p * x + 3.3333331174e-1f;
  float y = x * z * p + k * -2.12194440e-4f - 0.5f * z;
  float log_u = x + y + k * 0.693359375f;
  float square = -2.0f * log_u;
  return __builtin_elementwise_sqrt(square > 0.0f ? square : 0.0f);
}

/// cos and sin of 2 pi u, u = ((w >> 8) + 1/2) 2^-24, reduced exactly in integers.
MARNET_BODY void turn(uint32_t w, float *cosine, float *sine) {
  int32_t n = (int32_t)(w >> 8);
  int32_t quadrant = (n + (1 << 21)) >> 22;
  float x = ((float)(n - (quadrant << 22)) + 0.5f) * (float)(1.5707963267948966 * 0x1p-22);
  float z = x * x;
  float s = -1.9515295891e-4f;
  s = s * z + 8.3321608736e-3f;
  s = s * z - 1.6666654611e-1f;
  s = s * z * x + x;
  float c = 2.443315711809948e-5f;
  c = c * z - 1.388731625493765e-3f;
  c = c * z + 4.166664568298827e-2f;
  c = c * z * z - 0.5f * z + 1.0f;
  int swap = quadrant & 1;
  float a = swap ? s : c, b = swap ? c : s;
  *cosine = ((quadrant + 1) & 2) ? -a : a;
  *sine = (quadrant & 2) ? -b : b;
}

MARNET_BODY void marnet_normal_body(float *out, size_t count, uint64_t seed, uint64_t row_key,
                                    uint32_t tag) {
  uint32_t w0[LANES], w1[LANES], w2[LANES], w3[LANES];
  float block[4 * LANES];
  for (size_t start = 0, group = 0; start < count; start += 4 * LANES, group += LANES) {
    philox_lanes(w0, w1, w2, w3, seed, (uint32_t)group, row_key, tag);
    for (int l = 0; l < LANES; l++) {
      float c, s, r = radius(w0[l]);
      turn(w1[l], &c, &s);
      block[l] = r * c;
      block[LANES + l] = r * s;
    }
    for (int l = 0; l < LANES; l++) {
      float c, s, r = radius(w2[l]);
      turn(w3[l], &c, &s);
      block[2 * LANES + l] = r * c;
      block[3 * LANES + l] = r * s;
    }
    size_t left = count - start;
    memcpy(out + start, block, sizeof(float) * (left < 4 * LANES ? left : 4 * LANES));
  }
}

MARNET_DISPATCH(marnet_normal,
                (float *out, size_t count, uint64_t seed, uint64_t row_key, uint32_t tag),
                (out, count, seed, row_key, tag))

void marnet_uniform(float *out, size_t count, float bound, uint64_t seed, uint64_t row_key,
                    uint32_t tag) {
  uint32_t w[4][LANES];
  for (size_t start = 0, group = 0; start < count; start += 4 * LANES, group += LANES) {
    philox_lanes(w[0], w[1], w[2], w[3], seed, (uint32_t)group, row_key, tag);
    for (size_t j = start; j < count && j < start + 4 * LANES; j++) {
      uint32_t word = w[(j - start) / LANES][(j - start) % LANES];
      // Odd integers below 2^24 are floats: no rounding here can reach the bound.
      out[j] = (float)(2 * (int32_t)(word >> 8) + 1 - (1 << 24)) * 0x1p-24f * bound;
    }
  }
}

MARNET_BODY void marnet_dropout_body(const float *in, float *out, size_t count, float p,
                                     uint64_t seed, uint64_t row_key, uint32_t tag) {
  uint32_t w0[LANES], w1[LANES], w2[LANES], w3[LANES];
  uint32_t threshold = (uint32_t)(65536.0f * p + 0.5f);
  float keep = 1.0f / (1.0f - p);
  float scale[8 * LANES];
  for (size_t start = 0, group = 0; start < count; start += 8 * LANES, group += LANES) {
    philox_lanes(w0, w1, w2, w3, seed, (uint32_t)group, row_key, tag);
    for (int l = 0; l < LANES; l++) {
      scale[l] = (w0[l] & 0xFFFFu) < threshold ? 0.0f : keep;
      scale[LANES + l] = (w0[l] >> 16) < threshold ? 0.0f : keep;
      scale[2 * LANES + l] = (w1[l] & 0xFFFFu) < threshold ? 0.0f : keep;
      scale[3 * LANES + l] = (w1[l] >> 16) < threshold ? 0.0f : keep;
      scale[4 * LANES + l] = (w2[l] & 0xFFFFu) < threshold ? 0.0f : keep;
      scale[5 * LANES + l] = (w2[l] >> 16) < threshold ? 0.0f : keep;
      scale[6 * LANES + l] = (w3[l] & 0xFFFFu) < threshold ? 0.0f : keep;
      scale[7 * LANES + l] = (w3[l] >> 16) < threshold ? 0.0f : keep;
    }
    size_t left = count - start, n = left < 8 * LANES ? left : 8 * LANES;
    for (size_t j = 0; j < n; j++) out[start + j] = in[start + j] * scale[j];
  }
}

MARNET_DISPATCH(marnet_dropout,
                (const float *in, float *out, size_t count, float p, uint64_t seed,
                 uint64_t row_key, uint32_t tag),
                (in, out, count, p, seed, row_key, tag))
