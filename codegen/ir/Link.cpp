#include "codegen/ir/Link.h"

#include <algorithm>
#include <unordered_map>

namespace gene::ir {
namespace {

class Linker {
 public:
  explicit Linker(Program& main) : main_(main) {}

  std::string run() {
    modules_[Symbol::of(main_.mainFile)] = &main_;
    for (Program* module : main_.modules) modules_[Symbol::of(module->mainFile)] = module;
    declarations(main_);
    for (Program* module : main_.modules) declarations(*module);
    if (!problem_.empty()) return problem_;
    for (Function* function : main_.functions) code(*function, false);
    std::erase_if(main_.globals, [](const Global* global) { return !global->from.empty(); });
    for (Program* module : main_.modules) take(*module);
    for (uint32_t i = 0; i < main_.globals.size(); i++) main_.globals[i]->index = i;
    main_.checksFunctionTypes |= std::ranges::any_of(
        main_.modules, [](const Program* module) { return module->checksFunctionTypes; });
    for (Program* module : main_.modules) main_.phase = std::max(main_.phase, module->phase);
    main_.imports.clear();
    main_.exports.clear();
    main_.modules.clear();
    return {};
  }

 private:
  /// Finds what the declarations of a program stand for.
  void declarations(const Program& program) {
    for (Global* global : program.globals)
      if (!global->from.empty()) globals_[global] = definition(program, *global);
    for (Function* function : program.imports) {
      const auto module = modules_.find(function->from);
      if (module == modules_.end() || module->second->functions.empty())
        missing(program, "the module \"" + std::string(function->from.text()) + "\"");
      else
        functions_[function] = module->second->functions[0];
    }
  }

  Global* definition(const Program& program, Global& global) {
    const auto module = modules_.find(global.from);
    if (module == modules_.end()) {
      missing(program, "the module \"" + std::string(global.from.text()) + "\"");
      return &global;
    }
    const Symbol name = global.exported;
    Global* const found = module->second->exported(name);
    if (!found || !found->from.empty()) {
      missing(program,
              "'" + std::string(name.text()) + "' of \"" + std::string(global.from.text()) + "\"");
      return &global;
    }
    return found;
  }

  void missing(const Program& program, const std::string& what) {
    if (problem_.empty())
      problem_ = std::string(program.mainFile) + " imports " + what + ", which is not there";
  }

  /// Moves globals and functions of a module to the main one.
  void take(Program& module) {
    for (Global* global : module.globals) {
      if (!global->from.empty()) continue;
      if (!global->external || global->isOwn) {
        main_.globals.push_back(global);
        continue;
      }
      Global* const same = main_.externalGlobal(global->name);
      same->builtin |= global->builtin;
      globals_[global] = same;
    }
    for (Function* function : module.functions) {
      function->program = &main_;
      main_.add(function);
      code(*function, true);
    }
  }

  /// `isMoved`: its constants and shapes are those of another program.
  void code(Function& function, bool isMoved) {
    for (const Block* block : function.blocks) {
      for (Instruction* inst : block->instructions) {
        for (Immediate& imm : inst->immediates) immediate(imm, isMoved);
        if (isMoved) values(inst->operands);
      }
      if (isMoved) block->forEachEdge([&](Edge& edge, bool) { values(edge.args); });
    }
  }

  void immediate(Immediate& imm, bool isMoved) {
    if (imm.global)
      if (const auto real = globals_.find(imm.global); real != globals_.end())
        imm.global = real->second;
    if (imm.function)
      if (const auto real = functions_.find(imm.function); real != functions_.end())
        imm.function = real->second;
    if (imm.shape && isMoved) imm.shape = main_.shape(imm.shape->args);
  }

  template <class Values>
  void values(Values&& all) {
    for (Value*& value : all)
      if (value->kind == ValueKind::Constant)
        value = constant(*static_cast<const Constant*>(value));
  }

  /// The main program's constant that is equal to this one.
  Constant* constant(const Constant& c) {
    switch (c.constantKind) {
      case ConstantKind::Nil:
      case ConstantKind::Void:
      case ConstantKind::True:
      case ConstantKind::False:
      case ConstantKind::NotFound:
      case ConstantKind::Placeholder:
      case ConstantKind::Absent: return main_.constant(c.constantKind);
      case ConstantKind::Int: return main_.integer(c.integer);
      case ConstantKind::Float: return main_.floating(c.number64);
      case ConstantKind::Char: return main_.character(static_cast<char32_t>(c.integer));
      case ConstantKind::Symbol: return main_.symbol(c.symbol);
      case ConstantKind::String: return main_.string(c.text);
      case ConstantKind::Form: return main_.literal(c.form);
    }
    GENE_UNREACHABLE("constant kind");
  }

  Program& main_;
  std::unordered_map<Symbol, Program*> modules_;
  std::unordered_map<const Global*, Global*> globals_;
  std::unordered_map<const Function*, Function*> functions_;
  std::string problem_;
};

}  // namespace

std::string link(Program& main) {
  const auto isImported = [](const Global* global) { return !global->from.empty(); };
  if (main.modules.empty() && main.imports.empty() &&
      std::ranges::none_of(main.globals, isImported))
    return {};
  return Linker(main).run();
}

}  // namespace gene::ir
