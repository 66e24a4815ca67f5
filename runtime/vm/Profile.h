#pragma once
// What `gene run --profile` and `--profile-instructions` measure.
//
// Calls: a tree of calling contexts. A node is a function called along one path of functions; a call of a function that
// is on the path already (recursion) goes back to its node there, so the tree is as deep as there are functions and the
// total time of a node counts nothing twice. The clock is read when a call begins and ends, and the profiler's own work
// in between is left out. Instructions: how often each opcode ran, and each after each.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "runtime/Program.h"
#include "runtime/vm/Code.h"

namespace gene::vm {

class Profile {
  using Ticks = uint64_t;
  struct Node {
    const FunctionInfo* function;  // null: what calls the program
    Node* parent;
    std::vector<Node*> callees;  // children, and nodes on the way to this one
    std::vector<std::unique_ptr<Node>> children;
    uint64_t calls = 0;
    Ticks self = 0;
    Ticks total = 0;  // set by callReport
  };
  struct Frame {
    Node* node;
    const Value* base;
  };

 public:
  /// `counting`: instructions, too.
  explicit Profile(bool counting);

  /// The frames of one flow of control (a fiber), while others run.
  class Flow {
    friend class Profile;
    std::vector<Frame> frames_;
  };
  /// Puts the running flow's frames aside: another one begins, or goes on with `resume`.
  Flow suspend();
  void resume(Flow&& flow);

  // --- events of runProfiled
  /// The frame at `base` begins.
  void enter(const Value* base);
  /// Another function takes the place of the one that runs, at `base`.
  void replace(const Value* base);
  void leave();
  /// An exception left all frames above `base`, and that one, too, unless it is `caught` there.
  void unwind(const Value* base, bool caught);
  /// Calls that may be of built-in functions, which are then counted like others.
  Value callBuiltin(Context& context, const FunctionInfo& info, Arguments args);
  Value callValue(Context& context, Value callee, const Value* args, uint32_t count);
  /// `words` are the name and the cache.
  Value callMethod(Context& context, uint64_t* words, const Value* args, uint32_t count);
  void count(uint16_t op) {
    pairs_[size_t{previous_} * rows_ + op]++;
    previous_ = op;
  }
  [[nodiscard]] void* const* table() const { return table_.data(); }

  // --- reports
  /// All calls, of built-in functions, too.
  [[nodiscard]] uint64_t calls() const;
  /// A line for each function: calls, time in it, time in it and what it called.
  [[nodiscard]] std::string callReport();
  /// Calls as folded stacks: `main;run;fib MICROSECONDS`, for flame graphs.
  [[nodiscard]] std::string foldedStacks();
  /// Opcodes and pairs of them by frequency.
  [[nodiscard]] std::string instructionReport() const;

 private:
  static Ticks now();
  void charge();
  void push(const FunctionInfo& info, const Value* base);
  void truncate(size_t depth);
  static Node* callee(Node* node, const FunctionInfo& info);
  static uint64_t callsBelow(const Node& node);
  static Ticks addTotals(Node& node);
  void fold(const Node& node, const std::string& path, std::string& out) const;
  [[nodiscard]] double milliseconds(Ticks ticks) const;
  void calibrate();

  std::vector<void*> table_;
  Node root_{nullptr, nullptr, {}, {}};
  std::vector<Frame> stack_;
  Ticks last_;
  Ticks startTicks_;
  std::chrono::steady_clock::time_point start_;
  double millisecondsPerTick_ = 0;
  uint32_t rows_;
  uint32_t previous_;  // opcode; rows_ - 1 before the first one
  std::vector<uint64_t> pairs_;
};

/// The handlers of runProfiled; with `counting` each counts itself before it runs.
std::vector<void*> profiledHandlers(bool counting);

}  // namespace gene::vm
