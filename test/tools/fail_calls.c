/* Makes one call of the system fail in a program and those that it starts: LD_PRELOAD, for test/tools/fail_calls.py, which builds it with cc.

   FAIL_CALL   the name of the call; calls of this name are counted over all processes
   FAIL_AT     which one fails; 0: none
   FAIL_ERRNO  the number of the error
   FAIL_COUNT  a file of eight bytes in which is counted */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *call;
static uint64_t *counter, at;
static int number;

__attribute__((constructor)) static void begin(void) {
  const char *count = getenv("FAIL_COUNT"), *n = getenv("FAIL_AT"), *e = getenv("FAIL_ERRNO");
  if (!count || !n || !e || !getenv("FAIL_CALL")) return;
  int file = (int)syscall(SYS_openat, AT_FDCWD, count, O_RDWR | O_CLOEXEC, 0);
  if (file < 0) return;
  void *map = (void *)syscall(SYS_mmap, NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (map == MAP_FAILED) return;
  counter = map;
  at = strtoull(n, NULL, 10);
  number = atoi(e);
  call = getenv("FAIL_CALL");
}

static int fails(const char *name) {
  if (!counter || strcmp(call, name) != 0) return 0;
  if (__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED) != at) return 0;
  errno = number;
  return 1;
}

#define REAL(name, ...) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)
/* A call that gives `failure` where it fails. */
#define CALL(counted, type, name, parameters, failure, ...) \
  type name parameters {                                    \
    if (fails(counted)) return failure;                     \
    return REAL(name, __VA_ARGS__);                         \
  }
/* One whose last parameter, the mode, may be missing. */
#define OPENS(name, parameters, last, ...)                       \
  int name parameters {                                          \
    va_list list;                                                \
    va_start(list, last);                                        \
    int mode = last & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0; \
    va_end(list);                                                \
    if (fails("open")) return -1;                                \
    return REAL(name, __VA_ARGS__, mode);                        \
  }

OPENS(open, (const char *path, int flags, ...), flags, path, flags)
OPENS(open64, (const char *path, int flags, ...), flags, path, flags)
OPENS(openat, (int folder, const char *path, int flags, ...), flags, folder, path, flags)
OPENS(openat64, (int folder, const char *path, int flags, ...), flags, folder, path, flags)
CALL("open", FILE *, fopen, (const char *path, const char *mode), NULL, path, mode)
CALL("open", FILE *, fopen64, (const char *path, const char *mode), NULL, path, mode)
CALL("open", DIR *, opendir, (const char *path), NULL, path)
CALL("open", int, mkstemp, (char *path), -1, path)
CALL("open", int, mkostemp, (char *path, int flags), -1, path, flags)
CALL("open", int, mkostemps, (char *path, int size, int flags), -1, path, size, flags)
CALL("open", char *, mkdtemp, (char *path), NULL, path)
CALL("open", int, memfd_create, (const char *name, unsigned flags), -1, name, flags)
CALL("read", ssize_t, read, (int file, void *to, size_t size), -1, file, to, size)
CALL("read", ssize_t, pread64, (int file, void *to, size_t size, off64_t from), -1, file, to, size, from)
CALL("write", ssize_t, write, (int file, const void *from, size_t size), -1, file, from, size)
CALL("write", ssize_t, writev, (int file, const struct iovec *parts, int count), -1, file, parts, count)
CALL("write", ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t to), -1, file, from, size, to)
CALL("write", size_t, fwrite, (const void *from, size_t size, size_t count, FILE *file), 0, from, size, count, file)
CALL("write", int, ftruncate, (int file, off_t size), -1, file, size)
CALL("write", int, ftruncate64, (int file, off64_t size), -1, file, size)
CALL("write", int, fallocate64, (int file, int mode, off64_t from, off64_t size), -1, file, mode, from, size)
CALL("write", int, fsync, (int file), -1, file)
CALL("write", int, fchmod, (int file, mode_t mode), -1, file, mode)
CALL("rename", int, rename, (const char *from, const char *to), -1, from, to)
CALL("rename", int, link, (const char *from, const char *to), -1, from, to)
CALL("rename", int, unlink, (const char *path), -1, path)
CALL("rename", int, mkdir, (const char *path, mode_t mode), -1, path, mode)
CALL("map", void *, mmap, (void *where, size_t size, int rights, int flags, int file, off_t from), MAP_FAILED, where, size, rights, flags, file, from)
CALL("map", void *, mmap64, (void *where, size_t size, int rights, int flags, int file, off64_t from), MAP_FAILED, where, size, rights, flags, file, from)
CALL("map", int, mprotect, (void *where, size_t size, int rights), -1, where, size, rights)
CALL("start", pid_t, fork, (void), -1)
CALL("start", int, pipe2, (int files[2], int flags), -1, files, flags)

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const arguments[],
                char *const environment[]) {
  if (fails("start")) return number;
  return REAL(posix_spawn, pid, path, actions, attributes, arguments, environment);
}
int posix_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const arguments[],
                 char *const environment[]) {
  if (fails("start")) return number;
  return REAL(posix_spawnp, pid, path, actions, attributes, arguments, environment);
}
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *), void *data) {
  if (fails("start")) return number;
  return REAL(pthread_create, thread, attributes, function, data);
}
/* What was written may be lost only now. */
int close(int file) {
  if (!fails("close")) return (int)syscall(SYS_close, file);
  syscall(SYS_close, file);
  errno = number;
  return -1;
}
