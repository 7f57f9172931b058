// SPDX-License-Identifier: Apache-2.0
#include "marnet_rows.h"

#include "dispatch.h"

/// The sum of (x[j] - shift) (y[j] - shift), or of x[j] without y, in eight lanes.
MARNET_BODY float lane_sum(const float *x, const float *y, float shift, size_t count) {
  enum { LANES = 8 };
  float total[LANES] = {0};
  size_t j = 0;
  for (; j + LANES <= count; j += LANES)
    for (int l = 0; l < LANES; l++) {
      size_t k = j + (size_t)l;
      total[l] += y ? (x[k] - shift) * (y[k] - shift) : x[k];
    }
  for (; j < count; j++) total[0] += y ? (x[j] - shift) * (y[j] - shift) : x[j];
  return ((total[0] + total[1]) + (total[2] + total[3])) +
         ((total[4] + total[5]) + (total[6] + total[7]));
}

MARNET_BODY float marnet_layer_norm_body(const float *x, const float *weight, const float *bias,
                                         float *normal, float *y, size_t count) {
  float mean = lane_sum(x, NULL, 0.0f, count) / (float)count;
  float variance = lane_sum(x, x, mean, count) / (float)count;
  float inverse = 1.0f / __builtin_sqrtf(variance + 1e-5f);
  for (size_t j = 0; j < count; j++) {
    normal[j] = (x[j] - mean) * inverse;
    y[j] = weight[j] * normal[j] + bias[j];
  }
  return inverse;
}
MARNET_DISPATCH_VALUE(float, marnet_layer_norm,
                      (const float *x, const float *weight, const float *bias, float *normal,
                       float *y, size_t count),
                      (x, weight, bias, normal, y, count))

MARNET_BODY void marnet_layer_norm_gradient_body(const float *dy, const float *weight,
                                                 const float *normal, float inverse, float *dx,
                                                 size_t count) {
  enum { LANES = 8 };
  float sums[LANES] = {0}, products[LANES] = {0};
  size_t j = 0;
  for (; j + LANES <= count; j += LANES)
    for (int l = 0; l < LANES; l++) {
      float g = weight[j + (size_t)l] * dy[j + (size_t)l];
      sums[l] += g;
      products[l] += g * normal[j + (size_t)l];
    }
  for (; j < count; j++) {
    sums[0] += weight[j] * dy[j];
    products[0] += weight[j] * dy[j] * normal[j];
  }
  float sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
              ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  float product = ((products[0] + products[1]) + (products[2] + products[3])) +
                  ((products[4] + products[5]) + (products[6] + products[7]));
  float mean = sum / (float)count, along = product / (float)count;
  for (j = 0; j < count; j++)
    dx[j] += (weight[j] * dy[j] - mean - normal[j] * along) * inverse;
}
MARNET_DISPATCH(marnet_layer_norm_gradient,
                (const float *dy, const float *weight, const float *normal, float inverse,
                 float *dx, size_t count),
                (dy, weight, normal, inverse, dx, count))
