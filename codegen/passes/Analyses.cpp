#include "codegen/passes/Analyses.h"

namespace gene {

const ir::Dominance& Analyses::dominance(const ir::Function& function) {
  std::optional<ir::Dominance>& known = functions_[&function].dominance;
  if (!known) known.emplace(function);
  return *known;
}

const Loops& Analyses::loops(const ir::Function& function) {
  std::optional<Loops>& known = functions_[&function].loops;
  if (!known) known.emplace(function, dominance(function));
  return *known;
}

const Inference& Analyses::types() {
  if (types_) {
    types_->renumber();
  } else {
    types_ = std::make_unique<Inference>(program_);
    types_->run();
  }
  return *types_;
}

const KnownClasses& Analyses::classes() {
  if (types_) return types_->classes();
  if (!classes_) classes_ = std::make_unique<KnownClasses>(program_);
  return *classes_;
}

uint64_t Analyses::revision(const ir::Function& function) const {
  const auto it = functions_.find(&function);
  return it == functions_.end() ? 0 : it->second.revision;
}

void Analyses::drop(Keeps keeps) {
  revision_++;
  if (keeps == Keeps::BlocksAndTypes) return;
  types_.reset();
  classes_.reset();
}

void Analyses::drop(OfFunction& known, Keeps keeps) const {
  known.revision = revision_;
  if (keeps != Keeps::Nothing) return;
  known.dominance.reset();
  known.loops.reset();
}

void Analyses::endPass(const ir::Function& function, Keeps keeps) {
  drop(keeps);
  drop(functions_[&function], keeps);
}

void Analyses::endPass(Keeps keeps) {
  drop(keeps);
  for (const ir::Function* function : program_.functions)
    if (isChanged(*function)) drop(functions_[function], keeps);
  changed_.clear();
}

}  // namespace gene
