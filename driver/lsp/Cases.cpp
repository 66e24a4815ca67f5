// The clauses that a case over an enum lacks.

#include <algorithm>

#include "driver/lsp/Refactor.h"

namespace gene::lsp {
namespace {

using D = Definition::Kind;

struct Variant {
  std::string name;
  std::vector<std::string> fields;
};
struct Enum {
  std::string name;  // as the document calls it
  std::vector<Variant> variants;
};

/// The parts of a variant's definition: w h: Int gives w and h.
std::vector<std::string> fieldsOf(const Form& form) {
  std::vector<std::string> fields;
  if (form.kind != FormKind::Gene) return fields;
  const Span<Form* const> c = as<GeneForm>(form).children;
  for (size_t i = 0; i < c.size(); i++) {
    std::string_view text = symbolOf(c[i]).text();
    if (text.size() > 1 && text.ends_with(':')) {
      text.remove_suffix(1);
      i++;
    }
    if (!text.empty()) fields.emplace_back(text);
  }
  return fields;
}

std::vector<Enum> enumsOf(Workspace& workspace, const Document& document) {
  std::vector<Enum> all{{"Option", {{"Some", {"value"}}, {"None", {}}}},
                        {"Result", {{"Ok", {"value"}}, {"Err", {"error"}}}}};
  for (const Definition& d : document.outline()) {
    const Document* other = &document;
    const Definition* found =
        d.kind == D::Import ? workspace.behindImport(document, d, &other) : &d;
    if (!found || found->kind != D::Enum) continue;
    Enum made{std::string(d.name.text()), {}};
    for (const Definition& child : found->children)
      if (child.kind == D::Variant)
        made.variants.push_back({std::string(child.name.text()), fieldsOf(*child.form)});
    all.push_back(std::move(made));
  }
  return all;
}

/// Enum and variant of a clause's test; the enum may be empty. No variant: it is none.
struct Test {
  std::string owner, variant;
};
Test testOf(const Form& form) {
  const Form* name = form.kind == FormKind::Gene ? as<GeneForm>(form).head : &form;
  if (name->kind == FormKind::Path && as<PathForm>(*name).parts.size() == 2)
    return {std::string(as<PathForm>(*name).parts[0].text()),
            std::string(as<PathForm>(*name).parts[1].text())};
  return {"", std::string(symbolOf(name).text())};
}

/// The innermost case around the offset.
const GeneForm* caseAt(const Document& document, size_t offset) {
  const GeneForm* found = nullptr;
  forEachInside(document, [&](const Form& form, Range range) {
    if (offset < range.from || offset > range.to) return false;
    if (form.kind == FormKind::Gene && isSymbol(as<GeneForm>(form).head, "case"))
      found = &as<GeneForm>(form);
    return true;
  });
  return found;
}

/// The only enum whose variants all tests are; null without one.
const Enum* enumOf(const std::vector<Enum>& all, const std::vector<Test>& tests) {
  const Enum* found = nullptr;
  for (const Enum& each : all) {
    const bool fits = std::ranges::all_of(tests, [&](const Test& test) {
      return (test.owner.empty() || test.owner == each.name) &&
             std::ranges::find(each.variants, test.variant, &Variant::name) != each.variants.end();
    });
    if (!fits) continue;
    if (found) return nullptr;
    found = &each;
  }
  return found;
}

/// The name of the enum in the warning about this case; empty without one.
std::string enumInWarning(Workspace& workspace, const Document& document, Range range) {
  const Document::Analysis& a = workspace.analysis(document);
  for (const Diagnostic& d : a.session.diagnostics.all()) {
    if (d.id != Diag::NonExhaustive || d.loc.offset < a.start.offset) continue;
    const size_t at = d.loc.offset - a.start.offset;
    if (at < range.from || at > range.to) continue;
    constexpr std::string_view Before = "case over ";
    const size_t from = d.message.find(Before) + Before.size();
    return d.message.substr(from, d.message.find(';', from) - from);
  }
  return {};
}

}  // namespace

void addCases(Workspace& workspace, const Document& document, Range range,
              std::vector<Action>& actions) {
  const GeneForm* form = caseAt(document, range.from);
  if (!form || !form->end.valid() || form->children.empty()) return;
  const Span<Form* const> c = form->children;
  std::vector<Test> tests;
  bool isShort = true;        // are all variants named alone?
  std::string between = " ";  // before a clause: where they begin lines as those do
  for (size_t i = 1; i < c.size(); i++) {
    if (isSymbol(c[i], "else")) return;
    if (!isSymbol(c[i], "when") || i + 1 >= c.size()) continue;
    const size_t at = document.offset(c[i]->loc);
    const size_t line = document.lines.start(document.lines.lineOf(at));
    if (document.text.find_first_not_of(" \t", line) == at)
      between = "\n" + document.text.substr(line, at - line);
    tests.push_back(testOf(*c[++i]));
    isShort = isShort && tests.back().owner.empty();
    if (tests.back().variant.empty() || tests.back().variant == "_") return;
  }
  const std::vector<Enum> all = enumsOf(workspace, document);
  const Enum* found = nullptr;
  if (tests.empty()) {
    const std::string name = enumInWarning(workspace, document, rangeOf(document, *form));
    const auto named = std::ranges::find(all, name, &Enum::name);
    if (name.empty() || named == all.end()) return;
    found = &*named;
    isShort = false;
  } else {
    found = enumOf(all, tests);
  }
  if (!found) return;
  std::string text;
  for (const Variant& variant : found->variants) {
    if (std::ranges::find(tests, variant.name, &Test::variant) != tests.end()) continue;
    std::string test = (isShort ? "" : found->name + "/") + variant.name;
    if (!variant.fields.empty()) {
      test = "(" + test;
      for (const std::string& field : variant.fields) test += " " + field;
      test += ")";
    }
    text += between + "when " + test + " nil";
  }
  if (text.empty()) return;
  const size_t end = document.offset(form->end) - 1;
  actions.push_back({"Add the missing cases of " + found->name, "quickfix", {{{end, end}, text}}});
}

}  // namespace gene::lsp
