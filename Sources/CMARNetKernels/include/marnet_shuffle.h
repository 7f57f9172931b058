// SPDX-License-Identifier: Apache-2.0
#ifndef MARNET_SHUFFLE_H
#define MARNET_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

/// Undoes HDF5's shuffle filter: `planes` [width, count] becomes `values` [count, width].
void marnet_unshuffle(const uint8_t *planes, uint8_t *values, size_t count, size_t width);
/// The portable twin, exported for the tests: equal byte for byte.
void marnet_unshuffle_scalar(const uint8_t *planes, uint8_t *values, size_t count, size_t width);

#endif
