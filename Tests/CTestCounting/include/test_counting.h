// SPDX-License-Identifier: Apache-2.0

#ifndef TEST_COUNTING_H
#define TEST_COUNTING_H

/// Whether this platform lets allocations and retains be counted.
int test_counting_is_available(void);

/// Begins to count what the calling thread does.
void test_counting_begin(void);

/// Ends counting on the calling thread.
void test_counting_end(long *allocations, long *retains);

#endif
