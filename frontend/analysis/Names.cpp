// Scopes, lookup, captures, and where variables live.

#include <string>
#include <utility>

#include "frontend/analysis/Index.h"
#include "frontend/analysis/Modules.h"

namespace gene {

ast::Scope* Analyzer::pushScope() {
  auto* scope = make<ast::Scope>();
  scope->function = function_->function;
  scope->id = function_->function->scopes.size();
  function_->function->scopes.push_back(arena_, scope);
  ScopeState& state = scopes_.emplace_back();
  state.scope = scope;
  state.outer = scope_;
  state.function = function_;
  state.loops = static_cast<unsigned>(function_->loops.size());
  scope_ = &state;
  return scope;
}

ast::Binding* Analyzer::newBinding(Symbol name, Location loc) {
  auto* binding = make<ast::Binding>();
  binding->name = name;
  binding->loc = loc;
  binding->function = function_->function;
  binding->scope = scope_->scope;
  bindings_.push_back(binding);
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

/// What the name means when it is reached.
Analyzer::Node* Analyzer::byName(Symbol symbol, Location loc) {
  ir::Immediate name;
  name.symbol = symbol;
  return runtime(loc, ir::Op::ModuleGet, {}, {name});
}

void Analyzer::bind(ast::Binding* binding) {
  ast::Binding* const before = std::exchange(scope_->names[binding->name], binding);
  if (declarations_ && declarations_->scope == scope_)
    declarations_->entries.push_back({binding->name, false, before, binding});
  // A variable declared in the body of `while` or `loop` belongs to the scope around it: one variable for all rounds,
  // which a closure made in one round sees change in the next.
  if (function_->loops.size() > scope_->loops) binding->assigned = true;
}

ast::Binding* Analyzer::declare(Symbol name, Location loc) {
  ast::Binding* binding = newBinding(name, loc);
  bind(binding);
  return binding;
}

/// The `var` of a module variable was passed.
void Analyzer::declaredModuleVariable(Symbol name) {
  if (declaredVars_.insert(name).second && declarations_ && declarations_->scope == scope_)
    declarations_->entries.push_back({name, true, nullptr, nullptr});
}

ast::Binding* Analyzer::lookup(Symbol name) {
  for (ScopeState* s = scope_; s; s = s->outer) {
    const bool fromInside = s->function != function_;
    if (fromInside && s->pending && s->pending->name == name) {
      capture(s->pending, true);
      return s->pending;
    }
    if (auto it = s->names.find(name); it != s->names.end()) {
      if (fromInside) capture(it->second, false);
      return it->second;
    }
    if (auto it = s->later.find(name); fromInside && it != s->later.end()) {
      capture(it->second, true);
      return it->second;
    }
  }
  return nullptr;
}

/// Marks `binding` captured by every function between its own and the current one. `early`: it has no value yet.
void Analyzer::capture(ast::Binding* binding, bool early) {
  binding->captured = true;
  if (early) binding->assigned = true;
  for (FunctionState* f = function_; f && f->function != binding->function; f = f->outer)
    if (f->capturedSet.insert(binding).second) f->captured.push_back(binding);
}

Analyzer::Node* Analyzer::local(ast::Binding* binding, Location loc) {
  binding->isRead = true;
  if (binding->function != function_->function) capture(binding, false);
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
  if (ast::Binding* binding = lookup(symbol)) {
    binding->isRead = true;
    noteUse(loc, symbol, binding, false);
    return make<ast::Local>(loc, binding);
  }
  noteUse(loc, symbol, nullptr, false);
  if (moduleNames_.contains(symbol)) return byName(symbol, loc);
  if (facts_.macros.contains(symbol)) usedMacros_.insert(symbol);
  if (facts_.topLevelVars.contains(symbol)) {
    // Before its `var` ran the name means an earlier definition, if there is one; at the top level nothing else.
    const bool unset = !isSession() && atTopLevel_ && !declaredVars_.contains(symbol) &&
                       !facts_.definitions.contains(symbol) && !facts_.published.contains(symbol);
    if (unset) return raiseNode(loc, "Exception", std::string(text) + " is not defined");
  }
  const bool isLater = atTopLevel_ && laterGlobals_.contains(symbol);
  if (auto it = globals_.find(symbol); it != globals_.end() && !isLater)
    return isSession() ? byName(symbol, loc) : make<ast::Global>(loc, it->second, false);
  if (text == "pkg" || text == "app")
    if (Node* value = packageValue(Symbol::of("$" + std::string(text)), loc)) return value;
  checkDefined(symbol, loc);
  if (isSession() && !text.starts_with('$')) return byName(symbol, loc);
  return make<ast::Global>(loc, externalGlobal(symbol), true);
}

Analyzer::Node* Analyzer::self(Location loc) {
  for (ScopeState* s = scope_; s; s = s->outer) {
    if (s->self) return local(s->self, loc);
    const bool outermost = !s->outer || s->outer->function != s->function;
    if (!outermost || !s->function->hasSelf) continue;
    for (FunctionState* f = function_; f != s->function; f = f->outer) f->capturesSelf = true;
    s->function->function->usesSelf = true;
    break;
  }
  if (!isMain_ && selfIsModule()) return moduleNamespace(loc);
  return make<ast::Node>(ast::NodeKind::Self, loc);
}

ast::Binding* Analyzer::enclosingClass() {
  for (ScopeState* s = scope_; s; s = s->outer)
    if (s->cls) return s->cls;
  return nullptr;
}

ir::Global* Analyzer::moduleGlobal(Symbol name, Location loc) {
  ir::Global*& global = globals_[name];
  if (global) return global;
  global = program_.addGlobal(name, loc);
  if (isSession()) modules_->extras().shared->insert(global);
  return global;
}

/// The annotation of a module variable, or null.
const Form* Analyzer::annotationOf(Symbol variable) const {
  auto found = globalTypes_.find(variable);
  return found == globalTypes_.end() ? nullptr : found->second;
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
  noteUse(loc, symbol, lookup(symbol), true);
  if (ast::Binding* binding = lookup(symbol)) {
    if (binding->constant) return error(loc, Diag::ConstantAssigned, {symbol.text()});
    binding->assigned = binding->reassigned = true;
    return make<ast::AssignLocal>(loc, binding, value);
  }
  if (moduleNames_.contains(symbol)) {
    ir::Immediate name;
    name.symbol = symbol;
    return runtime(loc, ir::Op::ModuleSet, {value}, {name});
  }
  auto it = globals_.find(symbol);
  ir::Global* global = it == globals_.end() ? externalGlobal(symbol) : it->second;
  auto* node = make<ast::AssignGlobal>(loc, global, value);
  node->type = annotationOf(symbol);
  if (constantGlobals_.contains(symbol)) return error(loc, Diag::ConstantAssigned, {symbol.text()});
  return node;
}

constexpr size_t MostCaptures = 65535;  // FunctionInfo::captureCount

/// A captured variable that is assigned apart from its declaration lives in its scope's object, others are copied.
void Analyzer::decideStorage() {
  for (ast::Binding* binding : bindings_) {
    if (!binding->captured) continue;
    binding->storage = binding->assigned ? ast::Storage::InScope : ast::Storage::Copied;
    if (binding->storage == ast::Storage::InScope) binding->slot = binding->scope->heapSlots++;
  }
  for (FunctionState& f : functions_) {
    std::unordered_set<ast::Scope*> scopes;
    for (ast::Binding* binding : f.captured) {
      if (binding->storage == ast::Storage::Copied)
        f.function->captures.push_back(arena_, {ast::Capture::Variable, binding, nullptr});
      else if (scopes.insert(binding->scope).second)
        f.function->captures.push_back(arena_,
                                       {ast::Capture::ScopeObject, nullptr, binding->scope});
    }
    if (f.capturesSelf)
      f.function->captures.push_back(arena_, {ast::Capture::SelfValue, nullptr, nullptr});
    if (const size_t captures = f.function->captures.size(); captures > MostCaptures)
      error(f.function->loc, Diag::TooManyCaptures,
            {std::to_string(MostCaptures), std::to_string(captures)});
  }
}

}  // namespace gene
