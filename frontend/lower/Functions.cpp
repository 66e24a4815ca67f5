// Functions: slots, parameters, contracts, closures, and where variables live.

#include "frontend/lower/Lowering.h"
#include "frontend/lower/Yields.h"

namespace gene {

Lowering::Lowering(ir::Function& target, ast::Function& source, const LanguageOptions& options)
    : source_(source), options_(options), builder_(target) {}

void Lowering::run() {
  Block* entry = builder_.newBlock("entry");
  builder_.seal(entry);
  builder_.setBlock(entry);
  builder_.setLocation(source_.loc);
  for (const ast::Parameter& p : source_.parameters) {
    builder_.function().params.push_back(p.spec);
    builder_.addParam(entry);
  }
  if (program().debug)
    for (size_t i = 0; i < source_.captures.size(); i++)
      captures_.push_back(builder_.emit(Op::CaptureGet, {}, {ir::Builder::imm(int64_t(i))}));
  enterScope(source_.scope);
  if (source_.selfName && source_.selfName->storage == ast::Storage::InScope)
    writeBinding(source_.selfName, builder_.emit(Op::Callee, {}));
  if (source_.isAsync) {
    outermost_ = builder_.newBlock("failed");
    builder_.addParam(outermost_);
    builder_.setHandler(outermost_);
  }
  bindParameters();
  if (options_.contracts) checkConditions(source_.pre, "precondition", nullptr);
  if (source_.body)
    tail(source_.body, {});
  else
    returnValue(builder_.nil(), {});
  if (outermost_) {
    builder_.setHandler(nullptr);
    builder_.seal(outermost_);
    builder_.setBlock(outermost_);
    builder_.setLocation(source_.loc);
    builder_.ret(builder_.emit(Op::FutureFailed, {outermost_->params[0]}));
  }
  builder_.finish();
}

/// All slots are bound first, with defaults from left to right; then annotations are checked, then fields are set.
void Lowering::bindParameters() {
  Block* entry = builder_.function().entry();
  for (size_t i = 0; i < source_.parameters.size(); i++) {
    ast::Parameter& p = source_.parameters[i];
    Value* value = entry->params[i];
    if (p.fallback) value = orDefault(value, p.fallback);
    if (p.binding) writeBinding(p.binding, value);
  }
  for (size_t i = 0; i < source_.parameters.size(); i++) {
    ast::Parameter& p = source_.parameters[i];
    if (!p.type || !options_.typeCheck) continue;
    Value* value = p.binding ? readBinding(p.binding) : entry->params[i];
    const bool isRest =  // each element is checked
        p.spec.kind == SlotKind::Rest || p.spec.kind == SlotKind::KeywordRest;
    value = checked(value, p.type, p.spec.name.text(), {.elements = isRest});
    if (p.binding) writeBinding(p.binding, value);
  }
  for (size_t i = 0; i < source_.parameters.size(); i++) {
    ast::Parameter& p = source_.parameters[i];
    if (p.pattern) destructure(*p.pattern, entry->params[i]);
    if (p.field.empty()) continue;
    Value* value = p.binding ? readBinding(p.binding) : entry->params[i];
    Block* assign = builder_.newBlock("field");
    Block* after = builder_.newBlock("after");
    builder_.branch(builder_.emit(Op::Same, {value, builder_.nil()}), after, assign);
    builder_.seal(assign);
    builder_.setBlock(assign);
    builder_.emit(Op::MemberSet, {self(source_.loc), value}, {ir::Builder::imm(p.field)});
    builder_.jump(after);
    builder_.seal(after);
    builder_.setBlock(after);
  }
}

void Lowering::checkConditions(Span<ast::Condition> conditions, const char* what, Value* result) {
  std::string name(source_.isCtor ? "ctor" : source_.name.text());
  if (name.empty()) name = "<unnamed>";
  for (size_t i = 0; i < conditions.size(); i++) {
    ast::Condition& c = conditions[i];
    builder_.setLocation(c.form->loc);
    Block* failed = builder_.newBlock("violated");
    Block* holds = builder_.newBlock("holds");
    condition(c.test, holds, failed);
    builder_.seal(failed);
    builder_.seal(holds);
    builder_.setBlock(failed);
    const std::string message = "ContractViolation: " + name + " " + what + " #" +
                                std::to_string(i + 1) + " failed: " + printForm(*c.form);
    std::vector<Value*> values;
    std::vector<Form*> names;
    for (ast::Parameter& p : source_.parameters) {
      if (!p.binding && p.spec.kind != SlotKind::Self) continue;
      names.push_back(arena().make<SymbolForm>(c.form->loc, p.spec.name));
      values.push_back(p.binding ? readBinding(p.binding) : self(c.form->loc));
    }
    if (result) values.push_back(result);
    const Form* nameList = arena().make<ArrayForm>(c.form->loc, arena().copy(Span<Form*>(names)));
    builder_.emit(Op::ContractFailed, values,
                  {ir::Builder::imm(int64_t{result != nullptr}), ir::Builder::imm(text(message)),
                   ir::Builder::imm(nameList)});
    builder_.unreachable();
    builder_.setBlock(holds);
  }
}

void Lowering::returnValue(Value* value, Location explicitReturn) {
  if (source_.isGenerator) {
    builder_.emit(Op::ScopeSet,
                  {builder_.function().entry()->params[0], program().integer(GeneratorEnd)},
                  {ir::Builder::imm(int64_t{0})});
    builder_.ret(program().constant(ir::ConstantKind::NotFound));
    return;
  }
  if (options_.contracts && !source_.post.empty()) {
    if (source_.result) writeBinding(source_.result, value);
    checkConditions(source_.post, "postcondition", value);
  }
  if (source_.resultType && options_.typeCheck) {
    std::string context =
        "return value of " +
        (source_.name.empty() ? std::string("<unnamed>") : std::string(source_.name.text()));
    if (explicitReturn.valid()) context += at(explicitReturn);
    value = checked(value, source_.resultType, context);
  }
  if (source_.isAsync) value = builder_.emit(Op::FutureDone, {value});
  builder_.ret(value);
}

/// [[type …] result]: nil where the definition does not say.
const Form* Lowering::signature(const ast::Function& function) {
  auto orNil = [&](const Form* type) {
    return type ? const_cast<Form*>(type) : arena().make<Form>(FormKind::Nil, function.loc);
  };
  std::vector<Form*> types;
  for (const ast::Parameter& p : function.parameters)
    if (p.spec.kind != SlotKind::Self) types.push_back(orNil(p.type));
  Form* parts[] = {arena().make<ArrayForm>(function.loc, arena().copy(Span<Form*>(types))),
                   orNil(function.isAsync ? nullptr : function.resultType)};
  return arena().make<ArrayForm>(function.loc, arena().copy(Span<Form*>(parts)));
}

bool Lowering::isOfOtherModule(const ast::Function& function) {
  return function.lowered && function.lowered->program != &program();
}

Lowering::Value* Lowering::closure(ast::Function& function) {
  if (isOfOtherModule(function)) {
    const ir::Program& other = *function.lowered->program;
    return builder_.emit(Op::Closure, {},
                         {ir::Builder::imm(program().importBody(
                             Symbol::of(other.mainFile), function.name, builder_.location()))});
  }
  if (!function.lowered) {
    ir::Function* target = program().addFunction(function.name, function.loc);
    function.lowered = target;
    target->captureCount = function.captures.size();
    target->isMacro = function.isMacro;
    target->isMethod = function.isMethod;
    target->isCtor = function.isCtor;
    target->isBlock = function.isBlock;
    target->form = function.form;
    if (program().checksFunctionTypes) target->signature = signature(function);
    Lowering(*target, function, options_).run();
    if (function.isGenerator) function.frameSlots = lowerYields(*target);
  }
  std::vector<Value*> captures;
  for (const ast::Capture& c : function.captures) captures.push_back(captured(c));
  builder_.setLocation(function.loc);
  return builder_.emit(Op::Closure, captures, {ir::Builder::imm(function.lowered)});
}

Lowering::Value* Lowering::makeGenerator(ast::MakeGenerator& node) {
  Value* resume = closure(*node.body);
  return builder_.emit(Op::GeneratorNew, {resume},
                       {ir::Builder::imm(int64_t{node.body->frameSlots})});
}

/// `$ex` of a handler around the yield is there again when the generator goes on.
Lowering::Value* Lowering::yield(ast::Yield& node) {
  Value* value = expressionOrNil(node.value);
  bool handling = false;
  for (const Region* r = region_; r; r = r->outer) handling |= r->kind == Region::Catching;
  handling &= source_.isGenerator;
  Value* handled = handling ? builder_.emit(Op::CurrentException, {}) : nullptr;
  builder_.setLocation(node.loc);
  Value* result = builder_.emit(Op::Yield, {value});
  if (handling) builder_.emit(Op::SetCurrentException, {handled});
  return result;
}

Lowering::Value* Lowering::captured(const ast::Capture& capture) {
  switch (capture.kind) {
    case ast::Capture::Variable: return readBinding(capture.binding);
    case ast::Capture::ScopeObject: return scopeObject(capture.scope);
    case ast::Capture::SelfValue: return self(builder_.location());
  }
  GENE_UNREACHABLE("capture kind");
}

/// A debugger finds it in the same register throughout.
Lowering::Value* Lowering::capture(size_t index) {
  return captures_.empty() ? builder_.emit(Op::CaptureGet, {}, {ir::Builder::imm(int64_t(index))})
                           : captures_[index];
}

bool Lowering::hasOwnSelf() const {
  for (const ast::Parameter& p : source_.parameters)
    if (p.spec.kind == SlotKind::Self) return true;
  for (const ast::Capture& c : source_.captures)
    if (c.kind == ast::Capture::SelfValue) return true;
  return false;
}

Lowering::Value* Lowering::self(Location loc) {
  for (size_t i = 0; i < source_.parameters.size(); i++)
    if (source_.parameters[i].spec.kind == SlotKind::Self)
      return builder_.function().entry()->params[i];
  for (size_t i = 0; i < source_.captures.size(); i++)
    if (source_.captures[i].kind == ast::Capture::SelfValue) return capture(i);
  builder_.setLocation(loc);
  return builder_.emit(Op::ModuleSelf, {});
}

// --- variables -------------------------------------------------------------------------------------------------------

ir::Variable Lowering::variableOf(ast::Binding* binding) {
  if (binding->variable == 0) binding->variable = builder_.newVariable() + 1;
  return binding->variable - 1;
}

Lowering::Value* Lowering::scopeObject(ast::Scope* scope) {
  if (scope->function == &source_) {
    auto it = scopeVariables_.find(scope);
    GENE_ASSERT(it != scopeVariables_.end(), "a scope is entered before its variables are used");
    return builder_.read(it->second);
  }
  for (size_t i = 0; i < source_.captures.size(); i++) {
    const ast::Capture& c = source_.captures[i];
    if (c.kind == ast::Capture::ScopeObject && c.scope == scope) return capture(i);
  }
  GENE_UNREACHABLE("a scope of an enclosing function is captured");
}

void Lowering::enterScope(ast::Scope* scope) {
  if (!scope || scope->heapSlots == 0) return;
  auto [it, isNew] = scopeVariables_.try_emplace(scope, 0);
  if (isNew) it->second = builder_.newVariable();
  builder_.write(it->second,
                 builder_.emit(Op::ScopeNew, {}, {ir::Builder::imm(int64_t{scope->heapSlots})}));
}

Lowering::Value* Lowering::readBinding(ast::Binding* binding) {
  if (binding == source_.selfName && binding->storage != ast::Storage::InScope)
    return builder_.emit(Op::Callee, {});
  if (binding->storage == ast::Storage::InScope)
    return builder_.emit(Op::ScopeGet, {scopeObject(binding->scope)},
                         {ir::Builder::imm(int64_t{binding->slot})});
  if (binding->function == &source_) return builder_.read(variableOf(binding));
  for (size_t i = 0; i < source_.captures.size(); i++) {
    const ast::Capture& c = source_.captures[i];
    if (c.kind == ast::Capture::Variable && c.binding == binding) return capture(i);
  }
  GENE_UNREACHABLE("a variable of an enclosing function is captured");
}

void Lowering::writeBinding(ast::Binding* binding, Value* value) {
  if (binding->storage == ast::Storage::InScope) {
    builder_.emit(Op::ScopeSet, {scopeObject(binding->scope), value},
                  {ir::Builder::imm(int64_t{binding->slot})});
    return;
  }
  GENE_ASSERT(binding->function == &source_,
              "only a variable in a scope object is assigned from outside");
  builder_.write(variableOf(binding), value);
}

Lowering::Value* Lowering::checked(Value* value, const Form* type, std::string_view context,
                                   CheckRules rules) {
  rules.strict = options_.strictNil;
  return builder_.emit(Op::CheckType, {value},
                       {ir::Builder::imm(type), ir::Builder::imm(text(context)),
                        ir::Builder::imm(int64_t{rules.bits()}), ir::Builder::imm(int64_t{0}),
                        ir::Builder::imm(int64_t{0})});
}

/// " @ FILE:LINE:COL", the end of some type errors.
std::string Lowering::at(Location loc) const {
  const Position p = const_cast<Lowering*>(this)->program().sources.position(loc);
  return " @ " + std::string(p.file) + ":" + std::to_string(p.line) + ":" +
         std::to_string(p.column);
}

const Form* Lowering::text(std::string_view text) {
  return arena().make<StringForm>(FormKind::String, builder_.location(), arena().copy(text));
}

}  // namespace gene
