#include "runtime/StackSize.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

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

}  // namespace

size_t memoryLimit() {
  size_t least = std::min(numberIn("/sys/fs/cgroup/memory.max"),
                          numberIn("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  rlimit space;
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    least = std::min<size_t>(least, space.rlim_cur);
  return least;
}

size_t groupMemoryLimit() {
  std::FILE* const groups = std::fopen("/proc/self/cgroup", "re");
  if (!groups) return SIZE_MAX;
  size_t least = SIZE_MAX;
  char line[1024];
  while (std::fgets(line, sizeof line, groups)) {
    std::string_view text(line);
    if (text.ends_with('\n')) text.remove_suffix(1);
    const bool unified = text.starts_with("0::");
    const size_t memory = text.find(":memory:");
    if (!unified && memory == std::string_view::npos) continue;
    std::string path(text.substr(unified ? 3 : memory + 8));
    // The limits of the groups around it count, too.
    for (; path.size() > 1; path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/')))
      least = std::min(
          least, numberIn((unified ? "/sys/fs/cgroup" + path + "/memory.max"
                                   : "/sys/fs/cgroup/memory" + path + "/memory.limit_in_bytes")
                              .c_str()));
  }
  std::fclose(groups);
  return least;
}

size_t defaultStackSize() {
  constexpr size_t usual = size_t{112} << 20;
  static const size_t size = std::clamp(memoryLimit() / 8, MinStackSize, usual);
  return size;
}

}  // namespace gene
