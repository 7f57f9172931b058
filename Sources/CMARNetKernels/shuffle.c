// SPDX-License-Identifier: Apache-2.0
#include "marnet_shuffle.h"

#include "dispatch.h"

/// The width is a constant in each use, so that the compiler interleaves whole vectors.
MARNET_BODY void interleave(const uint8_t *restrict planes, uint8_t *restrict values,
                            size_t count, size_t width) {
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < width; k++) values[i * width + k] = planes[k * count + i];
}

MARNET_BODY void marnet_unshuffle_body(const uint8_t *planes, uint8_t *values, size_t count,
                                       size_t width) {
  switch (width) {
    case 2:
      interleave(planes, values, count, 2);
      break;
    case 4:
      interleave(planes, values, count, 4);
      break;
    case 8:
      interleave(planes, values, count, 8);
      break;
    default:
      interleave(planes, values, count, width);
  }
}
MARNET_DISPATCH(marnet_unshuffle,
                (const uint8_t *planes, uint8_t *values, size_t count, size_t width),
                (planes, values, count, width))
