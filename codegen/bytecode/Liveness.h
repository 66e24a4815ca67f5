#pragma once
// Where each value of a function is live, as segments of positions.
//
// Every instruction has a position p, a multiple of 4, counted through the blocks in layout order; a block begins at a
// position of its own. Operands are read at p (the window is filled), late ones at p + 1 (the call runs), the result is
// written at p + 2. Segments are half-open, so an operand that dies and the result may share a register.

#include <algorithm>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <vector>

#include "codegen/ir/Dominance.h"
#include "codegen/ir/Ir.h"

namespace gene::bytecode {

struct Segment {
  uint32_t from, to;
};

/// A value that needs a register, or a constant operand that needs one for one instruction.
struct Interval {
  const ir::Value* value;
  std::pmr::vector<Segment> segments;  // ascending, disjoint
  uint32_t reg = 0;

  Interval(const ir::Value* of, std::pmr::memory_resource* memory) : value(of), segments(memory) {}

  [[nodiscard]] uint32_t from() const { return segments.front().from; }
  [[nodiscard]] uint32_t to() const { return segments.back().to; }
  [[nodiscard]] bool covers(uint32_t position) const;
};

class Liveness {
  alignas(std::max_align_t) std::byte buffer_[24 * 1024];  // enough for most functions

 public:
  /// Numbers the values of `function` (ir::Value::number) and computes all intervals.
  explicit Liveness(const ir::Function& function);

  static constexpr uint32_t None = 0xFFFFFFFF;

  /// Where the many small lists of one function lie: nothing is freed before the end.
  std::pmr::monotonic_buffer_resource memory{buffer_, sizeof buffer_};
  /// By value number; an interval without segments needs no register.
  std::pmr::vector<Interval> intervals{&memory};
  std::pmr::vector<uint32_t> positions{&memory};    // by value number, of instructions
  std::pmr::vector<uint32_t> blockStarts{&memory};  // by block index; one more for the end
  std::pmr::vector<uint32_t> useCounts{&memory};    // by value number
  /// Constants that loops use: loaded once, where the function begins. They have numbers and intervals like values.
  std::pmr::vector<const ir::Constant*> hoisted{&memory};

  [[nodiscard]] bool isHoisted(const ir::Constant* constant) const {
    return std::find(hoisted.begin(), hoisted.end(), constant) != hoisted.end();
  }

  /// Is the instruction part of the branch behind it, without a register for its result?
  [[nodiscard]] bool isFused(const ir::Instruction& instruction) const {
    return fused_[instruction.number];
  }

 private:
  struct Use {
    uint32_t block, to;
  };
  static constexpr size_t MaxHoisted = 8;
  void number();
  void chooseConstants();
  void hoist(const ir::Constant* constant);
  void findFused();
  void collectUses();
  void use(const ir::Value* value, uint32_t block, uint32_t to);
  void keep(const ir::Value* value);
  void build(uint32_t number);

  const ir::Function& function_;
  std::pmr::vector<const ir::Value*> values_{&memory};
  std::pmr::vector<uint32_t> definitionBlock_{&memory}, definitionAt_{&memory};
  std::pmr::vector<std::pmr::vector<Use>> uses_{&memory};
  std::pmr::vector<std::pmr::vector<uint32_t>> predecessors_{&memory};
  std::pmr::vector<uint8_t> fused_{&memory}, kept_{&memory};
  std::optional<ir::Dominance> dominance_;  // when it was asked for
  // By block, while one value is built.
  std::pmr::vector<uint32_t> liveTo_{&memory}, stamp_{&memory}, liveInStamp_{&memory};
  std::pmr::vector<uint32_t> touched_{&memory}, pending_{&memory};  // likewise: blocks
};

}  // namespace gene::bytecode
