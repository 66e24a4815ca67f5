#include "driver/repl/Entries.h"

#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/vm/Interpreter.h"

namespace gene::driver {

Dialog::Result Entries::run(const std::string& text, const std::string& name) {
  count_++;
  texts_[name] = text;
  // The machine checks whether to go on before every instruction, while an entry runs.
  Value (*const before)(Context&, Value*) = context_.vm ? context_.vm->run : nullptr;
  if (!context_.vm) vm::createState(context_, runtime_.stackSize);
  vm::Watch* const outer = context_.vm->watch;
  // A debugger that watches the program goes on doing so.
  if (!outer || outer->looks()) {
    context_.vm->run = vm::runWatched;
    context_.vm->watch = &watch_;
  }
  const Dialog::Result result = dialog_.run(text, name, runtime_.errorFormat);
  context_.vm->watch = outer;
  if (before) context_.vm->run = before;
  if (result.state == Dialog::Result::Done) {
    NamespaceObject* variables = session().variables;
    namespaceSet(context_, variables, Symbol::of("_"), result.value);
    namespaceSet(context_, variables, Symbol::of("_" + std::to_string(count_)), result.value);
  }
  return result;
}

std::string Entries::uncaught(const std::string& text, const std::string& name) {
  RuntimeOptions options = runtime_;
  options.programName = name;
  options.sourceText = text;
  options.texts = &texts_;
  return describeUncaught(context_, options);
}

}  // namespace gene::driver
