#include "runtime/system/Environment.h"

#include <cstdlib>

extern char** environ;

namespace gene {
namespace {

constinit std::mutex mutex;

}  // namespace

std::mutex& environmentMutex() { return mutex; }

std::optional<std::string> environmentValue(const char* name) {
  const std::lock_guard lock(mutex);
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

void setEnvironmentValue(const char* name, const char* value) {
  const std::lock_guard lock(mutex);
  ::setenv(name, value, 1);
}

std::vector<std::string> environmentEntries() {
  const std::lock_guard lock(mutex);
  std::vector<std::string> all;
  for (char** e = environ; *e; e++) all.emplace_back(*e);
  return all;
}

}  // namespace gene
