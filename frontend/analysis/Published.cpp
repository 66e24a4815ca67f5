// What a module publishes by paths: /x, $ns/x, and the values $ns, $pkg, $app.

#include <algorithm>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Modules.h"

namespace gene {

/// The global behind $ns/x, and behind /x and self/x at the module's level; null for other paths.
ir::Global* Analyzer::moduleMember(const PathForm& form) {
  if (form.parts.size() < 2 || !modules_) return nullptr;
  const std::string_view head = form.parts[0].text();
  if (head != "$ns" && !((head.empty() || head == "self") && scopes_.selfIsModule()))
    return nullptr;
  const Symbol name = form.parts[1];
  const bool isMember = facts_.published.contains(name) || facts_.definitions.contains(name) ||
                        names_.imported.contains(name);
  if (isMember) return memberGlobal(name, form.loc);
  const bool created = facts_.assignedNames.contains(name) && !facts_.topLevelVars.contains(name);
  return created ? externalGlobal(name) : nullptr;
}

/// The global of a published name: one of its own where a variable of the module hides it (08 §2).
ir::Global* Analyzer::memberGlobal(Symbol name, Location loc) {
  if (!facts_.topLevelVars.contains(name) || names_.imported.contains(name))
    return moduleGlobal(name, loc);
  ir::Global*& global = hidden_[name];
  if (!global) global = program_.addGlobal(name, loc);
  return global;
}

/// A member of the namespace or class whose body this is has a value from here on.
void Analyzer::declaredMember(Symbol name) {
  for (ScopeState* s = scopes_.scope(); s && s->function == scopes_.function(); s = s->outer)
    if (s->self) {
      s->declaredMembers.insert(name);
      return;
    }
}

/// A name that the body of a namespace or class around publishes: read as a member of it, by functions in the body at any
/// time, by the body itself behind the declaration. Null for other names.
Analyzer::Node* Analyzer::publishedName(Symbol name, Location loc, ast::Binding** container) {
  for (ScopeState* s = scopes_.scope(); s; s = s->outer) {
    if (s->names.contains(name) || s->later.contains(name)) return nullptr;
    if (!s->published.contains(name)) continue;
    if (s->function == scopes_.function() && !s->declaredMembers.contains(name)) continue;
    *container = s->self;
    ast::Segment member{};
    member.kind = ast::Segment::Member;
    member.name = name;
    return make<ast::Path>(loc, local(s->self, loc), arena_.copy(Span<ast::Segment>(&member, 1)));
  }
  return nullptr;
}

/// A global that no definition of this module makes: a built-in, or what an assignment creates in the module.
ir::Global* Analyzer::externalGlobal(Symbol name) {
  if (isMain_ || !facts_.assignedNames.contains(name)) return program_.externalGlobal(name);
  ir::Global*& global = externals_[name];
  if (!global) {
    global = program_.addGlobal(name, {});
    global->external = global->isOwn = true;
  }
  return global;
}

Analyzer::Node* Analyzer::moduleNamespace(Location loc) {
  if (isMain_) return runtime(loc, ir::Op::ModuleSelf, {});
  if (!namespace_) namespace_ = program_.addGlobal(Symbol::of("$ns"), loc);
  return make<ast::Global>(loc, namespace_, false);
}

// --- packages ----------------------------------------------------------------------------------------------------------

/// $pkg and $app where the module, or the main program, lies in a package. Null elsewhere: the runtime's own are meant.
Analyzer::Node* Analyzer::packageValue(Symbol name, Location loc) {
  if (!modules_) return nullptr;
  const bool isApp = name.text() == "$app";
  if (isApp) modules_->noteApplication();
  if (!modules_->packageOf(isApp ? nullptr : module_)) return nullptr;
  ir::Global*& global = isApp ? application_ : package_;
  if (!global) global = program_.addGlobal(name, loc);
  return make<ast::Global>(loc, global, false);
}

/// (gene/package name version dir source-dir main-module test-dir)
Analyzer::Node* Analyzer::makePackage(const Package& package, Location loc) {
  auto text = [&](const std::string& value) -> Node* {
    return literal(make<StringForm>(FormKind::String, loc, arena_.copy(value)));
  };
  std::vector<Node*> values{text(package.name),
                            package.version.empty() ? nil(loc) : text(package.version),
                            text(modules_->shown(package.directory)),
                            text(package.sourceDirectory),
                            text(package.mainModule),
                            text(package.testDirectory)};
  return callBuiltin("package", values, loc);
}

/// A call of a function of the namespace `gene`.
Analyzer::Node* Analyzer::callBuiltin(std::string_view name, Span<Node* const> values,
                                      Location loc) {
  ast::Segment member{};
  member.kind = ast::Segment::Member;
  member.name = Symbol::of(name);
  Node* callee = make<ast::Path>(
      loc, make<ast::Global>(loc, program_.externalGlobal(Symbol::of("gene")), true),
      arena_.copy(Span<ast::Segment>(&member, 1)));
  std::vector<ast::Argument> arguments;
  for (Node* value : values) arguments.push_back({ArgKind::Positional, {}, value});
  return make<ast::Call>(loc, callee, copy(arguments));
}

/// The values of $pkg and $app, where the module uses them, before everything else.
void Analyzer::makePackages(Location loc, std::vector<Node*>& nodes) {
  if (application_) {
    Node* const package = makePackage(*modules_->packageOf(nullptr), loc);
    nodes.insert(
        nodes.begin(),
        make<ast::AssignGlobal>(loc, application_, callBuiltin("application", {&package, 1}, loc)));
  }
  if (package_)
    nodes.insert(
        nodes.begin(),
        make<ast::AssignGlobal>(loc, package_, makePackage(*modules_->packageOf(module_), loc)));
}

/// The assignment of what a module publishes. Where a variable hides the name, it has a global of its own, which is
/// assigned as well; where the namespace is used as a value, it is put in there.
Analyzer::Node* Analyzer::published(Symbol name, ast::AssignGlobal* assignment) {
  ir::Global* const global = memberGlobal(name, assignment->loc);
  if (global != assignment->global)
    assignment = make<ast::AssignGlobal>(assignment->loc, global, assignment);
  if (!facts_.usesNamespace || !modules_) return assignment;
  ast::Segment member{};
  member.kind = ast::Segment::Member;
  member.name = name;
  return make<ast::PathAssign>(assignment->loc, moduleNamespace(assignment->loc), member,
                               assignment);
}

}  // namespace gene
