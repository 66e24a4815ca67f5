#pragma once
// Stacks of functions with what each of them took, as a profiler finds them, and the forms in which they are shown: a table,
// folded stacks, a file for speedscope, a flame graph.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/support/Span.h"

namespace gene::profile {

/// What stacks are weighed in.
enum class Unit : uint8_t { Nanoseconds, Bytes };

/// A function on a stack, and where in it control is.
struct Frame {
  static constexpr const char* BuiltIn = "built-in";  // as a file

  std::string_view name;
  std::string_view file;  // "": it has no place
  uint32_t definition;    // the line where the function begins; 0: not known
  uint32_t line;          // the one that control is at; 0: not known
};

class Stacks {
 public:
  explicit Stacks(Unit unit) : unit_(unit) {}

  /// A stack, outermost first, and what it took.
  void add(Span<const Frame> stack, uint64_t weight);
  [[nodiscard]] uint64_t total() const { return total_; }

  /// Functions by what they took themselves, and the lines of them.
  [[nodiscard]] std::string table() const;
  /// A line for each stack: `a (file:1);b (file:7) WEIGHT`, in microseconds or bytes.
  [[nodiscard]] std::string folded() const;
  /// JSON that https://www.speedscope.app reads.
  [[nodiscard]] std::string speedscope(std::string_view title) const;
  /// An SVG that stands for itself: frames are wider the more they took, and grow when they are clicked.
  [[nodiscard]] std::string flameGraph(std::string_view title) const;

 private:
  struct Function {
    std::string name, file;
    uint32_t definition;
    uint64_t self = 0, total = 0;
    std::map<uint32_t, uint64_t> lines;  // with what they took

    /// `name (file:line)`.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string place(uint32_t line) const;
  };
  struct Node {
    uint32_t function;
    uint64_t self = 0, total = 0;
    std::map<uint32_t, uint32_t> callees;  // nodes by function
  };

  uint32_t functionOf(const Frame& frame);
  [[nodiscard]] std::string weightText(uint64_t weight) const;
  template <class F>
  void forEachStack(F&& f) const;
  void draw(const Node& node, uint64_t left, uint32_t depth, uint32_t deepest,
            std::string& out) const;
  [[nodiscard]] uint32_t depthBelow(const Node& node) const;

  Unit unit_;
  uint64_t total_ = 0;
  std::vector<Function> functions_;
  std::map<std::string, uint32_t> known_;       // functions by their text
  std::vector<Node> nodes_{Node{0, 0, 0, {}}};  // the first one is the root
};

}  // namespace gene::profile
