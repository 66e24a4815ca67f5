// Methods of HashMap and HashSet that generated code calls by name, without the inline cache and the entry of a built-in function.

#include <span>

#include "codegen/ir/Builtins.h"
#include "codegen/llvm/EmitFunction.h"

using llvm::BasicBlock;

namespace gene::native {
namespace {

/// What does the work of a method that takes so many operands, and of which kinds of receivers; without an entry for the rest.
struct TableMethod {
  const char* entry = nullptr;
  uint32_t operands = 0;  // that the entry takes; one that is not given is nil
  uint32_t least = 0;     // that have to be given
  std::span<const Kind> kinds;
};

constexpr Kind mapAlone[] = {Kind::HashMap}, setAlone[] = {Kind::HashSet},
               both[] = {Kind::HashMap, Kind::HashSet};

TableMethod tableMethod(BuiltinOperation operation) {
  switch (operation) {
    case BuiltinOperation::TableGet: return {"gene_table_get", 3, 2, mapAlone};
    case BuiltinOperation::TableSet: return {"gene_table_set", 3, 3, mapAlone};
    case BuiltinOperation::TableHas: return {"gene_table_has", 2, 2, both};
    case BuiltinOperation::TableAdd: return {"gene_table_add", 2, 2, setAlone};
    case BuiltinOperation::None:
    case BuiltinOperation::ArraySize:
    case BuiltinOperation::ArrayGet:
    case BuiltinOperation::ArraySet:
    case BuiltinOperation::ArrayAdd:
    case BuiltinOperation::ArrayPush:
    case BuiltinOperation::ArrayPop:
    case BuiltinOperation::ToInt:
    case BuiltinOperation::ToFloat:
    case BuiltinOperation::Sqrt:
    case BuiltinOperation::Abs:
    case BuiltinOperation::Min:
    case BuiltinOperation::Max: break;
  }
  return {};
}

}  // namespace

/// A table is asked first, any other receiver by callOtherMethod. False if the method is none of a table, or the receiver
/// none.
bool FunctionEmitter::emitTableMethod(const ir::Instruction& inst) {
  const TableMethod method = tableMethod(ir::tableOperation(inst));
  const ir::Value* receiver = inst.operands[0];
  const size_t given = inst.operands.size();
  if (!method.entry || given < method.least || given > method.operands) return false;
  if (!receiver->type.isNone() && !receiver->type.overlaps(ir::Type::Other())) return false;
  BasicBlock *const other = newBlock("other"), *const done = newBlock("done");
  llvm::Value* const word = use(receiver);
  require(bits_.isObject(word), other);
  llvm::Value* isTable = nullptr;
  for (const Kind kind : method.kinds) {
    llvm::Value* const isKind = bits_.hasKind(word, kind);
    isTable = isTable ? b_.CreateOr(isTable, isKind) : isKind;
  }
  require(isTable, other);
  llvm::SmallVector<llvm::Value*, 5> args{context_};
  for (const ir::Value* operand : inst.operands) args.push_back(use(operand));
  if (given < method.operands) args.push_back(bits_.constant(gene::Value::nil()));
  llvm::CallInst* const result = call(method.entry, args);
  deepCalls_.push_back(result);
  raiseIfPending(result);
  MethodResults results{{convert(result, ir::Rep::Boxed, inst.rep), b_.GetInsertBlock()}};
  b_.CreateBr(done);
  finishMethod(inst, results, other, done, [&] { callOtherMethod(inst); });
  return true;
}

}  // namespace gene::native
