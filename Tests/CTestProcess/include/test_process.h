// SPDX-License-Identifier: Apache-2.0

#ifndef TEST_PROCESS_H
#define TEST_PROCESS_H

#include <sys/types.h>

/// Begins a program in `folder` with an empty standard input. What it writes to standard
/// output and standard error is read from `ends[0]` and `ends[1]`; the second is a terminal
/// of so many `columns`, and 24 rows, where that is not 0. Returns 0 or an errno.
///
/// In C because glibc shows these functions only under _GNU_SOURCE, which Swift cannot set.
int test_process_begin(
    const char *path, char *const *arguments, char *const *variables, const char *folder,
    int columns, int ends[2], pid_t *process);

/// Gives the terminal whose reading end is `terminal` so many columns. Returns 0 or an errno.
int test_process_resize(int terminal, int columns);


/// Makes a crash of this process write its call stack to standard error, and no core file.
void test_process_report_crashes(void);
#endif
