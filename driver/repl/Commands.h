#pragma once
// The commands of the REPL that begin with a colon.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/repl/Entries.h"

namespace gene::driver {

/// What a command may use.
struct ReplState {
  Context& context;
  Entries& entries;
  /// Evaluates an entry and shows what comes of it.
  std::function<void(const std::string& text, const std::string& name)> evaluate;
};

std::vector<std::string_view> replCommandNames();
/// Runs ":name argument"; says so when there is no such command.
void runReplCommand(ReplState& state, const std::string& line);

}  // namespace gene::driver
