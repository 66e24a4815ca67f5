// Imports in order.

#include <algorithm>
#include <set>

#include "driver/lsp/Refactor.h"

namespace gene::lsp {
namespace {

/// What an import form names: each item as it is written, and from where.
struct Import {
  const GeneForm* form;
  std::string module;  // as written, with the quotes; empty: built-in names
  std::vector<std::string> items;
};

bool isImport(const Form* form) {
  return form->kind == FormKind::Gene && isSymbol(as<GeneForm>(*form).head, "import");
}

bool isQuietValue(const Form& form) {
  if (form.kind == FormKind::Symbol || form.kind == FormKind::Path) return false;
  if (form.kind == FormKind::Gene) {
    const auto& g = as<GeneForm>(form);
    return isSymbol(g.head, "fn") && !g.children.empty() && g.children[0]->kind == FormKind::Array;
  }
  bool all = true;
  forEachPart(form, [&](const Form* part) { all = all && isQuietValue(*part); });
  return all;
}
/// Does running the form do nothing but define something?
bool isQuietForm(const Form& form) {
  if (form.kind != FormKind::Gene) return true;
  const auto& g = as<GeneForm>(form);
  const std::string_view head = symbolOf(g.head).text();
  const Span<Form* const> c = g.children;
  constexpr std::string_view Definitions[] = {"fn",   "enum",   "interface", "type", "import",
                                              "ctor", "method", "field",     "prop", "export"};
  if (std::ranges::find(Definitions, head) != std::end(Definitions)) return true;
  if (head == "class")
    return std::ranges::all_of(c, [](const Form* part) { return isQuietForm(*part); });
  return (head == "var" || head == "let") && c.size() == 2 && c[0]->kind == FormKind::Symbol &&
         isQuietValue(*c[1]);
}

/// Does it make no difference when the modules of the import run, and whether?
bool isQuiet(Workspace& workspace, const Document& document, const GeneForm& form,
             std::set<const Document*>& seen) {
  if (std::ranges::none_of(form.children, [](const Form* f) { return isSymbol(f, "from"); }))
    return true;
  const Document* module = workspace.imported(document, &form);
  if (!module) return false;
  if (!seen.insert(module).second) return true;
  return std::ranges::all_of(module->forms(), [&](const Form* inner) {
    return isQuietForm(*inner) &&
           (!isImport(inner) || isQuiet(workspace, *module, as<GeneForm>(*inner), seen));
  });
}

class Organiser {
 public:
  Organiser(Workspace& workspace, const Document& document)
      : workspace_(workspace), document_(document) {
    const Document::Analysis& a = workspace.analysis(document);
    for (const Diagnostic& d : a.session.diagnostics.all())
      if (d.id == Diag::UnusedImport && d.loc.offset >= a.start.offset)
        unused_.push_back(d.loc.offset - a.start.offset);
  }

  /// The imports that follow each other with nothing between them, and what is to stand there; nothing: they stay.
  std::optional<Edit> run() {
    if (!collect()) return std::nullopt;
    std::set<const Document*> seen;
    bool isQuietAll = true;
    for (const Import& each : found_)
      isQuietAll = isQuiet(workspace_, document_, *each.form, seen) && isQuietAll;
    std::vector<Import> result;
    for (Import& each : found_) {
      const bool isBare = each.items.empty();  // for what it does
      if (!drop(each, isQuietAll) || (each.items.empty() && !isBare)) continue;
      const auto same = std::ranges::find_if(result, [&](const Import& other) {
        return !each.module.empty() && other.module == each.module;
      });
      if (same == result.end())
        result.push_back(std::move(each));
      else
        same->items.insert(same->items.end(), each.items.begin(), each.items.end());
    }
    for (Import& each : result) std::ranges::sort(each.items);
    if (isQuietAll)
      std::ranges::stable_sort(result, [](const Import& a, const Import& b) {
        return a.module != b.module ? a.module < b.module : a.items < b.items;
      });
    std::string text;
    for (const Import& each : result) text += (text.empty() ? "" : "\n") + written(each);
    Range range{rangeOf(document_, *found_.front().form).from,
                rangeOf(document_, *found_.back().form).to};
    if (document_.text.compare(range.from, range.to - range.from, text) == 0) return std::nullopt;
    if (text.empty() && range.to < document_.text.size()) range.to++;  // the line, too
    return Edit{range, text};
  }

 private:
  bool collect() {
    size_t end = 0;
    for (const Form* form : document_.forms()) {
      if (!isImport(form) || !form->end.valid()) {
        if (!found_.empty()) break;
        continue;
      }
      const Range range = rangeOf(document_, *form);
      const bool isNext =
          found_.empty() || document_.text.find_first_not_of(" \t\r\n", end) == range.from;
      if (!isNext) break;
      Import made{&as<GeneForm>(*form), "", {}};
      if (!read(made)) return false;
      found_.push_back(std::move(made));
      end = range.to;
    }
    // A name that is imported twice means the later one.
    std::set<std::string_view> names;
    for (const Definition& d : document_.outline())
      if (d.kind == Definition::Kind::Import && !names.insert(d.name.text()).second) return false;
    return !found_.empty();
  }

  [[nodiscard]] std::string slice(Range range) const {
    return document_.text.substr(range.from, range.to - range.from);
  }

  /// The items of an import; false: it has something in it that is not understood, or would be lost.
  bool read(Import& made) {
    const GeneForm& g = *made.form;
    const Range whole = rangeOf(document_, g);
    for (const Layout::Piece& piece : document_.layout().pieces)
      if (piece.kind == Layout::Kind::Comment && whole.from < piece.from && piece.to < whole.to)
        return false;
    if (!g.properties.empty()) return false;
    for (size_t i = 0; i < g.children.size(); i++) {
      const Form* item = g.children[i];
      if (isSymbol(item, "from")) {
        if (++i >= g.children.size() || g.children[i]->kind != FormKind::String) return false;
        made.module = slice(rangeOf(document_, *g.children[i]));
        continue;
      }
      if (isSymbol(item, "of") || isSymbol(item, "*")) return false;
      if (item->kind != FormKind::Symbol && item->kind != FormKind::Path) return false;
      Range range = rangeOf(document_, *item);
      if (item->kind == FormKind::Path && as<PathForm>(*item).parts.back().text() == "*")
        return false;
      const bool isGroup = i + 1 < g.children.size() && g.children[i + 1]->kind == FormKind::Array;
      if (isGroup) {
        made.items.push_back(group(range, as<ArrayForm>(*g.children[++i])));
        continue;
      }
      if (isUnused(range)) dropped_.insert(slice(range));
      made.items.push_back(slice(range));
    }
    return true;
  }
  /// n/[a b], without the names that nothing uses; empty when there are no others.
  std::string group(Range path, const ArrayForm& names) {
    std::vector<std::string> used;
    for (const Form* name : names.items)
      if (const Range range = rangeOf(document_, *name); !isUnused(range))
        used.push_back(slice(range));
    std::ranges::sort(used);
    std::string text = slice(path) + "[";
    for (const std::string& each : used) text += (text.ends_with('[') ? "" : " ") + each;
    text += "]";
    if (used.empty()) dropped_.insert(text);
    return text;
  }
  [[nodiscard]] bool isUnused(Range range) const {
    return std::ranges::any_of(unused_,
                               [&](size_t at) { return range.from <= at && at < range.to; });
  }

  /// Takes out what nothing uses. A module that does something when it runs stays imported, by what it was.
  bool drop(Import& made, bool isQuietAll) const {
    std::vector<std::string> kept;
    for (const std::string& item : made.items)
      if (!dropped_.contains(item)) kept.push_back(item);
    if (kept.empty() && !made.items.empty()) {
      if (isQuietAll || made.module.empty()) return false;
      return true;
    }
    made.items = std::move(kept);
    return true;
  }

  static std::string written(const Import& made) {
    std::string text = "(import";
    for (const std::string& item : made.items) text += " " + item;
    if (!made.module.empty()) text += " from " + made.module;
    return text + ")";
  }

  Workspace& workspace_;
  const Document& document_;
  std::vector<size_t> unused_;
  std::set<std::string> dropped_;
  std::vector<Import> found_;
};

}  // namespace

void organiseImports(Workspace& workspace, const Document& document, std::vector<Action>& actions) {
  if (std::optional<Edit> edit = Organiser(workspace, document).run())
    actions.push_back({"Organise imports", "source.organizeImports", {std::move(*edit)}});
}

}  // namespace gene::lsp
