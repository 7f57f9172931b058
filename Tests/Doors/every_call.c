// SPDX-License-Identifier: Apache-2.0

// Calls everything that marnet.h declares, rightly and wrongly.
//   every_call FEATURES.h5 FOLDER

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marnet.h"

static int failures;

#define EXPECT(condition)                                                              \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      fprintf(stderr, "%s:%d: %s; last error: %s\n", __FILE__, __LINE__, #condition,   \
              marnet_last_error());                                                    \
      failures++;                                                                      \
    }                                                                                  \
  } while (0)

// A call that must answer `status`, with words that hold `text`.
#define REFUSED(call, status, text)                                     \
  do {                                                                  \
    int answer = (call);                                                \
    EXPECT(answer == (status));                                         \
    EXPECT(strstr(marnet_last_error(), (text)) != NULL);                \
  } while (0)

static const char *quick =
    "{\"training\": {\"minimum_steps\": 40, \"maximum_steps\": 40, \"minimum_epochs\": 1},"
    " \"seed\": 3, \"alignment\": {\"dimension\": 16}, \"reconstruction\": {\"hidden_width\": 16}}";

struct seen {
  int reports;
  int stop_after;
  char stage[200];
};

static int32_t watch(const marnet_progress *progress, void *context) {
  struct seen *seen = context;
  seen->reports++;
  snprintf(seen->stage, sizeof seen->stage, "%s", progress->stage);
  return seen->stop_after && seen->reports >= seen->stop_after;
}

enum { ROWS = 400, WIDTH = 12, WORDS = 5, CLASSES = 3 };

static float uniform(void) { return (float)rand() / (float)RAND_MAX - 0.5f; }

// Finds the same probabilities through every way of passing the same values.
static void try_strides(const marnet_model *model, const float *values, const float *expected) {
  static float found[ROWS * CLASSES], spread[ROWS * WIDTH * 2];
  marnet_matrix plain = {values, MARNET_FLOAT32, ROWS, WIDTH, WIDTH, 1};
  // Backwards by rows.
  marnet_matrix back = {values + (ROWS - 1) * WIDTH, MARNET_FLOAT32, ROWS, WIDTH, -WIDTH, 1};
  EXPECT(marnet_score(model, &back, NULL, found, NULL, NULL, NULL) == MARNET_OK);
  for (int row = 0; row < ROWS; row++)
    EXPECT(!memcmp(found + row * CLASSES, expected + (ROWS - 1 - row) * CLASSES,
                   sizeof(float) * CLASSES));
  // Column by column, with gaps.
  for (int row = 0; row < ROWS; row++)
    for (int column = 0; column < WIDTH; column++)
      spread[2 * (column * ROWS + row)] = values[row * WIDTH + column];
  marnet_matrix columns = {spread, MARNET_FLOAT32, ROWS, WIDTH, 2, 2 * ROWS};
  EXPECT(marnet_score(model, &columns, "{\"threads\": 2}", found, NULL, NULL, NULL) == MARNET_OK);
  EXPECT(!memcmp(found, expected, sizeof found));
  // The same row again and again.
  marnet_matrix same = {values, MARNET_FLOAT32, ROWS, WIDTH, 0, 1};
  EXPECT(marnet_score(model, &same, NULL, found, NULL, NULL, NULL) == MARNET_OK);
  EXPECT(!memcmp(found + 5 * CLASSES, expected, sizeof(float) * CLASSES));
  // Half precision: 0.5 and -0.25 are exact in all three types.
  static uint16_t half[WIDTH], brain[WIDTH];
  static float whole[WIDTH];
  for (int column = 0; column < WIDTH; column++) {
    whole[column] = column % 2 ? 0.5f : -0.25f;
    half[column] = column % 2 ? 0x3800 : 0xB400;
    brain[column] = column % 2 ? 0x3F00 : 0xBE80;
  }
  float one[3][CLASSES];
  const void *data[3] = {whole, half, brain};
  for (int type = 0; type < 3; type++) {
    marnet_matrix row = {data[type], type, 1, WIDTH, WIDTH, 1};
    EXPECT(marnet_score(model, &row, NULL, one[type], NULL, NULL, NULL) == MARNET_OK);
  }
  EXPECT(!memcmp(one[0], one[1], sizeof one[0]) && !memcmp(one[0], one[2], sizeof one[0]));
  // No rows at all.
  plain.rows = 0;
  plain.data = NULL;
  EXPECT(marnet_score(model, &plain, NULL, NULL, NULL, NULL, NULL) == MARNET_OK);
}

static void try_refusals(const marnet_model *model, float *values) {
  float out[ROWS * CLASSES];
  marnet_matrix good = {values, MARNET_FLOAT32, ROWS, WIDTH, WIDTH, 1}, bad = good;
  REFUSED(marnet_score(model, NULL, NULL, out, NULL, NULL, NULL), 64, "'visual' is NULL");
  bad.columns = WIDTH - 1;
  REFUSED(marnet_score(model, &bad, NULL, out, NULL, NULL, NULL), 65, "11 columns");
  bad = good, bad.type = 9;
  REFUSED(marnet_score(model, &bad, NULL, out, NULL, NULL, NULL), 64, "has type 9");
  bad = good, bad.rows = -1;
  REFUSED(marnet_score(model, &bad, NULL, out, NULL, NULL, NULL), 64, "-1 rows");
  bad = good, bad.data = NULL;
  REFUSED(marnet_score(model, &bad, NULL, out, NULL, NULL, NULL), 64, "has no data");
  bad = good, bad.row_stride = INT64_MAX;
  REFUSED(marnet_score(model, &bad, NULL, out, NULL, NULL, NULL), 64, "beyond any memory");
  REFUSED(marnet_score(model, &good, "{", out, NULL, NULL, NULL), 64, "no JSON object");
  REFUSED(marnet_score(model, &good, "{\"drawn\": 1}", out, NULL, NULL, NULL), 64, "'drawn'");
  REFUSED(marnet_score(model, &good, "{\"draws\": 0}", out, NULL, NULL, NULL), 78, "draws");
  REFUSED(marnet_score(model, &good, "{\"sampler\": \"dice\"}", out, NULL, NULL, NULL), 64,
          "one of ");
  REFUSED(marnet_score(model, &good, "{\"sampler\": \"ddpm\"}", out, NULL, NULL, NULL), 78,
          "--preset paper");
  float kept = values[7 * WIDTH + 2];
  values[7 * WIDTH + 2] = NAN;
  REFUSED(marnet_score(model, &good, NULL, out, NULL, NULL, NULL), 65, "row 7 is not finite");
  values[7 * WIDTH + 2] = kept;
  char name[2];
  int64_t needed = 0;
  REFUSED(marnet_class_name(model, CLASSES, name, 2, NULL), 64, "there is no class 3");
  REFUSED(marnet_class_name(model, 0, name, 2, NULL), 64, "are needed");
  REFUSED(marnet_class_name(model, 0, NULL, 0, NULL), 64, "neither a buffer");
  REFUSED(marnet_class_name(model, 0, name, -1, &needed), 64, "size is -1");
  REFUSED(marnet_save(model, NULL, 0), 64, "NULL");
  REFUSED(marnet_save(model, "/proc/none/m", 0), 73, "cannot be written");
  REFUSED(marnet_sizes(NULL, NULL, NULL, NULL, NULL), 64, "the model is NULL");
  REFUSED(marnet_sizes((const marnet_model *)&good, NULL, NULL, NULL, NULL), 64, "or is none");
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  const char *features = arguments[1];
  char folder[4000];
  snprintf(folder, sizeof folder, "%s/from-c.marnet", arguments[2]);
  EXPECT(strlen(marnet_version()) >= 5);
  EXPECT(marnet_api_version() == MARNET_API_VERSION);
  EXPECT(!strcmp(marnet_last_error(), ""));

  // From a file, stopped and not.
  marnet_model *model = NULL;
  struct seen seen = {0, 3, ""};
  REFUSED(marnet_fit_file(features, quick, NULL, watch, &seen, &model), MARNET_CANCELLED,
          "interrupted");
  EXPECT(model == NULL && seen.reports == 3);
  seen.stop_after = 0;
  EXPECT(marnet_fit_file(features, quick, "{\"threads\": 1, \"memory\": \"4G\"}", watch, &seen,
                         &model) == MARNET_OK);
  EXPECT(model != NULL && strstr(seen.stage, "fit") != NULL);
  marnet_free(model);
  REFUSED(marnet_fit_file("none.h5", NULL, NULL, NULL, NULL, &model), 66, "none.h5");
  REFUSED(marnet_fit_file(NULL, NULL, NULL, NULL, NULL, &model), 64, "path is NULL");
  REFUSED(marnet_fit_file(features, NULL, NULL, NULL, NULL, NULL), 64, "no place for the model");
  REFUSED(marnet_fit_file(features, "{\"seeds\": 1}", NULL, NULL, NULL, &model), 78, "seed");
  REFUSED(marnet_fit_file(features, NULL, "{\"memory\": \"much\"}", NULL, NULL, &model), 64,
          "memory");
  REFUSED(marnet_fit_file(features, NULL, "{\"visual_key\": \"none\"}", NULL, NULL, &model), 65,
          "none");

  // From memory.
  static float visual[ROWS * WIDTH], text[ROWS * WORDS];
  static int32_t labels[ROWS];
  static uint8_t has_text[ROWS];
  const char *names[CLASSES] = {"salt", "pepper", "jalape\xC3\xB1o"};
  srand(1);
  for (int row = 0; row < ROWS; row++) {
    labels[row] = row % CLASSES;
    has_text[row] = row % 10 != 0;
    for (int i = 0; i < WIDTH; i++) visual[row * WIDTH + i] = uniform() + (i % CLASSES == labels[row]);
    for (int i = 0; i < WORDS; i++) text[row * WORDS + i] = uniform() + 2 * (i == labels[row]);
  }
  marnet_matrix images = {visual, MARNET_FLOAT32, ROWS, WIDTH, WIDTH, 1};
  marnet_matrix words = {text, MARNET_FLOAT32, ROWS, WORDS, WORDS, 1};
  EXPECT(marnet_fit_rows(&images, &words, has_text, labels, names, CLASSES, quick, NULL, NULL, NULL,
                         &model) == MARNET_OK);
  marnet_matrix fewer = words;
  fewer.rows = 7;
  marnet_model *none = model;
  REFUSED(marnet_fit_rows(&images, &fewer, NULL, labels, names, CLASSES, quick, NULL, NULL, NULL,
                          &none), 64, "'text' has 7 rows");
  EXPECT(none == NULL);
  REFUSED(marnet_fit_rows(&images, &words, NULL, NULL, names, CLASSES, quick, NULL, NULL, NULL,
                          &none), 64, "'labels' is NULL");
  REFUSED(marnet_fit_rows(&images, &words, NULL, labels, names, 2, quick, NULL, NULL, NULL, &none),
          65, "label");
  REFUSED(marnet_fit_rows(&images, &words, NULL, labels, NULL, 2, quick, NULL, NULL, NULL, &none),
          64, "class names");

  int64_t sizes[4];
  EXPECT(marnet_sizes(model, &sizes[0], &sizes[1], &sizes[2], &sizes[3]) == MARNET_OK);
  EXPECT(sizes[0] == CLASSES && sizes[1] == WIDTH && sizes[2] == WORDS && sizes[3] == 16);
  char name[20];
  int64_t needed = 0;
  EXPECT(marnet_class_name(model, 2, NULL, 0, &needed) == MARNET_OK && needed == 10);
  EXPECT(marnet_class_name(model, 2, name, sizeof name, NULL) == MARNET_OK);
  EXPECT(!strcmp(name, names[2]));
  EXPECT(marnet_description(model, NULL, 0, &needed) == MARNET_OK && needed > 100);
  char *description = malloc((size_t)needed);
  EXPECT(marnet_description(model, description, needed, NULL) == MARNET_OK);
  EXPECT(description[0] == '{' && strstr(description, "\"configuration\"") != NULL);
  free(description);

  static float probabilities[ROWS * CLASSES], again[ROWS * CLASSES], embedding[ROWS * 16],
      reconstruction[ROWS * WORDS];
  static int32_t predictions[ROWS];
  EXPECT(marnet_score(model, &images, NULL, probabilities, predictions, embedding,
                      reconstruction) == MARNET_OK);
  int right = 0;
  for (int row = 0; row < ROWS; row++) {
    const float *p = probabilities + row * CLASSES;
    EXPECT(fabsf(p[0] + p[1] + p[2] - 1) < 1e-5f);
    EXPECT(predictions[row] >= 0 && predictions[row] < CLASSES);
    right += predictions[row] == labels[row];
  }
  EXPECT(right > ROWS / 2);
  try_strides(model, visual, probabilities);
  try_refusals(model, visual);

  EXPECT(marnet_save(model, folder, 1) == MARNET_OK);
  REFUSED(marnet_save(model, folder, 0), 73, "already exists");
  marnet_free(model);
  REFUSED(marnet_score(model, &images, NULL, again, NULL, NULL, NULL), 64, "was freed");
  marnet_free(model);
  marnet_free(NULL);
  EXPECT(marnet_load(folder, &model) == MARNET_OK);
  EXPECT(marnet_score(model, &images, NULL, again, NULL, NULL, NULL) == MARNET_OK);
  EXPECT(!memcmp(again, probabilities, sizeof again));
  marnet_free(model);
  REFUSED(marnet_load("none", &model), 66, "there is no such model");
  REFUSED(marnet_load(NULL, &model), 64, "NULL");
  if (failures) fprintf(stderr, "%d failures\n", failures);
  return failures != 0;
}
