#pragma once
// Entries of a REPL, one after the other: each is compiled, runs so that it may be interrupted, and leaves its value in variables.

#include <map>
#include <string>

#include "codegen/eval/Dialog.h"
#include "runtime/Runtime.h"
#include "runtime/vm/Watch.h"

namespace gene::driver {

class Entries {
 public:
  Entries(Context& context, const RuntimeOptions& runtime, const LanguageOptions& language)
      : context_(context), runtime_(runtime), dialog_(context, language) {}

  /// Compiles and runs an entry. When it is done its value is that of `_` and `_N`; after Raised the exception is pending.
  Dialog::Result run(const std::string& text, const std::string& name);
  /// The report of the exception that `run` left pending, and leaves it so no longer.
  std::string uncaught(const std::string& text, const std::string& name);
  /// What an entry that has no name of its own is called.
  [[nodiscard]] std::string nextName() const { return "<repl:" + std::to_string(count_ + 1) + ">"; }
  /// Interrupts what runs. An interrupt that came too late ends the next entry, unless it is reset.
  vm::Watch& watch() { return watch_; }
  Dialog& dialog() { return dialog_; }

 private:
  Context& context_;
  const RuntimeOptions runtime_;
  Dialog dialog_;
  std::map<std::string, std::string, std::less<>> texts_;  // of all entries, by their names
  vm::Watch watch_;
  uint32_t count_ = 0;
};

}  // namespace gene::driver
