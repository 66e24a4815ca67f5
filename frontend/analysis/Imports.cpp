// import and export (08 §2-3).

#include <algorithm>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Lock.h"
#include "frontend/analysis/Modules.h"

namespace gene {
namespace {

/// a/b/name of an item.
template <class Item>
std::string pathText(const Item& item) {
  std::string text;
  for (const Symbol part : item.path) text += std::string(part.text()) + "/";
  return text + std::string(item.name.text());
}

}  // namespace

/// The global that holds what this module publishes under `name`; null without one.
ir::Global* Analyzer::publishedGlobal(Symbol name) const {
  if (names_.hasExports) {
    auto found = exports_.find(name);
    return found == exports_.end() ? nullptr : found->second;
  }
  if (facts_.interceptors.contains(name))
    if (auto made = externals_.find(name); made != externals_.end()) return made->second;
  if (!facts_.definitions.contains(name) && !facts_.published.contains(name) &&
      !names_.imported.contains(name))
    return nullptr;
  if (auto member = hidden_.find(name); member != hidden_.end()) return member->second;
  auto found = names_.globals.find(name);
  return found == names_.globals.end() ? nullptr : found->second;
}

std::vector<Symbol> Analyzer::publishedNames() const {
  std::vector<Symbol> names;
  if (names_.hasExports) {
    for (const auto& [name, global] : exports_) names.push_back(name);
  } else {
    for (const auto& [name, count] : facts_.definitions) names.push_back(name);
    names.insert(names.end(), facts_.published.begin(), facts_.published.end());
    names.insert(names.end(), names_.imported.begin(), names_.imported.end());
    for (const Symbol name : facts_.interceptors)
      if (externals_.contains(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end(), [](Symbol a, Symbol b) { return a.text() < b.text(); });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

ModuleInterface Analyzer::interface() {
  ModuleInterface made;
  made.hasExports = names_.hasExports;
  for (const Symbol name : publishedNames())
    if (ir::Global* const global = publishedGlobal(name)) made.published.push_back({name, global});
  made.functions = names_.functions;
  made.enums = names_.enums;
  made.interfaces = names_.interfaces;
  made.identities = names_.identities;
  made.variables = facts_.topLevelVars;
  // What is wrong with them was said where they stand.
  const Checks::Quiet quiet(checks_, true);
  for (const auto& [name, type] : facts_.types)
    if (made.find(name) && !diagnostics_.hasErrors()) made.types[name] = expandType(type);
  made.keepPublished();
  return made;
}

/// The declaration of what another module publishes under `name`; null if it publishes nothing of that name. What that module has
/// from a third one is taken from there.
ir::Global* Analyzer::importedGlobal(const LoadedModule& other, Symbol name) {
  ir::Global* const theirs = other.interface.find(name);
  if (!theirs) return nullptr;
  const bool isPassedOn = !theirs->from.empty();
  if (!isPassedOn) other.program->addExport(name, theirs);
  ir::Global* const mine = isPassedOn
                               ? program_.importGlobal(theirs->from, theirs->exported)
                               : program_.importGlobal(Symbol::of(other.program->mainFile), name);
  mine->loc = theirs->loc;
  mine->constant = theirs->constant;
  mine->resultType = theirs->resultType;
  return mine;
}

/// Makes `local` mean the value; directly the other module's global where that never changes.
void Analyzer::bindImport(Symbol local, ir::Global* direct, Node* value, Location loc,
                          std::vector<Node*>& nodes) {
  if (facts_.topLevelVars.contains(local)) return;  // a variable of this module hides it
  names_.imported.insert(local);
  if (auto known = names_.globals.find(local);
      direct && known != names_.globals.end() && known->second == direct)
    return;
  const bool own = facts_.definitions.contains(local) || facts_.assignedNames.contains(local) ||
                   facts_.published.contains(local) || names_.globals.contains(local);
  if (direct && direct->constant && !own && !isSession()) {
    names_.globals[local] = direct;
    return;
  }
  ir::Global* global = moduleGlobal(local, loc);
  if (global->constant && own) {
    // What another module owns is left alone: from here on the name is a variable of this one.
    if (facts_.definitions.contains(local))
      global->constant = false;
    else
      global = names_.globals[local] = program_.addGlobal(local, loc);
  }
  nodes.push_back(make<ast::AssignGlobal>(loc, global, value));
}

/// What the checker and annotations know of a name comes along with it.
void Analyzer::importFacts(const ModuleInterface& from, Symbol name, Symbol local) {
  if (auto it = from.interfaces.find(name); it != from.interfaces.end())
    names_.interfaces.try_emplace(local, it->second);
  if (auto it = from.enums.find(name); it != from.enums.end()) {
    names_.enums.try_emplace(local, it->second);
    for (const Symbol variant : it->second) names_.variants[variant].push_back(local);
  }
  if (auto it = from.functions.find(name); it != from.functions.end())
    names_.functions.try_emplace(local, it->second);
  if (auto alias = from.types.find(name); alias != from.types.end())
    facts_.types.try_emplace(local, alias->second);
  for (const auto& [path, identity] : from.identities) {
    const std::string_view text = path.text();
    const bool isMember = text.starts_with(name.text()) && text.size() > name.text().size() &&
                          text[name.text().size()] == '/';
    if (path == name || isMember)
      names_.identities.try_emplace(
          Symbol::of(std::string(local.text()) + std::string(text.substr(name.text().size()))),
          identity);
  }
}

/// The name exists, although nothing is known of it: what could not be imported is reported once.
void Analyzer::bindUnknown(const Import::Item& item) {
  names_.imported.insert(item.local);
  moduleGlobal(item.local, item.loc);
}

/// The same for all names of an import of a module that cannot be had.
void Analyzer::bindUnknown(const Import& import) {
  for (const Import::Item& item : import.items)
    if (item.name == sym::Star)
      checks_.beQuiet();  // any name may be meant by it
    else
      bindUnknown(item);
}

/// (import genex/http): names of the libraries, which are no modules.
Analyzer::Node* Analyzer::libraryImport(const GeneForm& form, const Import& import) {
  std::vector<Node*> nodes;
  for (const Import::Item& item : import.items) {
    std::vector<Symbol> path = item.path;
    path.push_back(item.name);
    const std::string_view root = path[0].text();
    const bool isRoot = root == "gene" || root == "genex" || root == "global" || root == "system";
    if (!isRoot) {
      bindUnknown(import);
      return error(form.range(), Diag::ImportNoPath);
    }
    if (item.name == sym::Star) {
      importBuiltins(item, form.loc, nodes);
      continue;
    }
    std::string text(root);
    for (const Symbol name : Span<const Symbol>(path).subspan(1))
      text += "/" + std::string(name.text());
    builtinImports_[item.local] = text;
    bindMember(item.local, make<ast::Global>(form.loc, program_.externalGlobal(path[0]), true),
               root, Span<const Symbol>(path).subspan(1), text, form.loc, nodes);
  }
  return make<ast::Sequence>(form.loc, copy(nodes));
}

/// One name that a module is to give; a member of it by a path.
void Analyzer::importItem(const Import::Item& item, const LoadedModule& module, Location loc,
                          std::vector<Node*>& nodes) {
  const ModuleInterface& other = module.interface;
  modules_->noteTaken(module, item.path.empty() ? item.name : item.path[0]);
  if (item.name == sym::Star && item.path.empty()) {
    for (const Symbol name : other.names()) {
      ir::Global* global = importedGlobal(module, name);
      importFacts(other, name, name);
      bindImport(name, global, make<ast::Global>(loc, global, false), loc, nodes);
    }
    return;
  }
  const Symbol first = item.path.empty() ? item.name : item.path[0];
  ir::Global* global = importedGlobal(module, first);
  if (!global) {
    Diagnostic& missing = diagnostics_.report(
        item.loc, other.hasExports ? Diag::ImportNotExported : Diag::ImportMissing, {first.text()});
    Checks::hintNear(missing, first, other.names());
    if (other.variables.contains(first))
      missing.hint(Diag::HintText, {"only definitions and variables with a slash are published: "
                                    "(var /" +
                                    std::string(first.text()) + " value)"});
    return bindUnknown(item);
  }
  Node* value = make<ast::Global>(loc, global, false);
  if (item.path.empty()) {
    importFacts(other, item.name, item.local);
    return bindImport(item.local, global, value, loc, nodes);
  }
  std::vector<Symbol> path(item.path.begin() + 1, item.path.end());
  path.push_back(item.name);
  importFacts(other, Symbol::of(pathText(item)), item.local);
  bindMember(item.local, value, first.text(), path, item.name.text(), loc, nodes);
}

/// An import at the module's level: runs the module, if this is the first import of it, and binds the names.
Analyzer::Node* Analyzer::moduleImport(const GeneForm& form) {
  Import import;
  if (const std::string mistake = readImport(form, &import); !mistake.empty()) {
    bindUnknown(import);
    Diagnostic& d = diagnostics_.report(form.range(), Diag::ImportFailed, {mistake});
    const Form* last = form.children.empty() ? nullptr : form.children.back();
    if (last && last->kind == FormKind::String && !import.hasFrom)
      d.hint(Diag::HintFrom, {as<StringForm>(*last).text});
    return nil(form.loc);
  }
  if (!import.hasFrom) return libraryImport(form, import);
  if (import.isNative) return nativeImport(form, import);
  const Modules::Found found =
      modules_->find({module_->path, import.from, import.package, import.packagePath});
  if (!found.module) {
    bindUnknown(import);
    if (found.isReported) return nil(form.loc);
    Diagnostic& missing = diagnostics_.report(import.fromLoc, Diag::ImportFailed, {found.error});
    if (!found.near.empty()) missing.hint(Diag::HintNear, {found.near});
    if (import.from.starts_with("genex/"))
      missing.hint(Diag::HintText,
                   {"libraries of genex/ are no files: (import " + std::string(import.from) +
                    "), or (import " + std::string(import.from) + "/[name ...])"});
    return nil(form.loc);
  }
  std::vector<Node*> nodes;
  if (found.isNew) nodes.push_back(make<ast::Call>(form.loc, found.module->init, ast::Arguments{}));
  for (const Import::Item& item : import.items) importItem(item, *found.module, form.loc, nodes);
  return make<ast::Sequence>(form.loc, copy(nodes));
}

/// (import a b from "path" ^^native): of the namespace that a shared library makes when the program runs (14 system §14.9).
Analyzer::Node* Analyzer::nativeImport(const GeneForm& form, const Import& import) {
  for (const Import::Item& item : import.items)
    if (item.name == sym::Star) {
      bindUnknown(import);
      return error(item.loc, Diag::ImportFailed,
                   {"a native import names what it takes: * is known when the program runs"});
    }
  Node* const path[] = {literal(make<StringForm>(FormKind::String, form.loc,
                                                 arena_.copy(std::string_view(import.from)))),
                        literal(make<StringForm>(FormKind::String, form.loc,
                                                 arena_.copy(std::string_view(module_->name))))};
  std::vector<Node*> nodes;
  ir::Global* const ns = program_.addGlobal(Symbol::of("__native__"), form.loc);
  nodes.push_back(
      make<ast::AssignGlobal>(form.loc, ns, callBuiltin("load_extension", path, form.loc)));
  for (const Import::Item& item : import.items) {
    std::vector<Symbol> members = item.path;
    members.push_back(item.name);
    bindMember(item.local, make<ast::Global>(form.loc, ns, false), import.from, members,
               item.name.text(), form.loc, nodes);
  }
  return make<ast::Sequence>(form.loc, copy(nodes));
}

/// (import gene/json/*): all that the namespace has.
void Analyzer::importBuiltins(const Import::Item& item, Location loc, std::vector<Node*>& nodes) {
  std::string path;
  for (const Symbol part : item.path) path += (path.empty() ? "" : "/") + std::string(part.text());
  std::vector<std::string_view> members;
  if (modules_->known()) members = modules_->known()->members(modules_->known()->data, path);
  if (members.empty()) {
    error(item.loc, Diag::ImportFailed, {"'" + path + "' is not a namespace"});
    return;
  }
  const Span<const Symbol> parts(item.path);
  for (const std::string_view name : members) {
    std::vector<Symbol> member(parts.begin() + 1, parts.end());
    member.push_back(Symbol::of(name));
    builtinImports_[member.back()] = path + "/" + std::string(name);
    bindMember(member.back(), make<ast::Global>(loc, program_.externalGlobal(parts[0]), true),
               parts[0].text(), member, path + "/" + std::string(name), loc, nodes);
  }
}

/// Raises unless the value of `name` has members that can be imported.
Analyzer::Node* Analyzer::checkNamespace(ir::Global* value, std::string_view name, Location loc) {
  Node* result = raiseNode(loc, "Exception", "'" + std::string(name) + "' is not a namespace");
  for (const std::string_view type : {"Enum", "Class", "Namespace"})
    result = make<ast::If>(
        loc,
        binary(ir::Op::Is, make<ast::Global>(loc, value, false),
               make<ast::Global>(loc, program_.externalGlobal(Symbol::of(type)), true), loc),
        nil(loc), result);
  return result;
}

/// container/a/b…: binds `local` to it, or raises where it is missing.
void Analyzer::bindMember(Symbol local, Node* container, std::string_view containerName,
                          Span<const Symbol> path, std::string_view text, Location loc,
                          std::vector<Node*>& nodes) {
  // The name may be a variable of this module that hides the import: what is imported has to exist all the same.
  ir::Global* found = program_.addGlobal(local, loc);
  nodes.push_back(make<ast::AssignGlobal>(loc, found, container));
  for (const Symbol name : path) {
    nodes.push_back(checkNamespace(found, containerName, loc));
    ast::Segment member{};
    member.kind = ast::Segment::Member;
    member.name = name;
    nodes.push_back(
        make<ast::AssignGlobal>(loc, found,
                                make<ast::Path>(loc, make<ast::Global>(loc, found, false),
                                                arena_.copy(Span<ast::Segment>(&member, 1)))));
    Node* isMissing = binary(ir::Op::Eq, make<ast::Global>(loc, found, false),
                             literal(make<Form>(FormKind::Void, loc)), loc);
    Node* missing =
        raiseNode(loc, "Exception", "Symbol '" + std::string(text) + "' not found in namespace");
    nodes.push_back(make<ast::If>(loc, isMissing, missing, nullptr));
    containerName = name.text();
  }
  bindImport(local, nullptr, make<ast::Global>(loc, found, false), loc, nodes);
}

/// ($dep "org/lib" "*" ^path "dir"): imports find the package there.
Analyzer::Node* Analyzer::dependency(const GeneForm& form) {
  Expected<Dependency> read = readDependency(&form);
  if (!read) return error(form.range(), Diag::ImportFailed, {read.message()});
  if (read->source.type != "git")
    modules_->registerDependency(read->name, read->source.place, module_->path);
  return nil(form.loc);
}

Analyzer::Node* Analyzer::dependencyForm(const GeneForm& form) {
  if (auto made = imports_.find(&form); made != imports_.end()) return made->second;
  return error(form.range(), Diag::DependencyPlace);
}

Analyzer::Node* Analyzer::importForm(const GeneForm& form) {
  if (auto made = imports_.find(&form); made != imports_.end()) return made->second;
  return error(form.range(), Diag::ImportPlace);
}

// --- export ------------------------------------------------------------------------------------------------------------

/// (export a b), (export [a "b"]): definitions as they are, variables with the value they have now.
Analyzer::Node* Analyzer::exportForm(const GeneForm& form) {
  const std::vector<Symbol> names = exportedNames(form);
  if (std::ranges::find(names, Symbol{}) != names.end())
    return raiseNode(form.loc, "Exception", "export names must be simple symbols");
  if (names.empty()) return raiseNode(form.loc, "Exception", "export expects at least one name");
  names_.hasExports = true;
  std::vector<Node*> nodes;
  for (const Symbol name : names) {
    const bool isVariable =
        facts_.topLevelVars.contains(name) || facts_.interceptors.contains(name);
    const bool isKnown = isVariable || facts_.definitions.contains(name) ||
                         facts_.published.contains(name) || names_.imported.contains(name);
    if (!isKnown) {
      nodes.push_back(
          raiseNode(form.loc, "Exception",
                    "Cannot export '" + std::string(name.text()) + "': value not found"));
      break;
    }
    if (!isVariable) {
      exports_[name] = moduleGlobal(name, form.loc);
      continue;
    }
    ir::Global* snapshot = program_.addGlobal(name, form.loc);
    exports_[name] = snapshot;
    nodes.push_back(make<ast::AssignGlobal>(form.loc, snapshot, this->name(name, form.loc)));
  }
  return make<ast::Sequence>(form.loc, copy(nodes));
}

}  // namespace gene
