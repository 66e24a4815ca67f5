// Values: literals, variables, containers, paths.

#include <algorithm>

#include "frontend/lower/Lowering.h"

namespace gene {

Lowering::Value* Lowering::expression(ast::Node* node) {
  builder_.setLocation(node->loc);
  switch (node->kind) {
    case ast::NodeKind::Literal: return program().literal(static_cast<ast::Literal*>(node)->form);
    case ast::NodeKind::Quote: return quoted(static_cast<ast::Quote*>(node)->form);
    case ast::NodeKind::Interpolate:
      return textOf(Op::Interpolate, static_cast<ast::Interpolate*>(node)->parts, node->loc);
    case ast::NodeKind::Render: return render(*static_cast<ast::Render*>(node));
    case ast::NodeKind::Local: return readBinding(static_cast<ast::Local*>(node)->binding);
    case ast::NodeKind::Global: return global(*static_cast<ast::Global*>(node));
    case ast::NodeKind::Self: return self(node->loc);
    case ast::NodeKind::CurrentException: return builder_.emit(Op::CurrentException, {});
    case ast::NodeKind::DeclareLocal: return declareLocal(*static_cast<ast::DeclareLocal*>(node));
    case ast::NodeKind::AssignLocal: return assignLocal(*static_cast<ast::AssignLocal*>(node));
    case ast::NodeKind::AssignGlobal: return assignGlobal(*static_cast<ast::AssignGlobal*>(node));
    case ast::NodeKind::Destructure: {
      auto& d = *static_cast<ast::Destructure*>(node);
      destructure(d, expression(d.value));
      return builder_.nil();
    }
    case ast::NodeKind::Sequence: return sequence(static_cast<ast::Sequence*>(node)->nodes);
    case ast::NodeKind::ScopeBlock:
      enterScope(static_cast<ast::ScopeBlock*>(node)->scope);
      return expressionOrNil(static_cast<ast::ScopeBlock*>(node)->body);
    case ast::NodeKind::If: return conditional(*static_cast<ast::If*>(node));
    case ast::NodeKind::While: return whileLoop(*static_cast<ast::While*>(node));
    case ast::NodeKind::Loop: return loop(*static_cast<ast::Loop*>(node));
    case ast::NodeKind::For: return forLoop(*static_cast<ast::For*>(node));
    case ast::NodeKind::Repeat: return repeat(*static_cast<ast::Repeat*>(node));
    case ast::NodeKind::Break: {
      auto& b = *static_cast<ast::Break*>(node);
      breakOrContinue(node->loc, {ExitKind::Break, b.loop}, b.value, "break");
      return builder_.nil();
    }
    case ast::NodeKind::Continue: {
      auto& c = *static_cast<ast::Continue*>(node);
      breakOrContinue(node->loc, {ExitKind::Continue, c.loop}, nullptr, "continue");
      return builder_.nil();
    }
    case ast::NodeKind::Return: return returnValue(*static_cast<ast::Return*>(node));
    case ast::NodeKind::Try: return tryForm(*static_cast<ast::Try*>(node));
    case ast::NodeKind::Throw: return throwValue(*static_cast<ast::Throw*>(node));
    case ast::NodeKind::Case: return caseOf(*static_cast<ast::Case*>(node));
    case ast::NodeKind::Question: return question(*static_cast<ast::Question*>(node));
    case ast::NodeKind::Logical: return logical(*static_cast<ast::Logical*>(node));
    case ast::NodeKind::Chain: return chain(*static_cast<ast::Chain*>(node));
    case ast::NodeKind::Runtime: return runtime(*static_cast<ast::Runtime*>(node));
    case ast::NodeKind::Array: return array(*static_cast<ast::Array*>(node));
    case ast::NodeKind::Map: return map(*static_cast<ast::Map*>(node));
    case ast::NodeKind::HashMap: return hashMap(*static_cast<ast::HashMap*>(node));
    case ast::NodeKind::Gene: return gene(*static_cast<ast::Gene*>(node));
    case ast::NodeKind::Path: return path(*static_cast<ast::Path*>(node));
    case ast::NodeKind::PathAssign: return pathAssign(*static_cast<ast::PathAssign*>(node));
    case ast::NodeKind::PathUpdate: return pathUpdate(*static_cast<ast::PathUpdate*>(node));
    case ast::NodeKind::Select: return select(*static_cast<ast::Select*>(node));
    case ast::NodeKind::Call: return call(*static_cast<ast::Call*>(node));
    case ast::NodeKind::MethodCall: return methodCall(*static_cast<ast::MethodCall*>(node));
    case ast::NodeKind::DynamicMethodCall:
      return dynamicMethodCall(*static_cast<ast::DynamicMethodCall*>(node));
    case ast::NodeKind::SuperCall: return superCall(*static_cast<ast::SuperCall*>(node));
    case ast::NodeKind::New: return newObject(*static_cast<ast::New*>(node));
    case ast::NodeKind::Function: return closure(*static_cast<ast::Function*>(node));
    case ast::NodeKind::MacroCall: return macroCall(*static_cast<ast::MacroCall*>(node));
    case ast::NodeKind::Environment: return environment(*static_cast<ast::Environment*>(node));
    case ast::NodeKind::DebugPoint: return debugPoint(*static_cast<ast::DebugPoint*>(node));
    case ast::NodeKind::MakeGenerator:
      return makeGenerator(*static_cast<ast::MakeGenerator*>(node));
    case ast::NodeKind::Async: return async(*static_cast<ast::Async*>(node));
    case ast::NodeKind::Yield: return yield(*static_cast<ast::Yield*>(node));
    case ast::NodeKind::Class: return classForm(*static_cast<ast::Class*>(node));
    case ast::NodeKind::Namespace: return namespaceForm(*static_cast<ast::Namespace*>(node));
    case ast::NodeKind::WithSelf: return withSelf(*static_cast<ast::WithSelf*>(node));
  }
  GENE_UNREACHABLE("node kind");
}

/// Quoted data: containers and genes are copied for every evaluation, the rest are constants.
Lowering::Value* Lowering::quoted(const Form* form) {
  switch (form->kind) {
    case FormKind::Array:
    case FormKind::Map:
    case FormKind::HashMap:
    case FormKind::Gene:
    case FormKind::Path:
    case FormKind::Quote:
    case FormKind::Unquote: return builder_.emit(Op::Quote, {}, {ir::Builder::imm(form)});
    default: return program().literal(form);
  }
}

Lowering::Value* Lowering::runtime(ast::Runtime& node) {
  if (node.op == Op::Concat) return textOf(node.op, node.operands, node.loc);
  std::vector<Value*> operands;
  const bool hasBits = ir::info(node.op).group == ir::Group::Bits;
  for (ast::Node* operand : node.operands)
    operands.push_back(!operand ? builder_.absent()
                       : hasBits && operand->kind == ast::NodeKind::Logical
                           ? logical(*static_cast<ast::Logical*>(operand), true)
                           : expression(operand));
  builder_.setLocation(node.loc);
  Value* result = builder_.emitWith(node.op, operands, node.immediates);
  return ir::info(node.op).hasResult ? result : builder_.nil();
}

// --- containers --------------------------------------------------------------------------------------------------------

/// A piece at a time, so that not all of a long list have to be held at once.
Lowering::Value* Lowering::arrayOf(Span<const ast::Item> items, Location loc) {
  Value* array = nullptr;
  for (size_t i = 0; i < items.size() || !array;) {
    if (array && items[i].spread) {
      Value* const item = expression(items[i++].node);
      builder_.emit(Op::ArrayExtend, {array, item});
      continue;
    }
    std::vector<Value*> piece;
    if (array) piece.push_back(array);
    const size_t end = std::min(items.size(), i + MostAtOnce);
    for (; i < end && !items[i].spread; i++) piece.push_back(expression(items[i].node));
    builder_.setLocation(loc);
    if (!array)
      array = builder_.emit(Op::ArrayNew, piece);
    else
      builder_.emit(piece.size() == 2 ? Op::ArrayPush : Op::ArrayAppend, piece);
  }
  return array;
}

Lowering::Value* Lowering::array(ast::Array& node) {
  Value* result = arrayOf(node.items, node.loc);
  return node.frozen ? builder_.emit(Op::Seal, {result}) : result;
}

/// `++` or an interpolation of any number of parts, all of which are evaluated first.
Lowering::Value* Lowering::textOf(Op op, ast::Nodes parts, Location loc) {
  if (parts.size() > MostAtOnce) {
    std::vector<ast::Item> items;
    for (ast::Node* part : parts) items.push_back({part, false});
    Value* const array = arrayOf(items, loc);
    return builder_.emit(op == Op::Concat ? Op::ConcatAll : Op::InterpolateAll, {array});
  }
  std::vector<Value*> operands;
  for (ast::Node* part : parts) operands.push_back(expression(part));
  builder_.setLocation(loc);
  return builder_.emit(op, operands);
}

Lowering::Value* Lowering::map(ast::Map& node) {
  std::vector<Value*> entries;
  size_t i = 0;
  for (; i < std::min(node.entries.size(), MostAtOnce) && !node.entries[i].spread; i++) {
    entries.push_back(program().symbol(node.entries[i].key));
    entries.push_back(expression(node.entries[i].node));
  }
  builder_.setLocation(node.loc);
  Value* result = builder_.emit(Op::MapNew, entries);
  for (; i < node.entries.size(); i++) {
    Value* value = expression(node.entries[i].node);
    if (node.entries[i].spread)
      builder_.emit(Op::MapExtend, {result, value});
    else
      builder_.emit(Op::MapPut, {result, program().symbol(node.entries[i].key), value});
  }
  return node.frozen ? builder_.emit(Op::Seal, {result}) : result;
}

Lowering::Value* Lowering::hashMap(ast::HashMap& node) {
  std::vector<Value*> items;
  for (ast::Node* item : node.items) items.push_back(expression(item));
  builder_.setLocation(node.loc);
  Value* result = builder_.emit(Op::HashMapNew, items);
  return node.frozen ? builder_.emit(Op::Seal, {result}) : result;
}

Lowering::Value* Lowering::gene(ast::Gene& node) {
  Value* result = builder_.emit(Op::GeneNew, {expression(node.head)});
  for (ast::Entry& p : node.properties) {
    Value* value = expression(p.node);
    if (p.spread)
      builder_.emit(Op::GeneProperties, {result, value});
    else
      builder_.emit(Op::GeneProperty, {result, program().symbol(p.key), value});
  }
  for (ast::Item& child : node.children) {
    Value* value = expression(child.node);
    builder_.emit(child.spread ? Op::GeneChildren : Op::GeneChild, {result, value});
  }
  return node.frozen ? builder_.emit(Op::Seal, {result}) : result;
}

Lowering::Value* Lowering::render(ast::Render& node) {
  std::vector<Value*> operands{expression(node.pattern)};
  for (ast::Render::Variable& v : node.variables) {
    operands.push_back(program().symbol(v.name));
    operands.push_back(expression(v.value));
  }
  builder_.setLocation(node.loc);
  return builder_.emit(Op::Render, operands);
}

// --- paths -------------------------------------------------------------------------------------------------------------

Lowering::Value* Lowering::segment(Value* object, ast::Segment& s) {
  switch (s.kind) {
    case ast::Segment::Member:
      return builder_.emit(Op::MemberGet, {object}, {ir::Builder::imm(s.name)});
    case ast::Segment::Index:
      return builder_.emit(Op::IndexGet, {object}, {ir::Builder::imm(s.index)});
    case ast::Segment::Dynamic: return builder_.emit(Op::ElementGet, {object, expression(s.value)});
    case ast::Segment::Method:
      return builder_.emit(Op::CallMethod, {object}, {ir::Builder::imm(s.name)});
    case ast::Segment::DynamicMethod:
      return builder_.emit(Op::PathMethodDynamic, {object, expression(s.value)});
    case ast::Segment::Assert: return builder_.emit(Op::SelectAssert, {object});
  }
  GENE_UNREACHABLE("segment kind");
}

Lowering::Value* Lowering::path(ast::Path& node) {
  Value* value = expression(node.head);
  for (ast::Segment& s : node.segments) {
    builder_.setLocation(node.loc);
    value = segment(value, s);
  }
  return value;
}

/// Gives what the member has then: a declared field may convert the value.
Lowering::Value* Lowering::setMember(Value* container, const ast::Segment& last, Value* key,
                                     Value* value) {
  switch (last.kind) {
    case ast::Segment::Member:
      return builder_.emit(Op::MemberSet, {container, value}, {ir::Builder::imm(last.name)});
    case ast::Segment::Index:
      builder_.emit(Op::IndexSet, {container, value}, {ir::Builder::imm(last.index)});
      return value;
    case ast::Segment::Dynamic:
      builder_.emit(Op::ElementSet, {container, key, value});
      return value;
    case ast::Segment::Method:
    case ast::Segment::DynamicMethod:
    case ast::Segment::Assert: break;
  }
  GENE_UNREACHABLE("only members, indices and dynamic keys are written");
}

Lowering::Value* Lowering::pathAssign(ast::PathAssign& node) {
  Value* container = expression(node.container);
  Value* key = node.last.value ? expression(node.last.value) : nullptr;
  Value* value = expression(node.value);
  builder_.setLocation(node.loc);
  return setMember(container, node.last, key, value);
}

Lowering::Value* Lowering::pathUpdate(ast::PathUpdate& node) {
  Value* container = expression(node.container);
  Value* key = node.last.value ? expression(node.last.value) : nullptr;
  builder_.setLocation(node.loc);
  Value* old = nullptr;
  switch (node.last.kind) {
    case ast::Segment::Member:
      old = builder_.emit(Op::MemberGet, {container}, {ir::Builder::imm(node.last.name)});
      break;
    case ast::Segment::Index:
      old = builder_.emit(Op::IndexGet, {container}, {ir::Builder::imm(node.last.index)});
      break;
    default: old = builder_.emit(Op::ElementGet, {container, key}); break;
  }
  Value* operand = expression(node.value);
  builder_.setLocation(node.loc);
  Value* value = builder_.emit(node.op, {old, operand});
  return setMember(container, node.last, key, value);
}

Lowering::Value* Lowering::select(ast::Select& node) {
  Value* target = expression(node.target);
  Value* key = expression(node.key);
  builder_.setLocation(node.loc);
  Value* found = builder_.emit(Op::MemberSelect, {target, key});
  if (!node.fallback) return found;
  Value* fallback = expression(node.fallback);
  const ir::Variable result = builder_.newVariable();
  builder_.write(result, found);
  Block* isVoid = builder_.newBlock("is-void");
  Block* done = builder_.newBlock("selected");
  builder_.branch(builder_.emit(Op::Same, {found, program().constant(ir::ConstantKind::Void)}),
                  isVoid, done);
  builder_.seal(isVoid);
  builder_.setBlock(isVoid);
  builder_.write(result, fallback);
  builder_.jump(done);
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

// --- variables ---------------------------------------------------------------------------------------------------------

Lowering::Value* Lowering::declareLocal(ast::DeclareLocal& node) {
  Value* value = expressionOrNil(node.value);
  builder_.setLocation(node.loc);
  if (node.binding->type && node.value && options_.typeCheck)
    value = checked(value, node.binding->type, "variable" + at(node.loc), {.converts = false});
  writeBinding(node.binding, value);
  return value;
}

Lowering::Value* Lowering::assignLocal(ast::AssignLocal& node) {
  Value* value = expression(node.value);
  builder_.setLocation(node.loc);
  if (node.binding->type && options_.typeCheck)
    value = checked(value, node.binding->type, "variable" + at(node.loc), {.converts = false});
  writeBinding(node.binding, value);
  return value;
}

Lowering::Value* Lowering::assignGlobal(ast::AssignGlobal& node) {
  Value* value = expression(node.value);
  if (node.global->constant && node.value->kind == ast::NodeKind::Function)
    node.global->function = static_cast<ast::Function*>(node.value)->lowered;
  builder_.setLocation(node.loc);
  if (node.type && options_.typeCheck)
    value = checked(value, node.type, "variable" + at(node.loc), {.converts = false});
  builder_.emit(Op::GlobalSet, {value}, {ir::Builder::imm(node.global)});
  return value;
}

Lowering::Value* Lowering::global(ast::Global& node) {
  return builder_.emit(node.checked ? Op::GlobalCheck : Op::GlobalGet, {},
                       {ir::Builder::imm(node.global)});
}

/// The value, or what the fallback gives where it is absent.
Lowering::Value* Lowering::orDefault(Value* value, ast::Node* fallback) {
  const ir::Variable result = builder_.newVariable();
  builder_.write(result, value);
  Block* missing = builder_.newBlock("default");
  Block* bound = builder_.newBlock("bound");
  builder_.branch(builder_.emit(Op::IsAbsent, {value}), missing, bound);
  builder_.seal(missing);
  builder_.setBlock(missing);
  builder_.write(result, expression(fallback));
  builder_.jump(bound);
  builder_.seal(bound);
  builder_.setBlock(bound);
  return builder_.read(result);
}

namespace {

/// Nothing but names, each of one element?
bool isPlain(const ast::Destructure& node) {
  const Span<Form* const> items = as<ArrayForm>(*node.pattern).items;
  return items.size() == node.targets.size() && std::ranges::all_of(items, [](const Form* item) {
           if (item->kind != FormKind::Symbol) return false;
           const std::string_view text = as<SymbolForm>(*item).symbol.text();
           return text != "_" && text != "=" && !text.starts_with('^') && !text.ends_with("...");
         });
}

}  // namespace

void Lowering::destructure(ast::Destructure& node, Value* value) {
  builder_.setLocation(node.loc);
  const bool isMap = node.pattern->kind == FormKind::Map;
  Value* parts = isMap ? value
                       : builder_.emit(isPlain(node) ? Op::DestructurePlain : Op::Destructure,
                                       {value}, {ir::Builder::imm(node.pattern)});
  int64_t index = 0;
  for (ast::Destructure::Target& t : node.targets) {
    if (!t.local && !t.global) continue;
    builder_.setLocation(node.loc);
    Value* part = isMap ? builder_.emit(Op::MemberGet, {value}, {ir::Builder::imm(t.key)})
                        : builder_.emit(Op::IndexGet, {parts}, {ir::Builder::imm(index++)});
    if (t.fallback) part = orDefault(part, t.fallback);
    if (t.local)
      writeBinding(t.local, part);
    else
      builder_.emit(Op::GlobalSet, {part}, {ir::Builder::imm(t.global)});
  }
}

}  // namespace gene
