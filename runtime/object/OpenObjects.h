#pragma once
// The containers that a walk over data is inside of, so that it notices cycles. Few are searched linearly.

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "runtime/value/Object.h"

namespace gene {

class OpenObjects {
 public:
  /// False if the walk is inside this object already.
  bool enter(const Object* object) {
    const bool repeated = open_.size() <= Linear
                              ? std::find(open_.begin(), open_.end(), object) != open_.end()
                              : all_.contains(object);
    if (repeated) return false;
    open_.push_back(object);
    if (open_.size() == Linear + 1)
      all_.insert(open_.begin(), open_.end());
    else if (open_.size() > Linear)
      all_.insert(object);
    return true;
  }
  [[nodiscard]] size_t depth() const { return open_.size(); }
  /// Leaves the object entered last.
  void leave() {
    if (!all_.empty()) all_.erase(open_.back());
    open_.pop_back();
    if (open_.size() <= Linear) all_.clear();
  }

 private:
  static constexpr size_t Linear = 32;
  std::vector<const Object*> open_;
  std::unordered_set<const Object*> all_;  // of more than Linear
};

}  // namespace gene
