// What the definition of a macro says: its parameters, and whether calls of it can be expanded while compiling.

#include <algorithm>

#include "frontend/analysis/ModuleFacts.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene {
namespace {

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}
std::string_view textOf(const Form* form) { return symbolOf(form).text(); }

/// Is `form` code that means the same inside the function of a call?
class Expandable {
 public:
  explicit Expandable(Span<const Symbol> parameters) : parameters_(parameters) {}

  bool check(const Form* form, bool inLoop) {
    if (form->kind == FormKind::Symbol) {
      const Symbol symbol = symbolOf(form);
      return symbol != sym::Self && symbol.text() != "$ex" && !isParameter(symbol);
    }
    if (form->kind == FormKind::Path) {
      const Symbol first = as<PathForm>(*form).parts[0];
      return !first.empty() && first != sym::Self && !isParameter(first);
    }
    bool ok = true;
    bool inner = inLoop;
    if (form->kind == FormKind::Gene) {
      const auto& g = as<GeneForm>(*form);
      const std::string_view head = calledName(g.head);
      if (head == "$caller_eval") {
        if (g.children.size() != 1 || !g.properties.empty()) return false;
        const Form* rendered = templateOf(g.children[0]);
        return rendered ? isTemplate(rendered) : isParameter(symbolOf(g.children[0]));
      }
      if (head.size() > 1 && (head.ends_with('!') || head[0] == '.')) return false;
      if (hasTrait(head, form_trait::Rooted)) return false;
      if (g.children.size() > 0 && isOneOf(textOf(g.children[0]), {"->", "?"})) return false;
      if (isOneOf(head, {"break", "continue"}) && (!inLoop || !g.properties.empty())) return false;
      inner |= hasTrait(head, form_trait::Loop);
    }
    forEachPart(*form, [&](const Form* part) { ok = ok && check(part, inner); });
    return ok;
  }

 private:
  /// Code that stays inside of itself, in which nothing is left open but parameters, and that calls no macro.
  bool isTemplate(const Form* form) const {
    if (form->kind == FormKind::Unquote) {
      const auto& unquote = as<QuoteForm>(*form);
      return !unquote.discard && isParameter(symbolOf(unquote.value));
    }
    if (form->kind == FormKind::HashMap || form->kind == FormKind::Quote) return !hasUnquote(*form);
    if (form->kind == FormKind::Gene) {
      const std::string_view head = calledName(as<GeneForm>(*form).head);
      if (head.ends_with('!') || head == "$caller_eval" || head == "$render") return false;
    }
    if (hasTrait(textOf(form), form_trait::Leaves) || textOf(form).ends_with("...")) return false;
    bool ok = true;
    forEachPart(*form, [&](const Form* part) { ok = ok && isTemplate(part); });
    return ok;
  }
  static bool hasUnquote(const Form& form) {
    bool found = form.kind == FormKind::Unquote;
    forEachPart(form, [&](const Form* part) { found = found || hasUnquote(*part); });
    return found;
  }
  [[nodiscard]] bool isParameter(Symbol symbol) const {
    return std::find(parameters_.begin(), parameters_.end(), symbol) != parameters_.end();
  }
  Span<const Symbol> parameters_;
};

}  // namespace

const Form* templateOf(const Form* form) {
  if (form->kind != FormKind::Gene) return nullptr;
  const auto& g = as<GeneForm>(*form);
  if (calledName(g.head) != "$render" || g.children.size() != 1 || !g.properties.empty())
    return nullptr;
  const Form* quoted = g.children[0];
  return quoted->kind == FormKind::Quote ? as<QuoteForm>(*quoted).value : nullptr;
}

Macro macroFacts(const GeneForm& form) {
  Macro macro;
  if (form.children.size() < 2 || form.children[1]->kind != FormKind::Array) return macro;
  if (!form.properties.empty()) return macro;
  for (const Form* item : as<ArrayForm>(*form.children[1]).items) {
    const std::string_view text = textOf(item);
    if (text.empty() || text[0] == '^' || text.ends_with(':') || text.ends_with("...") ||
        text == "=")
      return macro;
    macro.parameters.push_back(symbolOf(item));
  }
  macro.body = Span<Form* const>(form.children).subspan(2);
  if (!macro.body.empty() && textOf(macro.body[0]) == "->") return macro;
  Expandable expandable(macro.parameters);
  macro.expandable = std::all_of(macro.body.begin(), macro.body.end(),
                                 [&](const Form* f) { return expandable.check(f, false); });
  return macro;
}

}  // namespace gene
