#include "codegen/passes/LikelyTypes.h"

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"

namespace gene {

using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

constexpr int MostRounds = 12;  // over the program: what is not known then stays unknown

}  // namespace

LikelyTypes::LikelyTypes(const ir::Program& program, const KnownClasses& classes)
    : classes_(classes) {
  for (int round = 0; round < MostRounds; round++) {
    changed_ = false;
    for (const ir::Function* function : program.functions)
      for (const ir::Block* block : function->blocks) {
        for (const Instruction* inst : block->instructions) visit(*inst);
        block->forEachEdge([&](const ir::Edge& edge, bool isHandler) {
          for (size_t i = 0; i < edge.args.size(); i++)
            flow(cellOf(edge.args[i]), cellOf(edge.target->params[i + (isHandler ? 1 : 0)]));
        });
      }
    if (!changed_) break;
  }
}

Type LikelyTypes::of(const Value* value) const {
  const auto found = values_.find(value);
  if (found == values_.end()) return Type::none();
  const uint8_t kinds = cells_[static_cast<size_t>(sets_.find(found->second))].kinds;
  return kinds == Ints ? Type::Int() : kinds == Floats ? Type::Float() : Type::none();
}

// --- cells -----------------------------------------------------------------------------------------------------------------

int LikelyTypes::newCell() {
  cells_.emplace_back();
  return sets_.add();
}

/// A value's own cell says what its type says, if that is anything.
int LikelyTypes::cellOf(const Value* value) {
  const auto [it, isNew] = values_.try_emplace(value, -1);
  if (!isNew) return it->second;
  const int cell = it->second = newCell();
  const Type type = value->type;
  if (type.is(Type::Int()))
    add(cell, Ints);
  else if (type.is(Type::Float()))
    add(cell, Floats);
  else if (!type.isNone() && !type.overlaps(Type::Int() | Type::Float() | Type::Array()) &&
           !type.within(Type::Nil() | Type::Void() | Type::Absent()))
    add(cell, Others);
  return cell;
}

void LikelyTypes::add(int cell, uint8_t kinds) {
  uint8_t& known = cells_[static_cast<size_t>(sets_.find(cell))].kinds;
  if ((known | kinds) == known) return;
  known |= kinds;
  changed_ = true;
}

int LikelyTypes::elementsOf(int cell) {
  const auto root = static_cast<size_t>(sets_.find(cell));
  if (cells_[root].elements < 0) {
    const int made = newCell();  // cells_ may move
    cells_[root].elements = made;
    changed_ = true;
  }
  return cells_[root].elements;
}

/// What is in one may be in the other; an array is the same array there.
void LikelyTypes::flow(int from, int to) {
  const int source = sets_.find(from), target = sets_.find(to);
  if (source == target) return;
  add(target, cells_[static_cast<size_t>(source)].kinds);
  int& left = cells_[static_cast<size_t>(source)].elements;
  int& right = cells_[static_cast<size_t>(target)].elements;
  if (left < 0 && right < 0) return;
  if (left >= 0 && right >= 0) return unify(left, right);
  (left < 0 ? left : right) = left < 0 ? right : left;
  changed_ = true;
}

void LikelyTypes::unify(int a, int b) {
  while (a >= 0 && b >= 0) {
    const auto x = static_cast<size_t>(sets_.find(a)), y = static_cast<size_t>(sets_.find(b));
    if (x == y) return;
    changed_ = true;
    sets_.join(static_cast<int>(x), static_cast<int>(y));
    cells_[x].kinds |= cells_[y].kinds;
    a = cells_[x].elements;
    b = cells_[y].elements;
    if (a < 0) cells_[x].elements = b;
  }
}

// --- instructions ----------------------------------------------------------------------------------------------------------

template <class F>
void LikelyTypes::forEachField(Type object, const F& f) const {
  if (!object.hasInstances() || object.isAny()) return;
  if (const auto classes = classes_.instantiatedClassesOf(object))
    for (const KnownClass* c : *classes) f(*c);
}

void LikelyTypes::visitMember(const Instruction& inst) {
  const bool isStore = inst.is<Op::MemberSet, Op::FieldSet, Op::FieldInit>();
  forEachField(inst.operands[0]->type & Type::Instance(), [&](const KnownClass& c) {
    int place = -1;
    if (const auto member = inst.tryAs<Op::MemberGet>()) place = c.placeOf(member.name());
    if (const auto member = inst.tryAs<Op::MemberSet>()) place = c.placeOf(member.name());
    if (const auto field = inst.tryAs<Op::FieldGet>()) place = static_cast<int>(field.slot());
    if (const auto field = inst.tryAs<Op::FieldSet, Op::FieldInit>())
      place = static_cast<int>(field.slot());
    if (place < 0 || static_cast<size_t>(place) >= c.fields.size()) return;
    const int field = fieldCell(c.fields[static_cast<size_t>(place)]);
    if (isStore)
      flow(cellOf(inst.operands[1]), field);
    else
      flow(field, cellOf(&inst));
  });
}

void LikelyTypes::visitCall(const Instruction& inst) {
  if (const auto call = inst.tryAs<Op::CallKnown>()) {
    const ir::Function* callee = call.function();
    for (size_t i = 0; i < callee->params.size(); i++)
      flow(cellOf(inst.operands[i + 1]), cellOf(callee->entry()->params[i]));
    return flow(resultCell(callee), cellOf(&inst));
  }
  const ir::BuiltinFacts* facts = ir::builtinCallee(inst);
  if (facts && (facts->operation.number == NumberFunction::Abs ||
                facts->operation.number == NumberFunction::Min ||
                facts->operation.number == NumberFunction::Max))
    for (const Value* arg : inst.operands.subspan(1)) flow(cellOf(arg), cellOf(&inst));
}

/// Methods of arrays.
void LikelyTypes::visitMethod(const Instruction& inst) {
  const int receiver = cellOf(inst.operands[0]);
  switch (ir::arrayMethod(inst)) {
    case ArrayMethod::Set:
      flow(receiver, cellOf(&inst));
      return flow(cellOf(inst.operands[2]), elementsOf(receiver));
    case ArrayMethod::Add: flow(receiver, cellOf(&inst)); [[fallthrough]];
    case ArrayMethod::Push: return flow(cellOf(inst.operands[1]), elementsOf(receiver));
    case ArrayMethod::Get:
    case ArrayMethod::Pop: return flow(elementsOf(receiver), cellOf(&inst));
    case ArrayMethod::Size:
    case ArrayMethod::None: break;
  }
}

/// A number with a Float is a Float.
void LikelyTypes::visitArithmetic(const Instruction& inst) {
  uint8_t kinds = 0, all = Ints;
  for (const Value* operand : inst.operands) {
    const uint8_t other = cells_[static_cast<size_t>(sets_.find(cellOf(operand)))].kinds;
    kinds |= other;
    all &= other;
  }
  if (kinds & Floats)
    add(cellOf(&inst), Floats);
  else if (all)
    add(cellOf(&inst), Ints);
}

/// What goes in and out of arrays. False if it is no such instruction.
bool LikelyTypes::visitArray(const Instruction& inst) {
  if (inst.is<Op::ElementGet, Op::IndexGet>())
    flow(elementsOf(cellOf(inst.operands[0])), cellOf(&inst));
  else if (const auto set = inst.tryAs<Op::ElementSet>())
    flow(cellOf(set.value()), elementsOf(cellOf(set.object())));
  else if (const auto place = inst.tryAs<Op::IndexSet>())
    flow(cellOf(place.value()), elementsOf(cellOf(place.object())));
  else if (inst.op == Op::ArrayNew)
    for (const Value* item : inst.operands) flow(cellOf(item), elementsOf(cellOf(&inst)));
  else if (inst.is<Op::ArrayAppend, Op::ArrayExtend>()) {
    for (const Value* item : inst.operands.subspan(1)) {
      const int from = inst.op == Op::ArrayExtend ? elementsOf(cellOf(item)) : cellOf(item);
      flow(from, elementsOf(cellOf(inst.operands[0])));
    }
    flow(cellOf(inst.operands[0]), cellOf(&inst));
  } else {
    return false;
  }
  return true;
}

/// Variables of modules and of closures. False if it is no such instruction.
bool LikelyTypes::visitVariable(const Instruction& inst) {
  if (const auto get = inst.tryAs<Op::GlobalGet, Op::GlobalCheck>()) {
    flow(globalCell(get.global()), cellOf(&inst));
  } else if (const auto set = inst.tryAs<Op::GlobalSet>()) {
    flow(cellOf(set.value()), globalCell(set.global()));
  } else if (const auto closure = inst.tryAs<Op::Closure>()) {
    std::vector<int>& cells = captures_[closure.function()];
    while (cells.size() < inst.operands.size()) cells.push_back(newCell());
    for (size_t i = 0; i < inst.operands.size(); i++) flow(cellOf(inst.operands[i]), cells[i]);
  } else if (const auto capture = inst.tryAs<Op::CaptureGet>()) {
    const std::vector<int>& cells = captures_[inst.block->function];
    const auto index = static_cast<size_t>(capture.index());
    if (index < cells.size()) flow(cells[index], cellOf(&inst));
  } else {
    return false;
  }
  return true;
}

void LikelyTypes::visit(const Instruction& inst) {
  if (inst.info().givesFloats() && !inst.type.is(Type::Int()) && !inst.type.is(Type::Float()))
    return visitArithmetic(inst);
  if (visitArray(inst) || visitVariable(inst)) return;
  if (inst.op == Op::Return) flow(cellOf(inst.operands[0]), resultCell(inst.block->function));
  if (inst.is<Op::Call, Op::CallKnown>()) visitCall(inst);
  if (inst.op == Op::CallMethod) visitMethod(inst);
  if (inst.is<Op::MemberGet, Op::MemberSet, Op::FieldGet, Op::FieldSet, Op::FieldInit>())
    visitMember(inst);
  if (inst.is<Op::Assume, Op::Exclude, Op::Convert, Op::CheckType>())
    flow(cellOf(inst.operands[0]), cellOf(&inst));
}

}  // namespace gene
