// Code lenses: what may be run, above the line that it is about; and names that are edited together.

#include <algorithm>

#include "driver/lsp/Features.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene::lsp {
namespace {

using D = Definition::Kind;

void lens(JsonWriter& out, const Document& document, Range range, std::string_view title,
          std::string_view command, std::string_view argument = {}) {
  out.object([&] {
    out.key("range");
    writeRange(out, document, range);
    out.objectMember("command", [&] {
      out.member("title", title);
      out.member("command", command);
      out.arrayMember("arguments", [&] {
        out.value(document.uri);
        if (!argument.empty()) out.value(argument);
      });
    });
  });
}

/// The first form that does more than define something: what makes the file a program.
const Form* firstStatement(const Document& document) {
  for (const Form* form : document.forms()) {
    const bool isGene = form->kind == FormKind::Gene;
    const std::string_view head =
        isGene ? symbolOf(as<GeneForm>(*form).head).text() : std::string_view{};
    const bool defines =
        hasTrait(head, form_trait::Hoisted | form_trait::Named | form_trait::Variable) ||
        head == "export" || head == "comptime";
    if (isGene && !defines) return form;
  }
  return nullptr;
}

}  // namespace

void codeLenses(JsonWriter& out, const Document& document) {
  out.array([&] {
    if (document.path.empty()) return;
    if (const Form* form = firstStatement(document)) {
      const Range range{document.offset(form->loc), document.offset(form->loc)};
      const auto& g = as<GeneForm>(*form);
      const std::string_view head = symbolOf(g.head).text();
      const bool isTest = head == "test!" || head == "suite!";
      lens(out, document, range, isTest ? "run tests" : "run", isTest ? "gene.test" : "gene.run");
      lens(out, document, range, "debug", "gene.debug");
    }
    for (const Definition& d : document.outline()) {
      if (d.kind != D::Function || d.form->kind != FormKind::Gene) continue;
      const bool hasExamples =
          std::ranges::any_of(as<GeneForm>(*d.form).properties,
                              [](const Property& p) { return p.key.text() == "examples"; });
      if (hasExamples)
        lens(out, document, {document.offset(d.loc), document.offset(d.end)}, "run examples",
             "gene.examples");
    }
  });
}

void linkedEditing(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  // A variable of a function, whose names all stand in this document.
  if (target.kind != Target::Kind::Local) return out.null();
  std::vector<Range> ranges;
  for (const Occurrence& o : workspace.occurrences(target))
    if (document.text.compare(o.range.from, o.range.to - o.range.from, target.name) == 0)
      ranges.push_back(o.range);
  out.object([&] {
    out.arrayMember("ranges", [&] {
      for (const Range& range : ranges) writeRange(out, document, range);
    });
    out.member("wordPattern", R"([^\s()\[\]{},;`'"%^/:.]+)");
  });
}

}  // namespace gene::lsp
