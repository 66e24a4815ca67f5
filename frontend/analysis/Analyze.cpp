// The module: which names it has, which definitions are hoisted (00 §4), and the order of the rest.
//
// A module variable that no function mentions is a local of the module's body, in a register; others are globals. A
// name counts as mentioned wherever it stands inside a function, class or namespace form: the scan is by spelling, so
// it never misses one.

#include <algorithm>
#include <filesystem>
#include <vector>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Comptime.h"
#include "frontend/analysis/Modules.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene {
namespace {

std::string_view headText(const Form* form) {
  return form->kind == FormKind::Gene ? symbolOf(as<GeneForm>(*form).head).text()
                                      : std::string_view{};
}

Symbol nameOf(Symbol name) { return name; }
template <class Value>
Symbol nameOf(const std::pair<const Symbol, Value>& named) {
  return named.first;
}
/// The names in a set, or of a map, in an order that does not depend on what else the process has read.
template <class Names>
std::vector<Symbol> namesByText(const Names& names) {
  std::vector<Symbol> all;
  for (const auto& name : names) all.push_back(nameOf(name));
  std::ranges::sort(all, {}, [](Symbol name) { return name.text(); });
  return all;
}

}  // namespace

Analyzer::Analyzer(ir::Program& program, const LanguageOptions& options,
                   DiagnosticEngine& diagnostics, Modules* modules, const LoadedModule* module,
                   bool isMain)
    : program_(program),
      arena_(program.arena),
      options_(options),
      diagnostics_(diagnostics),
      modules_(modules),
      module_(module),
      isMain_(isMain),
      scopes_(arena_),
      checks_(facts_, names_, scopes_, options_, diagnostics_, modules ? modules->known() : nullptr,
              !modules ? Checks::Code::Evaluated
              : isMain ? Checks::Code::Main
                       : Checks::Code::Imported) {}

Analyzer::~Analyzer() = default;

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

void Analyzer::statement(Form* form, std::vector<Node*>& nodes) {
  if (program_.debug) nodes.push_back(debugPoint(form->loc));
  nodes.push_back(expression(form));
}

/// Macros that were expanded everywhere are not needed at run time, and with them the evaluator.
void Analyzer::dropExpandedMacros(std::vector<Node*>& nodes) {
  std::erase_if(nodes, [&](const Node* node) {
    if (node->kind != ast::NodeKind::AssignGlobal) return false;
    const auto* assign = static_cast<const ast::AssignGlobal*>(node);
    const Symbol name = assign->global->name;
    return assign->global->constant && assign->value->kind == ast::NodeKind::Function &&
           facts_.macros.contains(name) && !usedMacros_.contains(name);
  });
}

ast::Module Analyzer::run(Span<Form*> forms) {
  forms = expandComptime(forms, arena_, diagnostics_,
                         modules_ ? modules_->extras().environment : nullptr);
  std::vector<Form*> plain;
  for (Form* form : forms) plain.push_back(withoutSlash(form));
  forms = copy(plain);
  facts_ = collectModuleFacts(forms, diagnostics_);
  if (isMain_ && modules_)
    facts_.reifies |= modules_->extras().shared || modules_->extras().keepVariables;
  if (isMain_ && modules_) knowEnums(modules_->extras().enums);
  collectIdentities(forms, names_.identities);
  checks_.checkAllGlued(forms);
  checks_.checkUseless(forms);
  checks_.checkComments(forms);
  auto* main = make<ast::Function>(forms.empty() ? Location{} : forms[0]->loc);
  main->name = sym::Init;
  scopes_.enter(main, false);
  atTopLevel_ = true;
  // The numbers of globals are the same in each process that compiles the program.
  for (const Symbol name : namesByText(facts_.definitions)) {
    const uint32_t count = facts_.definitions.at(name);
    ir::Global* global = moduleGlobal(name, main->loc);
    const bool assigned = facts_.assignedNames.contains(name) ||
                          facts_.topLevelVars.contains(name) ||
                          (facts_.published.contains(name) && facts_.assignedFields.contains(name));
    global->constant = count == 1 && !assigned && !isSession();
  }
  for (const Symbol name : namesByText(facts_.published)) moduleGlobal(name, main->loc);
  for (const Symbol name : namesByText(facts_.topLevelVars))
    if (facts_.reifies || facts_.usedInFunctions.contains(name)) moduleGlobal(name, main->loc);
  // Functions come before the variables: they have to know what these are.
  for (const auto& [name, count] : facts_.constantCounts)
    if (count == facts_.variableCounts[name]) constantGlobals_.insert(name);
  for (const auto& [name, type] : facts_.annotations)
    if (facts_.variableCounts[name] <= 1) names_.types[name] = annotation(type);
  // Imports first: functions above them see the names, too. They run in their places.
  for (const Form* form : forms)
    if (headText(form) == "import")
      imports_[form] = moduleImport(as<GeneForm>(*form));
    else if (headText(form) == "$dep")
      imports_[form] = dependency(as<GeneForm>(*form));
  std::vector<Node*> nodes;
  for (Form* form : forms)
    if (isDefinition(form) && !isInitForm(form)) nodes.push_back(expression(form));
  bool hasInit = false;
  for (const Form* form : forms) {
    if (!isInitForm(form)) continue;
    if (hasInit) error(form->range(), Diag::DuplicateInit);
    hasInit = true;
    for (Form* statement : as<GeneForm>(*form).children.subspan(2))
      this->statement(statement, nodes);
  }
  for (Form* form : forms)
    if (!isDefinition(form)) statement(form, nodes);
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
  checks_.warnUnused(forms);
  return {main};
}

}  // namespace gene
