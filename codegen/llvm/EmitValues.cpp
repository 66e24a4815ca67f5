// Using and converting values.

#include "codegen/llvm/EmitFunction.h"

namespace gene::native {

using ir::Rep;

bool FunctionEmitter::isConstant(const ir::Value* value, ir::ConstantKind kind) {
  return value->kind == ir::ValueKind::Constant &&
         static_cast<const ir::Constant*>(value)->constantKind == kind;
}

llvm::Value* FunctionEmitter::constant(const ir::Constant& constant, Rep rep) {
  using Kind = ir::ConstantKind;
  if (constant.constantKind == Kind::Int && rep == Rep::I64) return b_.getInt64(constant.integer);
  if (constant.constantKind == Kind::Int && rep == Rep::F64)
    return llvm::ConstantFP::get(b_.getDoubleTy(), static_cast<double>(constant.integer));
  if (constant.constantKind == Kind::Float && rep == Rep::F64)
    return llvm::ConstantFP::get(b_.getDoubleTy(), constant.number64);
  if (rep == Rep::I1 &&
      (constant.constantKind == Kind::True || constant.constantKind == Kind::False))
    return b_.getInt1(constant.constantKind == Kind::True);
  const auto word = [&]() -> llvm::Value* {
    switch (constant.constantKind) {
      case Kind::Nil: return bits_.constant(gene::Value::nil());
      case Kind::Void: return bits_.constant(gene::Value::void_());
      case Kind::True: return bits_.constant(gene::Value::true_());
      case Kind::False: return bits_.constant(gene::Value::false_());
      case Kind::NotFound: return bits_.constant(gene::Value::notFound());
      case Kind::Placeholder: return bits_.constant(gene::Value::placeholder());
      case Kind::Absent: return bits_.constant(gene::Value::absent());
      case Kind::Float: return bits_.constant(gene::Value::floating(constant.number64));
      case Kind::Char:
        return bits_.constant(gene::Value::character(static_cast<char32_t>(constant.integer)));
      case Kind::Symbol: return symbol(constant.symbol);
      case Kind::Int:
        if (gene::Value::fitsSmallInt(constant.integer))
          return bits_.constant(gene::Value::smallInt(constant.integer));
        break;
      case Kind::String:
      case Kind::Form: break;
    }
    return loadConstant(module_.constant(&constant));
  };
  return convert(word(), Rep::Boxed, rep);
}

/// A constant of the program: the loader writes it before any code runs.
llvm::Value* FunctionEmitter::loadConstant(llvm::Constant* address) {
  llvm::LoadInst* const load = b_.CreateLoad(b_.getInt64Ty(), address);
  load->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(module_.context(), {}));
  return load;
}

/// Well-known symbols have the same number in every process.
llvm::Value* FunctionEmitter::symbol(Symbol symbol) {
  if (symbol.id < sym::WellKnownCount) return bits_.constant(gene::Value::symbol(symbol));
  return loadConstant(module_.symbol(symbol));
}

llvm::Value* FunctionEmitter::use(const ir::Value* value, Rep rep) {
  if (value->kind == ir::ValueKind::Constant)
    return constant(*static_cast<const ir::Constant*>(value), rep);
  Held& held = held_[value->number];
  if (rep == Rep::I1 && held.condition) return held.condition;
  GENE_ASSERT(held.value, "a value is defined before it is used");
  if (value->small && value->rep == Rep::I64 && rep == Rep::Boxed)
    return bits_.fromSmallInt(held.value);
  if (value->small && value->rep == Rep::Boxed && rep == Rep::I64)
    return bits_.smallInt(held.value);
  return convert(held.value, value->rep, rep);
}

llvm::Value* FunctionEmitter::useCondition(const ir::Value* value) {
  if (value->kind != ir::ValueKind::Constant) {
    if (llvm::Value* condition = held_[value->number].condition) return condition;
    if (value->rep == Rep::I1) return held_[value->number].value;
    if (value->rep != Rep::Boxed) return b_.getTrue();
    if (value->type.within(ir::Type::Bool()))
      return b_.CreateICmpEQ(use(value), bits_.constant(gene::Value::true_()));
  }
  return bits_.isTruthy(use(value));
}

void FunctionEmitter::defineCondition(const ir::Instruction& inst, llvm::Value* i1) {
  Held& held = held_[inst.number];
  if (inst.rep == Rep::I1) {
    held.value = i1;
    return;
  }
  held.condition = i1;
  if (needsWord_[inst.number]) held.value = bits_.fromBoolean(i1);
}

llvm::Value* FunctionEmitter::convert(llvm::Value* value, Rep from, Rep to) {
  if (from == to) return value;
  if (from == Rep::Boxed) {
    switch (to) {
      case Rep::I64: return call("gene_fast_unbox_int", {value});
      case Rep::F64: return bits_.floating(value);
      case Rep::I1: return b_.CreateICmpEQ(value, bits_.constant(gene::Value::true_()));
      case Rep::Boxed: break;
    }
  } else if (to == Rep::Boxed) {
    switch (from) {
      case Rep::I64: return call("gene_fast_box_int", {context_, value});
      case Rep::F64: return bits_.fromFloating(value);
      case Rep::I1: return bits_.fromBoolean(value);
      case Rep::Boxed: break;
    }
  } else if (from == Rep::I64 && to == Rep::F64) {
    return b_.CreateSIToFP(value, b_.getDoubleTy());
  }
  GENE_UNREACHABLE("conversion between representations");
}

}  // namespace gene::native
