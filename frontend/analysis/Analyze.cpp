// The module: which names it has, which definitions are hoisted (00 §4), and the order of the rest.
//
// A module variable that no function mentions is a local of the module's body, in a register; others are globals. A
// name counts as mentioned wherever it stands inside a function, class or namespace form: the scan is by spelling, so
// it never misses one.

#include "frontend/analysis/Analyzer.h"

namespace gene {
namespace {

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

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

}  // namespace

bool Analyzer::isDefinition(const Form* form) {
  return isOneOf(headText(form), {"fn", "class", "ns", "enum", "type", "object", "import",
                                  "interface", "implement", "comptime", "$dep"});
}

const Form* Analyzer::property(const GeneForm& form, std::string_view key) {
  for (const Property& p : form.properties)
    if (p.key.text() == key) return p.value;
  return nullptr;
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
        break;
      case FormKind::Path:
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
      case FormKind::Array: all(as<ArrayForm>(*form).items, false); break;
      case FormKind::HashMap: all(as<HashMapForm>(*form).items, false); break;
      case FormKind::Map: values(as<MapForm>(*form).properties, false); break;
      case FormKind::Quote:
      case FormKind::Unquote: work.push_back({as<QuoteForm>(*form).value, inside}); break;
      case FormKind::Gene: {
        const auto& g = as<GeneForm>(*form);
        const std::string_view head = calledName(g.head);
        const std::string_view second =
            g.children.empty() ? std::string_view{} : symbolOf(g.children[0]).text();
        if (g.children.size() >= 2 && isOneOf(second, {"=", "+=", "-=", "*=", "/=", "%="}))
          assignedNames_.insert(symbolOf(g.head));
        reifies_ |=
            (head.size() > 1 && head.ends_with('!')) || head == "eval" || head == "$caller_eval";
        const bool functions = isOneOf(head, {"fn", "class", "ns", "object", "block", "method",
                                              "ctor", "on_method_missing", "async", "implement",
                                              "interceptor", "fn-interceptor", "->"}) ||
                               second == "->" || head.ends_with("!");
        work.push_back({g.head, inside || functions});
        all(g.children, functions);
        values(g.properties, functions);
        break;
      }
      default: break;
    }
  }
}

/// The names the module's body introduces, also inside forms that are no scopes.
void Analyzer::collectModuleNames(std::span<Form*> forms) {
  for (const Form* form : forms) {
    collectInner(form, false);
    const std::string_view head = headText(form);
    if (isOneOf(head, {"fn", "class", "ns", "object", "enum", "type", "interface"})) {
      const auto& g = as<GeneForm>(*form);
      if (g.children.empty()) continue;
      Symbol name;
      if (g.children[0]->kind == FormKind::String)
        name = Symbol::of(as<StringForm>(*g.children[0]).text);
      else if (g.children[0]->kind == FormKind::Symbol)
        name = plainName(symbolOf(g.children[0]));
      else if (g.children[0]->kind == FormKind::Path &&
               as<PathForm>(*g.children[0]).parts.size() == 2 &&
               as<PathForm>(*g.children[0]).parts[0].empty())
        name = as<PathForm>(*g.children[0]).parts[1];
      if (!name.empty()) definitions_[name]++;
      if (head == "fn" && name.text().size() > 1 && name.text().ends_with('!')) collectMacro(g);
      continue;
    }
    // var at the top level, and in do, while, loop and try, which are no scopes.
    std::vector<const Form*> work{form};
    while (!work.empty()) {
      const Form* f = work.back();
      work.pop_back();
      if (f->kind != FormKind::Gene) continue;
      const auto& g = as<GeneForm>(*f);
      const std::string_view word = symbolOf(g.head).text();
      if ((word == "var" || word == "let") && !g.children.empty()) {
        std::vector<const Form*> patterns{g.children[0]};
        while (!patterns.empty()) {
          const Form* p = patterns.back();
          patterns.pop_back();
          if (p->kind == FormKind::Symbol) {
            Symbol name = plainName(symbolOf(p));
            if (name.text().starts_with("^")) name = Symbol::of(name.text().substr(1));
            if (!name.text().starts_with("$")) topLevelVars_.insert(name);
          } else if (p->kind == FormKind::Array) {
            for (const Form* item : as<ArrayForm>(*p).items) patterns.push_back(item);
          } else if (p->kind == FormKind::Map) {
            for (const Property& item : as<MapForm>(*p).properties) patterns.push_back(item.value);
          }
        }
      }
      const bool transparent = isOneOf(word, {"do", "while", "loop", "try"}) || f == form ||
                               word == "var" || word == "let";
      bool isScope = false;  // a catch clause is one
      for (const Form* child : g.children) {
        const std::string_view text = symbolOf(child).text();
        if (word == "try" && (text == "catch" || text == "finally")) isScope = text == "catch";
        if (transparent && !isScope) work.push_back(child);
      }
    }
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
    ir::Global* global = moduleGlobal(name, {});
    global->constant =
        count == 1 && !assignedNames_.contains(name) && !topLevelVars_.contains(name);
  }
  for (Symbol name : topLevelVars_)
    if (reifies_ || usedInFunctions_.contains(name)) moduleGlobal(name, {});
  std::vector<Node*> nodes;
  for (Form* form : forms)
    if (isDefinition(form)) nodes.push_back(topLevel(form));
  for (Form* form : forms)
    if (!isDefinition(form)) nodes.push_back(topLevel(form));
  if (!makesEnvironments_) dropExpandedMacros(nodes);
  main->body = make<ast::Sequence>(main->loc, copy(nodes));
  decideStorage();
  return {main};
}

ast::Module analyze(std::span<Form*> forms, ir::Program& program, const LanguageOptions& options,
                    DiagnosticEngine& diagnostics) {
  return Analyzer(program, options, diagnostics).run(forms);
}

}  // namespace gene
