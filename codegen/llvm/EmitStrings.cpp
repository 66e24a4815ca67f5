// Strings: comparison with literals, and the methods that need no call.

#include <algorithm>
#include <bit>
#include <cstring>

#include "codegen/ir/Builtins.h"
#include "codegen/llvm/EmitFunction.h"
#include "runtime/object/Objects.h"

using llvm::BasicBlock;

namespace gene::native {

/// Is the text of a string that has as many bytes as `text`, that of `literal`, the same? A short one is compared in place, in
/// words that may overlap.
llvm::Value* FunctionEmitter::emitSameText(llvm::Value* string, llvm::Value* literal,
                                           std::string_view text) {
  constexpr size_t MostInPlace = 16;
  static_assert(MostInPlace < SharedStringObject::LeastBytes, "the text follows the object");
  if (text.size() > MostInPlace || cold_ || !module_.optimising()) {
    llvm::CallInst* const same = call("gene_same_text", {string, literal});
    same->setOnlyReadsMemory();
    same->setDoesNotThrow();
    return same;
  }
  const size_t width = std::min<size_t>(std::bit_floor(text.size()), 8);
  llvm::Value* differences = nullptr;
  for (size_t done = 0; done < text.size(); done += width) {
    const size_t at = std::min(done, text.size() - width);
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, width);
    llvm::Type* const type = b_.getIntNTy(static_cast<unsigned>(width * 8));
    llvm::Value* const found =
        bits_.load(type, bits_.pointer(string), layout::sizeOfStringObject + at);
    llvm::Value* const difference = b_.CreateXor(found, llvm::ConstantInt::get(type, word));
    differences = differences ? b_.CreateOr(differences, difference) : difference;
  }
  return differences ? b_.CreateIsNull(differences) : b_.getTrue();
}

/// == and != with a string literal: the same object, or a string of as many bytes with the same text. What is neither a
/// string nor a plain word may have a == of its own.
void FunctionEmitter::emitTextComparison(const ir::Instruction& inst, const ir::Value* other,
                                         const ir::Constant& text) {
  const bool isEqual = inst.op == ir::Op::Eq;
  llvm::Value *const x = use(other), *const literal = use(&text);
  BasicBlock* const done = newBlock("done");
  llvm::PHINode* const result = llvm::PHINode::Create(b_.getInt1Ty(), 5);
  const auto decide = [&](llvm::Value* condition, llvm::Value* otherwise, const char* next) {
    BasicBlock* const block = newBlock(next);
    result->addIncoming(otherwise, b_.GetInsertBlock());
    b_.CreateCondBr(condition, block, done);
    b_.SetInsertPoint(block);
  };
  decide(b_.CreateICmpNE(x, literal), b_.getInt1(isEqual), "other");
  if (!other->type.within(ir::Type::String())) {
    decide(bits_.isObject(x), b_.getInt1(!isEqual), "object");
    BasicBlock *const string = newBlock("string"), *const slow = newBlock("slow");
    b_.CreateCondBr(bits_.hasKind(x, Kind::String), string, slow, likely());
    b_.SetInsertPoint(slow);
    llvm::Value* const slowResult =
        callSlow(isEqual ? "eq" : "ne", {context_, use(inst.operands[0]), use(inst.operands[1])});
    raiseIfPending(slowResult);
    result->addIncoming(b_.CreateICmpEQ(slowResult, bits_.constant(gene::Value::true_())),
                        b_.GetInsertBlock());
    b_.CreateBr(done);
    b_.SetInsertPoint(string);
  }
  llvm::Value* const bytes =
      bits_.load(b_.getInt32Ty(), bits_.pointer(x), layout::StringObject_bytes);
  decide(b_.CreateICmpEQ(bytes, b_.getInt32(static_cast<uint32_t>(text.text.size()))),
         b_.getInt1(!isEqual), "text");
  llvm::Value* const same = emitSameText(x, literal, text.text);
  result->addIncoming(isEqual ? same : b_.CreateNot(same), b_.GetInsertBlock());
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  b_.Insert(result);
  defineCondition(inst, result);
}

/// A string is asked first, any other receiver by callOtherMethod. False if the method is none of them, or the receiver no
/// string.
bool FunctionEmitter::emitStringMethod(const ir::Instruction& inst) {
  const StringMethod method = ir::stringMethod(inst);
  const ir::Value* receiver = inst.operands[0];
  if (method == StringMethod::None) return false;
  if (!receiver->type.isNone() && !receiver->type.overlaps(ir::Type::String())) return false;
  BasicBlock *const other = newBlock("other"), *const done = newBlock("done");
  llvm::Value* const word = use(receiver);
  if (!receiver->type.within(ir::Type::String())) {
    require(bits_.isObject(word), other);
    require(bits_.hasKind(word, Kind::String), other);
  }
  llvm::Value* result = nullptr;
  switch (method) {
    case StringMethod::Size: {
      llvm::Value* const chars =
          bits_.load(b_.getInt32Ty(), bits_.pointer(word), layout::StringObject_chars);
      result = convert(b_.CreateZExt(chars, b_.getInt64Ty()), ir::Rep::I64, inst.rep);
      break;
    }
    case StringMethod::CharAt: {
      const ir::Value* index = inst.operands[1];
      if (index->rep != ir::Rep::I64) require(bits_.isSmallInt(use(index)), other);
      llvm::Value* const place =
          index->rep == ir::Rep::I64 ? use(index, ir::Rep::I64) : bits_.smallInt(use(index));
      llvm::Value* const character = call("gene_fast_char_at", {word, place});
      require(b_.CreateIsNotNull(character), other);
      result = convert(character, ir::Rep::Boxed, inst.rep);
      break;
    }
    case StringMethod::None: break;
  }
  MethodResults results{{result, b_.GetInsertBlock()}};
  b_.CreateBr(done);
  finishMethod(inst, results, other, done, [&] { callOtherMethod(inst); });
  return true;
}

}  // namespace gene::native
