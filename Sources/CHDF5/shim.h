// SPDX-License-Identifier: Apache-2.0
// Only what Swift cannot import: HDF5's predefined types, property classes and open
// flags are macros that call H5open() and read a global, and some calls are macros
// that pick one of several versions of a function.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H
#include <hdf5.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static inline hid_t chdf5_ieee_f32le(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_ieee_f32be(void) { return H5T_IEEE_F32BE; }
static inline hid_t chdf5_ieee_f64le(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_ieee_f64be(void) { return H5T_IEEE_F64BE; }
static inline hid_t chdf5_std_i8le(void) { return H5T_STD_I8LE; }
static inline hid_t chdf5_std_i32le(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_std_i64le(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_std_u8le(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_std_u64le(void) { return H5T_STD_U64LE; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_std_u16le(void) { return H5T_STD_U16LE; }
static inline hid_t chdf5_std_u16be(void) { return H5T_STD_U16BE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }
static inline size_t chdf5_variable_length(void) { return H5T_VARIABLE; }

static inline hid_t chdf5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t chdf5_dataset_transfer(void) { return H5P_DATASET_XFER; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }

static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned chdf5_create_new(void) { return H5F_ACC_EXCL; }

/// Keeps programs that this process starts from inheriting an open file, and with it its lock:
/// HDF5 opens without O_CLOEXEC. Files of other drivers than the default one are left alone.
static inline void chdf5_close_on_exec(hid_t file) {
  hid_t access = H5Fget_access_plist(file);
  if (access < 0) return;
  void *handle = NULL;
  if (H5Pget_driver(access) == H5FD_SEC2 && H5Fget_vfd_handle(file, access, &handle) >= 0
      && handle) {
    int descriptor = *(int *)handle;
    int flags = fcntl(descriptor, F_GETFD);
    if (flags >= 0) fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
  }
  H5Pclose(access);
}

static inline void chdf5_size_and_change(
    const struct stat *status, int64_t *size, int64_t *modified) {
  *size = status->st_size;
#ifdef __APPLE__
  const struct timespec *time = &status->st_mtimespec;
#else
  const struct timespec *time = &status->st_mtim;
#endif
  *modified = time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

/// Size and time of the last change, in nanoseconds, of the file at `path`; negative where there
/// is none.
static inline int chdf5_path_state(const char *path, int64_t *size, int64_t *modified) {
  struct stat status;
  if (stat(path, &status) != 0) return -1;
  chdf5_size_and_change(&status, size, modified);
  return 0;
}

/// The same of the file in which `object` lies; negative where its driver has no descriptor.
static inline int chdf5_file_state(hid_t object, int64_t *size, int64_t *modified) {
  int result = -1;
  hid_t file = H5Iget_file_id(object);
  if (file < 0) return result;
  hid_t access = H5Fget_access_plist(file);
  void *handle = NULL;
  struct stat status;
  if (access >= 0 && H5Pget_driver(access) == H5FD_SEC2
      && H5Fget_vfd_handle(file, access, &handle) >= 0 && handle
      && fstat(*(int *)handle, &status) == 0) {
    chdf5_size_and_change(&status, size, modified);
    result = 0;
  }
  if (access >= 0) H5Pclose(access);
  H5Fclose(file);
  return result;
}

/// The error stack of this thread (H5E_DEFAULT is a cast macro).
static inline hid_t chdf5_error_stack(void) { return H5E_DEFAULT; }

/// Bytes of the chunk whose first value is at `offset`, as the index of chunks has them: those that
/// `chdf5_read_chunk` writes. (H5Dget_chunk_storage_size multiplies the chunk's sizes instead where
/// there is no filter, and a damaged index may say more.) Negative on failure.
static inline herr_t chdf5_chunk_size(hid_t dataset, const hsize_t *offset, hsize_t *size) {
#if H5_VERSION_GE(1, 10, 5)
  unsigned skipped;
  haddr_t address;
  return H5Dget_chunk_info_by_coord(dataset, offset, &skipped, &address, size);
#else
  (void)dataset, (void)offset, (void)size;
  return -1;
#endif
}

/// Reads a chunk as it lies in the file, filters not undone; negative on failure. `offset`
/// names its first value, `skipped` receives the filters that were not applied to it.
static inline herr_t chdf5_read_chunk(hid_t dataset, const hsize_t *offset, uint32_t *skipped,
                                      void *bytes, size_t size) {
#if H5_VERSION_GE(2, 0, 0)
  return H5Dread_chunk2(dataset, H5P_DEFAULT, offset, skipped, bytes, &size);
#else
  (void)size;
  return H5Dread_chunk(dataset, H5P_DEFAULT, offset, skipped, bytes);
#endif
}

/// A function of any library in this process, NULL if there is none (RTLD_DEFAULT is a cast).
static inline void *chdf5_symbol(const char *name) { return dlsym(RTLD_DEFAULT, name); }

typedef void (*chdf5_name_visitor)(const char *name, void *context);
struct chdf5_name_visit { chdf5_name_visitor visitor; void *context; };

static inline herr_t chdf5_visit_link(hid_t group, const char *name, const H5L_info_t *info,
                                      void *data) {
  (void)group, (void)info;
  struct chdf5_name_visit *visit = (struct chdf5_name_visit *)data;
  visit->visitor(name, visit->context);
  return 0;
}

/// Calls `visitor` with every name in a group, in one pass; negative on failure.
static inline herr_t chdf5_visit_names(hid_t group, chdf5_name_visitor visitor, void *context) {
  struct chdf5_name_visit visit = {visitor, context};
  hsize_t position = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &position, chdf5_visit_link, &visit);
}

/// The kind of a link (H5L_TYPE_HARD, _SOFT, _EXTERNAL or a user's), negative on failure.
static inline int chdf5_link_kind(hid_t group, const char *name) {
  H5L_info_t info;
  return H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 ? -1 : (int)info.type;
}

/// Bytes of the value of a soft or external link, its final zero included; 0 on failure.
static inline size_t chdf5_link_value_size(hid_t group, const char *name) {
  H5L_info_t info;
  return H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 ? 0 : info.u.val_size;
}

/// The kind of the object `name` (H5O_TYPE_GROUP, _DATASET, ...), negative on failure.
static inline int chdf5_object_kind(hid_t group, const char *name) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  if (H5Oget_info_by_name3(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
#else
  H5O_info_t info;
  if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
#endif
  return (int)info.type;
}
#endif
