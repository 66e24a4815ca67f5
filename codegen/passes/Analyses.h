#pragma once
// What passes ask about a program, found when it is asked for and kept until a pass changes something it depends on. Within a
// pass an answer is of the moment: a pass that has changed something and asks again makes an analysis of its own.

#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Inference.h"
#include "codegen/passes/Loops.h"

namespace gene {

/// What is still right when a pass has changed something: dominance and loops; these, types and classes.
enum class Keeps : uint8_t { Nothing, Blocks, BlocksAndTypes };

class Analyses {
 public:
  explicit Analyses(ir::Program& program) : program_(program) {}

  const ir::Dominance& dominance(const ir::Function& function);
  const Loops& loops(const ir::Function& function);
  /// The types of all values, found anew or as they were found. Whoever uses Value::number in between has to ask again.
  const Inference& types();
  /// All that is known of classes (KnownClasses::Extent::All).
  const KnownClasses& classes();

  /// A pass of programs says so for each function that it has changed; if it says nothing, it may have changed them all.
  void changedIn(const ir::Function& function) { changed_.insert(&function); }

  // --- for the pipeline ---

  /// Another number whenever the function, the program has changed.
  [[nodiscard]] uint64_t revision(const ir::Function& function) const;
  [[nodiscard]] uint64_t revision() const { return revision_; }
  /// Is the function one that the pass which is running has said to have changed?
  [[nodiscard]] bool isChanged(const ir::Function& function) const {
    return changed_.empty() || changed_.contains(&function);
  }
  /// A pass is done and has changed something: `function`, or what `isChanged` says. Drops what it does not keep.
  void endPass(const ir::Function& function, Keeps keeps);
  void endPass(Keeps keeps);

 private:
  struct OfFunction {
    uint64_t revision = 0;
    std::optional<ir::Dominance> dominance;
    std::optional<Loops> loops;
  };
  void drop(Keeps keeps);
  void drop(OfFunction& known, Keeps keeps) const;

  ir::Program& program_;
  std::unordered_map<const ir::Function*, OfFunction> functions_;
  std::unique_ptr<Inference> types_;
  std::unique_ptr<KnownClasses> classes_;
  std::unordered_set<const ir::Function*> changed_;
  uint64_t revision_ = 0;
};

}  // namespace gene
