#pragma once
// Code that is compiled and run entry by entry, as in a REPL: what one entry defines is there for the next ones, and may be
// defined again.
//
// Each entry is a module of its own, compiled like any other. Its variables and definitions, though, are no globals of its
// program: they are read and written by name (module.get, module.set), and live in SessionState::variables. So a function
// sees what its names mean when it runs, also those that nobody had defined when it was compiled.

#include <memory>
#include <string>

#include "codegen/compile/Session.h"

namespace gene {

class Dialog {
 public:
  Dialog(Context& context, const LanguageOptions& language);
  ~Dialog();
  Dialog(const Dialog&) = delete;

  struct Result {
    enum State : uint8_t { Done, Raised, Refused } state;
    Value value;              // Done
    std::string diagnostics;  // what the compiler says; when it refuses, why
  };
  /// Compiles and runs an entry; after Raised the exception is pending. `name`: in messages, and for imports.
  Result run(const std::string& text, const std::string& name, ErrorFormat format);
  /// The entry as IR, compiled with this level of optimisation; what the compiler says where it refuses.
  std::string irOf(const std::string& text, const std::string& name);
  /// The entry as bytecode, likewise.
  std::string bytecodeOf(const std::string& text, const std::string& name);

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compile(const std::string& text, const std::string& name,
                                    ErrorFormat format);

  Context& context_;
  const LanguageOptions language_;
  NamespaceObject* const outer_;  // the variables of a dialog around this one
};

}  // namespace gene
