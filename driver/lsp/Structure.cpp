// Of a document as a whole: diagnostics, symbols, folding, selections; and what all answers share.

#include <algorithm>

#include "driver/lsp/Features.h"

namespace gene::lsp {

using D = Definition::Kind;

void writePlace(JsonWriter& out, const Place& place) {
  out.object([&] {
    out.member("line", place.line);
    out.member("character", place.character);
  });
}

void writeRange(JsonWriter& out, const Document& document, const Range& range) {
  out.object([&] {
    out.key("start");
    writePlace(out, document.place(range.from));
    out.key("end");
    writePlace(out, document.place(range.to));
  });
}

void writeLocation(JsonWriter& out, const Document& document, const Range& range) {
  out.object([&] {
    out.member("uri", document.uri);
    out.key("range");
    writeRange(out, document, range);
  });
}

namespace {

/// The kinds as the protocol counts them, and as people call them.
struct KindRow {
  D kind;
  int symbol, completion;
  std::string_view word;
};
constexpr KindRow kindRows[] = {
    {D::Function, 12, 3, "Function"},  {D::Macro, 12, 3, "Macro"},
    {D::Method, 6, 2, "Method"},       {D::Constructor, 9, 4, "Constructor"},
    {D::Class, 5, 7, "Class"},         {D::Object, 19, 6, "Object"},
    {D::Namespace, 3, 9, "Module"},    {D::Enum, 10, 13, "Enum"},
    {D::Variant, 22, 20, "Variant"},   {D::Interface, 11, 8, "Interface"},
    {D::Type, 26, 7, "Type"},          {D::Variable, 13, 6, "Variable"},
    {D::Constant, 14, 21, "Constant"}, {D::Field, 8, 5, "Field"},
    {D::Import, 2, 9, "Import"},
};
const KindRow& rowOf(D kind) { return *std::ranges::find(kindRows, kind, &KindRow::kind); }

/// What is underlined: the form from `loc` to `end`; without an end the token or the bracketed form at `loc`, on its line.
Range extentOf(const SourceManager& sources, const Document& document, Location loc, Location end,
               size_t offset) {
  if (end.offset > loc.offset) return {offset, offset + (end.offset - loc.offset)};
  const Position at = sources.position(loc);
  const uint32_t characters = extentAt(sources.line(loc), at.column);
  size_t to = offset;
  for (uint32_t i = 0; i < characters && to < document.text.size(); i++)
    for (to++; to < document.text.size() && (document.text[to] & 0xC0) == 0x80;) to++;
  return {offset, std::max(to, std::min(offset + 1, document.text.size()))};
}

}  // namespace

Range diagnosticRange(const Document::Analysis& analysis, const Document& document,
                      const Diagnostic& diagnostic) {
  return extentOf(analysis.session.sources, document, diagnostic.loc, diagnostic.end,
                  diagnostic.loc.offset - analysis.start.offset);
}

int symbolKind(D kind) { return rowOf(kind).symbol; }
int completionKind(D kind) { return rowOf(kind).completion; }
std::string_view kindWord(D kind) { return rowOf(kind).word; }

void diagnostics(JsonWriter& out, Workspace& workspace, const Document& document) {
  const Document::Analysis& a = workspace.analysis(document);
  const auto isHere = [&](Location loc) {
    return loc.valid() && loc.offset >= a.start.offset &&
           loc.offset <= a.start.offset + document.text.size();
  };
  out.array([&] {
    for (const Diagnostic& d : a.session.diagnostics.all()) {
      if (!isHere(d.loc)) continue;
      std::string message = d.message;
      for (const std::string& hint : d.hints) message += "\n" + hint;
      out.object([&] {
        out.key("range");
        writeRange(out, document, diagnosticRange(a, document, d));
        out.member("severity", d.severity == Severity::Error ? 1 : 2);
        out.member("code", diagnosticCode(d.id));
        out.member("source", "gene");
        out.member("message", message);
        out.arrayMember("relatedInformation", [&] {
          for (const Diagnostic::Note& note : d.notes) {
            if (!isHere(note.loc)) continue;
            out.object([&] {
              out.key("location");
              writeLocation(out, document,
                            extentOf(a.session.sources, document, note.loc, note.end,
                                     note.loc.offset - a.start.offset));
              out.member("message", note.text);
            });
          }
        });
      });
    }
  });
}

namespace {

void writeSymbols(JsonWriter& out, const Document& document, const std::vector<Definition>& all) {
  out.array([&] {
    for (const Definition& d : all) {
      if (d.kind == D::Import) continue;
      out.object([&] {
        const Range name{document.offset(d.loc), document.offset(d.end)};
        Range whole{document.offset(d.form->loc), document.offset(d.form->end)};
        // A declared field has no form of its own around its name.
        if (whole.from > name.from || whole.to < name.to) whole = name;
        out.member("name", d.name.text());
        if (d.parameters) out.member("detail", d.signature());
        out.member("kind", symbolKind(d.kind));
        out.key("range");
        writeRange(out, document, whole);
        out.key("selectionRange");
        writeRange(out, document, name);
        if (!d.children.empty()) {
          out.key("children");
          writeSymbols(out, document, d.children);
        }
      });
    }
  });
}

/// All bracketed forms, outer ones first.
template <class F>
void forEachBracket(Span<Form* const> forms, F&& visit) {
  std::vector<const Form*> work;
  pushForms(work, forms);
  const auto push = [&](Span<Form* const> more) { pushForms(work, more); };
  const auto properties = [&](Span<const Property> all) {
    for (const Property& p : all) work.push_back(p.value);
  };
  while (!work.empty()) {
    const Form* form = work.back();
    work.pop_back();
    if (form->kind == FormKind::Quote || form->kind == FormKind::Unquote) {
      work.push_back(as<QuoteForm>(*form).value);
    } else if (form->kind == FormKind::Array) {
      visit(form);
      push(as<ArrayForm>(*form).items);
    } else if (form->kind == FormKind::HashMap) {
      visit(form);
      push(as<HashMapForm>(*form).items);
    } else if (form->kind == FormKind::Map) {
      visit(form);
      properties(as<MapForm>(*form).properties);
    } else if (form->kind == FormKind::Gene) {
      visit(form);
      const auto& g = as<GeneForm>(*form);
      push(g.children);
      properties(g.properties);
      work.push_back(g.head);
    }
  }
}

}  // namespace

void documentSymbols(JsonWriter& out, const Document& document) {
  writeSymbols(out, document, document.outline());
}

void foldingRanges(JsonWriter& out, const Document& document) {
  const auto fold = [&](uint32_t from, uint32_t to, const char* kind) {
    if (to <= from) return;
    out.object([&] {
      out.member("startLine", from);
      out.member("endLine", to);
      if (*kind) out.member("kind", kind);
    });
  };
  out.array([&] {
    uint32_t last = UINT32_MAX;  // of several forms on one line the outermost one
    forEachBracket(document.forms(), [&](const Form* form) {
      if (!form->end.valid()) return;
      const uint32_t from = document.lines.lineOf(document.offset(form->loc));
      const uint32_t to = document.lines.lineOf(document.offset(form->end));
      if (from != last) fold(from, to, "");
      last = from;
    });
    // Comments on lines that follow each other.
    uint32_t first = 0, previous = 0;
    bool any = false;
    for (const Layout::Piece& part : document.layout().pieces) {
      if (part.kind != Layout::Kind::Comment) continue;
      const uint32_t from = document.lines.lineOf(part.from);
      if (!any || from != previous + 1) {
        if (any) fold(first, previous, "comment");
        first = from;
      }
      previous = document.lines.lineOf(part.to);
      any = true;
    }
    if (any) fold(first, previous, "comment");
  });
}

void selectionRanges(JsonWriter& out, const Document& document, Span<const size_t> offsets) {
  out.array([&] {
    for (const size_t offset : offsets) {
      std::vector<Range> around{{0, document.text.size()}};
      forEachBracket(document.forms(), [&](const Form* form) {
        const Range range{document.offset(form->loc), document.offset(form->end)};
        if (form->end.valid() && range.from <= offset && offset <= range.to)
          around.push_back(range);
      });
      const Range token = tokenAt(document.text, offset);
      if (token.from < token.to) around.push_back(token);
      const auto write = [&](auto& self, size_t i) -> void {
        out.object([&] {
          out.key("range");
          writeRange(out, document, around[i]);
          if (i == 0) return;
          out.key("parent");
          self(self, i - 1);
        });
      };
      write(write, around.size() - 1);
    }
  });
}

}  // namespace gene::lsp
