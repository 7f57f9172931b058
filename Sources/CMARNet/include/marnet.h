// SPDX-License-Identifier: Apache-2.0
//
// MARNet from C: fit on image-text pairs, score images alone.
//
// This header is the contract; the compiler checks the library against it.
//
// - Every call answers with a status, MARNET_OK or why not; marnet_last_error() has the words:
//   where, what was found, what was needed, one remedy.
// - Memory that is passed in stays the caller's and is not kept after the call.
// - A model may be used by any number of threads at once. A call on a model that was freed, or is none,
//   answers MARNET_BAD_ARGUMENT. No call ends the process over what it is given, as long as pointers that
//   are not NULL lead to as much memory as they claim.
// - Strings are UTF-8, ended by 0.
#ifndef MARNET_H
#define MARNET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Counts changes that break callers.
#define MARNET_API_VERSION 1

// A fitted model. Free it with marnet_free.
typedef struct marnet_model marnet_model;

// Status codes: those of the command's exit, after sysexits.h.
enum {
  MARNET_OK = 0,
  MARNET_FAILED = 1,             // anything else
  MARNET_BAD_ARGUMENT = 64,      // NULL, a freed model, sizes, strides, options
  MARNET_BAD_DATA = 65,          // what a file or matrix holds: shapes, labels, values
  MARNET_NOT_FOUND = 66,         // no such file or model
  MARNET_DIVERGED = 70,          // training left the finite numbers
  MARNET_CANNOT_WRITE = 73,      // an output that exists or cannot be written
  MARNET_INPUT_OUTPUT = 74,      // the system or HDF5 failed
  MARNET_CANCELLED = 75,         // the callback asked to stop
  MARNET_BAD_CONFIGURATION = 78  // a hyper-parameter out of range or unknown
};

// Types of the values of a matrix.
enum { MARNET_FLOAT32 = 0, MARNET_FLOAT16 = 1, MARNET_BFLOAT16 = 2 };

// Rows of features in the caller's memory. Strides count values, not bytes; they may be negative or 0.
// Value [r, c] stands at data + r * row_stride + c * column_stride.
typedef struct marnet_matrix {
  const void *data;
  int32_t type;
  int64_t rows;
  int64_t columns;
  int64_t row_stride;
  int64_t column_stride;
} marnet_matrix;

// How far a fit has come.
typedef struct marnet_progress {
  const char *stage;        // in words; valid during the call
  int64_t epoch;            // from 1; 0 in stages without epochs
  int64_t epoch_count;
  int64_t step;
  int64_t step_count;
  double loss;              // mean of the epoch so far; NaN where there is none yet
  double validation_top1;   // a fraction; NaN where nothing is held out
  double seconds_left;      // of the stage
} marnet_progress;

// Told of a fit's progress on the thread that called it; anything but 0 stops the fit.
typedef int32_t (*marnet_progress_callback)(const marnet_progress *progress, void *context);

// The library's version, such as "0.1.0", and MARNET_API_VERSION as it was built.
const char *marnet_version(void);
int32_t marnet_api_version(void);

// Why the last call on this thread failed; "" after one that did not. Valid until the next call.
const char *marnet_last_error(void);

// Fits on a feature file. `configuration` is a JSON object of hyper-parameters, as for the command's
// --config; NULL for the defaults. `options` is a JSON object or NULL: "threads", "memory" ("2G"), and
// the layout: "visual_key", "text_key", "label_key", "id_key", "split_key", "group", "visual_pool",
// "text_pool", "missing_text", "unlabelled", "allow_external_links".
int32_t marnet_fit_file(const char *path, const char *configuration, const char *options,
                        marnet_progress_callback callback, void *context, marnet_model **model);

// Fits on rows in memory: `visual` [N, Dv]; `text` [N, Ds] or NULL; `has_text` [N] or NULL for all rows;
// `labels` [N], -1 or an index into the `class_count` names.
int32_t marnet_fit_rows(const marnet_matrix *visual, const marnet_matrix *text,
                        const uint8_t *has_text, const int32_t *labels,
                        const char *const *class_names, int64_t class_count,
                        const char *configuration, const char *options,
                        marnet_progress_callback callback, void *context, marnet_model **model);

// Reads a model directory.
int32_t marnet_load(const char *directory, marnet_model **model);

// Writes a model directory, whole or not at all; `overwrite` other than 0 replaces one.
int32_t marnet_save(const marnet_model *model, const char *directory, int32_t overwrite);

// Sizes: C classes, Dv and Ds columns, d columns of the aligned embedding. Any pointer may be NULL.
int32_t marnet_sizes(const marnet_model *model, int64_t *class_count, int64_t *visual_columns,
                     int64_t *text_columns, int64_t *embedding_columns);

// Copies the name of class `index` into `buffer` of `size` bytes; `needed` (may be NULL) receives its
// bytes with the final 0. A buffer that is too small, or NULL, receives nothing: ask, then call again.
int32_t marnet_class_name(const marnet_model *model, int64_t index, char *buffer, int64_t size,
                          int64_t *needed);

// The model's description as JSON (configuration, decision, report of the fit), copied likewise.
int32_t marnet_description(const marnet_model *model, char *buffer, int64_t size, int64_t *needed);

// Scores `visual` [N, Dv]. Each output is NULL or holds N rows side by side: `probabilities` [N, C],
// `predictions` [N] (the lowest index wins ties), `embedding` [N, d] (x_EMA), `reconstruction` [N, Ds]
// (x_CDR, standardised). `options` is a JSON object or NULL: "draws", "seed", "sampler" ("one-step",
// "ddim", "ddpm"), "steps", "precision" ("auto", "float32", "bfloat16"), "threads". A row's score
// depends on its values, the model and the seed alone.
int32_t marnet_score(const marnet_model *model, const marnet_matrix *visual, const char *options,
                     float *probabilities, int32_t *predictions, float *embedding,
                     float *reconstruction);

// Frees a model; NULL and models that were freed before are let pass.
void marnet_free(marnet_model *model);

#ifdef __cplusplus
}
#endif

#endif
