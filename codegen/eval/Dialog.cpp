#include "codegen/eval/Dialog.h"

#include <algorithm>
#include <utility>

#include "codegen/bytecode/Disassembler.h"
#include "codegen/eval/Evaluate.h"
#include "codegen/eval/KnownEnums.h"
#include "codegen/ir/Printer.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"

namespace gene {
struct Dialog::Compiled {
  Session session;
  std::unique_ptr<ir::Program> program;
  std::string diagnostics;
};

Dialog::Dialog(Context& context, const LanguageOptions& language)
    : context_(context), language_(language), outer_(session().variables) {
  gene_install_evaluator(&context);
  if (!std::exchange(session().isRoot, true)) {
    addRoots(context, reinterpret_cast<const Value*>(&session().variables), 1);
    addRoots(context, reinterpret_cast<const Value*>(&session().scope), 1);
  }
  if (!outer_) {
    const bool isModule = isKind(context.moduleSelf, Kind::Namespace);
    session().variables = isModule ? as<NamespaceObject>(context.moduleSelf)
                                   : newNamespace(context, Symbol::of("main"));
  }
}

Dialog::~Dialog() { session().variables = outer_; }

std::unique_ptr<Dialog::Compiled> Dialog::compile(const std::string& text, const std::string& name,
                                                  ErrorFormat format) {
  auto compiled = std::make_unique<Compiled>();
  Session& session = compiled->session;
  session.options.language = language_;
  session.options.isEntry = true;
  session.options.enums = knownEnums(context_, gene::session().scope);
  compiled->program = session.compile(session.sources.add(name, text));
  compiled->diagnostics = session.report(format);
  return compiled;
}

Dialog::Result Dialog::run(const std::string& text, const std::string& name, ErrorFormat format) {
  const std::unique_ptr<Compiled> compiled = compile(text, name, format);
  if (!compiled->program) return {Result::Refused, Value::nil(), compiled->diagnostics};
  Expected<Program*> loaded = loadCompiled(context_, compileToImage(*compiled->program));
  if (!loaded) return {Result::Refused, Value::nil(), "internal error: " + loaded.message() + "\n"};
  FunctionObject* body = newFunction(context_, &(*loaded)->functions[0], 0);
  const Value value = call(context_, Value::object(body), nullptr, 0);
  return {value.isPending() ? Result::Raised : Result::Done, value, compiled->diagnostics};
}

std::string Dialog::irOf(const std::string& text, const std::string& name) {
  const std::unique_ptr<Compiled> compiled = compile(text, name, ErrorFormat::Human);
  return compiled->program ? ir::print(*compiled->program, {}) : compiled->diagnostics;
}

std::string Dialog::bytecodeOf(const std::string& text, const std::string& name) {
  const std::unique_ptr<Compiled> compiled = compile(text, name, ErrorFormat::Human);
  return compiled->program ? disassemble(compileToImage(*compiled->program), false)
                           : compiled->diagnostics;
}

}  // namespace gene
