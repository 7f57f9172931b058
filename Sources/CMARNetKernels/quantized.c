// SPDX-License-Identifier: Apache-2.0
#include "marnet_quantized.h"

#include "dispatch.h"

// A fused multiply-add rounds once: processors that have it would give other values.
#pragma STDC FP_CONTRACT OFF

/// The form and the sign are constants in each use, so that the loop has no branches.
MARNET_BODY void decode_row(const uint8_t *restrict source, int is_signed, int adds,
                            float *restrict target, size_t columns,
                            const float *restrict scale, const float *restrict offset) {
  for (size_t j = 0; j < columns; j++) {
    float value = is_signed ? (float)(int8_t)source[j] : (float)source[j];
    if (adds) {
      value *= scale[j];
      value += offset[j];
    } else {
      value -= offset[j];
      value *= scale[j];
    }
    target[j] = value;
  }
}

MARNET_BODY void decode(const uint8_t *source, size_t source_stride, int is_signed, int adds,
                        float *target, size_t target_stride, size_t rows, size_t columns,
                        const float *scale, const float *offset) {
  for (size_t row = 0; row < rows; row++) {
    if (is_signed)
      decode_row(source, 1, adds, target, columns, scale, offset);
    else
      decode_row(source, 0, adds, target, columns, scale, offset);
    source += source_stride;
    target += target_stride;
  }
}

MARNET_BODY void marnet_from_zero_point_body(const uint8_t *source, size_t source_stride,
                                             int is_signed, float *target, size_t target_stride,
                                             size_t rows, size_t columns, const float *scale,
                                             const float *zero) {
  decode(source, source_stride, is_signed, 0, target, target_stride, rows, columns, scale, zero);
}
MARNET_DISPATCH(marnet_from_zero_point,
                (const uint8_t *source, size_t source_stride, int is_signed, float *target,
                 size_t target_stride, size_t rows, size_t columns, const float *scale,
                 const float *zero),
                (source, source_stride, is_signed, target, target_stride, rows, columns, scale,
                 zero))

MARNET_BODY void marnet_from_offset_body(const uint8_t *source, size_t source_stride,
                                         int is_signed, float *target, size_t target_stride,
                                         size_t rows, size_t columns, const float *scale,
                                         const float *offset) {
  decode(source, source_stride, is_signed, 1, target, target_stride, rows, columns, scale,
         offset);
}
MARNET_DISPATCH(marnet_from_offset,
                (const uint8_t *source, size_t source_stride, int is_signed, float *target,
                 size_t target_stride, size_t rows, size_t columns, const float *scale,
                 const float *offset),
                (source, source_stride, is_signed, target, target_stride, rows, columns, scale,
                 offset))
