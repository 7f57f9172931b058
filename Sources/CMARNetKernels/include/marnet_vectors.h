// SPDX-License-Identifier: Apache-2.0
// Sums over long vectors in double, in a fixed order of partial sums, and the vector
// work of a quasi-Newton minimiser. Twins (suffix _scalar) as in marnet_rows.h.
#ifndef MARNET_VECTORS_H
#define MARNET_VECTORS_H

#include <stddef.h>

/// Sum of squares, and inner product.
double marnet_sum_of_squares(const float *x, size_t count);
double marnet_dot(const float *x, const float *y, size_t count);
double marnet_dot_scalar(const float *x, const float *y, size_t count);

/// Inner product of a double and a float vector.
double marnet_mixed_dot(const double *x, const float *y, size_t count);
double marnet_mixed_dot_scalar(const double *x, const float *y, size_t count);

/// sum of weights[j] x[j]^2.
double marnet_weighted_squares(const float *x, const float *weights, size_t count);
double marnet_weighted_squares_scalar(const float *x, const float *weights, size_t count);
/// The same of a double vector.
double marnet_mixed_weighted_squares(const double *x, const float *weights, size_t count);
double marnet_mixed_weighted_squares_scalar(const double *x, const float *weights, size_t count);

/// y += scale x; returns the inner product of the new y with z.
double marnet_add_scaled_dot(float *y, float scale, const float *x, const float *z,
                             size_t count);
double marnet_add_scaled_dot_scalar(float *y, float scale, const float *x, const float *z,
                             size_t count);

/// narrow = x in float; returns the sum of squares of x.
double marnet_narrow(const double *x, float *narrow, size_t count);
double marnet_narrow_scalar(const double *x, float *narrow, size_t count);

/// The point a step along a direction: trial = point + step direction.
void marnet_move(const double *point, double step, const float *direction, double *trial,
                 size_t count);
void marnet_move_scalar(const double *point, double step, const float *direction,
                        double *trial, size_t count);

#endif
