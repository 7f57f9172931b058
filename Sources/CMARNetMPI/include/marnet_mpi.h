// SPDX-License-Identifier: Apache-2.0
// MPI in plain functions. Its handles are pointers in one library and integers in another, and its
// constants are macros, so that Swift can import neither.
//
// Every function returns 0, or the error code of MPI that marnet_mpi_error_text words. Only bytes
// are moved: what is added up, and in which order, is not left to the library.
#ifndef MARNET_MPI_H
#define MARNET_MPI_H

#include <stdint.h>

/// A call that is under way.
typedef uintptr_t marnet_mpi_request;

/// Joins the other processes of this job. `is_serialized`: whether several threads may call, one at
/// a time.
int marnet_mpi_join(int *rank, int *count, int *is_serialized);

/// Leaves the job; returns once all ranks have called it.
int marnet_mpi_leave(void);

/// Ends all ranks, with this exit status.
_Noreturn void marnet_mpi_abort(int status);

/// Writes the name of this machine, cut to `capacity` bytes, its final zero included.
int marnet_mpi_host(char *name, int capacity);

/// Writes the name and version of the library.
int marnet_mpi_library(char *text, int capacity);

/// Writes what an error code means.
void marnet_mpi_error_text(int code, char *text, int capacity);

/// Whether the call has ended; lets all calls under way get on.
int marnet_mpi_test(marnet_mpi_request *request, int *is_done);

/// Begins to send `sent_counts[r]` bytes at `sent_offsets[r]` to every rank r, and to receive the
/// same of it. The tables must last until the call has ended. On every rank the exchanges begin in
/// the same order.
int marnet_mpi_begin_exchange(
    const void *sent, const int *sent_counts, const int *sent_offsets, void *received,
    const int *received_counts, const int *received_offsets, marnet_mpi_request *request);

/// Begins to replace `counts[r]` bytes at `offsets[r]` by those of rank r, for all ranks r but this
/// one. Gathers of parts of sums have an order of their own, independent of other calls.
int marnet_mpi_begin_gather(
    void *all, const int *counts, const int *offsets, int is_part_of_sum,
    marnet_mpi_request *request);

/// Begins to replace the bytes by those of rank `root`.
int marnet_mpi_begin_broadcast(void *bytes, int count, int root, marnet_mpi_request *request);

#endif
