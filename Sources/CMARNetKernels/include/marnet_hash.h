// SPDX-License-Identifier: Apache-2.0
#ifndef MARNET_HASH_H
#define MARNET_HASH_H

#include <stddef.h>
#include <stdint.h>

/// Hashes each of `count` rows of `width` values, `stride` values apart: the content key of a
/// row, which random numbers are addressed by. It never changes, or scores would.
void marnet_row_hashes(const float *rows, size_t stride, size_t count, size_t width,
                       uint64_t *hashes);

#endif
