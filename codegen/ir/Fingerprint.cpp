#include "codegen/ir/Fingerprint.h"

namespace gene::ir {
namespace {

class Hash {
 public:
  void add(uint64_t word) {
    state_ = (state_ ^ word) * 0x9E3779B97F4A7C15ull;
    state_ ^= state_ >> 29;
  }
  void add(const void* object) { add(reinterpret_cast<uint64_t>(object)); }
  void add(const Value& value) {
    add(&value);
    add(value.type.bits() | static_cast<uint64_t>(value.type.firstClass()) << 32 |
        static_cast<uint64_t>(value.type.lastClass()) << 48);
    add(static_cast<uint64_t>(value.rep) << 1 | (value.small ? 1 : 0));
  }
  void add(const Edge& edge) {
    add(edge.target);
    for (const Value* arg : edge.args) add(arg);
  }
  void add(const Instruction& inst) {
    add(static_cast<const Value&>(inst));
    add(static_cast<uint64_t>(inst.op) << 3 | (inst.tail ? 4 : 0) | (inst.nowrap ? 2 : 0) |
        (inst.nonnegative ? 1 : 0));
    for (const Value* operand : inst.operands) add(operand);
    for (const Immediate& imm : inst.immediates) {
      add(static_cast<uint64_t>(imm.integer));
      add(imm.symbol.id);
      add(imm.function);
      add(imm.global);
      add(imm.shape);
      add(imm.form);
    }
  }
  [[nodiscard]] uint64_t result() const { return state_; }

 private:
  uint64_t state_ = 0;
};

}  // namespace

uint64_t fingerprint(const Function& function) {
  Hash hash;
  hash.add(function.captureCount);
  hash.add(static_cast<uint64_t>(function.result) << 1 | (function.isDirect ? 1 : 0));
  for (const Block* block : function.blocks) {
    hash.add(block);
    for (const Param* param : block->params) hash.add(static_cast<const Value&>(*param));
    for (const Instruction* inst : block->instructions) hash.add(*inst);
    block->forEachEdge([&](const Edge& edge, bool) { hash.add(edge); });
  }
  return hash.result();
}

uint64_t fingerprintOfBlocks(const Function& function) {
  Hash hash;
  for (const Block* block : function.blocks) {
    hash.add(block);
    block->forEachEdge([&](const Edge& edge, bool) {
      hash.add(&edge);
      hash.add(edge.target);
    });
  }
  return hash.result();
}

}  // namespace gene::ir
