#pragma once
// One IR function to bytecode: a method per row of Instructions.def; rows with an entry share one.
//
// Blocks keep their order. A jump back to a short test copies the test instead, so a loop costs one jump a round.
// Edges that move values are given a block of their own behind the function, unless they can fall through; exceptions
// arrive at landings there, too.

#include <cstddef>
#include <memory_resource>
#include <vector>

#include "codegen/bytecode/Assembler.h"
#include "codegen/bytecode/DebugTable.h"
#include "codegen/bytecode/LoopStarts.h"
#include "codegen/bytecode/ParallelMoves.h"
#include "codegen/bytecode/RegAlloc.h"
#include "codegen/image/ImageWriter.h"
#include "codegen/ir/Ir.h"

namespace gene::bytecode {

class Select {
 public:
  Select(const ir::Function& function, const RegAlloc& registers, ImageTables& tables,
         bool longJumps);
  /// Emits everything; false when jumps are too long.
  [[nodiscard]] bool run();
  [[nodiscard]] std::vector<uint8_t> bytes() const {
    return assembler_.bytes(registers_.frameSize());
  }
  /// Where a frame can go on elsewhere (LoopStarts.h), after run().
  [[nodiscard]] std::vector<LoopStart> loopStarts() const;
  /// What is known of the function's debug.points.
  void addTo(DebugTable& debug) const;

 private:
#define INST(Name, ...) void emit##Name(const ir::Instruction& i);
#define RUNTIME(Name, ...)
#include "runtime/abi/Instructions.def"
  void emitRuntime(const ir::Instruction& i);
  void emitShaped(const ir::Instruction& i);
  void emitTailDynamic(const ir::Instruction& i);
  void emitCallSuper(const ir::Instruction& i);
  void emitToInt(const ir::Instruction& i);

  enum class Sense : bool { WhenFalse, WhenTrue };
  struct Stub {
    Label label;
    const ir::Edge* edge;
    bool landing;           // of a handler edge
    uint32_t exceptionReg;  // where a landing finds the exception
  };

  void instruction(const ir::Instruction& i);
  void leadingChecks();
  void blockBody(const ir::Block& block);
  void stub(const Stub& stub);
  void findLoops();
  uint32_t loopDepth(const ir::Edge& edge) const { return loopDepths_[edge.target->index]; }
  bool isShortTest(const ir::Block& block) const;
  bool isLoopTest(const ir::Block& block) const;

  // operands and results
  uint32_t use(const ir::Instruction& i, uint32_t operand);
  uint32_t result(const ir::Instruction& i) const { return registers_.reg(&i); }
  void load(uint32_t reg, const ir::Constant& constant);
  void move(uint32_t to, uint32_t from);
  uint32_t fillWindow(const ir::Instruction& i);
  void takeResult(const ir::Instruction& i, uint32_t from);
  void mark(const ir::Instruction& i);
  void findPoints();
  void notePlace();
  [[nodiscard]] DebugTable::Point pointOf(const ir::Instruction& i, uint32_t offset) const;

  // instructions with forms in common
  void arithmetic(const ir::Instruction& i, Opcode plain, Opcode immediate);
  const ir::Instruction* fusible(const ir::Value* value) const;
  void equality(const ir::Instruction& i, Opcode plain, Opcode immediate, Opcode word);
  bool pairWith(const ir::Instruction& i, Opcode plain, Opcode immediate);
  bool quickMethod(const ir::Instruction& i, uint32_t window);
  void variant(uint32_t to, const ir::Global* owner, int64_t index);
  void unary(const ir::Instruction& i, Opcode op);
  const ir::Instruction* iterationOf(const ir::Instruction& test) const;
  void growLiteral(const ir::Instruction& i, uint32_t reg, vm::RuntimeOp op, uint32_t step);

  // control flow
  bool hasMoves(const ir::Edge& edge, bool handler) const;
  void edgeMoves(const ir::Edge& edge, bool handler, std::vector<RegisterMove> moves);
  void goTo(const ir::Edge& edge);
  Label labelOf(const ir::Edge& edge);
  void jumpOn(const ir::Instruction& branch, Sense sense, Label target);
  void jumpSame(const ir::Instruction& test, bool when, Label target);
  bool jumpAfterStep(const ir::Instruction& test, Opcode jump, uint32_t lhs, uint64_t rhs,
                     Label target);
  bool jumpOnArithmetic(const ir::Instruction& test, Opcode jump, Label target);
  bool jumpOnRemainder(const ir::Instruction& test, Opcode jump, Label target);
  void jumpCompare(const ir::Instruction& test, Opcode plain, Opcode immediate, Label target);
  Label blockLabel(const ir::Block* block) const { return blockLabels_[block->index]; }
  bool isNext(const ir::Block* block) const { return block->index == next_; }
  bool isEmitted(const ir::Block* block) const { return block->index < next_; }

  alignas(std::max_align_t) std::byte buffer_[16 * 1024];
  std::pmr::monotonic_buffer_resource memory_{buffer_, sizeof buffer_};
  const ir::Function& function_;
  const RegAlloc& registers_;
  ImageTables& tables_;
  Assembler assembler_;
  std::pmr::vector<Label> blockLabels_{&memory_};
  std::pmr::vector<uint32_t> loopDepths_{&memory_};  // by block
  std::pmr::vector<Stub> stubs_{&memory_};
  Label start_, checked_;  // checked_: behind the leading checks, which are in place
  uint32_t next_ = 0;      // the block that will be laid out next
  const ir::Instruction* arithmetic_ = nullptr;  // the last one emitted
  uint32_t leading_ = 0;                         // how many of these there are
  bool copying_ = false;                         // in the copy of a test
  bool left_ = false;                            // a tail call ended the block
  // Of a function with debug.points: the one in force where each block begins, and where control is now.
  std::vector<const ir::Instruction*> pointAt_;
  const ir::Instruction* point_ = nullptr;
  struct Noted {
    uint32_t offset;
    const ir::Instruction* point;
    bool begins;  // a statement begins there
  };
  std::vector<Noted> noted_;
};

/// Code for a function whose frame cannot be encoded: it raises an exception.
std::vector<uint8_t> tooLarge(const ir::Function& function, ImageTables& tables);

}  // namespace gene::bytecode
