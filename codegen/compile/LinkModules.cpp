#include "codegen/compile/LinkModules.h"

#include <algorithm>
#include <unordered_map>

#include "codegen/ir/Serialize.h"
#include "frontend/analysis/ModuleInterface.h"

namespace gene {
namespace {

using Need = SeparateModule::Need;

class ModuleLinker {
 public:
  ModuleLinker(Span<const ModuleObject> objects, SourceManager& sources)
      : objects_(objects), sources_(sources) {}

  Expected<std::unique_ptr<ir::Program>> run() {
    checkOptions();
    for (const ModuleObject& object : objects_) {
      const auto [known, isNew] = modules_.try_emplace(object.name, &object);
      if (!isNew)
        fail(known->second->file + " and " + object.file + " are both the module " + object.name);
    }
    checkNeeds();
    if (problem_.empty()) findMain();
    if (problem_.empty()) visit(*main_);
    if (!problem_.empty()) return Failure{problem_};
    auto program = std::make_unique<ir::Program>(sources_);
    program->debug = main_->debug;
    program->language = main_->language;
    for (const Visited* visited : order_)
      if (problem_.empty())
        read(*visited, visited->object == main_ ? *program : program->newModule(), *program);
    if (!problem_.empty()) return Failure{problem_};
    dropSignatures(*program);
    return program;
  }

 private:
  /// A module in its place among the others.
  struct Visited {
    const ModuleObject* object;
    const ModuleObject::Variant* variant;
    Location start;                   // of its source
    std::vector<std::string> others;  // modules that it imports and does not run
    bool isDone = false;
  };

  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  void checkOptions() {
    const ModuleObject& first = objects_[0];
    for (const ModuleObject& object : objects_) {
      if (object.language.bits() != first.language.bits())
        fail(
            first.file + " and " + object.file +
            " were compiled with different options of the language (--no-type-check, --strict-nil, "
            "--contracts)");
      if (object.debug != first.debug)
        fail((object.debug ? object : first).file + " was compiled with -g -O0 and " +
             (object.debug ? first : object).file +
             " was not: what a debugger shows has to be in all objects or in none");
    }
  }

  /// Is every module there that is imported, and the one that was compiled against?
  void checkNeeds() {
    for (const ModuleObject& importer : objects_)
      for (const Need& need : importer.module.facts.needs) {
        if (need.kind != Need::Module) continue;
        const auto found = modules_.find(need.name);
        if (found == modules_.end())
          fail(importer.file + " imports the module " + need.name +
               ", which none of the objects is; compile it with gene build -c, from the same "
               "folder");
        else if (hashOfNames(found->second->module.facts.interface, need.taken) != need.hash)
          fail(importer.file + " was compiled against another interface of " + need.name +
               " than " + found->second->file + " has; compile " + importer.name + " again");
      }
  }

  /// The module that no other imports.
  void findMain() {
    std::vector<const ModuleObject*> roots;
    for (const ModuleObject& object : objects_) {
      const bool isImported = std::ranges::any_of(objects_, [&](const ModuleObject& other) {
        return std::ranges::any_of(other.module.facts.needs, [&](const Need& need) {
          return need.kind == Need::Module && need.name == object.name;
        });
      });
      if (!isImported) roots.push_back(&object);
    }
    main_ = roots.empty() ? &objects_[0] : roots[0];
    if (roots.size() < 2) return;
    std::string names;
    for (const ModuleObject* root : roots) names += (names.empty() ? "" : ", ") + root->file;
    fail("One of the objects has to be the program, the others what it imports; nothing imports " +
         names);
  }

  /// Of each module before those that it imports: sources, and names of types; behind them its place in the order.
  void visit(const ModuleObject& object) {
    Visited& visited =
        *visited_.try_emplace(object.name, std::make_unique<Visited>()).first->second;
    visited.object = &object;
    visited.variant = &object == main_ ? &object.program : &object.module;
    visited.start = sources_.addCompiled(object.name, object.outline, object.sourceHash);
    const SeparateModule& facts = visited.variant->facts;
    checkApplication(object, facts);
    chain_.push_back(object.name);
    nameTypes(facts, false);
    for (const Need& need : facts.needs) {
      if (!problem_.empty()) return;
      if (need.kind == Need::Module)
        import(visited, need);
      else if (!sources_.contains(need.name))
        sources_.addCompiled(need.name, "", need.hash);
    }
    nameTypes(facts, true);
    chain_.pop_back();
    visited.isDone = true;
    order_.push_back(&visited);
  }

  void import(Visited& importer, const Need& need) {
    const auto known = visited_.find(need.name);
    if (known == visited_.end()) return visit(*modules_.at(need.name));
    if (known->second->isDone) {
      importer.others.push_back(need.name);
      return;
    }
    std::string chain;
    for (auto at = std::ranges::find(chain_, need.name); at != chain_.end(); ++at)
      chain += *at + " -> ";
    fail("[GENE.MODULE.CYCLE] Cyclic import detected: " + chain + need.name);
  }

  void checkApplication(const ModuleObject& object, const SeparateModule& facts) {
    const std::string& package = main_->program.facts.package;
    if (!facts.asksForApplication || facts.package == package) return;
    const auto named = [](const std::string& folder) {
      return folder.empty() ? std::string("no package") : "the package in " + folder;
    };
    fail(object.file + " asks for $app and was compiled as a part of " + named(facts.package) +
         ", but the program " + main_->file + " lies in " + named(package));
  }

  /// Names as Modules::identify gives them.
  void nameTypes(const SeparateModule& facts, bool inner) {
    for (const SeparateModule::Identity& type : facts.identities) {
      if (type.isInner != inner) continue;
      uint32_t& count = counts_[type.name];
      if (++count == 1 && type.isBuiltin) count++;
      types_[type.identity] =
          count == 1
              ? type.name
              : Symbol::of(std::string(type.name.text()) + IdentityMark + std::to_string(count));
    }
  }

  void read(const Visited& visited, ir::Program& program, ir::Program& main) {
    const ModuleObject& object = *visited.object;
    program.mainFile = program.arena.copy(std::string_view(object.name));
    const auto rename = [&](Symbol symbol) {
      if (symbol.text().find(IdentityMark) == std::string_view::npos) return symbol;
      const auto known = types_.find(symbol);
      return known == types_.end() ? symbol : known->second;
    };
    if (!ir::deserialize(visited.variant->code, program, visited.start, rename))
      return fail(object.file + " is damaged; compile its source again");
    for (const std::string& other : visited.others) dropRun(program, Symbol::of(other));
    if (&program != &main) main.modules.push_back(&program);
  }

  /// The module `other` has run already when this one imports it.
  static void dropRun(ir::Program& program, Symbol other) {
    const auto body = std::ranges::find(program.imports, other, &ir::Function::from);
    if (body == program.imports.end()) return;
    ir::Function& init = *program.functions[0];
    const ir::Instruction *closure = nullptr, *call = nullptr;
    for (ir::Block* block : init.blocks)
      for (size_t i = 0; i < block->instructions.size();) {
        const ir::Instruction* inst = block->instructions[i];
        const auto made = inst->tryAs<ir::Op::Closure>();
        if (made && made.function() == *body)
          closure = inst;
        else if (closure && !inst->operands.empty() && inst->operands[0] == closure)
          call = inst;
        else {
          i++;
          continue;
        }
        block->instructions.erase(i);
      }
    if (call) becomesNil(init, call);
  }

  /// What was the value of a module's body is nil.
  static void becomesNil(ir::Function& function, const ir::Value* value) {
    ir::Constant* const nil = function.program->constant(ir::ConstantKind::Nil);
    const auto replace = [&](auto&& values) {
      for (ir::Value*& used : values)
        if (used == value) used = nil;
    };
    for (const ir::Block* block : function.blocks) {
      for (const ir::Instruction* inst : block->instructions) replace(inst->operands);
      block->forEachEdge([&](ir::Edge& edge, bool) { replace(edge.args); });
    }
  }

  /// Signatures are kept in all objects, because any other module may ask for them.
  static void dropSignatures(ir::Program& program) {
    std::vector<ir::Program*> all = program.modules;
    all.push_back(&program);
    if (std::ranges::any_of(all, [](const ir::Program* p) { return p->checksFunctionTypes; }))
      return;
    for (const ir::Program* module : all)
      for (ir::Function* function : module->functions) function->signature = nullptr;
  }

  const Span<const ModuleObject> objects_;
  SourceManager& sources_;
  const ModuleObject* main_ = nullptr;
  std::unordered_map<std::string, const ModuleObject*> modules_;
  std::unordered_map<std::string, std::unique_ptr<Visited>> visited_;
  std::vector<std::string> chain_;     // modules that are loading
  std::vector<const Visited*> order_;  // each behind those it imports
  std::unordered_map<Symbol, uint32_t> counts_;
  std::unordered_map<Symbol, Symbol> types_;
  std::string problem_;
};

}  // namespace

Expected<std::unique_ptr<ir::Program>> linkModules(Span<const ModuleObject> objects,
                                                   SourceManager& sources) {
  GENE_ASSERT(!objects.empty(), "there is a program");
  return ModuleLinker(objects, sources).run();
}

Expected<int> levelOf(Span<const ModuleObject> objects, int asked) {
  const ModuleObject& first = objects[0];
  for (const ModuleObject& object : objects)
    if (asked < 0 && object.level != first.level)
      return Failure{first.file + " was compiled with -O" + std::to_string(first.level) + " and " +
                     object.file + " with -O" + std::to_string(object.level) +
                     "; say with -O what the program is to have"};
  return asked >= 0 ? asked : first.level;
}

}  // namespace gene
