// SPDX-License-Identifier: Apache-2.0
#ifndef MARNET_PROCESSORS_H
#define MARNET_PROCESSORS_H

/// Processors this process may run on (its affinity mask), at least 1.
int marnet_available_processors(void);

/// Blocks of `size` bytes and more are given back to the system when they are freed, where the
/// allocator can be told so.
void marnet_return_blocks(int size);

/// Tells the processor that this is a spin loop.
static inline void marnet_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
