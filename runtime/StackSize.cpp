#include "runtime/StackSize.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace gene {
namespace {

/// The number in a file of the kernel's; SIZE_MAX without one ("max", or no such file).
size_t numberIn(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return SIZE_MAX;
  char text[32];
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0 || text[0] < '0' || text[0] > '9') return SIZE_MAX;
  text[length] = '\0';
  return std::strtoull(text, nullptr, 10);
}

/// What the process may have, in bytes; SIZE_MAX without a limit. In a container its own group's files stand at the root.
size_t memoryLimit() {
  size_t least = std::min(numberIn("/sys/fs/cgroup/memory.max"),
                          numberIn("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  rlimit space;
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    least = std::min<size_t>(least, space.rlim_cur);
  return least;
}

}  // namespace

size_t defaultStackSize() {
  constexpr size_t usual = size_t{112} << 20;
  static const size_t size = std::clamp(memoryLimit() / 8, MinStackSize, usual);
  return size;
}

}  // namespace gene
