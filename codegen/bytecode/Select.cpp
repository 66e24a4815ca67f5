#include "codegen/bytecode/Select.h"

#include "codegen/image/TypeKinds.h"
#include "codegen/ir/Annotations.h"
#include "codegen/ir/Builtins.h"
#include "codegen/ir/Dominance.h"
#include "runtime/value/Value.h"

namespace gene::bytecode {

using ir::Op;

Select::Select(const ir::Function& function, const RegAlloc& registers, ImageTables& tables,
               bool longJumps)
    : function_(function), registers_(registers), tables_(tables), assembler_(longJumps, &memory_) {
  blockLabels_.reserve(function.blocks.size());
  start_ = assembler_.newLabel();
  checked_ = assembler_.newLabel();
  for (size_t i = 0; i < function.blocks.size(); i++) blockLabels_.push_back(assembler_.newLabel());
}

/// How many loops each block is in, from the edges that lead back.
void Select::findLoops() {
  const auto count = static_cast<uint32_t>(function_.blocks.size());
  loopDepths_.assign(count, 0);
  bool anyBack = false;
  for (const ir::Block* block : function_.blocks)
    block->forEachEdge(
        [&](ir::Edge& edge, bool) { anyBack |= edge.target->index <= block->index; });
  if (!anyBack) return;
  const ir::Predecessors predecessors(function_, &memory_);
  // By block: the header + 1 of the loop it was found in last.
  std::pmr::vector<uint32_t> member(count, 0, &memory_), pending(&memory_);
  for (uint32_t header = 0; header < count; header++) {
    for (const ir::Predecessor& before : predecessors[header])
      if (before.from->index >= header) pending.push_back(before.from->index);
    while (!pending.empty()) {
      const uint32_t block = pending.back();
      pending.pop_back();
      if (block < header || member[block] == header + 1) continue;
      member[block] = header + 1;
      loopDepths_[block]++;
      if (block == header) continue;
      for (const ir::Predecessor& before : predecessors[block])
        pending.push_back(before.from->index);
    }
  }
}

bool Select::run() {
  findLoops();
  findPoints();
  assembler_.bind(start_);
  leadingChecks();
  assembler_.bind(checked_);
  for (const ir::Constant* constant : registers_.hoisted())
    load(registers_.reg(constant), *constant);
  for (const ir::Block* block : function_.blocks) {
    assembler_.bind(blockLabel(block));
    next_ = block->index + 1;
    blockBody(*block);
  }
  for (size_t i = 0; i < stubs_.size(); i++) stub(stubs_[i]);
  return assembler_.link();
}

/// Calls whose arguments are proven enter behind these: they come first, and move nothing.
void Select::leadingChecks() {
  for (const ir::Instruction* check : ir::leadingChecks(function_)) {
    if (result(*check) != registers_.reg(ir::checkedSlot(*check))) break;
    emitCheckType(*check);
    leading_++;
  }
}

void Select::blockBody(const ir::Block& block) {
  left_ = false;
  if (!pointAt_.empty()) point_ = pointAt_[block.index];
  const auto start = block.instructions.begin() + (&block == function_.entry() ? leading_ : 0);
  for (const ir::Instruction* i : Span(start, block.instructions.end())) {
    if (registers_.isFused(*i)) continue;
    instruction(*i);
    if (left_) break;
  }
}

void Select::instruction(const ir::Instruction& i) {
  // What allocates has a place, too: memory may run out there.
  if (i.info().allocates && !i.info().mayRaise)
    assembler_.site(tables_.site(i.loc, i.inlined, &function_));
  switch (i.op) {
#define INST(Name, ...) \
  case Op::Name: return emit##Name(i);
#define RUNTIME(Name, ...) \
  case Op::Name: return emitRuntime(i);
#include "runtime/abi/Instructions.def"
    case Op::Count: break;
  }
  GENE_UNREACHABLE("no such instruction");
}

// --- operands and results ---------------------------------------------------------------------------------------------

void Select::load(uint32_t reg, const ir::Constant& constant) {
  if (const uint16_t word = constantWord(&constant))
    return assembler_.emit(Opcode::LoadWord, reg, word);
  if (constant.constantKind == ir::ConstantKind::Int && constant.integer >= INT32_MIN &&
      constant.integer <= INT32_MAX)
    return assembler_.emitWide(Opcode::LoadInt, reg, static_cast<uint32_t>(constant.integer));
  assembler_.emitWide(Opcode::LoadConst, reg, tables_.constantSlot(&constant));
}

void Select::move(uint32_t to, uint32_t from) {
  if (to == from) return;
  const uint64_t last = assembler_.last();
  if (static_cast<Opcode>(last & 0xFFFF) == Opcode::Move && last != 0) {
    // Two moves to neighbours are one, which reads both registers first.
    const auto to1 = static_cast<uint32_t>(last >> 16 & 0xFFFF);
    const auto from1 = static_cast<uint32_t>(last >> 32 & 0xFFFF);
    if (from != to1 && (to == to1 + 1 || to + 1 == to1)) {
      assembler_.takeBack();
      return to > to1 ? assembler_.emit(Opcode::MoveTwo, to1, from1, from)
                      : assembler_.emit(Opcode::MoveTwo, to, from, from1);
    }
  }
  assembler_.emit(Opcode::Move, to, from);
}

/// The register of an operand outside a window; a constant is loaded.
uint32_t Select::use(const ir::Instruction& i, uint32_t operand) {
  const ir::Constant* constant = asConstant(i.operands[operand]);
  if (!constant || registers_.isHoisted(constant)) return registers_.reg(i.operands[operand]);
  const uint32_t reg = registers_.constantReg(i, operand);
  load(reg, *constant);
  return reg;
}

/// Brings the operands that lie in the window there; returns its first register.
uint32_t Select::fillWindow(const ir::Instruction& i) {
  const Placement placement = placementOf(i);
  const uint32_t start = registers_.window(i);
  std::vector<RegisterMove> moves;
  for (uint32_t operand = 0; operand < i.operands.size(); operand++) {
    const int32_t slot = placement.slotOf(operand);
    if (slot != NoSlot && !asConstant(i.operands[operand]))
      moves.push_back({start + static_cast<uint32_t>(slot), registers_.reg(i.operands[operand])});
  }
  resolveMoves(std::move(moves), registers_.scratch(),
               [&](uint32_t to, uint32_t from) { move(to, from); });
  for (uint32_t operand = 0; operand < i.operands.size(); operand++) {
    const int32_t slot = placement.slotOf(operand);
    const ir::Constant* constant = asConstant(i.operands[operand]);
    if (slot != NoSlot && constant && !isEncoded(i, operand))
      load(start + static_cast<uint32_t>(slot), *constant);
  }
  return start;
}

void Select::takeResult(const ir::Instruction& i, uint32_t from) {
  if (registers_.hasReg(&i)) move(registers_.reg(&i), from);
}

/// The instruction word that follows is the one that may raise.
void Select::mark(const ir::Instruction& i) {
  if (!pointAt_.empty()) notePlace();
  assembler_.site(tables_.site(i.loc, i.inlined, &function_));
  if (!i.handler) return;
  const ir::Param* exception = i.handler->target->params[0];
  const uint32_t arrives =
      registers_.hasReg(exception) ? registers_.reg(exception) : registers_.scratch() + 1;
  if (!hasMoves(*i.handler, true))
    return assembler_.handler(blockLabel(i.handler->target), arrives);
  // The moves of the landing may still need what is in the exception's register.
  const Stub landing{assembler_.newLabel(), i.handler, true, registers_.scratch() + 1};
  stubs_.push_back(landing);
  assembler_.handler(landing.label, landing.exceptionReg);
}

// --- variables that are not registers ------------------------------------------------------------------------------------

void Select::emitGlobalGet(const ir::Instruction& i) {
  assembler_.emitWide(Opcode::GlobalGet, result(i),
                      tables_.globalSlot(i.as<Op::GlobalGet>().global()));
}
void Select::emitGlobalSet(const ir::Instruction& i) {
  const uint32_t value = use(i, 0);
  assembler_.emitWide(Opcode::GlobalSet, value, tables_.globalSlot(i.as<Op::GlobalSet>().global()));
}
void Select::emitGlobalCheck(const ir::Instruction& i) {
  mark(i);
  assembler_.emitWide(Opcode::GlobalCheck, result(i),
                      tables_.globalSlot(i.as<Op::GlobalCheck>().global()));
}
void Select::emitCaptureGet(const ir::Instruction& i) {
  assembler_.emit(Opcode::CaptureGet, result(i),
                  static_cast<uint32_t>(i.as<Op::CaptureGet>().index()));
}
void Select::emitCallee(const ir::Instruction& i) { assembler_.emit(Opcode::Callee, result(i)); }
void Select::emitScopeNew(const ir::Instruction& i) {
  assembler_.emit(Opcode::ScopeNew, result(i), static_cast<uint32_t>(i.as<Op::ScopeNew>().slots()));
}
void Select::emitScopeGet(const ir::Instruction& i) {
  const uint32_t scope = use(i, 0);
  assembler_.emit(Opcode::ScopeGet, result(i), scope,
                  static_cast<uint32_t>(i.as<Op::ScopeGet>().index()));
}
void Select::emitScopeSet(const ir::Instruction& i) {
  const uint32_t scope = use(i, 0), value = use(i, 1);
  assembler_.emit(Opcode::ScopeSet, scope, static_cast<uint32_t>(i.as<Op::ScopeSet>().index()),
                  value);
}
void Select::emitClosure(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  assembler_.emit(Opcode::Closure, result(i), window, static_cast<uint32_t>(i.operands.size()));
  assembler_.word(i.as<Op::Closure>().function()->index);
}

// --- members, containers, iteration ---------------------------------------------------------------------------------------

/// In place: the result is the operand's word nearly always, and RegAlloc gives it the same register where it can.
void Select::emitCheckType(const ir::Instruction& i) {
  const ir::Annotation annotation = ir::annotationOf(i);
  const uint64_t kinds = annotation.elements ? 0 : kindSet(annotation.passes);
  const auto has = [&](Kind kind) { return (kinds >> static_cast<uint32_t>(kind) & 1) != 0; };
  uint32_t expected = 0;
  for (const Kind kind : {Kind::String, Kind::Array, Kind::Map, Kind::Gene, Kind::Function})
    if (has(kind) && !expected) expected = static_cast<uint32_t>(kind);
  move(result(i), use(i, 0));
  mark(i);
  assembler_.emit(annotation.function ? Opcode::CheckFunction
                  : has(Kind::Int)    ? Opcode::CheckInt
                  : has(Kind::Float)  ? Opcode::CheckFloat
                                      : Opcode::CheckObject,
                  result(i), has(Kind::Int) || has(Kind::Float) ? 0 : expected,
                  ir::rulesOf(i).bits());
  assembler_.word(tables_.formSlot(i.as<Op::CheckType>().type()));
  assembler_.word(tables_.formSlot(i.as<Op::CheckType>().where()));
  assembler_.word(0);
  assembler_.word(kinds);
}
void Select::emitIs(const ir::Instruction& i) {
  const uint32_t value = use(i, 0), type = use(i, 1);
  mark(i);
  assembler_.emit(Opcode::Is, result(i), value, type);
  assembler_.word(0);
}

void Select::emitMemberGet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0);
  mark(i);
  assembler_.emit(Opcode::MemberGet, result(i), object);
  assembler_.word(tables_.symbolSlot(i.as<Op::MemberGet>().name()));
  assembler_.word(0);
}
void Select::emitMemberSet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0), value = use(i, 1);
  mark(i);
  assembler_.emit(Opcode::MemberSet, result(i), object, value);
  assembler_.word(tables_.symbolSlot(i.as<Op::MemberSet>().name()));
  assembler_.word(0);
}
void Select::emitIndexGet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0);
  mark(i);
  assembler_.emit(Opcode::IndexGet, result(i), object);
  assembler_.word(static_cast<uint64_t>(i.as<Op::IndexGet>().index()));
}
void Select::emitElementGet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0), key = use(i, 1);
  mark(i);
  assembler_.emit(Opcode::ElementGet, result(i), object, key);
}
void Select::emitElementSet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0), key = use(i, 1), value = use(i, 2);
  mark(i);
  assembler_.emit(Opcode::ElementSet, object, key, value);
  takeResult(i, value);
}
void Select::emitArrayNew(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i), count = placementOf(i).size;
  const bool grows = count < i.operands.size();
  const uint32_t array = grows ? registers_.scratch() + 1 : result(i);
  assembler_.emit(Opcode::ArrayNew, array, window, count);
  if (grows) growLiteral(i, array, vm::RuntimeOp::ArrayPush, 1);
}

/// Adds the operands of a large literal that its window had no room for, `step` at a time, to the value in `reg`.
void Select::growLiteral(const ir::Instruction& i, uint32_t reg, vm::RuntimeOp op, uint32_t step) {
  for (uint32_t operand = placementOf(i).size; operand < i.operands.size(); operand += step) {
    uint64_t registers = static_cast<uint64_t>(op) | uint64_t{reg} << 16;
    for (uint32_t k = 0; k < step; k++) {
      const ir::Value* value = i.operands[operand + k];
      const uint32_t from =
          asConstant(value) ? registers_.scratch() + 2 + k : registers_.reg(value);
      if (const ir::Constant* constant = asConstant(value)) load(from, *constant);
      registers |= uint64_t{from} << (16 * (k + 2));
    }
    assembler_.emit(Opcode::Runtime, reg);
    assembler_.word(registers);
  }
  move(result(i), reg);
}
void Select::emitIterNext(const ir::Instruction& i) {
  const Span<ir::Instruction* const> all = i.block->instructions;
  if (all.size() >= 3 && iterationOf(*all[all.size() - 2]) == &i) return;  // part of the branch
  unary(i, Opcode::IterNext);
}

/// The iter.next directly before `test`, when the test is the fused one whether the iterator was at its end.
const ir::Instruction* Select::iterationOf(const ir::Instruction& test) const {
  if (test.op != Op::Same || !registers_.isFused(test) || !isEncoded(test, 1)) return nullptr;
  const Span<ir::Instruction* const> all = test.block->instructions;
  if (all.size() < 3 || all[all.size() - 3] != test.operands[0]) return nullptr;
  const bool end =
      constantWord(test.operands[1]) == static_cast<uint16_t>(gene::Value::notFound().bits);
  return end && all[all.size() - 3]->op == Op::IterNext ? all[all.size() - 3] : nullptr;
}

// --- everything else: a call of the row's entry -----------------------------------------------------------------------------

void Select::emitRuntime(const ir::Instruction& i) {
  if (i.op == Op::VariantField && i.as<Op::VariantField>().index() <= UINT16_MAX) {
    const uint32_t value = use(i, 0);
    return assembler_.emit(Opcode::VariantField, result(i), value,
                           static_cast<uint32_t>(i.as<Op::VariantField>().index()));
  }
  if (i.op == Op::CallSuper) return emitCallSuper(i);
  if (i.op == Op::CallShaped || i.op == Op::CallMethodShaped) return emitShaped(i);
  if (i.op == Op::CallMethodDynamic && i.tail) return emitTailDynamic(i);
  const vm::RuntimeOp op = runtimeOp(i.op);
  const vm::RuntimeRow& row = vm::runtimeRow(op);
  uint64_t registers = static_cast<uint64_t>(op);
  for (uint32_t operand = 0; operand < row.operands; operand++)
    registers |= uint64_t{use(i, operand)} << (16 * (operand + 1));
  const uint32_t window = row.variadic ? fillWindow(i) : 0;
  const uint32_t count = row.variadic ? placementOf(i).size : 0;
  const bool grows = i.op == Op::MapNew && count < i.operands.size();
  const uint32_t to = grows ? registers_.scratch() + 1 : result(i);
  if (row.mayRaise) mark(i);
  assembler_.emit(row.mayRaise ? Opcode::RuntimeRaising : Opcode::Runtime, to, window, count);
  assembler_.word(registers);
  for (uint32_t k = 0; k < row.immediates; k++) {
    const ir::Immediate* immediate = row.kinds[k] == 'c' ? nullptr : &i.immediates[k];
    switch (row.kinds[k]) {
      case 'i': assembler_.word(static_cast<uint64_t>(immediate->integer)); break;
      case 'y': assembler_.word(tables_.symbolSlot(immediate->symbol)); break;
      case 'k': assembler_.word(tables_.formSlot(immediate->form)); break;
      case 'F': assembler_.word(immediate->function->index); break;
      case 'S': assembler_.word(immediate->shape->index); break;
      default: assembler_.word(0); break;
    }
  }
  if (grows) growLiteral(i, to, vm::RuntimeOp::MapPut, 2);
}

std::vector<uint8_t> tooLarge(const ir::Function& function, ImageTables& tables) {
  static const StringForm message(FormKind::String, {}, "Function is too large");
  Assembler assembler(false, std::pmr::get_default_resource());
  assembler.site(tables.site(function.loc, nullptr, &function));
  assembler.emit(Opcode::RuntimeRaising);
  assembler.word(static_cast<uint64_t>(vm::RuntimeOp::RaiseMessage));
  assembler.word(tables.symbolSlot(Symbol::of("RuntimeException")));
  assembler.word(tables.formSlot(&message));
  assembler.emit(Opcode::ReturnWord, static_cast<uint32_t>(gene::Value::nil().bits));
  return assembler.bytes(std::max<uint32_t>(static_cast<uint32_t>(function.params.size()), 1));
}

}  // namespace gene::bytecode
