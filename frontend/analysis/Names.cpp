// What a name means: variables, globals of the module, built-ins.

#include <string>
#include <utility>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Index.h"
#include "frontend/analysis/Modules.h"

namespace gene {

ast::Binding* Analyzer::newBinding(Symbol name, Location loc) {
  ast::Binding* binding = scopes_.make(name, loc);
  if (Index* all = index()) all->declare(loc, name);
  return binding;
}

/// Where the names of this module are noted down; null: nowhere.
Index* Analyzer::index() const { return isMain_ && modules_ ? modules_->extras().index : nullptr; }

void Analyzer::noteUse(Location loc, Symbol name, const ast::Binding* binding,
                       bool isAssigned) const {
  if (Index* all = index()) all->use(loc, name, binding ? binding->loc : Location{}, isAssigned);
}

/// Is this an entry of a REPL?
bool Analyzer::isSession() const { return isMain_ && modules_ && modules_->extras().shared; }

/// runEvaluated: what the global of the program around is called by; empty if there is none of that name.
Symbol Analyzer::placeGlobal(Symbol name) const {
  return place_ ? place_->global(place_->data, name) : Symbol{};
}

/// What the name means when it is reached.
Analyzer::Node* Analyzer::byName(Symbol symbol, Location loc) {
  ir::Immediate name;
  name.symbol = symbol;
  return runtime(loc, ir::Op::ModuleGet, {}, {name});
}

ast::Binding* Analyzer::declare(Symbol name, Location loc) {
  ast::Binding* binding = newBinding(name, loc);
  scopes_.bind(binding);
  return binding;
}

/// The `var` of a module variable was passed.
void Analyzer::declaredModuleVariable(Symbol name) {
  if (!declaredVars_.insert(name).second) return;
  if (Scopes::DeclarationLog* log = scopes_.log())
    log->entries.push_back({name, true, nullptr, nullptr});
}

Analyzer::Node* Analyzer::local(ast::Binding* binding, Location loc) {
  binding->isRead = true;
  if (binding->function != scopes_.function()->function) scopes_.capture(binding, false);
  return make<ast::Local>(loc, binding);
}

Analyzer::Node* Analyzer::name(Symbol symbol, Location loc) {
  if (symbol == sym::Self) return self(loc);
  const std::string_view text = symbol.text();
  if (text == "$ex") return make<ast::Node>(ast::NodeKind::CurrentException, loc);
  if (text == "$ns") return moduleNamespace(loc);
  if (text == "$duration_start" || text == "$duration") return callBuiltin(text.substr(1), {}, loc);
  if (text == "$pkg" || text == "$app")
    if (Node* value = packageValue(symbol, loc)) return value;
  if (text.ends_with("...") && text.size() > 3) return error(loc, Diag::SpreadOutside);
  ast::Binding* container;
  if (Node* member = publishedName(symbol, loc, &container)) return member;
  if (ast::Binding* binding = scopes_.lookup(symbol)) {
    binding->isRead = true;
    noteUse(loc, symbol, binding, false);
    return make<ast::Local>(loc, binding);
  }
  noteUse(loc, symbol, nullptr, false);
  if (const Symbol global = placeGlobal(symbol); !global.empty()) return byName(global, loc);
  if (facts_.macros.contains(symbol)) usedMacros_.insert(symbol);
  if (facts_.topLevelVars.contains(symbol)) {
    // Before its `var` ran the name means an earlier definition, if there is one; at the top level nothing else.
    const bool unset = !isSession() && atTopLevel_ && !declaredVars_.contains(symbol) &&
                       !facts_.definitions.contains(symbol) && !facts_.published.contains(symbol);
    if (unset) return raiseNode(loc, "Exception", std::string(text) + " is not defined");
  }
  const bool isLater = atTopLevel_ && names_.later.contains(symbol);
  if (auto it = names_.globals.find(symbol); it != names_.globals.end() && !isLater)
    return isSession() ? byName(symbol, loc) : make<ast::Global>(loc, it->second, false);
  if (text == "pkg" || text == "app")
    if (Node* value = packageValue(Symbol::of("$" + std::string(text)), loc)) return value;
  checks_.checkDefined(symbol, loc);
  if (isSession() && !text.starts_with('$')) return byName(symbol, loc);
  return make<ast::Global>(loc, externalGlobal(symbol), true);
}

Analyzer::Node* Analyzer::self(Location loc) {
  bool isModule;
  if (ast::Binding* binding = scopes_.selfHere(&isModule)) return local(binding, loc);
  if (!isMain_ && isModule) return moduleNamespace(loc);
  return make<ast::Node>(ast::NodeKind::Self, loc);
}

ir::Global* Analyzer::moduleGlobal(Symbol name, Location loc) {
  ir::Global*& global = names_.globals[name];
  if (global) return global;
  global = program_.addGlobal(name, loc);
  if (isSession()) modules_->extras().shared->insert(global);
  return global;
}

/// The annotation of a module variable, or null.
const Form* Analyzer::annotationOf(Symbol variable) const {
  auto found = names_.types.find(variable);
  return found == names_.types.end() ? nullptr : found->second;
}

Analyzer::Node* Analyzer::assign(Symbol symbol, Location loc, Node* value) {
  if (symbol == sym::Self) return error(loc, Diag::ReservedName, {"assignment"});
  ast::Binding* container;
  if (publishedName(symbol, loc, &container)) {
    ast::Segment member{};
    member.kind = ast::Segment::Member;
    member.name = symbol;
    return make<ast::PathAssign>(loc, local(container, loc), member, value);
  }
  if (ast::Binding* binding = scopes_.lookup(symbol)) {
    if (binding->constant) return error(loc, Diag::ConstantAssigned, {symbol.text()});
    binding->assigned = binding->reassigned = true;
    return make<ast::AssignLocal>(loc, binding, value);
  }
  if (const Symbol global = placeGlobal(symbol); !global.empty()) {
    ir::Immediate name;
    name.symbol = global;
    return runtime(loc, ir::Op::ModuleSet, {value}, {name});
  }
  auto it = names_.globals.find(symbol);
  ir::Global* global = it == names_.globals.end() ? externalGlobal(symbol) : it->second;
  auto* node = make<ast::AssignGlobal>(loc, global, value);
  node->type = annotationOf(symbol);
  if (constantGlobals_.contains(symbol)) return error(loc, Diag::ConstantAssigned, {symbol.text()});
  return node;
}

void Analyzer::decideStorage() {
  for (const auto& [function, count] : scopes_.decideStorage())
    error(function->range(), Diag::TooManyCaptures,
          {std::to_string(Scopes::MostCaptures), std::to_string(count)});
}

}  // namespace gene
