#pragma once
// The stacks that profilers find, as a tree of frames: what a frame means is found out at the end.

#include <compare>
#include <map>
#include <vector>

#include "runtime/profile/Stacks.h"
#include "runtime/support/Span.h"
#include "runtime/vm/Code.h"
#include "runtime/vm/Interpreter.h"

namespace gene::vm {

struct RawFrame {
  const FunctionInfo* function;
  const uint16_t* pc;  // behind the first word of an instruction; null: a built-in function

  auto operator<=>(const RawFrame&) const = default;
};

/// No more frames of a stack than this are looked at, from the innermost one on.
inline constexpr size_t MostFrames = 256;

/// Appends the frames from `place` on, innermost first, and those around runs that C++ code began; `builtinOf` gives the
/// built-in function that did, or null. Are these all?
template <class F>
bool appendFrames(Place place, const Entered* entered, F&& builtinOf,
                  std::vector<RawFrame>& frames) {
  auto [pc, base] = place;
  while (base && frames.size() < MostFrames) {
    frames.push_back({codeOf(base).info, pc});
    const uint64_t link = base[-1].bits;
    pc = reinterpret_cast<const uint16_t*>(link >> 16);
    base -= link & 0xFFFF;
    if (pc != exitCode) continue;
    // What C++ code called: the frame that called that code.
    if (!entered) break;
    if (entered->calling)
      if (const FunctionInfo* between = builtinOf(*entered->calling))
        frames.push_back({between, nullptr});
    pc = entered->from.pc;
    base = entered->from.base;
    entered = entered->outer;
  }
  return !base || pc == exitCode;
}

class FrameTree {
 public:
  static constexpr uint32_t Root = 0;

  /// The node of a stack; not `isWhole`: there are more frames around it.
  uint32_t enter(Span<const RawFrame> innermostFirst, bool isWhole);
  [[nodiscard]] size_t size() const { return nodes_.size(); }
  /// Adds all stacks, with their weights by node. Of programs that are still loaded.
  void addStacks(Span<const uint64_t> weights, profile::Stacks& to) const;
  /// The innermost function of a node, and where it is.
  [[nodiscard]] profile::Frame innermost(uint32_t node) const;

 private:
  struct Node {
    RawFrame frame;
    std::map<RawFrame, uint32_t> callees;
  };
  void addStacks(Span<const uint64_t> weights, uint32_t node, std::vector<profile::Frame>& path,
                 profile::Stacks& to) const;
  std::vector<Node> nodes_{Node{{nullptr, nullptr}, {}}};
  // The stack that was entered last, outermost first: most of the next one is the same.
  std::vector<RawFrame> lastFrames_;
  std::vector<uint32_t> lastNodes_;
};

}  // namespace gene::vm
