// SPDX-License-Identifier: Apache-2.0
#include "marnet_vectors.h"

#include "dispatch.h"

enum { LANES = 8 };

MARNET_BODY double sum_of_lanes(const double *total) {
  return ((total[0] + total[1]) + (total[2] + total[3])) +
         ((total[4] + total[5]) + (total[6] + total[7]));
}

/// The sum of `term`, an expression in j, over all j below count, as the body of a function.
#define LANE_SUM(term)                                            \
  double total[LANES] = {0};                                      \
  size_t whole = count / LANES * LANES;                           \
  for (size_t first = 0; first < whole; first += LANES)           \
    for (size_t l = 0; l < LANES; l++) {                          \
      size_t j = first + l;                                       \
      total[l] += (term);                                         \
    }                                                             \
  for (size_t j = whole; j < count; j++) total[0] += (term);      \
  return sum_of_lanes(total);

typedef float float8 __attribute__((vector_size(32), aligned(4)));
typedef double double8 __attribute__((vector_size(64)));

/// The hot one: sixteen partial sums in vectors, two at a time.
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

MARNET_BODY double marnet_mixed_dot_body(const double *x, const float *y, size_t count) {
  LANE_SUM(x[j] * (double)y[j])
}
MARNET_DISPATCH_VALUE(double, marnet_mixed_dot, (const double *x, const float *y, size_t count),
                (x, y, count))

MARNET_BODY double marnet_weighted_squares_body(const float *x, const float *weights, size_t count) {
  LANE_SUM((double)x[j] * (double)x[j] * (double)weights[j])
}
MARNET_DISPATCH_VALUE(double, marnet_weighted_squares,
                (const float *x, const float *weights, size_t count),
                (x, weights, count))

MARNET_BODY double marnet_mixed_weighted_squares_body(const double *x, const float *weights,
                                             size_t count) {
  LANE_SUM(x[j] * x[j] * (double)weights[j])
}
MARNET_DISPATCH_VALUE(double, marnet_mixed_weighted_squares,
                (const double *x, const float *weights, size_t count),
                (x, weights, count))

MARNET_BODY double marnet_add_scaled_dot_body(float *y, float scale, const float *x, const float *z,
                                     size_t count) {
  LANE_SUM((y[j] += scale * x[j], (double)y[j] * (double)z[j]))
}
MARNET_DISPATCH_VALUE(double, marnet_add_scaled_dot,
                (float *y, float scale, const float *x, const float *z, size_t count),
                (y, scale, x, z, count))

MARNET_BODY double marnet_narrow_body(const double *x, float *narrow, size_t count) {
  LANE_SUM((narrow[j] = (float)x[j], x[j] * x[j]))
}
MARNET_DISPATCH_VALUE(double, marnet_narrow, (const double *x, float *narrow, size_t count),
                (x, narrow, count))

MARNET_BODY void marnet_move_body(const double *point, double step, const float *direction,
                                  double *trial, size_t count) {
  for (size_t j = 0; j < count; j++) trial[j] = point[j] + step * (double)direction[j];
}
MARNET_DISPATCH(marnet_move,
                (const double *point, double step, const float *direction, double *trial,
                 size_t count),
                (point, step, direction, trial, count))

double marnet_sum_of_squares(const float *x, size_t count) { return marnet_dot(x, x, count); }
