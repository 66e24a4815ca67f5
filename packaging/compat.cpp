// What libraries made with glibc 2.36 name and glibc 2.31 does not have, in terms of what it has. For executables that are to run
// with either (kit.py): each takes of it what it needs.

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

extern "C" {

// --- 2.33: stat and its like were inline functions around these ----------------------------------------------------------------

int __xstat(int version, const char* path, struct stat* status);
int __lxstat(int version, const char* path, struct stat* status);
int __fxstat(int version, int file, struct stat* status);
int __fxstatat(int version, int folder, const char* path, struct stat* status, int flags);
int __xmknod(int version, const char* path, mode_t mode, dev_t* device);

int stat(const char* path, struct stat* status) { return __xstat(1, path, status); }
int lstat(const char* path, struct stat* status) { return __lxstat(1, path, status); }
int fstat(int file, struct stat* status) { return __fxstat(1, file, status); }
int fstatat(int folder, const char* path, struct stat* status, int flags) {
  return __fxstatat(1, folder, path, status, flags);
}
int mknod(const char* path, mode_t mode, dev_t device) { return __xmknod(0, path, mode, &device); }
// The structures are the same on x86-64.
int stat64(const char* path, struct stat64* status) {
  return __xstat(1, path, reinterpret_cast<struct stat*>(status));
}
int lstat64(const char* path, struct stat64* status) {
  return __lxstat(1, path, reinterpret_cast<struct stat*>(status));
}
int fstat64(int file, struct stat64* status) {
  return __fxstat(1, file, reinterpret_cast<struct stat*>(status));
}

struct mallinfo2 mallinfo2() {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  const struct mallinfo info = mallinfo();
#pragma clang diagnostic pop
  struct mallinfo2 result = {};
  result.arena = static_cast<unsigned>(info.arena);
  result.hblkhd = static_cast<unsigned>(info.hblkhd);
  result.uordblks = static_cast<unsigned>(info.uordblks);
  result.fordblks = static_cast<unsigned>(info.fordblks);
  return result;
}

// --- 2.32: is there one thread only? Never to be relied on ---------------------------------------------------------------------

char __libc_single_threaded = 0;

// --- 2.34 ----------------------------------------------------------------------------------------------------------------------

/// Closes what is open now.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t* actions, int from) {
  DIR* const folder = opendir("/proc/self/fd");
  if (!folder) return errno;
  int error = 0;
  while (const dirent* entry = readdir(folder)) {
    const int file = entry->d_name[0] == '.' ? -1 : atoi(entry->d_name);
    if (error == 0 && file >= from && file != dirfd(folder))
      error = posix_spawn_file_actions_addclose(actions, file);
  }
  closedir(folder);
  return error;
}

// --- 2.35: the unwinder asks for the object that code is in --------------------------------------------------------------------

int _dl_find_object(void* address, dl_find_object* result) noexcept {
  struct Search {
    uintptr_t address;
    dl_find_object* result;
  } search{reinterpret_cast<uintptr_t>(address), result};
  const auto look = [](dl_phdr_info* object, size_t, void* data) {
    const Search& wanted = *static_cast<Search*>(data);
    void *frames = nullptr, *start = nullptr, *end = nullptr;
    for (int i = 0; i < object->dlpi_phnum; i++) {
      const ElfW(Phdr) & part = object->dlpi_phdr[i];
      const uintptr_t at = object->dlpi_addr + part.p_vaddr;
      if (part.p_type == PT_GNU_EH_FRAME) frames = reinterpret_cast<void*>(at);
      if (part.p_type != PT_LOAD || wanted.address < at || wanted.address - at >= part.p_memsz)
        continue;
      start = reinterpret_cast<void*>(at);
      end = reinterpret_cast<void*>(at + part.p_memsz);
    }
    if (!start) return 0;
    *wanted.result = {};
    wanted.result->dlfo_map_start = start;
    wanted.result->dlfo_map_end = end;
    wanted.result->dlfo_eh_frame = frames;
    return frames ? 1 : -1;
  };
  return dl_iterate_phdr(look, &search) == 1 ? 0 : -1;
}

// --- 2.36 ----------------------------------------------------------------------------------------------------------------------

// libbsd has one of its own.
[[gnu::weak]] uint32_t arc4random() {
  uint32_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
  return number;
}
}
