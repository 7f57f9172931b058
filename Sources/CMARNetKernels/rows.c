// SPDX-License-Identifier: Apache-2.0
#include "marnet_rows.h"

#include <stdint.h>
#include <string.h>

#include "dispatch.h"

/// exp by range reduction to |r| <= ln 2 / 2 and the Cephes polynomial; the scale 2^n is
/// applied in two halves so that results down to the smallest normal number are right.
MARNET_BODY float exp_lane(float x) {
  x = x > 88.3762626f ? 88.3762626f : x;
  x = x < -87.3365447f ? -87.3365447f : x;
  float shifted = x * 1.44269504f + 12582912.0f;
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t k = (int32_t)n, half = k >> 1;
  uint32_t low = (uint32_t)(half + 127) << 23, high = (uint32_t)(k - half + 127) << 23;
  float a, b;
  memcpy(&a, &low, sizeof a);
  memcpy(&b, &high, sizeof b);
  return p * a * b;
}

MARNET_BODY float sigmoid_lane(float x) { return 1.0f / (1.0f + exp_lane(-x)); }

MARNET_BODY void marnet_bias_leaky_relu_body(float *y, const float *bias, size_t count,
                                             float slope) {
  for (size_t j = 0; j < count; j++) {
    float h = y[j] + bias[j];
    y[j] = h > 0.0f ? h : slope * h;
  }
}
MARNET_DISPATCH(marnet_bias_leaky_relu,
                (float *y, const float *bias, size_t count, float slope),
                (y, bias, count, slope))

MARNET_BODY void marnet_leaky_relu_gradient_body(float *gradient, const float *y, size_t count,
                                                 float slope) {
  for (size_t j = 0; j < count; j++) gradient[j] *= y[j] > 0.0f ? 1.0f : slope;
}
MARNET_DISPATCH(marnet_leaky_relu_gradient,
                (float *gradient, const float *y, size_t count, float slope),
                (gradient, y, count, slope))

MARNET_BODY void marnet_bias_silu_body(float *h, const float *bias, const float *extra, float *a,
                                       size_t count) {
  if (extra) {
    for (size_t j = 0; j < count; j++) {
      float x = h[j] + bias[j] + extra[j];
      h[j] = x;
      a[j] = x * sigmoid_lane(x);
    }
  } else {
    for (size_t j = 0; j < count; j++) {
      float x = h[j] + bias[j];
      h[j] = x;
      a[j] = x * sigmoid_lane(x);
    }
  }
}
MARNET_DISPATCH(marnet_bias_silu,
                (float *h, const float *bias, const float *extra, float *a, size_t count),
                (h, bias, extra, a, count))

MARNET_BODY void marnet_silu_gradient_body(float *gradient, const float *h, size_t count) {
  for (size_t j = 0; j < count; j++) {
    float s = sigmoid_lane(h[j]);
    gradient[j] *= s * (1.0f + h[j] * (1.0f - s));
  }
}
MARNET_DISPATCH(marnet_silu_gradient, (float *gradient, const float *h, size_t count),
                (gradient, h, count))

void marnet_add(const float *x, float *y, size_t count) {
  for (size_t j = 0; j < count; j++) y[j] += x[j];
}

MARNET_BODY void marnet_exp_body(const float *x, float *y, size_t count) {
  for (size_t j = 0; j < count; j++) y[j] = exp_lane(x[j]);
}
MARNET_DISPATCH(marnet_exp, (const float *x, float *y, size_t count), (x, y, count))

float marnet_exp_row(float *x, size_t count, double *sum) {
  float max = x[0];
  for (size_t j = 1; j < count; j++) max = x[j] > max ? x[j] : max;
  for (size_t j = 0; j < count; j++) x[j] -= max;
  marnet_exp(x, x, count);
  double total[4] = {0, 0, 0, 0};
  size_t j = 0;
  for (; j + 4 <= count; j += 4)
    for (int l = 0; l < 4; l++) total[l] += x[j + (size_t)l];
  for (; j < count; j++) total[0] += x[j];
  *sum = (total[0] + total[1]) + (total[2] + total[3]);
  return max;
}

void marnet_scale(const float *x, float *y, size_t count, float scale) {
  for (size_t j = 0; j < count; j++) y[j] = scale * x[j];
}

void marnet_combine(float *x, const float *y, const float *z, size_t count, float a, float b,
                    float c) {
  if (z) {
    for (size_t j = 0; j < count; j++) x[j] = a * y[j] + b * x[j] + c * z[j];
  } else {
    for (size_t j = 0; j < count; j++) x[j] = a * y[j] + b * x[j];
  }
}

enum { SUM_LANES = 16 };

MARNET_BODY float marnet_softmax_sum_body(const float *x, size_t count, float scale,
                                          double *sum) {
  float largest = scale * x[0];
  for (size_t j = 1; j < count; j++) largest = scale * x[j] > largest ? scale * x[j] : largest;
  // Sixteen partial sums in a fixed order: the same on every instruction set.
  float sums[SUM_LANES] = {0};
  size_t whole = count / SUM_LANES * SUM_LANES;
  for (size_t j = 0; j < whole; j += SUM_LANES)
    for (size_t l = 0; l < SUM_LANES; l++) sums[l] += exp_lane(scale * x[j + l] - largest);
  double total = 0;
  for (size_t l = 0; l < SUM_LANES; l++) total += (double)sums[l];
  for (size_t j = whole; j < count; j++) total += (double)exp_lane(scale * x[j] - largest);
  *sum = total;
  return largest;
}
MARNET_DISPATCH_VALUE(float, marnet_softmax_sum,
                      (const float *x, size_t count, float scale, double *sum),
                      (x, count, scale, sum))

MARNET_BODY void marnet_column_softmax_sums_body(const float *x, size_t stride, size_t rows,
                                                 size_t count, float scale, float *largest,
                                                 float *sums) {
  for (size_t j = 0; j < count; j++) {
    largest[j] = scale * x[j];
    sums[j] = 0;
  }
  for (size_t i = 1; i < rows; i++)
    for (size_t j = 0; j < count; j++) {
      float value = scale * x[i * stride + j];
      largest[j] = value > largest[j] ? value : largest[j];
    }
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < count; j++)
      sums[j] += exp_lane(scale * x[i * stride + j] - largest[j]);
}
MARNET_DISPATCH(marnet_column_softmax_sums,
                (const float *x, size_t stride, size_t rows, size_t count, float scale,
                 float *largest, float *sums),
                (x, stride, rows, count, scale, largest, sums))

MARNET_BODY void marnet_two_softmaxes_body(float *x, size_t count, float scale,
                                           float own_largest, float own_share,
                                           const float *largest, const float *shares,
                                           float factor) {
  for (size_t j = 0; j < count; j++) {
    float s = scale * x[j];
    x[j] = factor * (exp_lane(s - own_largest) * own_share + exp_lane(s - largest[j]) * shares[j]);
  }
}
MARNET_DISPATCH(marnet_two_softmaxes,
                (float *x, size_t count, float scale, float own_largest, float own_share,
                 const float *largest, const float *shares, float factor),
                (x, count, scale, own_largest, own_share, largest, shares, factor))

void marnet_project_out(float *g, const float *u, size_t count, float along, float scale) {
  for (size_t j = 0; j < count; j++) g[j] = (g[j] - along * u[j]) * scale;
}

MARNET_BODY void marnet_adamw_body(float *p, const float *g, float *m, float *v, size_t count,
                                   float rate, float decay, float beta1,
 float rest1, float beta2, float rest2, float epsilon, float correction1,
 float root_correction2, float gradient_scale) {
  float shrink = 1.0f - rate * decay, move = rate / correction1, root = 1.0f / root_correction2;
  for (size_t j = 0; j < count; j++) {
    float x = g[j] * gradient_scale;
    float first = beta1 * m[j] + rest1 * x;
    float second = beta2 * v[j] + rest2 * x * x;
    m[j] = first;
    v[j] = second;
    p[j] = p[j] * shrink - move * first / (__builtin_elementwise_sqrt(second) * root + epsilon);
  }
}
MARNET_DISPATCH(marnet_adamw,
                (float *p, const float *g, float *m, float *v, size_t count, float rate,
                 float decay, float beta1,
 float rest1, float beta2, float rest2, float epsilon, float correction1,
 float root_correction2, float gradient_scale),
                (p, g, m, v, count, rate, decay, beta1, rest1, beta2, rest2, epsilon, correction1,
                 root_correction2, gradient_scale))

typedef float float8 __attribute__((vector_size(32), aligned(4)));
typedef double double8 __attribute__((vector_size(64)));

/// Sixteen partial sums of products in double, in a fixed order.
MARNET_BODY double marnet_dot_body(const float *x, const float *y, size_t count) {
  double8 even = {0}, odd = {0};
  size_t j = 0;
  for (; j + 16 <= count; j += 16) {
    even += __builtin_convertvector(*(const float8 *)(x + j), double8) *
            __builtin_convertvector(*(const float8 *)(y + j), double8);
    odd += __builtin_convertvector(*(const float8 *)(x + j + 8), double8) *
           __builtin_convertvector(*(const float8 *)(y + j + 8), double8);
  }
  double total = 0;
  for (int l = 0; l < 8; l++) total += even[l] + odd[l];
  for (; j < count; j++) total += (double)x[j] * (double)y[j];
  return total;
}
MARNET_DISPATCH_VALUE(double, marnet_dot, (const float *x, const float *y, size_t count),
                      (x, y, count))

double marnet_sum_of_squares(const float *x, size_t count) { return marnet_dot(x, x, count); }
