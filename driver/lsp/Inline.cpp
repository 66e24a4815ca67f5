// Inlining variables; chains of calls.

#include <algorithm>

#include "driver/lsp/Refactor.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene::lsp {
namespace {

/// The statement (var name value) or (let name value) that declares a variable, and where it stands.
struct Declaration {
  Standing at;
  const Form* name;
  const Form* value;
};
std::optional<Declaration> declarationAt(const Document& document, size_t offset) {
  // The innermost gene around the offset.
  const GeneForm* around = nullptr;
  forEachInside(document, [&](const Form& form, Range range) {
    if (offset < range.from || offset >= range.to) return false;
    if (form.kind == FormKind::Gene) around = &as<GeneForm>(form);
    return true;
  });
  if (!around || !hasTrait(symbolOf(around->head).text(), form_trait::Variable)) return {};
  const Span<Form* const> c = around->children;
  const bool isPlain = (c.size() == 2 || (c.size() == 3 && isSymbol(c[1], "="))) &&
                       c[0]->kind == FormKind::Symbol && around->properties.empty() &&
                       !symbolOf(c[0]).text().ends_with(':');
  if (!isPlain) return {};
  const std::optional<Standing> at = standingOf(document, rangeOf(document, *around));
  if (!at || at->parent) return {};
  return Declaration{*at, c[0], c.back()};
}

/// Does the form stand for one value that cannot be changed, wherever it stands?
bool isConstant(const Form& form) {
  switch (form.kind) {
    case FormKind::Int:
    case FormKind::Float:
    case FormKind::Char:
    case FormKind::True:
    case FormKind::False:
    case FormKind::Nil: return true;
    default: return false;
  }
}

/// Where the value is put: a name that stands for an expression.
struct Spot {
  Standing at;
  Range range;
};
std::optional<Spot> placeOf(const Document& document, size_t offset, std::string_view name) {
  const Range range{offset, offset + name.size()};
  const std::optional<Standing> at = standingOf(document, range);
  if (!at || at->form->kind != FormKind::Symbol || symbolOf(at->form).text() != name) return {};
  return Spot{*at, range};
}

/// What is deleted with a statement: the blanks up to the next one.
Range withBlanks(const Document& document, Range range) {
  while (range.to < document.text.size() &&
         std::string_view(" \t\r\n").find(document.text[range.to]) != std::string_view::npos)
    range.to++;
  return range;
}

bool isHead(const Spot& place) {
  return place.at.parent && place.at.parent->kind == FormKind::Gene &&
         as<GeneForm>(*place.at.parent).head == place.at.form;
}

}  // namespace

void inlineVariable(Workspace& workspace, const Document& document, Range range,
                    std::vector<Action>& actions) {
  const Target target = workspace.targetAt(document, range.from);
  if (target.kind != Target::Kind::Local || target.document != &document) return;
  const std::optional<Declaration> d = declarationAt(document, target.declaration.from);
  if (!d || document.offset(d->name->loc) != target.declaration.from) return;
  if (isWatched(*d->at.top)) return;
  const Meaning meaning(workspace, document);
  std::vector<Spot> places;
  for (const Occurrence& o : workspace.occurrences(target)) {
    if (o.isDeclaration) continue;
    const Index::Use* use = meaning.useAt(o.range.from, target.name);
    const std::optional<Spot> place = placeOf(document, o.range.from, target.name);
    if (!use || use->isAssigned || !place) return;
    places.push_back(*place);
  }
  // All that the analysis knows of it is a name in the text.
  if (places.empty() ||
      meaning.usesOf(meaning.useAt(places[0].range.from, target.name)->declaration).size() !=
          places.size())
    return;
  const Form& value = *d->value;
  if (declares(value)) return;
  const bool isLater = isConstant(value);
  if (!isLater) {
    // Evaluated by the next statement, and before anything else that could be noticed.
    const Spot& only = places[0];
    const size_t from = rangeOf(document, *d->at.statement()).from;
    const bool isNext = places.size() == 1 && only.at.isOnce &&
                        d->at.index + 1 < d->at.body.statements.size() &&
                        only.at.statement() == d->at.body.statements[d->at.index + 1];
    if (!isNext || std::ranges::any_of(only.at.before, [&](const Form* part) {
          return !part || !meaning.isSilent(*part, from);
        }))
      return;
    if (value.kind == FormKind::Quote || value.kind == FormKind::Unquote) return;
  }
  const Range whole = rangeOf(document, *d->at.statement());
  const Range valueRange = rangeOf(document, value);
  const std::string text = document.text.substr(valueRange.from, valueRange.to - valueRange.from);
  if (std::ranges::any_of(places, [&](const Spot& place) {
        return isHead(place) && value.kind != FormKind::Gene && value.kind != FormKind::Symbol;
      }))
    return;
  // A comment behind the declaration is about it.
  const Range deleted = withBlanks(document, whole);
  if (deleted.to < document.text.size() && document.layout().around(deleted.to + 1) &&
      document.text[deleted.to] == '#' && document.text[deleted.to + 1] == ' ')
    return;
  Action action{"Inline the variable", "refactor.inline", {{deleted, ""}}};
  for (const Spot& place : places) action.edits.push_back({place.range, text});
  actions.push_back(std::move(action));
}

// --- chains ------------------------------------------------------------------------------------------------------------

namespace {

const GeneForm* calledHead(const GeneForm& g) {
  const bool isGene = g.head->kind == FormKind::Gene && !g.frozen && !g.head->frozen;
  return isGene ? &as<GeneForm>(*g.head) : nullptr;
}

/// Do the bracket of a gene and that of its head have the same place? So it is where it was written with a semicolon.
bool isChain(const GeneForm& g) {
  const GeneForm* head = calledHead(g);
  return head && head->loc == g.loc;
}

/// A change that leaves the forms of the document as they are.
void convert(const Document& document, std::string title, std::vector<Edit> edits,
             std::vector<Action>& actions) {
  if (printedForms(edited(document.text, edits)) == printedForms(document.text))
    actions.push_back({std::move(title), "refactor.rewrite", std::move(edits)});
}

}  // namespace

void convertChain(const Document& document, Range range, std::vector<Action>& actions) {
  // The innermost call around the range whose head is one, and of heads in heads the outermost.
  const GeneForm* found = nullptr;
  const Form* inner = nullptr;
  forEachInside(document, [&](const Form& form, Range whole) {
    if (range.from < whole.from || range.to > whole.to) return false;
    if (form.kind == FormKind::Gene && calledHead(as<GeneForm>(form))) {
      if (&form != inner) found = &as<GeneForm>(form);
      inner = as<GeneForm>(form).head;
    }
    return true;
  });
  if (!found) return;
  std::vector<Edit> edits;
  if (isChain(*found)) {
    // (a b; c; d): a bracket more at the beginning for each semicolon, which becomes the one that closes it.
    for (const GeneForm* g = found; isChain(*g); g = calledHead(*g)) {
      const size_t at = document.offset(g->head->end);
      edits.push_back({{at, at + 1}, ")"});
    }
    const size_t from = document.offset(found->loc);
    edits.push_back({{from, from}, std::string(edits.size(), '(')});
    return convert(document, "Write as nested calls", std::move(edits), actions);
  }
  for (const GeneForm* g = found; calledHead(*g) && !isChain(*g); g = calledHead(*g)) {
    const Range head = rangeOf(document, *g->head);
    edits.push_back({{head.from, head.from + 1}, ""});
    edits.push_back({{head.to - 1, head.to}, ";"});
  }
  convert(document, "Write as a chain", std::move(edits), actions);
}

}  // namespace gene::lsp
