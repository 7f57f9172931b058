// SPDX-License-Identifier: Apache-2.0
#ifdef MARNET_MPI
#include "marnet_mpi.h"

#include <mpi.h>
#include <string.h>
#include <unistd.h>

_Static_assert(
    sizeof(MPI_Request) <= sizeof(marnet_mpi_request), "a handle of MPI is larger than a pointer");

// MPI wants the calls on one communicator in the same order on every rank. The second half of a sum
// begins when the first has ended, whenever that is: so each half, and everything else, has its own.
static MPI_Comm exchanges, parts, others;

static void keep(MPI_Request handle, marnet_mpi_request *request) {
  *request = 0;
  memcpy(request, &handle, sizeof handle);
}

int marnet_mpi_join(int *rank, int *count, int *is_serialized) {
  int provided = MPI_THREAD_SINGLE;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code != MPI_SUCCESS) return code;
  *is_serialized = provided >= MPI_THREAD_SERIALIZED;
  // The communicators below inherit this.
  code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, count);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, &exchanges);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, &parts);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, &others);
  return code;
}

int marnet_mpi_leave(void) { return MPI_Finalize(); }

_Noreturn void marnet_mpi_abort(int status) {
  MPI_Abort(MPI_COMM_WORLD, status);
  _exit(status);
}

static void copy(char *to, int capacity, const char *from, int length) {
  int count = length < capacity - 1 ? length : capacity - 1;
  memcpy(to, from, (size_t)count);
  to[count] = 0;
}

int marnet_mpi_host(char *name, int capacity) {
  char text[MPI_MAX_PROCESSOR_NAME];
  int length = 0;
  int code = MPI_Get_processor_name(text, &length);
  copy(name, capacity, text, length);
  return code;
}

int marnet_mpi_library(char *name, int capacity) {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  int code = MPI_Get_library_version(text, &length);
  copy(name, capacity, text, length);
  return code;
}

void marnet_mpi_error_text(int code, char *message, int capacity) {
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  copy(message, capacity, text, length);
}

int marnet_mpi_test(marnet_mpi_request *request, int *is_done) {
  MPI_Request handle;
  memcpy(&handle, request, sizeof handle);
  int code = MPI_Test(&handle, is_done, MPI_STATUS_IGNORE);
  keep(handle, request);
  return code;
}

int marnet_mpi_begin_exchange(
    const void *sent, const int *sent_counts, const int *sent_offsets, void *received,
    const int *received_counts, const int *received_offsets, marnet_mpi_request *request) {
  MPI_Request handle = MPI_REQUEST_NULL;
  int code = MPI_Ialltoallv(
      sent, sent_counts, sent_offsets, MPI_BYTE, received, received_counts, received_offsets,
      MPI_BYTE, exchanges, &handle);
  keep(handle, request);
  return code;
}

int marnet_mpi_begin_gather(
    void *all, const int *counts, const int *offsets, int is_part_of_sum,
    marnet_mpi_request *request) {
  MPI_Request handle = MPI_REQUEST_NULL;
  int code = MPI_Iallgatherv(
      MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, counts, offsets, MPI_BYTE,
      is_part_of_sum ? parts : others, &handle);
  keep(handle, request);
  return code;
}

int marnet_mpi_begin_broadcast(void *bytes, int count, int root, marnet_mpi_request *request) {
  MPI_Request handle = MPI_REQUEST_NULL;
  int code = MPI_Ibcast(bytes, count, MPI_BYTE, root, others, &handle);
  keep(handle, request);
  return code;
}
#endif
