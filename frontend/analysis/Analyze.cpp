// The module: which names it has, which definitions are hoisted (00 §4), and the order of the rest.
//
// A module variable that no function mentions is a local of the module's body, in a register; others are globals. A
// name counts as mentioned wherever it stands inside a function, class or namespace form: the scan is by spelling, so
// it never misses one.

#include <filesystem>

#include "frontend/analysis/Comptime.h"
#include "frontend/analysis/Modules.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene {
namespace {

std::string_view headText(const Form* form) {
  return form->kind == FormKind::Gene ? symbolOf(as<GeneForm>(*form).head).text()
                                      : std::string_view{};
}

/// x: or x: T give x; xs... gives xs.
Symbol plainName(Symbol name) {
  std::string_view text = name.text();
  if (text.ends_with("...")) text.remove_suffix(3);
  if (const size_t colon = text.find(':'); colon != std::string_view::npos && colon > 0)
    text = text.substr(0, colon);
  return text.size() == name.text().size() ? name : Symbol::of(text);
}

/// (fn __init__ [] …): the start of the module's body.
bool isInit(const Form* form) {
  if (headText(form) != "fn") return false;
  const auto& g = as<GeneForm>(*form);
  return g.children.size() >= 2 && symbolOf(g.children[0]) == sym::Init;
}

}  // namespace

bool Analyzer::isDefinition(const Form* form) {
  return hasTrait(headText(form), form_trait::Hoisted);
}

const Form* Analyzer::property(const GeneForm& form, std::string_view key) {
  for (const Property& p : form.properties)
    if (p.key.text() == key) return p.value;
  return nullptr;
}

/// What the static checks have to know of a form: paths that are assigned, names whose types are asked for.
void Analyzer::collectFacts(const GeneForm& g, std::string_view head, std::string_view second) {
  const bool assigns = hasTrait(second, form_trait::Assigns);
  const bool declares = (head == "var" || head == "$set") && !g.children.empty();
  if (assigns && g.head->kind == FormKind::Path) {
    if (as<PathForm>(*g.head).parts.back().text().starts_with('<')) assignsComputedFields_ = true;
    assignedFields_.insert(as<PathForm>(*g.head).parts.back());
  }
  for (const Form* child : g.children)
    if (declares && child->kind == FormKind::Path)
      assignedFields_.insert(as<PathForm>(*child).parts.back());
    else if (head == "$set" && symbolOf(child).text().starts_with('@'))
      assignedFields_.insert(Symbol::of(symbolOf(child).text().substr(1)));
  if (isInterceptor(head) && !second.empty()) {
    interceptors_.insert(symbolOf(g.children[0]));
    assignedNames_.insert(symbolOf(g.children[0]));
  }
  if (second == "is" || second == ".is") narrowed_.insert(symbolOf(g.head));
  if ((head == "is" || head == "typeof") && !g.children.empty())
    narrowed_.insert(symbolOf(g.children[0]));
}

/// Records names that stand inside functions, and names that are assigned anywhere.
void Analyzer::collectInner(const Form* root, bool inFunction) {
  struct Visit {
    const Form* form;
    bool inFunction;
  };
  std::vector<Visit> work{{root, inFunction}};
  while (!work.empty()) {
    const auto [form, inside] = work.back();
    work.pop_back();
    auto all = [&, in = inside](std::span<Form* const> items, bool functions) {
      for (const Form* item : items) work.push_back({item, in || functions});
    };
    auto values = [&, in = inside](std::span<const Property> properties, bool functions) {
      for (const Property& p : properties) work.push_back({p.value, in || functions});
    };
    switch (form->kind) {
      case FormKind::Symbol:
        if (inside) usedInFunctions_.insert(plainName(as<SymbolForm>(*form).symbol));
        usesNamespace_ |= as<SymbolForm>(*form).symbol.text() == "$ns";
        break;
      case FormKind::Path:
        usesNamespace_ |= as<PathForm>(*form).parts[0].text() == "$ns" &&
                          as<PathForm>(*form).parts[1].text().starts_with('.');
        if (inside)
          for (Symbol part : as<PathForm>(*form).parts) {
            std::string_view text = part.text();
            if (text.starts_with(".")) text.remove_prefix(1);
            if (text.starts_with("<") && text.ends_with(">")) {
              text = text.substr(1, text.size() - 2);
              text = text.substr(0, text.find('/'));
            }
            usedInFunctions_.insert(plainName(Symbol::of(text)));
          }
        break;
      case FormKind::Array:
        for (const Form* item : as<ArrayForm>(*form).items)
          if (item->kind == FormKind::Path)
            assignedFields_.insert(as<PathForm>(*item).parts.back());
        all(as<ArrayForm>(*form).items, false);
        break;
      case FormKind::HashMap: all(as<HashMapForm>(*form).items, false); break;
      case FormKind::Map: values(as<MapForm>(*form).properties, false); break;
      case FormKind::Quote:
      case FormKind::Unquote: work.push_back({as<QuoteForm>(*form).value, inside}); break;
      case FormKind::Gene: {
        const auto& g = as<GeneForm>(*form);
        const std::string_view head = calledName(g.head);
        const std::string_view second =
            g.children.empty() ? std::string_view{} : symbolOf(g.children[0]).text();
        if (g.children.size() >= 2 && hasTrait(second, form_trait::Assigns))
          assignedNames_.insert(symbolOf(g.head));
        collectFacts(g, head, second);
        reifies_ |= (head.size() > 1 && head.ends_with('!')) || head == "eval" || head == "$repl" ||
                    head == "$caller_eval";
        const bool functions =
            hasTrait(head, form_trait::Inner) || second == "->" || head.ends_with("!");
        checkGlued(g.children, functions);
        work.push_back({g.head, inside || functions});
        all(g.children, functions);
        values(g.properties, functions);
        break;
      }
      default: break;
    }
  }
}

/// At the module's level (fn /f …), (fn $ns/f …) and (fn f …) are the same, and so with all definitions.
Form* Analyzer::withoutSlash(Form* form) {
  const std::string_view head = headText(form);
  if (!hasTrait(head, form_trait::Named)) return form;
  const auto& g = as<GeneForm>(*form);
  if (g.children.empty() || g.children[0]->kind != FormKind::Path) return form;
  const auto& path = as<PathForm>(*g.children[0]);
  const std::string_view root = path.parts[0].text();
  const bool isOwn = root.empty() || root == "$ns" || root == "self";
  if (!isOwn || path.parts.size() != 2 || path.parts[1].empty()) return form;
  std::vector<Form*> children(g.children.begin(), g.children.end());
  children[0] = make<SymbolForm>(path.loc, path.parts[1]);
  auto* plain = make<GeneForm>(g.loc, g.head, g.properties, copy(children));
  plain->end = g.end;
  return plain;
}

/// The names the module's body introduces, also inside forms that are no scopes.
void Analyzer::collectModuleNames(std::span<Form*> forms) {
  collectPublished(forms, true, published_);
  collectIdentities(forms, identities_);
  checkGlued(forms, false);
  checkUseless(forms);
  for (const Form* form : forms) {
    collectInner(form, false);
    const std::string_view head = headText(form);
    if (hasTrait(head, form_trait::Named)) {
      const auto& g = as<GeneForm>(*form);
      if (g.children.empty()) continue;
      Symbol name;
      if (g.children[0]->kind == FormKind::String)
        name = Symbol::of(as<StringForm>(*g.children[0]).text);
      else if (g.children[0]->kind == FormKind::Symbol)
        name = plainName(symbolOf(g.children[0]));
      if (isInit(form)) {
        for (const Form* statement : g.children.subspan(2)) collectVariables(statement);
        continue;
      }
      if (!name.empty()) {
        definitions_[name]++;
        collectNamed(form, head, name);
      }
      if (head == "class") collectClass(g);
      if (head == "type" && !name.empty() && g.children.size() > 1)
        moduleTypes_[name] = g.children[1];
      if (head == "fn" && name.text().size() > 1 && name.text().ends_with('!')) collectMacro(g);
      continue;
    }
    collectVariables(form);
  }
}

/// The variables that `root` declares in the scope it stands in: those of its parts, but for forms with scopes of their own.
void Analyzer::collectVariables(const Form* root) {
  std::vector<const Form*> work{root};
  auto all = [&](std::span<Form* const> forms) {
    work.insert(work.end(), forms.begin(), forms.end());
  };
  auto values = [&](std::span<const Property> properties) {
    for (const Property& p : properties) work.push_back(p.value);
  };
  while (!work.empty()) {
    const Form* f = work.back();
    work.pop_back();
    switch (f->kind) {
      case FormKind::Array: all(as<ArrayForm>(*f).items); continue;
      case FormKind::HashMap: all(as<HashMapForm>(*f).items); continue;
      case FormKind::Map: values(as<MapForm>(*f).properties); continue;
      case FormKind::Gene: break;
      default: continue;
    }
    const auto& g = as<GeneForm>(*f);
    const std::string_view word = symbolOf(g.head).text();
    const std::string_view second =
        g.children.empty() ? std::string_view{} : symbolOf(g.children[0]).text();
    if (hasTrait(word, form_trait::Variable) && !g.children.empty()) {
      collectPattern(g.children[0], word == "let");
      const Form* last = g.children[0];  // x: and /x: are followed by a type
      const Symbol name =
          last->kind == FormKind::Path ? as<PathForm>(*last).parts.back() : symbolOf(last);
      if (name.text().size() > 1 && name.text().ends_with(':') && g.children.size() > 1)
        annotations_.push_back({plainName(name), g.children[1]});
    }
    const bool hasScope = hasTrait(word, form_trait::Scope) || second == "->" ||
                          (word.size() > 1 && word.ends_with('!'));
    if (hasScope) continue;
    work.push_back(g.head);
    values(g.properties);
    bool isClause = false;  // a catch clause is a scope
    for (const Form* child : g.children) {
      const std::string_view text = symbolOf(child).text();
      if (word == "try" && (text == "catch" || text == "finally")) isClause = text == "catch";
      if (!isClause) work.push_back(child);
    }
  }
}

/// The variables of a `var` at the module's level.
void Analyzer::collectPattern(const Form* what, bool constant) {
  switch (what->kind) {
    case FormKind::Symbol: {
      Symbol name = plainName(symbolOf(what));
      if (name.text().starts_with("^")) name = Symbol::of(name.text().substr(1));
      if (!name.text().starts_with("$")) {
        topLevelVars_.insert(name);
        variableCounts_[name]++;
        if (constant) constantCounts_[name]++;
      }
      break;
    }
    case FormKind::Array:
      for (const Form* item : as<ArrayForm>(*what).items) collectPattern(item, constant);
      break;
    case FormKind::Map:
      for (const Property& item : as<MapForm>(*what).properties)
        collectPattern(item.value, constant);
      break;
    default: break;
  }
}

Analyzer::Node* Analyzer::topLevel(Form* form) {
  Node* node = expression(form);
  return node;
}

/// Macros that were expanded everywhere are not needed at run time, and with them the evaluator.
void Analyzer::dropExpandedMacros(std::vector<Node*>& nodes) {
  std::erase_if(nodes, [&](const Node* node) {
    if (node->kind != ast::NodeKind::AssignGlobal) return false;
    const auto* assign = static_cast<const ast::AssignGlobal*>(node);
    const Symbol name = assign->global->name;
    return assign->global->constant && assign->value->kind == ast::NodeKind::Function &&
           macros_.contains(name) && !usedMacros_.contains(name);
  });
}

ast::Module Analyzer::run(std::span<Form*> forms) {
  forms = expandComptime(forms, arena_, diagnostics_,
                         modules_ ? modules_->extras().environment : nullptr);
  std::vector<Form*> plain;
  for (Form* form : forms) plain.push_back(withoutSlash(form));
  forms = copy(plain);
  if (isMain_ && modules_)
    reifies_ = modules_->extras().session || modules_->extras().keepVariables;
  collectModuleNames(forms);
  auto* main = make<ast::Function>(forms.empty() ? Location{} : forms[0]->loc);
  main->name = sym::Init;
  FunctionState& state = functions_.emplace_back();
  state.function = main;
  state.outer = nullptr;
  function_ = &state;
  main->scope = pushScope();
  atTopLevel_ = true;
  for (const auto& [name, count] : definitions_) {
    ir::Global* global = moduleGlobal(name, main->loc);
    const bool assigned = assignedNames_.contains(name) || topLevelVars_.contains(name) ||
                          (published_.contains(name) && assignedFields_.contains(name));
    global->constant = count == 1 && !assigned && !isSession();
  }
  for (Symbol name : published_) moduleGlobal(name, main->loc);
  for (Symbol name : topLevelVars_)
    if (reifies_ || usedInFunctions_.contains(name)) moduleGlobal(name, main->loc);
  // Functions come before the variables: they have to know what these are.
  for (const auto& [name, count] : constantCounts_)
    if (count == variableCounts_[name]) constantGlobals_.insert(name);
  for (const auto& [name, type] : annotations_)
    if (variableCounts_[name] <= 1) globalTypes_[name] = annotation(type);
  // Imports first: functions above them see the names, too. They run in their places.
  for (const Form* form : forms)
    if (headText(form) == "import")
      imports_[form] = moduleImport(as<GeneForm>(*form));
    else if (headText(form) == "$dep")
      imports_[form] = dependency(as<GeneForm>(*form));
  std::vector<Node*> nodes;
  for (Form* form : forms)
    if (isDefinition(form) && !isInit(form)) nodes.push_back(topLevel(form));
  bool hasInit = false;
  for (const Form* form : forms) {
    if (!isInit(form)) continue;
    if (hasInit) error(form->loc, Diag::DuplicateInit);
    hasInit = true;
    for (Form* statement : as<GeneForm>(*form).children.subspan(2))
      nodes.push_back(topLevel(statement));
  }
  for (Form* form : forms)
    if (!isDefinition(form)) nodes.push_back(topLevel(form));
  // What other modules may import is kept.
  if (isMain_ && !makesEnvironments_) dropExpandedMacros(nodes);
  makePackages(main->loc, nodes);
  if (namespace_) {
    ir::Immediate immediate;
    immediate.symbol = Symbol::of(std::filesystem::path(module_->name).stem().string());
    Node* made = runtime(main->loc, ir::Op::NamespaceNew, {}, {immediate});
    nodes.insert(nodes.begin(), make<ast::AssignGlobal>(main->loc, namespace_, made));
  }
  main->body = make<ast::Sequence>(main->loc, copy(nodes));
  decideStorage();
  warnUnused(forms);
  return {main};
}

}  // namespace gene
