#include "driver/lsp/Workspace.h"

#include <algorithm>

#include "driver/Command.h"
#include "driver/Reference.h"
#include "frontend/analysis/Packages.h"
#include "runtime/object/Class.h"

namespace gene::lsp {
namespace {

namespace fs = std::filesystem;
constexpr size_t MostFiles = 2000;

using Kind = Target::Kind;

/// A name as it is used: without the colon of a type or the dots of a spread behind it.
std::string_view bare(std::string_view word) {
  while (word.size() > 1 && word.ends_with(':')) word.remove_suffix(1);
  if (word.size() > 3 && word.ends_with("...")) word.remove_suffix(3);
  return word;
}

/// All symbols and heads of paths that stand for names, outside of quotes.
template <class F>
void forEachName(Span<Form* const> forms, F&& visit) {
  std::vector<const Form*> work;
  pushForms(work, forms);
  const auto push = [&](Span<Form* const> more) { pushForms(work, more); };
  while (!work.empty()) {
    const Form* form = work.back();
    work.pop_back();
    switch (form->kind) {
      case FormKind::Symbol: visit(form, symbolOf(form)); break;
      case FormKind::Path: visit(form, as<PathForm>(*form).parts[0]); break;
      case FormKind::Array: push(as<ArrayForm>(*form).items); break;
      case FormKind::HashMap: push(as<HashMapForm>(*form).items); break;
      case FormKind::Map:
        for (const Property& p : as<MapForm>(*form).properties) work.push_back(p.value);
        break;
      case FormKind::Unquote: work.push_back(as<QuoteForm>(*form).value); break;
      case FormKind::Gene: {
        const auto& g = as<GeneForm>(*form);
        push(g.children);
        for (const Property& p : g.properties) work.push_back(p.value);
        work.push_back(g.head);
        break;
      }
#define ATOM(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
      case FormKind::Quote: break;
    }
  }
}

}  // namespace

Range nameRange(const Document& document, Location loc, std::string_view name) {
  const std::string_view text = document.text;
  const size_t from = document.offset(loc);
  for (size_t at = from; at < std::min(text.size(), from + 400);) {
    Range token = tokenAt(text, at);
    if (token.from < from) token.from = from;
    std::string_view word = text.substr(token.from, token.to - token.from);
    // Type variables and types follow a colon, published names a slash.
    if (word.starts_with('/')) {
      word.remove_prefix(1);
      token.from++;
    }
    if (word.substr(0, name.size()) == name &&
        (word.size() == name.size() || word[name.size()] == ':' || word[name.size()] == '.' ||
         word[name.size()] == '/'))
      return {token.from, token.from + name.size()};
    at = std::max(token.to, at) + 1;
  }
  return {from, from};
}

const Document& Workspace::open(const std::string& uri, std::string text, int64_t version) {
  auto& entry = open_[uri];
  entry = std::make_unique<Document>(uri, pathOfUri(uri), std::move(text), version);
  for (const auto& [other, document] : open_)
    if (other != uri) document->noticeChange(entry->path);
  return *entry;
}

void Workspace::close(const std::string& uri) { open_.erase(uri); }

const Document* Workspace::document(const std::string& uri) const {
  const auto found = open_.find(uri);
  return found == open_.end() ? nullptr : found->second.get();
}

const Document* Workspace::file(const std::string& path) {
  for (const auto& [uri, document] : open_)
    if (document->path == path) return document.get();
  std::error_code failed;
  const auto time = fs::last_write_time(path, failed);
  if (failed) return nullptr;
  File& file = files_[path];
  if (!file.document || file.time != time) {
    Expected<std::string> text = driver::readFile(path);
    if (!text) return nullptr;
    file = {time, std::make_unique<Document>(uriOfPath(path), path, std::move(*text), 0)};
  }
  return file.document.get();
}

std::vector<const Document*> Workspace::openDocuments() const {
  std::vector<const Document*> result;
  for (const auto& [uri, document] : open_) result.push_back(document.get());
  return result;
}

std::vector<const Document*> Workspace::all() {
  std::vector<const Document*> result = openDocuments();
  if (root_.empty()) return result;
  std::error_code failed;
  size_t count = 0;
  auto entry = fs::recursive_directory_iterator(
      root_, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && entry != fs::recursive_directory_iterator() && count < MostFiles;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (entry->is_directory(ignored) && (name.starts_with('.') || name == "build"))
      entry.disable_recursion_pending();
    if (!name.ends_with(".gene") || !entry->is_regular_file(ignored)) continue;
    count++;
    const Document* document = file(fs::weakly_canonical(entry->path(), ignored).string());
    if (document && std::ranges::find(result, document) == result.end()) result.push_back(document);
  }
  return result;
}

const Document::Analysis& Workspace::analysis(const Document& document) {
  std::map<std::string, std::string> edited;
  if (!document.isAnalysed())
    for (const auto& [uri, other] : open_)
      if (!other->path.empty()) edited[other->path] = other->text;
  return document.analysis(edited, names_);
}

const Document* Workspace::imported(const Document& document, const Form* importForm) {
  if (document.path.empty()) return nullptr;
  const auto& g = as<GeneForm>(*importForm);
  std::string specifier;
  for (size_t i = 0; i + 1 < g.children.size(); i++)
    if (isSymbol(g.children[i], "from") && g.children[i + 1]->kind == FormKind::String)
      specifier = as<StringForm>(*g.children[i + 1]).text;
  if (specifier.empty()) return nullptr;
  if (!specifier.ends_with(".gene")) specifier += ".gene";
  std::vector<fs::path> places{fs::path(document.path).parent_path()};
  if (const std::optional<Package> package = packageAround(document.path)) {
    const fs::path root = package->directory;
    for (const fs::path& more : {root, root / package->sourceDirectory, root / "src", root / "lib"})
      places.push_back(more);
  }
  for (const fs::path& place : places) {
    std::error_code failed;
    const fs::path candidate = fs::weakly_canonical(place / specifier, failed);
    if (!failed && fs::is_regular_file(candidate, failed)) return file(candidate.string());
  }
  return nullptr;
}

const Definition* Workspace::behindImport(const Document& document, const Definition& import,
                                          const Document** other) {
  *other = imported(document, import.form);
  const Definition* found = *other ? (*other)->definition(import.original.text()) : nullptr;
  // Imports of imports are followed a while.
  for (int i = 0; found && found->kind == Definition::Kind::Import && i < 10; i++) {
    const Document* next = imported(**other, found->form);
    const Definition* behind = next ? next->definition(found->original.text()) : nullptr;
    if (!behind) break;
    *other = next;
    found = behind;
  }
  return found;
}

Target Workspace::targetOfName(const Document& document, std::string_view name, Range range) {
  Target target;
  target.name = name;
  target.range = range;
  const Document::Analysis& a = analysis(document);
  const auto at = [&](Location loc) { return loc.offset - a.start.offset; };
  const auto local = [&](Location declaration) {
    target.kind = Kind::Local;
    target.document = &document;
    target.declaration = nameRange(document, document.location(at(declaration)), name);
    return target;
  };
  for (const Index::Local& l : a.index.locals())
    if (l.name.text() == name && at(l.at) <= range.from && range.from < at(l.at) + 400) {
      const Range declared = nameRange(document, document.location(at(l.at)), name);
      // An (implement Interface …) declares its adapter by the interface's name.
      const Definition* d = document.definition(name);
      const Document* other = nullptr;
      const Definition* behind =
          d && d->kind == Definition::Kind::Import ? behindImport(document, *d, &other) : d;
      const bool isModule = d && (document.offset(d->loc) == declared.from ||
                                  (behind && behind->kind == Definition::Kind::Interface));
      if (declared.from == range.from && declared.to == range.to && !isModule) return local(l.at);
    }
  for (const Index::Use& use : a.index.uses()) {
    const bool isHere = at(use.at) == range.from && use.name.text() == name;
    if (isHere && use.declaration.valid()) return local(use.declaration);
    if (isHere) break;
  }
  if (const Definition* d = document.definition(name)) {
    target.kind = Kind::Module;
    target.document = &document;
    if (d->kind == Definition::Kind::Import) {
      const Document* other = nullptr;
      if (const Definition* behind = behindImport(document, *d, &other)) {
        target.document = other;
        target.definition = behind;
        target.declaration = {other->offset(behind->loc), other->offset(behind->end)};
        return target;
      }
    }
    target.definition = d;
    target.declaration = {document.offset(d->loc), document.offset(d->end)};
    return target;
  }
  if (!driver::aboutSpecialForm(name).empty())
    target.kind = Kind::Form;
  else if (names_ && !namespaceGet(names_->globals, Symbol::of(name)).isAbsent())
    target.kind = Kind::Builtin;
  return target;
}

Target Workspace::targetAt(const Document& document, size_t offset) {
  const std::string_view text = document.text;
  Range token = tokenAt(text, offset);
  if (token.from == token.to) return {};
  // The segment of a path that the cursor is in.
  size_t from = token.from, to = text.find('/', from);
  while (to < token.to && to < offset) {
    from = to + 1;
    to = text.find('/', from);
  }
  to = std::min(to, token.to);
  std::string_view word = bare(text.substr(from, to - from));
  Target target;
  target.name = word;
  target.range = {from, from + word.size()};
  if (word.empty()) return {};
  if (word[0] == '.' && word.size() > 1) {
    target.kind = Kind::Method;
    target.name = word.substr(1);
    target.range.from++;
    return target;
  }
  if (word[0] >= '0' && word[0] <= '9') return {};
  if (from == token.from) {
    // Names with type variables or an alias end at a colon.
    const size_t colon = word.find(':');
    if (colon != std::string_view::npos && colon > 0) {
      const bool isSecond = offset > from + colon;
      if (isSecond)
        target.range.from = from + colon + 1;
      else
        target.range.to = from + colon;
      word = text.substr(target.range.from, target.range.to - target.range.from);
    }
    return targetOfName(document, word, target.range);
  }
  const std::string_view path = text.substr(token.from, from + word.size() - token.from);
  if (driver::findBuiltin(path).row) {
    target.kind = Kind::Builtin;
    target.name = path;
    return target;
  }
  // /name: what a module or class publishes.
  if (path == "/" + target.name) {
    const Definition* d = document.definition(target.name);
    if (d && document.offset(d->loc) == from) return targetOfName(document, word, target.range);
  }
  target.kind = Kind::Member;
  return target;
}

std::vector<Occurrence> Workspace::definitionsOf(std::string_view name, bool isMethod) {
  std::vector<Occurrence> found;
  for (const Document* document : all())
    forEachDefinition(document->outline(), nullptr, [&](const Definition& d, const Definition*) {
      const bool fits = (d.kind == Definition::Kind::Method) == isMethod;
      const bool isImport = d.kind == Definition::Kind::Import;
      if (fits && !isImport && d.name.text() == name)
        found.push_back({document, {document->offset(d.loc), document->offset(d.end)}, true});
    });
  return found;
}

void Workspace::occurrencesIn(const Document& document, std::string_view name, const Target& target,
                              std::vector<Occurrence>& found) {
  const Document::Analysis& a = analysis(document);
  const auto at = [&](Location loc) { return size_t{loc.offset - a.start.offset}; };
  // Places where the name means a variable of a function.
  std::vector<size_t> locals;
  for (const Index::Use& use : a.index.uses())
    if (use.declaration.valid() && use.name.text() == name) locals.push_back(at(use.at));
  for (const Index::Local& local : a.index.locals())
    if (local.name.text() == name)
      locals.push_back(nameRange(document, document.location(at(local.at)), name).from);
  std::ranges::sort(locals);
  const bool isHome = &document == target.document;
  forEachName(document.forms(), [&](const Form* form, Symbol symbol) {
    if (bare(symbol.text()) != name) return;
    const size_t from = document.offset(form->loc);
    if (std::string_view(document.text).substr(from, name.size()) != name) return;
    if (isHome && from == target.declaration.from) return;
    if (!std::ranges::binary_search(locals, from))
      found.push_back({&document, {from, from + name.size()}});
  });
}

std::vector<Occurrence> Workspace::occurrences(const Target& target) {
  std::vector<Occurrence> found;
  if (target.kind == Kind::Local) {
    const Document& document = *target.document;
    const Document::Analysis& a = analysis(document);
    found.push_back({&document, target.declaration, true});
    for (const Index::Use& use : a.index.uses()) {
      if (!use.declaration.valid() || use.name.text() != target.name) continue;
      const size_t at = use.at.offset - a.start.offset;
      const Location declared = document.location(use.declaration.offset - a.start.offset);
      const bool isSame =
          nameRange(document, declared, target.name).from == target.declaration.from;
      const bool isThere =
          std::string_view(document.text).substr(at, target.name.size()) == target.name;
      if (isSame && isThere && at != target.declaration.from)
        found.push_back({&document, {at, at + target.name.size()}});
    }
  } else if (target.kind == Kind::Module) {
    const std::string name(target.definition->name.text());
    found.push_back({target.document, target.declaration, true});
    occurrencesIn(*target.document, name, target, found);
    for (const Document* document : all()) {
      if (document == target.document) continue;
      for (const Definition& d : document->outline()) {
        if (d.kind != Definition::Kind::Import || d.original.text() != name) continue;
        const Document* other = nullptr;
        if (behindImport(*document, d, &other) != target.definition || other != target.document)
          continue;
        const Range item{document->offset(d.loc), document->offset(d.end)};
        if (d.name == d.original) {
          found.push_back({document, item});
          std::vector<Occurrence> inner;
          occurrencesIn(*document, name, target, inner);
          for (const Occurrence& o : inner)
            if (o.range.from != item.from) found.push_back(o);
        } else if (item.from >= name.size() + 1) {
          const size_t from = item.from - 1 - name.size();  // name:local
          found.push_back({document, {from, from + name.size()}});
        }
      }
    }
  } else if (target.kind == Kind::Method) {
    found = definitionsOf(target.name, true);
    for (const Document* document : all()) {
      const std::string dotted = "." + target.name;
      for (size_t at = document->text.find(dotted); at != std::string::npos;
           at = document->text.find(dotted, at + 1)) {
        const Range token = tokenAt(document->text, at + 1);
        const size_t end = at + dotted.size();
        const bool isWhole = (end == token.to || document->text[end] == '/') &&
                             (at == token.from || document->text[at - 1] == '/');
        if (isWhole) found.push_back({document, {at + 1, end}});
      }
    }
  }
  std::ranges::sort(found, [](const Occurrence& a, const Occurrence& b) {
    return a.document != b.document ? a.document->uri < b.document->uri
                                    : a.range.from < b.range.from;
  });
  return found;
}

}  // namespace gene::lsp
