// Methods of Map, HashMap and HashSet that generated code calls by name: without the inline cache and the entry of a built-in
// function.

#include <optional>

#include "codegen/ir/Builtins.h"
#include "codegen/llvm/EmitFunction.h"
#include "runtime/support/Span.h"

using llvm::BasicBlock;

namespace gene::native {
namespace {

/// What does the work of a method that takes so many operands, and of which kinds of receivers.
struct TableEntry {
  const char* name;
  uint32_t operands;  // that it takes; one that is not given is nil
  uint32_t least;     // that have to be given
  Span<const Kind> kinds;
};

constexpr Kind maps[] = {Kind::Map, Kind::HashMap}, sets[] = {Kind::HashSet},
               all[] = {Kind::Map, Kind::HashMap, Kind::HashSet};

std::optional<TableEntry> tableEntry(TableMethod method) {
  switch (method) {
    case TableMethod::Get: return TableEntry{"gene_table_get", 3, 2, maps};
    case TableMethod::Set: return TableEntry{"gene_table_set", 3, 3, maps};
    case TableMethod::Has: return TableEntry{"gene_table_has", 2, 2, all};
    case TableMethod::Add: return TableEntry{"gene_table_add", 2, 2, sets};
    case TableMethod::None: break;
  }
  return {};
}

}  // namespace

/// A table is asked first, any other receiver by callOtherMethod. False if the method is none of a table, or the receiver
/// none.
bool FunctionEmitter::emitTableMethod(const ir::Instruction& inst) {
  const std::optional<TableEntry> entry = tableEntry(ir::tableMethod(inst));
  const ir::Value* receiver = inst.operands[0];
  const size_t given = inst.operands.size();
  if (!entry || given < entry->least || given > entry->operands) return false;
  if (!receiver->type.isNone() && !receiver->type.overlaps(ir::Type::Other() | ir::Type::Map()))
    return false;
  BasicBlock *const other = newBlock("other"), *const done = newBlock("done");
  llvm::Value* const word = use(receiver);
  require(bits_.isObject(word), other);
  llvm::Value* isTable = nullptr;
  for (const Kind kind : entry->kinds) {
    llvm::Value* const isKind = bits_.hasKind(word, kind);
    isTable = isTable ? b_.CreateOr(isTable, isKind) : isKind;
  }
  require(isTable, other);
  llvm::SmallVector<llvm::Value*, 5> args{context_};
  for (const ir::Value* operand : inst.operands) args.push_back(use(operand));
  if (given < entry->operands) args.push_back(bits_.constant(gene::Value::nil()));
  llvm::CallInst* const result = call(entry->name, args);
  deepCalls_.push_back(result);
  raiseIfPending(result);
  MethodResults results{{convert(result, ir::Rep::Boxed, inst.rep), b_.GetInsertBlock()}};
  b_.CreateBr(done);
  finishMethod(inst, results, other, done, [&] { callOtherMethod(inst); });
  return true;
}

}  // namespace gene::native
