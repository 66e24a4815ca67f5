// Definitions, references, renaming, symbols of the workspace.

#include <algorithm>
#include <map>

#include "driver/lsp/Features.h"

namespace gene::lsp {
namespace {

using Kind = Target::Kind;

bool isRenamable(const Target& target) {
  return target.kind == Kind::Local || target.kind == Kind::Module;
}

/// Can a variable or function have this name?
bool isName(std::string_view name) {
  return !name.empty() && name.find_first_of(Delimiters) == std::string_view::npos &&
         name.find_first_of("/:#.") == std::string_view::npos &&
         !(name[0] >= '0' && name[0] <= '9');
}

bool contains(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::search(text, part, [&](char a, char b) { return lower(a) == lower(b); })
                 .begin() != text.end() ||
         part.empty();
}

}  // namespace

void definition(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  if (target.kind == Kind::Local || target.kind == Kind::Module)
    return writeLocation(out, *target.document, target.declaration);
  std::vector<Occurrence> found;
  if (target.kind == Kind::Method || target.kind == Kind::Member)
    found = workspace.definitionsOf(target.name, target.kind == Kind::Method);
  if (found.empty()) return out.null();
  if (found.size() == 1) return writeLocation(out, *found[0].document, found[0].range);
  out.array([&] {
    for (const Occurrence& o : found) writeLocation(out, *o.document, o.range);
  });
}

void references(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
                bool withDeclaration) {
  const Target target = workspace.targetAt(document, offset);
  out.array([&] {
    for (const Occurrence& o : workspace.occurrences(target))
      if (withDeclaration || !o.isDeclaration) writeLocation(out, *o.document, o.range);
  });
}

void highlights(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  out.array([&] {
    for (const Occurrence& o : workspace.occurrences(target)) {
      if (o.document != &document) continue;
      out.object([&] {
        out.key("range");
        writeRange(out, document, o.range);
        out.member("kind", o.isDeclaration ? 3 : 2);  // write, read
      });
    }
  });
}

void prepareRename(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  if (!isRenamable(target)) return out.null();
  out.object([&] {
    out.key("range");
    writeRange(out, document, target.range);
    out.member("placeholder", std::string_view(document.text)
                                  .substr(target.range.from, target.range.to - target.range.from));
  });
}

bool rename(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
            std::string_view name, std::string* problem) {
  const Target target = workspace.targetAt(document, offset);
  if (!isRenamable(target)) {
    *problem = "This cannot be renamed";
    return false;
  }
  if (!isName(name)) {
    *problem = "'" + std::string(name) + "' is no name";
    return false;
  }
  std::map<const Document*, std::vector<Range>> edits;
  for (const Occurrence& o : workspace.occurrences(target)) {
    // What an alias calls it elsewhere stays.
    const bool isNamed =
        std::string_view(o.document->text).substr(o.range.from, o.range.to - o.range.from) ==
        (target.definition ? target.definition->name.text() : std::string_view(target.name));
    if (isNamed) edits[o.document].push_back(o.range);
  }
  out.object([&] {
    out.objectMember("changes", [&] {
      for (const auto& [changed, ranges] : edits)
        out.arrayMember(changed->uri, [&] {
          for (const Range& range : ranges)
            out.object([&] {
              out.key("range");
              writeRange(out, *changed, range);
              out.member("newText", name);
            });
        });
    });
  });
  return true;
}

void workspaceSymbols(JsonWriter& out, Workspace& workspace, std::string_view query) {
  constexpr int Most = 500;
  int count = 0;
  out.array([&] {
    for (const Document* document : workspace.all())
      forEachDefinition(
          document->outline(), nullptr, [&](const Definition& d, const Definition* container) {
            const bool isImport = d.kind == Definition::Kind::Import;
            if (isImport || !contains(d.name.text(), query) || count++ >= Most) return;
            out.object([&] {
              out.member("name", d.name.text());
              out.member("kind", symbolKind(d.kind));
              if (container) out.member("containerName", container->name.text());
              out.key("location");
              writeLocation(out, *document, {document->offset(d.loc), document->offset(d.end)});
            });
          });
  });
}

}  // namespace gene::lsp
