#pragma once
// What of a form is evaluated, how often, and in which order: for changes of the text after which a program does what it did.

#include <algorithm>
#include <optional>
#include <vector>

#include "driver/lsp/Workspace.h"

namespace gene::lsp {

/// What runs when a form is evaluated. What stands in none of the lists is data, a name, or not known.
struct Parts {
  /// Evaluated once whenever the form is, in this order; null: something else happens first.
  std::vector<const Form*> once;
  /// Evaluated as well, but perhaps not, or more than once.
  std::vector<const Form*> perhaps;
  struct Body {
    std::vector<const Form*> statements;  // run one after the other
    bool isFunction = false;              // at another time
    bool isNamespace = false;             // names mean something else in it
  };
  std::vector<Body> bodies;
};
Parts partsOf(const Form& form);

/// Where an expression stands.
struct Standing {
  const Form* form = nullptr;
  Parts::Body body;  // the innermost one around it
  size_t index = 0;  // its statement with the expression
  /// Is it evaluated once whenever that statement is? Then `before` is what the statement evaluates earlier; null: something else.
  bool isOnce = true;
  std::vector<const Form*> before;
  bool isInNamespace =
      false;  // in a body whose names mean something else: of a class, object or namespace
  bool isInFunction = false;     // in that of a function or method
  const Form* top = nullptr;     // the form of the module around it
  const Form* parent = nullptr;  // the form that it is a part of; null: it is a statement
  [[nodiscard]] const Form* statement() const { return body.statements[index]; }
};
/// Of the form with exactly this range; nothing where that is not evaluated, or no form is there.
std::optional<Standing> standingOf(const Document& document, Range range);
/// Of a body's consecutive statements with exactly this range: the first one, and how many they are.
std::optional<Standing> statementsAt(const Document& document, Range range, size_t* count);

/// The range without the blanks at its ends.
Range trimmed(const Document& document, Range range);
Range rangeOf(const Document& document, const Form& form);
/// Calls visit(form) for the form and all its parts that are no data, in the order of the text; a part whose visit gives false is
/// not gone into.
template <class F>
void forEachInside(const Form& form, F&& visit) {
  std::vector<const Form*> work{&form};
  while (!work.empty()) {
    const Form* next = work.back();
    work.pop_back();
    if (next->kind == FormKind::Quote || !visit(*next)) continue;
    const size_t first = work.size();
    forEachPart(*next, [&](const Form* part) { work.push_back(part); });
    std::reverse(work.begin() + static_cast<std::ptrdiff_t>(first), work.end());
  }
}
/// The same for all forms of the document, with the range of each: visit(form, range).
template <class F>
void forEachInside(const Document& document, F&& visit) {
  for (const Form* form : document.forms())
    forEachInside(*form, [&](const Form& part) { return visit(part, rangeOf(document, part)); });
}

/// Does evaluating the form declare something in the scope that it stands in?
bool declares(const Form& form);
/// May code that is not seen ask for variables by their names?
bool isWatched(const Form& top);

/// What the names of a document mean, as changes of its text want to know it.
class Meaning {
 public:
  Meaning(Workspace& workspace, const Document& document);

  /// What the name at this place means; null where the analysis has not seen it.
  [[nodiscard]] const Index::Use* useAt(size_t offset, std::string_view name) const;
  /// The offset at which a variable of a function or block is declared.
  [[nodiscard]] size_t declarationOf(const Index::Use& use) const;
  /// The places at which a variable is named, its declaration apart.
  [[nodiscard]] std::vector<const Index::Use*> usesOf(Location declaration) const;
  [[nodiscard]] size_t offset(Location loc) const { return loc.offset - start_; }

  /// Does the name always mean one value, from `from` on? A variable that is never assigned does, or a definition.
  [[nodiscard]] bool isFixed(const Form& name, size_t from) const;
  /// Does evaluating the form do nothing that anyone could notice, and is its value the same whenever that happens after `from`?
  [[nodiscard]] bool isSilent(const Form& form, size_t from) const;
  /// A name like `base` that means nothing in the document yet.
  [[nodiscard]] std::string freshName(std::string base) const;

 private:
  [[nodiscard]] bool isAssigned(Location declaration, std::string_view name) const;
  Workspace& workspace_;
  const Document& document_;
  const Index& index_;
  const uint32_t start_;
};

}  // namespace gene::lsp
