#include "driver/lsp/Evaluation.h"

#include <algorithm>

#include "driver/Reference.h"
#include "frontend/analysis/Operators.h"
#include "frontend/analysis/SpecialForms.h"
#include "runtime/object/Class.h"

namespace gene::lsp {
namespace {

using Forms = Span<Form* const>;

bool isMacroName(std::string_view name) { return name.size() > 1 && name.ends_with('!'); }

/// The parts of a gene, by its first rule that applies (03 §1).
class GeneParts {
 public:
  explicit GeneParts(const GeneForm& g)
      : g_(g),
        c_(g.children),
        head_(symbolOf(g.head).text()),
        first_(c_.empty() ? std::string_view{} : symbolOf(c_[0]).text()) {}

  Parts run() {
    const bool isData = g_.frozen || g_.head->kind == FormKind::Quote || head_ == "_";
    if (first_ == "|") return {};  // a type
    if (isData)
      arguments(0);
    else if (first_ == ".." && c_.size() == 2)
      called(1);
    else if (!c_.empty() && isOperator(c_[0]) && !hasTrait(head_, form_trait::Prefix))
      infix();
    else if (first_.starts_with('.') && first_ != "./" && head_ != "super")
      called(1);
    else if (isOperator(g_.head))
      prefix();
    else if (hasTrait(first_, form_trait::Assigns))
      assignment();
    else if (first_ == "?")
      parts_.once.push_back(g_.head);
    else if (first_ == "->")
      body(1, c_.size(), true);
    else if (const SpecialFormRow* row = specialFormRow(head_); row && head_ != "self")
      special();
    else if (head_ == "#Str" || (head_.starts_with('.') && head_.size() > 1))
      arguments(0);
    else if (!isMacro() && !head_.starts_with('$') && !head_.starts_with('@'))
      called(0);
    return std::move(parts_);
  }

 private:
  [[nodiscard]] bool isMacro() const {
    return isMacroName(head_) || (g_.head->kind == FormKind::Path &&
                                  isMacroName(as<PathForm>(*g_.head).parts.back().text()));
  }
  void once(size_t i) {
    if (i < c_.size()) parts_.once.push_back(c_[i]);
  }
  /// Keyword values, then what stands from the child `from` on.
  void arguments(size_t from) {
    for (const Property& p : g_.properties) parts_.once.push_back(p.value);
    for (size_t i = from; i < c_.size(); i++)
      if (symbolOf(c_[i]).text() != "...") once(i);
  }
  void called(size_t from) {
    parts_.once.push_back(g_.head);
    arguments(from);
  }
  void body(size_t from, size_t to, bool isFunction = false, bool isNamespace = false) {
    Parts::Body body{{}, isFunction, isNamespace};
    for (size_t i = from; i < to; i++) body.statements.push_back(c_[i]);
    parts_.bodies.push_back(std::move(body));
  }
  [[nodiscard]] size_t find(std::initializer_list<std::string_view> words, size_t from) const {
    while (from < c_.size() && std::ranges::find(words, symbolOf(c_[from]).text()) == words.end())
      from++;
    return from;
  }

  void infix() {
    parts_.once.push_back(g_.head);
    size_t comparisons = 0;
    bool mayStop = false;
    for (size_t i = 0; i < c_.size(); i += 2) {
      const Operator* o = operatorOf(c_[i]);
      if (!o || o->text == "./") return;  // the rest is members
      comparisons += o->isComparison();
      mayStop = mayStop || o->text == "&&" || o->text == "||";
    }
    for (size_t i = 1; i < c_.size(); i += 2)
      if (!isSymbol(c_[i - 1], "is"))  // behind which stands a type
        (mayStop || (comparisons > 1 && i > 1) ? parts_.perhaps : parts_.once).push_back(c_[i]);
  }
  void prefix() {
    const bool mayStop = head_ == "&&" || head_ == "||";
    for (size_t i = 0; i < c_.size(); i++)
      (mayStop && i > 0 ? parts_.perhaps : parts_.once).push_back(c_[i]);
  }
  void assignment() {
    if (c_.size() != 2) return;
    // The container of a member comes first, and the old value; what a variable holds is not asked for.
    if (first_ != "=" || g_.head->kind != FormKind::Symbol) parts_.once.push_back(nullptr);
    once(1);
  }
  void variable() {
    if (c_.empty() || c_[0]->kind == FormKind::Path) return;
    const std::string_view name = symbolOf(c_[0]).text();
    size_t value = name.size() > 1 && name.ends_with(':') ? 2 : 1;
    if (value < c_.size() && isSymbol(c_[value], "=")) value++;
    if (value + 1 == c_.size()) once(value);
  }
  void decision() {
    const auto condition = [&](size_t i) {
      return i < c_.size() && isSymbol(c_[i], "not") ? i + 1 : i;
    };
    size_t at = condition(0);
    once(at);
    for (at++;;) {
      if (at < c_.size() && isSymbol(c_[at], "then")) at++;
      const size_t end = find({"elif", "else"}, at);
      body(at, end);
      if (end >= c_.size()) return;
      at = end + 1;
      if (isSymbol(c_[end], "else")) continue;
      at = condition(at);
      if (at < c_.size()) parts_.perhaps.push_back(c_[at++]);
    }
  }
  void cases() {
    once(0);
    for (size_t at = find({"when", "else"}, 1); at < c_.size();) {
      const size_t from = at + (isSymbol(c_[at], "when") ? 2 : 1);
      at = find({"when", "else"}, from);
      if (from <= at) body(from, at);
    }
  }
  void attempt() {
    for (size_t at = 0;;) {
      const size_t end = find({"catch", "finally"}, at);
      body(at, end);
      if (end >= c_.size()) return;
      at = end + 1;
      if (!isSymbol(c_[end], "catch") || at >= c_.size()) continue;
      at += symbolOf(c_[at]).text().ends_with(':') ? 2 : 1;  // name, Class or name: Class
      at = std::min(at, c_.size());
    }
  }
  /// (fn name [parameters] -> T body...), (method …), (ctor …), (block …)
  void function() {
    size_t at = 0;
    while (at < c_.size() && c_[at]->kind != FormKind::Array) at++;
    if (at > 1 || at >= c_.size() || (at == 1 && isMacroName(first_))) return;
    at++;
    if (at < c_.size() && isSymbol(c_[at], "->")) at += 2;
    if (at <= c_.size()) body(at, c_.size(), true);
  }
  void loop() {
    const size_t in = find({"in"}, 0);
    if (in + 1 >= c_.size()) return;
    once(in + 1);
    body(in + 2, c_.size());
  }
  /// The functions of a class.
  void members() {
    for (const Form* member : c_) {
      const bool isGene = member->kind == FormKind::Gene;
      const std::string_view head =
          isGene ? symbolOf(as<GeneForm>(*member).head).text() : std::string_view{};
      if (head != "method" && head != "ctor") continue;
      GeneParts inner(as<GeneForm>(*member));
      inner.function();
      for (Parts::Body& each : inner.parts_.bodies) {
        each.isNamespace = true;
        parts_.bodies.push_back(std::move(each));
      }
    }
  }

  void special() {
    const std::string_view h = head_;
    if (h == "do" || h == "loop" || h == "$if_main") return body(0, c_.size());
    if (h == "if") return decision();
    if (h == "case") return cases();
    if (h == "var" || h == "let") return variable();
    if (h == "for") return loop();
    if (h == "try") return attempt();
    if (h == "fn" || h == "block") return function();
    if (h == "class" || h == "object" || h == "implement") return members();
    if (h == "ns") return body(std::min<size_t>(1, c_.size()), c_.size(), false, true);
    if (h == "not" || h == "!" || h == "await" || h == "range") return arguments(0);
    if (h == "super") return arguments(1);
    if (c_.empty()) return;
    if (h == "new") {
      if (c_[0]->kind != FormKind::Symbol) parts_.once.push_back(nullptr);
      return arguments(1);
    }
    if (h == "while") {
      parts_.perhaps.push_back(c_[0]);
      return body(1, c_.size());
    }
    const bool opens = h == "if_not" || h == "repeat" || h == "$with" || h == "$tap";
    const bool takes = h == "return" || h == "break" || h == "yield" || h == "throw" ||
                       h == "typeof" || h == "ifel";
    if (opens || takes) once(0);
    if (h == "ifel") parts_.perhaps.assign(c_.begin() + 1, c_.end());
    if (opens) {
      const bool isNamed = c_.size() > 1 && symbolOf(c_[1]).text().starts_with(':');
      const bool isThen = c_.size() > 1 && isSymbol(c_[1], "then");
      body(isNamed || isThen ? 2 : 1, c_.size());
    }
  }

  const GeneForm& g_;
  const Forms c_;
  const std::string_view head_, first_;
  Parts parts_;
};

}  // namespace

Parts partsOf(const Form& form) {
  Parts parts;
  if (form.kind == FormKind::Gene) return GeneParts(as<GeneForm>(form)).run();
  if (form.kind != FormKind::Array && form.kind != FormKind::Map && form.kind != FormKind::HashMap)
    return parts;
  forEachPart(form, [&](const Form* part) {
    if (symbolOf(part).text() != "...") parts.once.push_back(part);
  });
  return parts;
}

bool declares(const Form& form) {
  using namespace form_trait;
  bool found = false;
  forEachInside(form, [&](const Form& part) {
    if (part.kind != FormKind::Gene) return true;
    const auto& g = as<GeneForm>(part);
    const bool isLambda =
        isSymbol(g.head, "fn") && !g.children.empty() && g.children[0]->kind == FormKind::Array;
    found = found || (!isLambda && hasTrait(symbolOf(g.head).text(), Variable | Named | Hoisted));
    return !isLambda && !found;
  });
  return found;
}

bool isWatched(const Form& top) {
  bool found = false;
  forEachInside(top, [&](const Form& form) {
    if (form.kind != FormKind::Gene) return true;
    const Form* name = as<GeneForm>(form).head;
    const std::string_view head =
        (name->kind == FormKind::Path ? as<PathForm>(*name).parts.back() : symbolOf(name)).text();
    found = found || (head.size() > 1 && head.ends_with('!')) || head == "eval" ||
            head == "$repl" || head == "$render" || head == "$caller_eval";
    return !found;
  });
  return found;
}

Range rangeOf(const Document& document, const Form& form) {
  const size_t from = document.offset(form.loc);
  return {from, form.end.valid() ? document.offset(form.end) : from};
}

Range trimmed(const Document& document, Range range) {
  const auto isBlank = [&](size_t at) {
    return std::string_view(" \t\r\n").find(document.text[at]) != std::string_view::npos;
  };
  while (range.from < range.to && isBlank(range.from)) range.from++;
  while (range.to > range.from && isBlank(range.to - 1)) range.to--;
  return range;
}

namespace {

bool contains(Range outer, Range inner) { return outer.from <= inner.from && inner.to <= outer.to; }
bool isSame(Range a, Range b) { return a.from == b.from && a.to == b.to; }

/// Goes from the module's forms to what `found(Standing)` accepts: it is asked for each body, and for each expression.
class Descent {
 public:
  Descent(const Document& document, Range range) : document_(document), range_(range) {
    for (const Form* form : document.forms()) standing_.body.statements.push_back(form);
  }

  /// The expression with the range, or without `wholeForm` the innermost body around it.
  std::optional<Standing> run(bool wholeForm) {
    wholeForm_ = wholeForm;
    return inBody() ? std::optional(standing_) : std::nullopt;
  }

 private:
  [[nodiscard]] bool has(const Form* form) const {
    return form && contains(rangeOf(document_, *form), range_);
  }
  [[nodiscard]] bool is(const Form* form) const {
    return isSame(rangeOf(document_, *form), range_);
  }

  /// One of the statements of `standing_.body`.
  bool inBody() {
    const auto& all = standing_.body.statements;
    const auto found = std::ranges::find_if(all, [&](const Form* form) { return has(form); });
    if (found == all.end()) return !wholeForm_ && isAmong(all);
    standing_.index = static_cast<size_t>(found - all.begin());
    standing_.isOnce = true;
    standing_.before.clear();
    standing_.parent = nullptr;
    if (!standing_.top) standing_.top = *found;
    return inForm(*found);
  }
  /// Do the range's ends fit to statements?
  [[nodiscard]] bool isAmong(const std::vector<const Form*>& all) {
    for (size_t i = 0; i < all.size(); i++)
      if (rangeOf(document_, *all[i]).from == range_.from) {
        standing_.index = i;
        if (!standing_.top) standing_.top = all[i];
        return true;
      }
    return false;
  }

  bool inForm(const Form* form) {
    standing_.form = form;
    if (is(form)) return true;
    Parts parts = partsOf(*form);
    for (size_t i = 0; i < parts.once.size(); i++)
      if (has(parts.once[i])) {
        standing_.before.insert(standing_.before.end(), parts.once.begin(),
                                parts.once.begin() + static_cast<std::ptrdiff_t>(i));
        standing_.parent = form;
        return inForm(parts.once[i]);
      }
    for (const Form* part : parts.perhaps)
      if (has(part)) {
        standing_.isOnce = false;
        standing_.parent = form;
        return inForm(part);
      }
    for (Parts::Body& body : parts.bodies) {
      const bool isHere =
          !body.statements.empty() && contains({rangeOf(document_, *body.statements.front()).from,
                                                rangeOf(document_, *body.statements.back()).to},
                                               range_);
      if (!isHere) continue;
      standing_.isInNamespace = standing_.isInNamespace || body.isNamespace;
      standing_.isInFunction = standing_.isInFunction || body.isFunction;
      standing_.body = std::move(body);
      return inBody();
    }
    return false;
  }

  const Document& document_;
  const Range range_;
  bool wholeForm_ = true;
  Standing standing_;
};

}  // namespace

std::optional<Standing> standingOf(const Document& document, Range range) {
  return Descent(document, range).run(true);
}

std::optional<Standing> statementsAt(const Document& document, Range range, size_t* count) {
  std::optional<Standing> found = Descent(document, range).run(false);
  if (!found) return found;
  const auto& all = found->body.statements;
  for (size_t i = found->index; i < all.size(); i++)
    if (rangeOf(document, *all[i]).to == range.to &&
        rangeOf(document, *all[found->index]).from == range.from) {
      *count = i + 1 - found->index;
      return found;
    }
  return std::nullopt;
}

// --- names -------------------------------------------------------------------------------------------------------------

Meaning::Meaning(Workspace& workspace, const Document& document)
    : workspace_(workspace),
      document_(document),
      index_(workspace.analysis(document).index),
      start_(workspace.analysis(document).start.offset) {}

const Index::Use* Meaning::useAt(size_t at, std::string_view name) const {
  const auto& uses = index_.uses();
  const uint32_t place = start_ + static_cast<uint32_t>(at);
  auto use =
      std::ranges::lower_bound(uses, place, {}, [](const Index::Use& u) { return u.at.offset; });
  for (; use != uses.end() && use->at.offset == place; use++)
    if (use->name.text() == name) return &*use;
  return nullptr;
}

size_t Meaning::declarationOf(const Index::Use& use) const { return offset(use.declaration); }

std::vector<const Index::Use*> Meaning::usesOf(Location declaration) const {
  std::vector<const Index::Use*> found;
  for (const Index::Use& use : index_.uses())
    if (use.declaration == declaration) found.push_back(&use);
  return found;
}

bool Meaning::isAssigned(Location declaration, std::string_view name) const {
  return std::ranges::any_of(index_.uses(), [&](const Index::Use& use) {
    return use.isAssigned && use.declaration == declaration && use.name.text() == name;
  });
}

bool Meaning::isFixed(const Form& name, size_t from) const {
  const std::string_view text = symbolOf(&name).text();
  const Index::Use* use = useAt(document_.offset(name.loc), text);
  if (!use || isAssigned(use->declaration, text)) return false;
  if (use->declaration.valid()) return declarationOf(*use) < from;
  const Definition* found = nullptr;
  for (const Definition& d : document_.outline()) {
    if (d.name.text() != text) continue;
    if (found) return false;  // defined twice
    found = &d;
  }
  if (!found) {
    Context* names = workspace_.names();
    return names && !namespaceGet(names->globals, Symbol::of(text)).isAbsent();
  }
  const bool isVariable =
      found->kind == Definition::Kind::Variable || found->kind == Definition::Kind::Constant;
  return !isVariable || document_.offset(found->form->end) <= from;
}

bool Meaning::isSilent(const Form& form, size_t from) const {
  switch (form.kind) {
    case FormKind::Symbol: return isFixed(form, from);
    case FormKind::Path:
    case FormKind::Unquote: return false;
    case FormKind::Quote: return true;
    case FormKind::Array:
    case FormKind::Map:
    case FormKind::HashMap: {
      bool all = true;
      forEachPart(form, [&](const Form* part) { all = all && isSilent(*part, from); });
      return all;
    }
    case FormKind::Gene: {
      const auto& g = as<GeneForm>(form);
      return isSymbol(g.head, "fn") && !g.children.empty() &&
             g.children[0]->kind == FormKind::Array;
    }
    default: return true;
  }
}

std::string Meaning::freshName(std::string base) const {
  constexpr std::string_view Ends = " \t\r\n()[]{},;`'\"%^/:.@#<>!?";
  const std::string& text = document_.text;
  const auto isTaken = [&](const std::string& name) {
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const bool begins = at == 0 || Ends.find(text[at - 1]) != std::string_view::npos;
      const size_t end = at + name.size();
      if (begins && (end == text.size() || Ends.find(text[end]) != std::string_view::npos))
        return true;
    }
    Context* names = workspace_.names();
    return !driver::aboutSpecialForm(name).empty() ||
           (names && !namespaceGet(names->globals, Symbol::of(name)).isAbsent());
  };
  std::string name = base;
  for (int i = 2; isTaken(name); i++) name = base + std::to_string(i);
  return name;
}

}  // namespace gene::lsp
