#pragma once
// The debugger on a terminal, or with commands from a pipe.

#include <memory>

#include "driver/debug/Debugger.h"

namespace gene::debug {

class Terminal {
 public:
  Terminal();
  ~Terminal();
  Debugger::Face face();
  /// To be called before the program begins. Ctrl-C stops it from then on.
  void attach(Debugger& debugger);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace gene::debug
