#include "codegen/eval/Session.h"

#include <algorithm>
#include <utility>

#include "codegen/bytecode/Disassembler.h"
#include "codegen/eval/Evaluate.h"
#include "codegen/ir/Printer.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"

namespace gene {
namespace {

void byName(ir::Program& program, ir::Instruction& inst, ir::Op op, Symbol name) {
  ir::Immediate immediate;
  immediate.symbol = name;
  inst.op = op;
  inst.type = ir::info(op).result;
  inst.immediates = program.arena.copy(std::span<ir::Immediate>(&immediate, 1));
}

}  // namespace

void shareGlobals(ir::Program& program, const std::unordered_set<const ir::Global*>& shared) {
  for (ir::Function* function : program.functions)
    for (ir::Block* block : function->blocks)
      for (ir::Instruction* inst : block->instructions) {
        if (const auto read = inst->tryAs<ir::Op::GlobalGet, ir::Op::GlobalCheck>()) {
          if (shared.contains(read.global()))
            byName(program, *inst, ir::Op::ModuleGet, read.global()->name);
        } else if (const auto set = inst->tryAs<ir::Op::GlobalSet>()) {
          const ir::Global* global = set.global();
          if (shared.contains(global) || global->external)
            byName(program, *inst, ir::Op::ModuleSet, global->name);
        }
      }
  std::erase_if(program.globals, [&](const ir::Global* g) { return shared.contains(g); });
  for (uint32_t i = 0; i < program.globals.size(); i++) program.globals[i]->index = i;
}

struct Session::Compiled {
  SourceManager sources;
  std::unique_ptr<ir::Program> program;
  std::string diagnostics;
};

Session::Session(Context& context, const LanguageOptions& language)
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

Session::~Session() { session().variables = outer_; }

std::unique_ptr<Session::Compiled> Session::compile(const std::string& text,
                                                    const std::string& name, ErrorFormat format) {
  auto compiled = std::make_unique<Compiled>();
  const Location start = compiled->sources.add(name, text);
  DiagnosticEngine diagnostics(compiled->sources);
  CompileOptions options;
  options.language = language_;
  options.session = true;
  compiled->program = compileToIr(compiled->sources, start, diagnostics, options);
  for (const Diagnostic& d : diagnostics.all())
    compiled->diagnostics += renderDiagnostic(compiled->sources, d, format);
  return compiled;
}

Session::Result Session::run(const std::string& text, const std::string& name, ErrorFormat format) {
  const std::unique_ptr<Compiled> compiled = compile(text, name, format);
  if (!compiled->program) return {Result::Refused, Value::nil(), compiled->diagnostics};
  // What is loaded refers to its image: it lives as long as the process.
  auto* image = new std::vector<uint8_t>(compileToImage(*compiled->program));
  Expected<Program*> loaded = loadImage(context_, *image);
  if (!loaded) return {Result::Refused, Value::nil(), "internal error: " + loaded.message() + "\n"};
  FunctionObject* body = newFunction(context_, &(*loaded)->functions[0], 0);
  const Value value = call(context_, Value::object(body), nullptr, 0);
  return {value.isPending() ? Result::Raised : Result::Done, value, compiled->diagnostics};
}

std::string Session::irOf(const std::string& text, const std::string& name) {
  const std::unique_ptr<Compiled> compiled = compile(text, name, ErrorFormat::Human);
  return compiled->program ? ir::print(*compiled->program, {}) : compiled->diagnostics;
}

std::string Session::bytecodeOf(const std::string& text, const std::string& name) {
  const std::unique_ptr<Compiled> compiled = compile(text, name, ErrorFormat::Human);
  return compiled->program ? disassemble(compileToImage(*compiled->program), false)
                           : compiled->diagnostics;
}

}  // namespace gene
