#include "frontend/analysis/Scopes.h"

#include <utility>

namespace gene {

Scopes::Scopes(Arena& arena) : arena_(arena) {}
Scopes::~Scopes() = default;

Scopes::Scope* Scopes::outermost() { return &scopes_.front(); }

// --- where the analysis is ---------------------------------------------------------------------------------------------

ast::Scope* Scopes::push() {
  auto* scope = arena_.make<ast::Scope>();
  scope->function = function_->function;
  scope->id = function_->function->scopes.size();
  function_->function->scopes.push_back(arena_, scope);
  Scope& state = scopes_.emplace_back();
  state.scope = scope;
  state.outer = scope_;
  state.function = function_;
  state.loops = static_cast<unsigned>(function_->loops.size());
  scope_ = &state;
  return scope;
}

void Scopes::enter(ast::Function* function, bool hasSelf) {
  Function& state = functions_.emplace_back();
  state.function = function;
  state.outer = function_;
  state.hasSelf = hasSelf;
  function_ = &state;
  function->scope = push();
}

void Scopes::leave(Function* function, Scope* scope) {
  function_ = function;
  scope_ = scope;
}

// --- bindings ----------------------------------------------------------------------------------------------------------

ast::Binding* Scopes::make(Symbol name, Location loc) {
  auto* binding = arena_.make<ast::Binding>();
  binding->name = name;
  binding->loc = loc;
  binding->function = function_->function;
  binding->scope = scope_->scope;
  bindings_.push_back(binding);
  return binding;
}

void Scopes::bind(ast::Binding* binding) {
  ast::Binding* const before = std::exchange(scope_->names[binding->name], binding);
  if (DeclarationLog* log = this->log())
    log->entries.push_back({binding->name, false, before, binding});
  // A variable declared in the body of `while` or `loop` belongs to the scope around it: one variable for all rounds,
  // which a closure made in one round sees change in the next.
  if (function_->loops.size() > scope_->loops) binding->assigned = true;
}

Scopes::Meaning Scopes::meaning(Symbol name) const {
  for (const Scope* s = scope_; s; s = s->outer) {
    const bool fromInside = s->function != function_;
    if (fromInside && s->pending && s->pending->name == name) return {s->pending, true, true};
    if (auto it = s->names.find(name); it != s->names.end()) return {it->second, fromInside, false};
    if (auto it = s->later.find(name); fromInside && it != s->later.end())
      return {it->second, true, true};
  }
  return {};
}

ast::Binding* Scopes::lookup(Symbol name) {
  const Meaning found = meaning(name);
  if (found.fromInside) capture(found.binding, found.early);
  return found.binding;
}

void Scopes::capture(ast::Binding* binding, bool early) {
  binding->captured = true;
  if (early) binding->assigned = true;
  for (Function* f = function_; f && f->function != binding->function; f = f->outer)
    if (f->capturedSet.insert(binding).second) f->captured.push_back(binding);
}

ast::Binding* Scopes::selfHere(bool* isModule) {
  *isModule = false;
  for (Scope* s = scope_; s; s = s->outer) {
    if (s->self) return s->self;
    const bool outermost = !s->outer || s->outer->function != s->function;
    if (!outermost || !s->function->hasSelf) continue;
    for (Function* f = function_; f != s->function; f = f->outer) f->capturesSelf = true;
    s->function->function->usesSelf = true;
    return nullptr;
  }
  *isModule = true;
  return nullptr;
}

bool Scopes::selfIsModule() const {
  for (const Scope* s = scope_; s; s = s->outer) {
    if (s->self) return false;
    const bool outermost = !s->outer || s->outer->function != s->function;
    if (outermost && s->function->hasSelf) return false;
  }
  return true;
}

ast::Binding* Scopes::enclosingClass() const {
  for (const Scope* s = scope_; s; s = s->outer)
    if (s->cls) return s->cls;
  return nullptr;
}

bool Scopes::isInMethod() const {
  for (const Function* f = function_; f; f = f->outer)
    if (f->hasSelf) return true;
  return false;
}

// --- declarations of a try ---------------------------------------------------------------------------------------------

Scopes::DeclarationLog* Scopes::beginLog(DeclarationLog* log) {
  log->scope = scope_;
  return std::exchange(log_, log);
}

void Scopes::endLog(DeclarationLog* log, DeclarationLog* before) {
  log_ = before;
  if (before && before->scope == scope_)
    before->entries.insert(before->entries.end(), log->entries.begin(), log->entries.end());
}

// --- at the end --------------------------------------------------------------------------------------------------------

std::vector<std::pair<const ast::Function*, size_t>> Scopes::decideStorage() {
  for (ast::Binding* binding : bindings_) decide(*binding);
  std::vector<std::pair<const ast::Function*, size_t>> tooMany;
  for (Function& function : functions_)
    if (const size_t count = decideCaptures(function); count > MostCaptures)
      tooMany.emplace_back(function.function, count);
  return tooMany;
}

void Scopes::decide(ast::Binding& binding) {
  if (!binding.captured) return;
  binding.storage = binding.assigned ? ast::Storage::InScope : ast::Storage::Copied;
  if (binding.storage == ast::Storage::InScope) binding.slot = binding.scope->heapSlots++;
}

size_t Scopes::decideCaptures(Function& f) {
  auto& captures = f.function->captures;
  std::unordered_set<ast::Scope*> scopes;
  for (ast::Binding* binding : f.captured) {
    if (binding->storage == ast::Storage::Copied)
      captures.push_back(arena_, {ast::Capture::Variable, binding, nullptr});
    else if (scopes.insert(binding->scope).second)
      captures.push_back(arena_, {ast::Capture::ScopeObject, nullptr, binding->scope});
  }
  if (f.capturesSelf) captures.push_back(arena_, {ast::Capture::SelfValue, nullptr, nullptr});
  return captures.size();
}

}  // namespace gene
