#include "frontend/analysis/Parameters.h"

#include "runtime/support/Symbol.h"

namespace gene {

Parameters parametersOf(const ArrayForm& form) {
  Parameters result;
  const Span<Form* const> items = form.items;
  bool isRefused = false;  // a value stands in the list: what it was meant to be is not known
  for (size_t i = 0; i < items.size(); i++) {
    std::string_view text = items[i]->kind == FormKind::Path
                                ? as<PathForm>(*items[i]).parts.back().text()
                                : symbolOf(items[i]).text();
    isRefused |= text.empty() && items[i]->kind != FormKind::Array;
    const bool keyword = text.size() > 1 && text.starts_with('^');
    if (keyword) text.remove_prefix(1);
    const bool typed = text.size() > 1 && text.ends_with(':');
    if (typed) text.remove_suffix(1);
    bool rest = text.size() > 3 && text.ends_with("...");
    if (!rest && i + 1 < items.size() && symbolOf(items[i + 1]) == sym::Ellipsis) {
      rest = true;
      i++;
    }
    const Form* type = typed && i + 1 < items.size() ? items[++i] : nullptr;
    const bool optional = i + 2 < items.size() && symbolOf(items[i + 1]).text() == "=";
    if (optional) i += 2;
    if (keyword) {
      if (rest)
        result.hasKeywordRest = true;
      else
        result.keywords.push_back(Symbol::of(text));
      if (!rest && !optional) result.requiredKeywords.push_back(Symbol::of(text));
    } else if (rest) {
      result.hasRest = true;
    } else {
      result.positional.push_back({Symbol::of(text), type, optional});
      result.required += !optional;
    }
  }
  if (isRefused) {
    result.hasRest = result.hasKeywordRest = true;
    result.required = 0;
    result.requiredKeywords.clear();
  }
  return result;
}

}  // namespace gene
