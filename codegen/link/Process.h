#pragma once
// Running another program and waiting for it.

#include <string>
#include <vector>

#include "runtime/support/Expected.h"

namespace gene {

struct ProcessResult {
  int exitCode = 0;    // 128 + signal when it was killed
  std::string output;  // standard output and standard error
};
/// Runs `command`, its first word looked for in PATH, with `more` (NAME=VALUE) in its environment. Fails when it cannot be
/// started.
Expected<ProcessResult> runProcess(const std::vector<std::string>& command,
                                   const std::vector<std::string>& more = {});
/// Is there such a program in PATH (or at this path)?
bool programExists(const std::string& name);

}  // namespace gene
