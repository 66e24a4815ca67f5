#pragma once
// What a writer of nested data has still to write. Nothing recurses: a container writes how it begins, and adds its parts and its
// end as steps; so data of any depth can be written.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/syntax/Form.h"
#include "runtime/object/OpenObjects.h"
#include "runtime/support/JsonText.h"
#include "runtime/value/Value.h"

namespace gene {

class WriterSteps {
 public:
  void item(Value v) { steps_.push_back({v, {}, Step::Item}); }
  void key(std::string_view t) { steps_.push_back({{}, t, Step::Key}); }
  /// The key of a property.
  void property(std::string_view t) { steps_.push_back({{}, t, Step::Property}); }
  void text(std::string_view t) { steps_.push_back({{}, t, Step::Text}); }
  /// Text that ends the container that was entered last.
  void end(std::string_view t) { steps_.push_back({{}, t, Step::End}); }
  [[nodiscard]] size_t size() const { return steps_.size(); }
  /// The steps added since there were `first` come in the order they were added.
  void ordered(size_t first) {
    std::reverse(steps_.begin() + static_cast<std::ptrdiff_t>(first), steps_.end());
  }
  /// Writes `root` and all that is added on the way. value(v) writes the beginning of a value; false: it raised.
  template <class F>
  bool run(Value root, std::string& out, OpenObjects& open, F&& value) {
    item(root);
    while (!steps_.empty()) {
      const Step step = steps_.back();
      steps_.pop_back();
      switch (step.kind) {
        case Step::Item:
          if (!value(step.value)) return false;
          break;
        case Step::Key: appendJsonString(step.text, out); break;
        case Step::Property: printKey(step.text, out); break;
        case Step::End: open.leave(); [[fallthrough]];
        case Step::Text: out += step.text; break;
      }
    }
    return true;
  }

 private:
  struct Step {
    Value value;
    std::string_view text;
    enum : uint8_t { Item, Key, Property, Text, End } kind;
  };
  std::vector<Step> steps_;
};

}  // namespace gene
