// SPDX-License-Identifier: Apache-2.0
// Quantised features of 8 bits to float32, with a scale and an offset a column.
//
// Two roundings a value and never a fused multiply-add: the same on every processor.
#ifndef MARNET_QUANTIZED_H
#define MARNET_QUANTIZED_H

#include <stddef.h>
#include <stdint.h>

/// target = (source - zero) scale, source [rows, columns] with `source_stride` between rows,
/// target with `target_stride`, zero and scale [columns].
void marnet_from_zero_point(const uint8_t *source, size_t source_stride, int is_signed,
                            float *target, size_t target_stride, size_t rows, size_t columns,
                            const float *scale, const float *zero);
void marnet_from_zero_point_scalar(const uint8_t *source, size_t source_stride, int is_signed,
                                   float *target, size_t target_stride, size_t rows,
                                   size_t columns, const float *scale, const float *zero);

/// target = source scale + offset, otherwise as above.
void marnet_from_offset(const uint8_t *source, size_t source_stride, int is_signed,
                        float *target, size_t target_stride, size_t rows, size_t columns,
                        const float *scale, const float *offset);
void marnet_from_offset_scalar(const uint8_t *source, size_t source_stride, int is_signed,
                               float *target, size_t target_stride, size_t rows,
                               size_t columns, const float *scale, const float *offset);

#endif
