// SPDX-License-Identifier: Apache-2.0
// Fused element-wise kernels on contiguous rows of float.
//
// Each has a portable twin (suffix _scalar) of the same body; the two agree to a
// few units in the last place (FMA contracts differently), and one processor
// always takes the same one.
#ifndef MARNET_ROWS_H
#define MARNET_ROWS_H

#include <stddef.h>

/// y[j] = LReLU(y[j] + bias[j]): max(y, slope * y), 0 < slope < 1.
void marnet_bias_leaky_relu(float *y, const float *bias, size_t count, float slope);
void marnet_bias_leaky_relu_scalar(float *y, const float *bias, size_t count, float slope);

/// gradient[j] *= y[j] > 0 ? 1 : slope, y the activation's output.
void marnet_leaky_relu_gradient(float *gradient, const float *y, size_t count, float slope);
void marnet_leaky_relu_gradient_scalar(float *gradient, const float *y, size_t count,
                                       float slope);

/// a = SiLU(h + bias + extra), extra may be NULL; h becomes the derivative there, which is all
/// that the backward pass needs of it and costs little beside the exponential.
void marnet_bias_silu(float *h, const float *bias, const float *extra, float *a, size_t count);
void marnet_bias_silu_scalar(float *h, const float *bias, const float *extra, float *a,
                             size_t count);

/// a = GELU(h + bias) = x Phi(x), Phi the normal distribution function; h becomes the
/// derivative there. Phi by Abramowitz and Stegun's 7.1.26, within 1e-7.
void marnet_bias_gelu(float *h, const float *bias, float *a, size_t count);
void marnet_bias_gelu_scalar(float *h, const float *bias, float *a, size_t count);

/// Layer normalisation: normal = (x - mean) / sqrt(variance + 1e-5), y = weight normal + bias;
/// returns the reciprocal root.
float marnet_layer_norm(const float *x, const float *weight, const float *bias, float *normal,
                        float *y, size_t count);
float marnet_layer_norm_scalar(const float *x, const float *weight, const float *bias,
                               float *normal, float *y, size_t count);

/// Adds the gradient of x to dx: with g = weight dy,
/// (g - mean(g) - normal mean(g normal)) inverse.
void marnet_layer_norm_gradient(const float *dy, const float *weight, const float *normal,
                                float inverse, float *dx, size_t count);
void marnet_layer_norm_gradient_scalar(const float *dy, const float *weight, const float *normal,
                                       float inverse, float *dx, size_t count);

/// y[j] += scale x[j].
void marnet_add_scaled(float scale, const float *x, float *y, size_t count);

/// y[j] *= x[j].
void marnet_multiply(const float *x, float *y, size_t count);

/// y[j] += x[j].
void marnet_add(const float *x, float *y, size_t count);

/// In place: x[j] = exp(x[j] - max), returns max; *sum receives the sum in double.
float marnet_exp_row(float *x, size_t count, double *sum);
float marnet_exp_row_scalar(float *x, size_t count, double *sum);

/// y[j] = a u[j] + b v[j].
void marnet_combine(float a, const float *u, float b, const float *v, float *y, size_t count);
void marnet_combine_scalar(float a, const float *u, float b, const float *v, float *y,
                           size_t count);

/// y[j] = exp(x[j]): the exponential of all kernels by itself, for their tests.
void marnet_exp(const float *x, float *y, size_t count);
void marnet_exp_scalar(const float *x, float *y, size_t count);

/// y[j] = scale x[j].
void marnet_scale(const float *x, float *y, size_t count, float scale);

/// One step of the reverse process: x = to_clean clean + to_noisy x + to_noise noise, whose
/// last term is left out where noise is NULL.
void marnet_reverse_step(float *x, const float *clean, const float *noise, size_t count,
                         float to_clean, float to_noisy, float to_noise);

/// Largest of scale x[j]; *sum receives the sum of exp(scale x[j] - largest).
float marnet_softmax_sum(const float *x, size_t count, float scale, double *sum);

/// For each column j of x [rows, count]: largest[j] of scale x and sums[j] of
/// exp(scale x - largest[j]).
void marnet_column_softmax_sums(const float *x, size_t stride, size_t rows, size_t count,
                                float scale, float *largest, float *sums);

/// x[j] = factor (exp(scale x[j] - own_largest) own_share
///                + exp(scale x[j] - largest[j]) shares[j]).
void marnet_two_softmaxes(float *x, size_t count, float scale, float own_largest,
                          float own_share, const float *largest, const float *shares,
                          float factor);

/// Gaussian kernels of five widths, k(d) = sum over i = -2 ... 2 of exp(-u), u = d inverse 2^-i.
/// 2^-i inverse is at most 1e5; u outside [1e-5, 1e5] is the bound, and has no derivative.
/// d[j] becomes weights[j] times the derivative of k; returns the sum of weights[j] k.
double marnet_gaussian_kernels(float *d, const float *inverses, const float *weights,
                               size_t count);
double marnet_gaussian_kernels_scalar(float *d, const float *inverses, const float *weights,
                                      size_t count);

/// g[j] = (g[j] - along u[j]) scale.
void marnet_project_out(float *g, const float *u, size_t count, float along, float scale);

/// AdamW on one stretch of the flat parameter block (Loshchilov and Hutter, arXiv
/// 1711.05101): weights shrink by 1 - rate decay, then move by
/// rate / correction1 * m / (sqrt(v) / sqrt(correction2) + epsilon).
/// rest1 and rest2 are 1 - beta1 and 1 - beta2, taken in double by the caller: in float
/// 1 - 0.999 is off by 5e-5. Gradients are multiplied by gradient_scale first (clipping).
void marnet_adamw(float *p, const float *g, float *m, float *v, size_t count, float rate,
                  float decay, float beta1,
 float rest1, float beta2, float rest2, float epsilon, float correction1,
 float root_correction2, float gradient_scale);
void marnet_adamw_scalar(float *p, const float *g, float *m, float *v, size_t count, float rate,
                         float decay, float beta1,
 float rest1, float beta2, float rest2, float epsilon, float correction1,
 float root_correction2, float gradient_scale);

#endif
