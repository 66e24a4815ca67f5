#pragma once
// Registers for the values of one function: linear scan over live segments. There are as many registers as one likes,
// so nothing is spilled; what counts is that values land where they are wanted: arguments in the window of their call,
// the arguments of a block in the registers of its parameters. A window lies above everything that lives across its
// instruction, because the callee's frame will cover all that is above.
//
// Invariant: two values whose segments overlap never share a register; slots of the function are registers 0, 1, ….

#include <deque>
#include <memory_resource>
#include <vector>

#include "codegen/bytecode/Liveness.h"
#include "codegen/bytecode/Placement.h"

namespace gene::bytecode {

class RegAlloc {
 public:
  explicit RegAlloc(const ir::Function& function);

  /// The register of a value that has one.
  [[nodiscard]] uint32_t reg(const ir::Value* value) const {
    return liveness_.intervals[value->number].reg;
  }
  [[nodiscard]] bool hasReg(const ir::Value* value) const {
    return !asConstant(value) && !liveness_.intervals[value->number].segments.empty();
  }
  /// The values that have registers where the block begins.
  [[nodiscard]] std::vector<const ir::Value*> heldAt(const ir::Block& block) const;
  /// The register that constant operand `operand` is loaded into for the instruction.
  [[nodiscard]] uint32_t constantReg(const ir::Instruction& instruction, uint32_t operand) const;
  /// Constants that are in registers throughout.
  [[nodiscard]] const std::pmr::vector<const ir::Constant*>& hoisted() const {
    return liveness_.hoisted;
  }
  [[nodiscard]] bool isHoisted(const ir::Constant* constant) const {
    return liveness_.isHoisted(constant);
  }
  /// First register of the instruction's window.
  [[nodiscard]] uint32_t window(const ir::Instruction& instruction) const {
    return windows_[instruction.number];
  }
  [[nodiscard]] bool isFused(const ir::Instruction& instruction) const {
    return liveness_.isFused(instruction);
  }
  [[nodiscard]] uint32_t useCount(const ir::Value* value) const {
    return liveness_.useCounts[value->number];
  }
  /// A register that is free everywhere; there is room for three more behind it.
  [[nodiscard]] uint32_t scratch() const { return scratch_; }
  /// Registers of a frame, scratch ones included.
  [[nodiscard]] uint32_t frameSize() const { return scratch_ + 4; }

 private:
  struct Hints;
  static constexpr uint32_t None = Liveness::None;

  void addConstants();
  void collectRelations();
  void run();
  void allocate(Interval& interval);
  void place(Interval& interval, uint32_t reg);
  [[nodiscard]] bool isFree(uint32_t reg, const Interval& interval) const;
  uint32_t tentativeWindow(const ir::Instruction& instruction, uint32_t from);
  void addTargets(const ir::Value* value, uint32_t from, uint32_t depth,
                  std::pmr::vector<uint32_t>& hints) const;
  void finishWindow(const ir::Instruction& instruction);
  [[nodiscard]] uint32_t boundAcross(uint32_t position) const;
  void retire(uint32_t position);
  const std::pmr::vector<uint32_t>& hintsFor(const Interval& interval);

  struct Argument {  // a value is argument number `index` of a block parameter
    const ir::Param* param;
  };
  struct WindowUse {
    const ir::Instruction* instruction = nullptr;
    uint32_t slot = 0;
  };

  const ir::Function& function_;
  Liveness liveness_;
  std::pmr::deque<Interval> constants_{&liveness_.memory};
  // Instruction number << 32 | operand, sorted.
  std::pmr::vector<std::pair<uint64_t, const Interval*>> constantIndex_{&liveness_.memory};
  // by parameter: the values that edges give it
  std::pmr::vector<std::pmr::vector<const ir::Value*>> incoming_{&liveness_.memory};
  // by value: the parameters it is given to
  std::pmr::vector<std::pmr::vector<const ir::Param*>> outgoing_{&liveness_.memory};
  std::pmr::vector<WindowUse> windowUse_{&liveness_.memory};  // by value: the window it dies in
  std::pmr::vector<uint32_t> windows_{&liveness_.memory};  // by instruction; None: not chosen yet
  std::pmr::vector<uint32_t> preferred_{
      &liveness_.memory};  // by parameter: where its first argument went
  std::pmr::vector<std::pmr::vector<Segment>> occupied_{
      &liveness_.memory};                                  // by register, ascending
  std::pmr::vector<uint32_t> lastEnd_{&liveness_.memory};  // by register
  std::pmr::vector<uint32_t> freeHeap_{
      &liveness_.memory};  // registers without a segment ahead, lowest on top
  // (end, register), first to end on top
  std::pmr::vector<std::pair<uint32_t, uint32_t>> busyHeap_{&liveness_.memory};
  std::pmr::vector<Interval*> active_{&liveness_.memory};
  std::pmr::vector<uint32_t> hints_{&liveness_.memory};  // what hintsFor gave last
  uint32_t scratch_ = 0;
};

}  // namespace gene::bytecode
