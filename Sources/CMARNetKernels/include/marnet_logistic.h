// SPDX-License-Identifier: Apache-2.0
// The softmax of logistic regression on logits that stand in columns, one column a row of
// the data: 8 or more columns are worked on side by side. Twin (suffix _scalar) as in
// marnet_rows.h.
#ifndef MARNET_LOGISTIC_H
#define MARNET_LOGISTIC_H

#include <stddef.h>
#include <stdint.h>

/// Columns that one call takes at most.
enum { MARNET_LOGISTIC_COLUMNS = 256 };

/// In place: logits without bias, z [classes, count] with `stride` between classes, become
/// w (softmax(z + bias) - onehot(labels)), w being the weight of the column's label.
///
/// class_weights [classes]; NULL means that all are 1. class_sums [classes] receives the
/// weighted sums of the probabilities of each class, *loss the weighted cross-entropy in nats,
/// *squares the weighted sum of all squared probabilities.
void marnet_logistic_columns(float *z, size_t stride, size_t classes, size_t count,
                             const float *bias, const int32_t *labels,
                             const float *class_weights, double *class_sums, double *loss,
                             double *squares);
void marnet_logistic_columns_scalar(float *z, size_t stride, size_t classes, size_t count,
                                    const float *bias, const int32_t *labels,
                                    const float *class_weights, double *class_sums,
                                    double *loss, double *squares);

#endif
