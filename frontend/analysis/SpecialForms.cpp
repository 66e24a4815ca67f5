#include "frontend/analysis/SpecialForms.h"

#include <unordered_map>

namespace gene {
namespace {

using namespace form_trait;

constexpr SpecialFormRow rows[] = {
#define SPECIAL(name, handler, traits, shape, text) {name, traits, true, shape, text},
#define WORD(name, traits, shape, text) {name, traits, false, shape, text},
#include "frontend/analysis/SpecialForms.def"
};

}  // namespace

Span<const SpecialFormRow> specialFormRows() { return rows; }

const SpecialFormRow* specialFormRow(std::string_view name) {
  static const auto byName = [] {
    std::unordered_map<std::string_view, const SpecialFormRow*> all;
    for (const SpecialFormRow& row : rows) all.emplace(row.name, &row);
    return all;
  }();
  const auto found = byName.find(name);
  return found == byName.end() ? nullptr : found->second;
}

}  // namespace gene
