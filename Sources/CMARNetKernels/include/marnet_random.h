// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011).
//
// A number is a function of (seed, row key, tag, position) and of nothing else:
// it never depends on what was drawn before it. The counter is
// (group, low word of the row key, high word of the row key, tag).
#ifndef MARNET_RANDOM_H
#define MARNET_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/// The four words of one counter.
void marnet_philox(uint64_t seed, uint32_t group, uint64_t row_key, uint32_t tag,
                   uint32_t words[4]);

/// count standard normal values (Box-Muller). Blocks of 64 columns: block b uses
/// groups 16 b + l for lanes l < 16; column 64 b + 16 k + l is value k of lane l.
void marnet_normal(float *out, size_t count, uint64_t seed, uint64_t row_key, uint32_t tag);
void marnet_normal_scalar(float *out, size_t count, uint64_t seed, uint64_t row_key,
                          uint32_t tag);

/// count values uniform in (-bound, bound), laid out as marnet_normal lays out words.
void marnet_uniform(float *out, size_t count, float bound, uint64_t seed, uint64_t row_key,
                    uint32_t tag);

/// Inverted dropout: out[j] = in[j] / (1 - p) or 0. Blocks of 128 columns: half h of
/// word k of lane l decides column 128 b + 16 (2 k + h) + l, dropped when it is below
/// round(65536 p). in and out may be the same. Calling it on the gradient with the
/// same key applies the same mask: no mask is stored.
void marnet_dropout(const float *in, float *out, size_t count, float p, uint64_t seed,
                    uint64_t row_key, uint32_t tag);
void marnet_dropout_scalar(const float *in, float *out, size_t count, float p, uint64_t seed,
                           uint64_t row_key, uint32_t tag);

#endif
