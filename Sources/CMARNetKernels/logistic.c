// SPDX-License-Identifier: Apache-2.0
#include "marnet_logistic.h"

#include <math.h>

#include "dispatch.h"
#include "exponential.h"

enum { LANES = 8 };

/// Divides the exponentials of one class by the sums of their columns; returns the sum of the
/// quotients and adds that of their squares.
MARNET_BODY double normalised(float *z, const float *inverse, size_t count, double *squares) {
  double total[LANES] = {0};
  float square[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    for (size_t l = 0; l < LANES; l++) {
      float p = z[i + l] * inverse[i + l];
      z[i + l] = p;
      total[l] += (double)p;
      square[l] += p * p;
    }
  for (; i < count; i++) {
    z[i] *= inverse[i];
    total[0] += (double)z[i];
    square[0] += z[i] * z[i];
  }
  *squares += (double)(((square[0] + square[1]) + (square[2] + square[3])) +
                       ((square[4] + square[5]) + (square[6] + square[7])));
  return ((total[0] + total[1]) + (total[2] + total[3])) +
         ((total[4] + total[5]) + (total[6] + total[7]));
}

/// The same with every quotient times the weight of its column; so are both sums.
MARNET_BODY double normalised_weighted(float *z, const float *inverse, const float *weights,
                                       size_t count, double *squares) {
  double total[LANES] = {0};
  float square[LANES] = {0};
  for (size_t i = 0; i < count; i += LANES)
    for (size_t l = 0; l < LANES && i + l < count; l++) {
      float p = z[i + l] * inverse[i + l];
      float weighted = p * weights[i + l];
      z[i + l] = weighted;
      total[l] += (double)weighted;
      square[l] += weighted * p;
    }
  *squares += (double)(((square[0] + square[1]) + (square[2] + square[3])) +
                       ((square[4] + square[5]) + (square[6] + square[7])));
  return ((total[0] + total[1]) + (total[2] + total[3])) +
         ((total[4] + total[5]) + (total[6] + total[7]));
}

MARNET_BODY void marnet_logistic_columns_body(float *z, size_t stride, size_t classes,
                                              size_t count, const float *bias,
                                              const int32_t *labels,
                                              const float *class_weights, double *class_sums,
                                              double *loss, double *squares) {
  float max[MARNET_LOGISTIC_COLUMNS], own[MARNET_LOGISTIC_COLUMNS];
  float inverse[MARNET_LOGISTIC_COLUMNS];
  double sum[MARNET_LOGISTIC_COLUMNS];
  for (size_t i = 0; i < count; i++) {
    max[i] = z[i] + bias[0];
    sum[i] = 0;
  }
  for (size_t c = 1; c < classes; c++) {
    const float *row = z + c * stride;
    for (size_t i = 0; i < count; i++) {
      float h = row[i] + bias[c];
      max[i] = h > max[i] ? h : max[i];
    }
  }
  for (size_t i = 0; i < count; i++)
    own[i] = z[(size_t)labels[i] * stride + i] + bias[labels[i]] - max[i];
  for (size_t c = 0; c < classes; c++) {
    float *row = z + c * stride;
    for (size_t i = 0; i < count; i++) {
      row[i] = exp_lane(row[i] + bias[c] - max[i]);
      sum[i] += (double)row[i];
    }
  }
  double cross_entropy = 0, squared = 0;
  if (class_weights) {
    float weights[MARNET_LOGISTIC_COLUMNS];
    for (size_t i = 0; i < count; i++) {
      weights[i] = class_weights[labels[i]];
      cross_entropy += (double)weights[i] * (log(sum[i]) - (double)own[i]);
      inverse[i] = (float)(1 / sum[i]);
    }
    for (size_t c = 0; c < classes; c++)
      class_sums[c] = normalised_weighted(z + c * stride, inverse, weights, count, &squared);
    for (size_t i = 0; i < count; i++) z[(size_t)labels[i] * stride + i] -= weights[i];
  } else {
    for (size_t i = 0; i < count; i++) {
      cross_entropy += log(sum[i]) - (double)own[i];
      inverse[i] = (float)(1 / sum[i]);
    }
    for (size_t c = 0; c < classes; c++)
      class_sums[c] = normalised(z + c * stride, inverse, count, &squared);
    for (size_t i = 0; i < count; i++) z[(size_t)labels[i] * stride + i] -= 1.0f;
  }
  *loss = cross_entropy;
  *squares = squared;
}
MARNET_DISPATCH(marnet_logistic_columns,
                (float *z, size_t stride, size_t classes, size_t count, const float *bias,
                 const int32_t *labels, const float *class_weights, double *class_sums,
                 double *loss, double *squares),
                (z, stride, classes, count, bias, labels, class_weights, class_sums, loss,
                 squares))
