#pragma once
// A parameter list as its callers see it, before it is analysed.

#include <vector>

#include "frontend/syntax/Form.h"

namespace gene {

struct Parameters {
  struct Positional {
    Symbol name;
    const Form* type = nullptr;
    bool optional = false;
  };
  std::vector<Positional> positional;
  std::vector<Symbol> keywords, requiredKeywords;
  size_t required = 0;  // positional ones
  bool hasRest = false, hasKeywordRest = false;
};

Parameters parametersOf(const ArrayForm& form);

}  // namespace gene
