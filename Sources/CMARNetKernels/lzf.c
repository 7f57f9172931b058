// SPDX-License-Identifier: Apache-2.0
#include "marnet_lzf.h"

#include <string.h>

/// One item of a stream: `length` bytes, literal ones at `literals`, else repeated from
/// `distance` bytes before.
typedef struct {
  size_t length;
  size_t distance;
  const uint8_t *literals;
} lzf_item;

/// Takes the item at *at; 0 when the source ends within it.
static inline int next_item(const uint8_t *source, size_t size, size_t *at, lzf_item *item) {
  size_t i = *at;
  uint8_t control = source[i++];
  if (control < 32) {
    item->length = (size_t)control + 1;
    item->literals = source + i;
    if (item->length > size - i) return 0;
    *at = i + item->length;
    return 1;
  }
  item->literals = NULL;
  item->length = (size_t)(control >> 5) + 2;
  if (control >> 5 == 7) {
    if (i == size) return 0;
    item->length += source[i++];
  }
  if (i == size) return 0;
  item->distance = ((size_t)(control & 31) << 8 | source[i++]) + 1;
  *at = i;
  return 1;
}

size_t marnet_lzf_expanded_size(const uint8_t *source, size_t source_size) {
  size_t at = 0, expanded = 0;
  lzf_item item;
  while (at < source_size) {
    if (!next_item(source, source_size, &at, &item)) return 0;
    if (!item.literals && item.distance > expanded) return 0;
    expanded += item.length;
  }
  return expanded;
}

int marnet_lzf_expand(const uint8_t *source, size_t source_size, uint8_t *target,
                      size_t target_size) {
  size_t at = 0, written = 0;
  lzf_item item;
  while (at < source_size) {
    if (!next_item(source, source_size, &at, &item)) return 0;
    size_t room = target_size - written;
    if (item.length > room) return 0;
    uint8_t *to = target + written;
    if (item.literals) {
      memcpy(to, item.literals, item.length);
    } else if (item.distance > written) {
      return 0;
    } else if (item.distance >= item.length) {
      memcpy(to, to - item.distance, item.length);
    } else {
      // It overlaps itself: bytes that were just written are repeated.
      for (size_t k = 0; k < item.length; k++) to[k] = to[(ptrdiff_t)k - (ptrdiff_t)item.distance];
    }
    written += item.length;
  }
  return written == target_size;
}
