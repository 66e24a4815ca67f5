// Extracting variables and functions.

#include <algorithm>
#include <map>

#include "driver/lsp/Refactor.h"
#include "frontend/analysis/SpecialForms.h"
#include "runtime/object/Class.h"

namespace gene::lsp {
namespace {

std::string_view sliceOf(const Document& document, Range range) {
  return std::string_view(document.text).substr(range.from, range.to - range.from);
}
std::string_view headOf(const Form& form) {
  return form.kind == FormKind::Gene ? symbolOf(as<GeneForm>(form).head).text() : "";
}

/// Does the text of the range alone read as these forms? Parts of chains and what follows the # of a hole do not.
bool readsAlone(const Document& document, Range range, Span<const Form* const> forms) {
  std::string expected;
  for (const Form* form : forms) expected += printForm(*form) + "\n";
  return printedForms(std::string(sliceOf(document, range))) == expected;
}

/// Is the range a hole that begins with a bracket: the (a + b) of #"#(a + b)"?
bool isOpenHole(const Document& document, const Standing& standing, Range range) {
  return standing.parent && headOf(*standing.parent) == "#Str" && range.from > 0 &&
         document.text[range.from - 1] == '#';
}

/// A name that is put in place of the range: apart from what stands beside it.
std::string besides(const Document& document, Range range, std::string name) {
  const std::string& text = document.text;
  const auto isEnd = [](char c) {
    return std::string_view(" \t\r\n()[]{},;").find(c) != std::string_view::npos;
  };
  if (range.from > 0 && !isEnd(text[range.from - 1])) name.insert(0, " ");
  if (range.to < text.size() && !isEnd(text[range.to])) name += " ";
  return name;
}

/// Is it more than a name or a number?
bool isWorthIt(const Form& form) {
  return form.kind == FormKind::Gene || form.kind == FormKind::Array ||
         form.kind == FormKind::Map || form.kind == FormKind::HashMap ||
         form.kind == FormKind::Path || form.kind == FormKind::String ||
         form.kind == FormKind::Int || form.kind == FormKind::Float || form.kind == FormKind::Regex;
}

/// Does the form read variables that its own statement declares?
bool readsFrom(const Meaning& meaning, const Document& document, const Form& form, size_t from) {
  bool found = false;
  const size_t begin = document.offset(form.loc);
  forEachInside(form, [&](const Form& part) {
    const Symbol name = part.kind == FormKind::Path ? as<PathForm>(part).parts[0] : symbolOf(&part);
    const Index::Use* use =
        name.empty() ? nullptr : meaning.useAt(document.offset(part.loc), name.text());
    if (use && use->declaration.valid()) {
      const size_t declared = meaning.declarationOf(*use);
      found = found || (declared >= from && declared < begin);
    }
    return true;
  });
  return found;
}

}  // namespace

void extractVariable(Workspace& workspace, const Document& document, Range range,
                     std::vector<Action>& actions) {
  const std::optional<Standing> at = standingOf(document, range);
  if (!at || !at->parent || !at->isOnce || !isWorthIt(*at->form)) return;
  const Form* form = at->form;
  if (!readsAlone(document, range, Span<const Form* const>(&form, 1))) return;
  const Meaning meaning(workspace, document);
  const size_t from = rangeOf(document, *at->statement()).from;
  const bool isEarlier = std::ranges::all_of(
      at->before, [&](const Form* part) { return part && meaning.isSilent(*part, from); });
  if (!isEarlier && !meaning.isSilent(*form, from)) return;
  if (readsFrom(meaning, document, *form, from) || declares(*form)) return;
  const std::string name = meaning.freshName("value");
  const bool isHole = isOpenHole(document, *at, range);
  const size_t line = document.lines.start(document.lines.lineOf(from));
  const std::string before(document.text.substr(line, from - line));
  const bool isFirst = before.find_first_not_of(" \t") == std::string::npos;
  actions.push_back({"Extract a variable",
                     "refactor.extract",
                     {{{from, from},
                       "(var " + name + " " + std::string(sliceOf(document, range)) + ")" +
                           (isFirst ? "\n" + before : " ")},
                      {range, isHole ? "{" + name + "}" : besides(document, range, name)}}});
}

namespace {

/// What the code of a new function needs from where it stood.
class Outside {
 public:
  Outside(Workspace& workspace, const Document& document, Range range)
      : document_(document), range_(range), meaning_(workspace, document) {}

  /// Collects the variables; false: the code means something else in a function of its own.
  bool visit(const Form& form) {
    bool fits = true;
    forEachInside(form, [&](const Form& part) {
      fits = fits && one(part);
      return fits;
    });
    return fits;
  }
  /// Are variables that the code declares used behind it?
  [[nodiscard]] bool isUsedBehind(const Index& index) const {
    return std::ranges::any_of(index.uses(), [&](const Index::Use& use) {
      return use.declaration.valid() && isInside(meaning_.offset(use.declaration)) &&
             !isInside(meaning_.offset(use.at));
    });
  }
  /// Could a function see a variable change that the code has as an argument? One that is assigned, or declared anew in each
  /// round of a loop which is no scope.
  [[nodiscard]] bool changes() const {
    return std::ranges::any_of(declarations_, [&](const auto& entry) {
      const std::vector<const Index::Use*> uses = meaning_.usesOf(entry.second);
      const Depth declared = depthAt(meaning_.offset(entry.second));
      const bool isAssigned =
          std::ranges::any_of(uses, [](const Index::Use* use) { return use->isAssigned; });
      return (isAssigned || declared.isInLoop) &&
             std::ranges::any_of(uses, [&](const Index::Use* use) {
               return depthAt(meaning_.offset(use->at)).functions != declared.functions;
             });
    });
  }
  [[nodiscard]] const std::vector<std::string>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<std::string>& freeNames() const { return free_; }
  [[nodiscard]] bool namesOnly(const std::vector<const Definition*>& inner) const {
    return std::ranges::none_of(inner, [&](const Definition* d) {
      return std::ranges::find(free_, d->name.text()) != free_.end();
    });
  }

 private:
  [[nodiscard]] bool isInside(size_t offset) const {
    return range_.from <= offset && offset < range_.to;
  }
  struct Depth {
    size_t functions = 0;   // around the place
    bool isInLoop = false;  // of the innermost one
  };
  [[nodiscard]] Depth depthAt(size_t offset) const {
    Depth depth;
    forEachInside(document_, [&](const Form& form, Range range) {
      if (offset < range.from || offset >= range.to) return false;
      if (form.kind == FormKind::Gene) {
        const auto& g = as<GeneForm>(form);
        const std::string_view head = symbolOf(g.head).text();
        const bool isBlock = !g.children.empty() && isSymbol(g.children[0], "->");
        if (isBlock || hasTrait(head, form_trait::Inner)) depth = {depth.functions + 1, false};
        depth.isInLoop = depth.isInLoop || head == "while" || head == "loop";
      }
      return true;
    });
    return depth;
  }

  bool one(const Form& form) {
    if (form.kind == FormKind::Unquote) return false;
    if (form.kind == FormKind::Gene) return gene(as<GeneForm>(form));
    if (form.kind != FormKind::Symbol && form.kind != FormKind::Path) return true;
    const bool isPath = form.kind == FormKind::Path;
    const Symbol symbol = isPath ? as<PathForm>(form).parts[0] : symbolOf(&form);
    std::string_view text = symbol.text();
    if (text.empty() || text == "self" || text.starts_with('@')) return false;
    if (isPath)
      for (const Symbol part : as<PathForm>(form).parts)
        if (part.text().starts_with('<')) return false;
    if (text.size() > 3 && text.ends_with("...")) text.remove_suffix(3);
    const Index::Use* use = meaning_.useAt(document_.offset(form.loc), text);
    if (!use) use = meaning_.useAt(document_.offset(form.loc), symbol.text());
    if (!use) return true;
    const std::string name(use->name.text());
    if (!use->declaration.valid()) {
      free_.push_back(name);
      return true;
    }
    if (isInside(meaning_.declarationOf(*use))) return true;
    if (use->isAssigned || name.ends_with('!')) return false;
    const auto [known, isNew] = declarations_.emplace(name, use->declaration);
    if (isNew) parameters_.push_back(name);
    return known->second == use->declaration;
  }
  /// Nothing that leaves the function around it, asks for its scope, or is not known.
  static bool gene(const GeneForm& g) {
    using namespace form_trait;
    const std::string_view head = symbolOf(g.head).text();
    const std::string_view first = g.children.empty() ? "" : symbolOf(g.children[0]).text();
    if (first == "->" || first == "?" || first == "|") return false;
    const bool isMacro = head.size() > 1 && head.ends_with('!');
    const bool evaluates =
        g.head->kind == FormKind::Path && as<PathForm>(*g.head).parts.back().text() == "eval";
    if (evaluates) return false;
    if (isMacro || head == "super" || head.starts_with('.') || head.starts_with('$')) return false;
    const bool isFunction =
        head == "fn" && !g.children.empty() && g.children[0]->kind == FormKind::Array;
    return isFunction || !hasTrait(head, Rooted | Leaves | Hoisted) || head == "await";
  }

  const Document& document_;
  const Range range_;
  const Meaning meaning_;
  std::vector<std::string> parameters_;
  std::map<std::string, Location> declarations_;
  std::vector<std::string> free_;  // names of the module, and built-in ones
};

/// Are all names the module's or built in? What an expression defines by the way is known to the code behind it.
bool areKnown(Workspace& workspace, const Document& document,
              const std::vector<std::string>& names) {
  return std::ranges::all_of(names, [&](const std::string& name) {
    Context* context = workspace.names();
    return document.definition(name) ||
           (context && !namespaceGet(context->globals, Symbol::of(name)).isAbsent());
  });
}

/// Does the module's code name a variable of the module before it is declared? Then it is reported; in a function it is nil.
bool isTooEarly(const Document& document, Range range, const std::vector<std::string>& names) {
  return std::ranges::any_of(document.outline(), [&](const Definition& d) {
    const bool isVariable =
        d.kind == Definition::Kind::Variable || d.kind == Definition::Kind::Constant;
    return isVariable && document.offset(d.form->end) > range.from &&
           std::ranges::find(names, d.name.text()) != names.end();
  });
}

/// Are there types that are known in a part of the form only?
bool hasInnerTypes(const Form& top) {
  bool found = false;
  forEachInside(top, [&](const Form& part) {
    const bool isType = hasTrait(headOf(part), form_trait::Typed) || headOf(part) == "type";
    found = found || (&part != &top && isType);
    return !found;
  });
  return found;
}

/// What the classes, objects and namespaces around a place define.
std::vector<const Definition*> membersAround(const Document& document, size_t offset) {
  std::vector<const Definition*> found;
  forEachDefinition(document.outline(), nullptr, [&](const Definition& d, const Definition* in) {
    if (!in) return;
    const Range around = rangeOf(document, *in->form);
    if (around.from <= offset && offset < around.to) found.push_back(&d);
  });
  return found;
}

}  // namespace

void extractFunction(Workspace& workspace, const Document& document, Range range,
                     std::vector<Action>& actions) {
  std::vector<const Form*> forms;
  std::optional<Standing> at = standingOf(document, range);
  if (at && at->parent) {
    if (at->form->kind != FormKind::Gene) return;
    forms.push_back(at->form);
  } else {
    size_t count = 0;
    at = statementsAt(document, range, &count);
    if (!at) return;
    for (size_t i = 0; i < count; i++) forms.push_back(at->body.statements[at->index + i]);
  }
  const bool isModule = !at->isInFunction;
  bool fits = true;
  // What the module's code declares is known in the whole module; what code that is not seen asks for must stay.
  const bool mayDeclare = !isModule && !isWatched(*at->top);
  for (const Form* form : forms)
    fits = fits && form->kind == FormKind::Gene && (mayDeclare || !declares(*form));
  if (!fits) return;
  if (!readsAlone(document, range, forms)) return;
  Outside outside(workspace, document, range);
  for (const Form* form : forms)
    if (!outside.visit(*form)) return;
  const Document::Analysis& a = workspace.analysis(document);
  if (outside.isUsedBehind(a.index) || outside.changes() ||
      !outside.namesOnly(membersAround(document, range.from)) || headOf(*at->top) == "ns" ||
      hasInnerTypes(*at->top) || !areKnown(workspace, document, outside.freeNames()) ||
      (isModule && isTooEarly(document, range, outside.freeNames())))
    return;
  const Meaning meaning(workspace, document);
  const std::string name = meaning.freshName("extracted");
  std::string parameters, call = "(" + name;
  for (const std::string& each : outside.parameters()) {
    parameters += (parameters.empty() ? "" : " ") + each;
    call += " " + each;
  }
  // The comment above a definition stays with it.
  size_t place = rangeOf(document, *at->top).from;
  for (uint32_t line = document.lines.lineOf(place); line > 0; line--) {
    const size_t start = document.lines.start(line - 1);
    if (document.text.compare(start, 2, "# ") != 0) break;
    place = start;
  }
  actions.push_back({"Extract a function",
                     "refactor.extract",
                     {{{place, place},
                       "(fn " + name + " [" + parameters + "]\n" +
                           std::string(sliceOf(document, range)) + ")\n\n"},
                      {range, call + ")"}}});
}

}  // namespace gene::lsp
