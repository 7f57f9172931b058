// SPDX-License-Identifier: Apache-2.0
#include "marnet_rows.h"

#include "dispatch.h"
#include "exponential.h"

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

/// SiLU of x, and its derivative s (1 + x (1 - s)) = s + a (1 - s), s the sigmoid.
MARNET_BODY float silu_lane(float x, float *derivative) {
  float s = 1.0f / (1.0f + exp_lane(-x)), a = x * s;
  *derivative = s + a * (1.0f - s);
  return a;
}

MARNET_BODY void marnet_bias_silu_body(float *h, const float *bias, const float *extra, float *a,
                                       size_t count) {
  if (extra) {
    for (size_t j = 0; j < count; j++) a[j] = silu_lane(h[j] + bias[j] + extra[j], h + j);
  } else {
    for (size_t j = 0; j < count; j++) a[j] = silu_lane(h[j] + bias[j], h + j);
  }
}
MARNET_DISPATCH(marnet_bias_silu,
                (float *h, const float *bias, const float *extra, float *a, size_t count),
                (h, bias, extra, a, count))

/// GELU of x, and its derivative Phi(x) + x phi(x).
MARNET_BODY float gelu_lane(float x, float *derivative) {
  float z = 0.70710678f * (x < 0.0f ? -x : x), e = exp_lane(-z * z);
  float t = 1.0f / (1.0f + 0.3275911f * z);
  float tail = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t +
                0.254829592f) *
               t * 0.5f * e;
  float below = x < 0.0f ? tail : 1.0f - tail;
  *derivative = below + x * 0.39894228f * e;
  return x * below;
}

MARNET_BODY void marnet_bias_gelu_body(float *h, const float *bias, float *a, size_t count) {
  for (size_t j = 0; j < count; j++) a[j] = gelu_lane(h[j] + bias[j], h + j);
}
MARNET_DISPATCH(marnet_bias_gelu, (float *h, const float *bias, float *a, size_t count),
                (h, bias, a, count))

void marnet_add_scaled(float scale, const float *x, float *y, size_t count) {
  for (size_t j = 0; j < count; j++) y[j] += scale * x[j];
}

void marnet_multiply(const float *x, float *y, size_t count) {
  for (size_t j = 0; j < count; j++) y[j] *= x[j];
}

void marnet_add(const float *x, float *y, size_t count) {
  for (size_t j = 0; j < count; j++) y[j] += x[j];
}

MARNET_BODY void marnet_exp_body(const float *x, float *y, size_t count) {
  for (size_t j = 0; j < count; j++) y[j] = exp_lane(x[j]);
}
MARNET_DISPATCH(marnet_exp, (const float *x, float *y, size_t count), (x, y, count))

MARNET_BODY float marnet_exp_row_body(float *x, size_t count, double *sum) {
  enum { LANES = 8 };
  float most[LANES];
  for (int l = 0; l < LANES; l++) most[l] = x[0];
  size_t j = 0;
  for (; j + LANES <= count; j += LANES)
    for (int l = 0; l < LANES; l++)
      most[l] = x[j + (size_t)l] > most[l] ? x[j + (size_t)l] : most[l];
  for (; j < count; j++) most[0] = x[j] > most[0] ? x[j] : most[0];
  for (int l = 1; l < LANES; l++) most[0] = most[l] > most[0] ? most[l] : most[0];
  for (j = 0; j < count; j++) x[j] = exp_lane(x[j] - most[0]);
  double total[LANES] = {0};
  for (j = 0; j + LANES <= count; j += LANES)
    for (int l = 0; l < LANES; l++) total[l] += x[j + (size_t)l];
  for (; j < count; j++) total[0] += x[j];
  *sum = ((total[0] + total[1]) + (total[2] + total[3])) +
         ((total[4] + total[5]) + (total[6] + total[7]));
  return most[0];
}
MARNET_DISPATCH_VALUE(float, marnet_exp_row, (float *x, size_t count, double *sum),
                      (x, count, sum))

MARNET_BODY void marnet_combine_body(float a, const float *u, float b, const float *v, float *y,
                                     size_t count) {
  for (size_t j = 0; j < count; j++) y[j] = a * u[j] + b * v[j];
}
MARNET_DISPATCH(marnet_combine,
                (float a, const float *u, float b, const float *v, float *y, size_t count),
                (a, u, b, v, y, count))

void marnet_scale(const float *x, float *y, size_t count, float scale) {
  for (size_t j = 0; j < count; j++) y[j] = scale * x[j];
}

void marnet_reverse_step(float *x, const float *clean, const float *noise, size_t count,
                         float to_clean, float to_noisy, float to_noise) {
  if (noise) {
    for (size_t j = 0; j < count; j++)
      x[j] = to_clean * clean[j] + to_noisy * x[j] + to_noise * noise[j];
  } else {
    for (size_t j = 0; j < count; j++) x[j] = to_clean * clean[j] + to_noisy * x[j];
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

enum { KERNEL_LANES = 16 };

/// k of some distances and its derivative, both times the weights.
MARNET_BODY void gaussian_lanes(const float *d, const float *inverses, const float *weights,
                                float *values, float *derivatives) {
  const float least = 1e-5f, most = 1e5f;
  float k[KERNEL_LANES] = {0}, slopes[KERNEL_LANES] = {0};
  for (float width = 4.0f; width >= 0.25f; width *= 0.5f)
    for (int l = 0; l < KERNEL_LANES; l++) {
      float rate = inverses[l] * width;
      rate = rate < most ? rate : most;
      float u = d[l] * rate;
      float bounded = u > least ? u : least;
      bounded = bounded < most ? bounded : most;
      float e = exp_lane(-bounded);
      k[l] += e;
      slopes[l] -= u == bounded ? rate * e : 0.0f;
    }
  for (int l = 0; l < KERNEL_LANES; l++) {
    values[l] = weights[l] * k[l];
    derivatives[l] = weights[l] * slopes[l];
  }
}

MARNET_BODY double marnet_gaussian_kernels_body(float *d, const float *inverses,
                                                const float *weights, size_t count) {
  double total[KERNEL_LANES] = {0}, sum = 0;
  for (size_t j = 0; j < count; j += KERNEL_LANES) {
    size_t part = count - j < KERNEL_LANES ? count - j : KERNEL_LANES;
    // Copies let the lanes be vectors, and a last part be as wide as the others.
    float distances[KERNEL_LANES] = {0}, rates[KERNEL_LANES] = {0}, factors[KERNEL_LANES] = {0};
    float values[KERNEL_LANES], derivatives[KERNEL_LANES];
    memcpy(distances, d + j, part * sizeof(float));
    memcpy(rates, inverses + j, part * sizeof(float));
    memcpy(factors, weights + j, part * sizeof(float));
    gaussian_lanes(distances, rates, factors, values, derivatives);
    memcpy(d + j, derivatives, part * sizeof(float));
    for (size_t l = 0; l < KERNEL_LANES; l++) total[l] += (double)values[l];
  }
  for (size_t l = 0; l < KERNEL_LANES; l++) sum += total[l];
  return sum;
}
MARNET_DISPATCH_VALUE(double, marnet_gaussian_kernels,
                      (float *d, const float *inverses, const float *weights, size_t count),
                      (d, inverses, weights, count))

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
