#include "driver/doc/Module.h"

#include <algorithm>
#include <filesystem>

#include "driver/Command.h"
#include "frontend/analysis/ModuleFacts.h"
#include "frontend/syntax/Reader.h"

namespace gene::driver {
namespace {

using Kind = Definition::Kind;

/// The sections of a module or namespace, in this order.
struct Section {
  const char* title;
  Kind kinds[2];
};
constexpr Section sections[] = {
    {"Functions", {Kind::Function, Kind::Function}},
    {"Macros", {Kind::Macro, Kind::Macro}},
    {"Classes", {Kind::Class, Kind::Class}},
    {"Objects", {Kind::Object, Kind::Object}},
    {"Interfaces", {Kind::Interface, Kind::Interface}},
    {"Enums", {Kind::Enum, Kind::Enum}},
    {"Types", {Kind::Type, Kind::Type}},
    {"Variables", {Kind::Variable, Kind::Constant}},
    {"Namespaces", {Kind::Namespace, Kind::Namespace}},
};

/// What is one line of a list, rather than a heading and what follows it.
bool isItem(Kind kind) {
  return kind == Kind::Variable || kind == Kind::Constant || kind == Kind::Field ||
         kind == Kind::Variant;
}
bool isMethod(Kind kind) { return kind == Kind::Method || kind == Kind::Constructor; }

/// The name behind fn, class, var …; null where there is none.
const Form* nameForm(const Definition& d) {
  if (d.form->kind != FormKind::Gene || as<GeneForm>(*d.form).children.empty()) return nullptr;
  return as<GeneForm>(*d.form).children[0];
}

/// Is the name written /x or $ns/x?
bool isRooted(const Definition& d) {
  const Form* form = nameForm(d);
  if (!form || form->kind != FormKind::Path) return false;
  const std::string_view head = as<PathForm>(*form).parts[0].text();
  return head.empty() || head == "$ns" || head == "self";
}

/// The name as others write it.
std::string nameOf(const Definition& d, const Definition* container) {
  const Form* form = nameForm(d);
  std::string text(d.name.text());
  if (form && form->kind == FormKind::Path && !isRooted(d)) text = printForm(*form);
  if (!container || container->kind == Kind::Enum || container->kind == Kind::Interface)
    return text;
  return std::string(container->name.text()) + "/" + text;
}

/// What links to it end in: count, Shape/area, Shape/new.
std::string anchorOf(const Definition& d, const Definition* container) {
  if (!container) return nameOf(d, nullptr);
  const std::string name(d.kind == Kind::Constructor ? "new" : d.name.text());
  return std::string(container->name.text()) + "/" + name;
}

bool isLiteral(const Form& form) {
  return form.kind != FormKind::Gene && form.kind != FormKind::Symbol &&
         form.kind != FormKind::Path && form.kind != FormKind::Map && form.kind != FormKind::Array;
}

/// The parameters of a function that is the value of a variable; null for others.
const Form* functionParameters(const Definition& d) {
  if (!d.value || d.value->kind != FormKind::Gene) return nullptr;
  const auto& g = as<GeneForm>(*d.value);
  const bool isFunction = isSymbol(g.head, "fn") && !g.children.empty();
  return isFunction && g.children[0]->kind == FormKind::Array ? g.children[0] : nullptr;
}

/// How it is used: f [a b] -> T, C < Parent, .m [a], new C [a], x: T = 1.
std::string usage(const Definition& d, const Definition* container) {
  constexpr size_t MostShown = 60;
  const std::string arguments = d.parameters ? " " + printForm(*d.parameters) : "";
  const std::string result = d.result ? " -> " + printForm(*d.result) : "";
  if (d.kind == Kind::Constructor) return "new " + std::string(container->name.text()) + arguments;
  if (d.kind == Kind::Method) return "." + std::string(d.name.text()) + arguments + result;
  if (d.kind == Kind::Field)
    return std::string(d.name.text()) + (d.type ? ": " + printForm(*d.type) : "");
  if (d.kind == Kind::Variant)
    return d.form->kind == FormKind::Gene ? printForm(*d.form) : std::string(d.name.text());
  const std::string name = nameOf(d, container);
  if (d.kind == Kind::Variable || d.kind == Kind::Constant) {
    if (const Form* parameters = functionParameters(d)) return name + " " + printForm(*parameters);
    std::string text = name + (d.type ? ": " + printForm(*d.type) : "");
    if (d.value && isLiteral(*d.value))
      if (const std::string value = printForm(*d.value); value.size() <= MostShown)
        text += " = " + value;
    return text;
  }
  if (d.kind == Kind::Class || d.kind == Kind::Object)
    return name + (d.value ? " < " + printForm(*d.value) : "");
  if (d.kind == Kind::Type) return name + (d.type ? " = " + printForm(*d.type) : "");
  return name + arguments + result;
}

/// The values of ^examples, ^pre and the like; empty without them.
Span<Form* const> listOf(const Definition& d, std::string_view key) {
  if (d.form->kind != FormKind::Gene) return {};
  for (const Property& p : as<GeneForm>(*d.form).properties)
    if (p.key.text() == key && p.value->kind == FormKind::Array)
      return as<ArrayForm>(*p.value).items;
  return {};
}

/// ^examples as calls, and what comes of them: (add 1 2)  # 3
std::string examplesOf(const Definition& d, const std::string& name) {
  std::vector<std::pair<std::string, std::string>> lines;
  const auto items = listOf(d, "examples");
  for (size_t i = 0; i + 2 < items.size(); i += 3) {
    if (items[i]->kind != FormKind::Array) continue;
    std::string call = "(" + name;
    for (const Form* argument : as<ArrayForm>(*items[i]).items) {
      const bool isCode = argument->kind == FormKind::Gene || argument->kind == FormKind::Symbol ||
                          argument->kind == FormKind::Path;
      call += (isCode ? " `" : " ") + printForm(*argument);
    }
    const bool throws = isSymbol(items[i + 1], "throws");
    const std::string outcome = printForm(*items[i + 2]);
    lines.emplace_back(call + ")", throws ? "throws " + outcome : outcome == "_" ? "" : outcome);
  }
  size_t width = 0;
  for (const auto& [call, outcome] : lines) width = std::max(width, call.size());
  std::string text;
  for (auto& [call, outcome] : lines) {
    if (!outcome.empty()) call.resize(width, ' ');
    text += call + (outcome.empty() ? "" : "  # " + outcome) + "\n";
  }
  return text;
}

/// "Requires `a` and `b`."; empty without forms.
std::string sentence(const char* word, Span<const Form* const> forms) {
  std::string text;
  for (const Form* form : forms)
    text += (text.empty() ? word : std::string(" and")) + " `" + printForm(*form) + "`";
  return text.empty() ? text : text + ".\n";
}

std::string contractOf(const Definition& d, std::string_view key, const char* word) {
  const auto conditions = listOf(d, key);
  return sentence(word, std::vector<const Form*>(conditions.begin(), conditions.end()));
}

}  // namespace

std::unique_ptr<DocModule> DocModule::read(const std::string& path, std::string name) {
  std::unique_ptr<DocModule> module(new DocModule(std::move(name)));
  Expected<Location> start = module->sources_.addFile(path);
  if (!start) {
    fail(start.message());
    return nullptr;
  }
  DiagnosticEngine diagnostics(module->sources_);
  module->forms_ = readProgram(*start, module->arena_, diagnostics);
  if (reportDiagnostics(diagnostics, errorFormat({})) != Success) return nullptr;
  module->read(*start);
  return module;
}

void DocModule::read(Location start) {
  start_ = start;
  layout_ = layoutOf(sources_.text(start));
  outline_ = outlineOf(forms_);
  for (const Form* form : forms_) {
    if (form->kind != FormKind::Gene) continue;
    if (isSymbol(as<GeneForm>(*form).head, "implement")) addImplementation(as<GeneForm>(*form));
    if (!isSymbol(as<GeneForm>(*form).head, "export")) continue;
    hasExports_ = true;
    const std::vector<Symbol> names = exportedNames(as<GeneForm>(*form));
    exports_.insert(exports_.end(), names.begin(), names.end());
  }
}

/// A class with the members of the form stands for it: so its methods have an outline.
void DocModule::addImplementation(const GeneForm& form) {
  const Span<Form* const> c = form.children;
  const bool isOutside = c.size() >= 3 && isSymbol(c[1], "for");
  if (!isOutside) return;
  std::vector<Form*> parts(c.begin() + 2, c.end());
  Form* head = arena_.make<SymbolForm>(form.loc, Symbol::of("class"));
  Form* made[] = {
      arena_.make<GeneForm>(form.loc, head, Span<Property>{}, arena_.copy(Span<Form*>(parts)))};
  const std::vector<Definition> outline = outlineOf(Span<Form* const>(made));
  if (outline.empty()) return;
  Implementation found{c[0], c[2], outline[0]};
  found.definition.form = &form;
  implementations_.push_back(std::move(found));
}

/// The interfaces that a class implements, as it says, or as is said beside it.
std::string DocModule::interfacesOf(const Definition& d) const {
  std::vector<const Form*> interfaces;
  const auto add = [&](const Form* form) {
    if (form->kind != FormKind::Array) return interfaces.push_back(form);
    const auto& items = as<ArrayForm>(*form).items;
    interfaces.insert(interfaces.end(), items.begin(), items.end());
  };
  const auto parts = as<GeneForm>(*d.form).children;
  for (size_t i = 1; i < parts.size(); i++) {
    const bool isWord = isSymbol(parts[i], "implements") || isSymbol(parts[i], "implement");
    if (isWord && i + 1 < parts.size()) add(parts[++i]);
    if (parts[i]->kind != FormKind::Gene) continue;
    const auto& member = as<GeneForm>(*parts[i]);
    if (isSymbol(member.head, "implement") && !member.children.empty()) add(member.children[0]);
  }
  for (const Implementation& each : implementations_)
    if (symbolOf(each.type) == d.name) interfaces.push_back(each.interface);
  return sentence("Implements", interfaces);
}

void DocModule::writeImplementations(Page& page, int level, bool all) const {
  if (!implementations_.empty()) page.heading(level, "Implementations", "");
  for (const Implementation& each : implementations_) {
    page.heading(level + 1, "", printForm(*each.interface) + " for " + printForm(*each.type));
    Definition shown = each.definition;
    shown.loc = each.definition.form->loc;
    if (const std::string text = documentation(shown); !text.empty()) page.prose(text);
    writeGroups(page, level + 2, each.definition.children, &each.definition, all);
  }
}

std::string DocModule::documentation(const Definition& d) const {
  return documentationOf(d, {sources_.text(start_), layout_, start_});
}

bool DocModule::isPublished(const Definition& d, const Definition* container) const {
  const std::string_view text = d.name.text();
  if (container) {
    const bool isMember = isMethod(d.kind) || d.kind == Kind::Field || d.kind == Kind::Variant;
    return isMember || isRooted(d);
  }
  if (hasExports_) return std::ranges::find(exports_, d.name) != exports_.end();
  if (std::ranges::find(forms_, d.form) == forms_.end() || text.starts_with("__")) return false;
  return (d.kind != Kind::Variable && d.kind != Kind::Constant) || isRooted(d);
}

bool DocModule::write(Page& page, int level, std::string_view import, bool all) const {
  const std::string comment = moduleComment(forms_, {sources_.text(start_), layout_, start_});
  const auto first = std::ranges::find_if(outline_, [&](const Definition& d) {
    return d.kind != Kind::Import && (all || isPublished(d, nullptr));
  });
  if (comment.empty() && first == outline_.end() && implementations_.empty()) return false;
  page.heading(level, "Module", name);
  if (!comment.empty()) page.prose(comment);
  if (!import.empty() && first != outline_.end() && isPublished(*first, nullptr))
    page.code("(import " + std::string(first->name.text()) + " from " + std::string(import) + ")");
  writeGroups(page, level + 1, outline_, nullptr, all);
  writeImplementations(page, level + 1, all);
  return true;
}

void DocModule::writeGroups(Page& page, int level, const std::vector<Definition>& definitions,
                            const Definition* container, bool all) const {
  const auto isShown = [&](const Definition& d) { return all || isPublished(d, container); };
  if (container)
    for (const Definition& d : definitions)
      if (isItem(d.kind) && isShown(d)) writeItem(page, d, container);
  for (const Definition& d : definitions)
    if (isMethod(d.kind)) writeDefinition(page, level, d, container, all);
  for (const Section& section : sections) {
    bool isFirst = true;
    for (const Definition& d : definitions) {
      const bool isOfSection = d.kind == section.kinds[0] || d.kind == section.kinds[1];
      if (!isOfSection || !isShown(d) || (container && isItem(d.kind))) continue;
      if (isFirst && !container) page.heading(level, section.title, "");
      isFirst = false;
      if (isItem(d.kind))
        writeItem(page, d, container);
      else
        writeDefinition(page, container ? level : level + 1, d, container, all);
    }
  }
}

void DocModule::writeItem(Page& page, const Definition& d, const Definition* container) const {
  page.anchor(anchorOf(d, container));
  page.item(usage(d, container), documentation(d));
}

void DocModule::writeDefinition(Page& page, int level, const Definition& d,
                                const Definition* container, bool all) const {
  page.anchor(anchorOf(d, container));
  page.heading(level, "", usage(d, container));
  if (const std::string text = documentation(d); !text.empty()) page.prose(text);
  for (const std::string& text :
       {contractOf(d, "pre", "Requires"), contractOf(d, "post", "Ensures")})
    if (!text.empty()) page.prose(text);
  if (const std::string text = examplesOf(d, nameOf(d, container)); !text.empty()) page.code(text);
  if (d.kind == Kind::Class || d.kind == Kind::Object)
    if (const std::string text = interfacesOf(d); !text.empty()) page.prose(text);
  writeGroups(page, level + 1, d.children, &d, all);
}

namespace {

/// Calls f(definition, container) for all of them, those of bodies behind their containers.
template <class F>
void forEach(const std::vector<Definition>& definitions, const Definition* container, F&& f) {
  for (const Definition& d : definitions) {
    if (d.kind == Kind::Import) continue;
    f(d, container);
    forEach(d.children, &d, f);
  }
}

/// Does `wanted` mean it: f, C, C/m, C/.m, .m; C/new is the constructor.
bool isMeant(const Definition& d, const Definition* container, std::string_view wanted) {
  const std::string name(d.kind == Kind::Constructor ? "new" : d.name.text());
  if (wanted.starts_with('.')) return isMethod(d.kind) && wanted.substr(1) == name;
  if (!container) return wanted == name || wanted == nameOf(d, nullptr);
  const std::string path = std::string(container->name.text()) + "/";
  return wanted == path + name || (isMethod(d.kind) && wanted == path + "." + name);
}

}  // namespace

bool DocModule::writeNamed(Page& page, std::string_view wanted) const {
  bool found = false;
  forEach(outline_, nullptr, [&](const Definition& d, const Definition* container) {
    if (!isMeant(d, container, wanted)) return;
    found = true;
    writeDefinition(page, 2, d, container, true);
    const Position at = sources_.position(d.loc);
    const std::string near = std::filesystem::path(at.file)
                                 .lexically_proximate(std::filesystem::current_path().string())
                                 .string();
    page.prose((container ? "Of `" + std::string(container->name.text()) + "`, defined at "
                          : std::string("Defined at ")) +
               (near.starts_with("..") ? std::string(at.file) : near) + ":" +
               std::to_string(at.line) + "\n");
  });
  return found;
}

void DocModule::addNames(std::vector<std::string>& names) const {
  forEach(outline_, nullptr, [&](const Definition& d, const Definition* container) {
    if (d.kind == Kind::Method) names.push_back("." + std::string(d.name.text()));
    if (!container) names.emplace_back(d.name.text());
  });
}

void DocModule::addLinks(Links& links, const std::string& file, bool all) const {
  forEach(outline_, nullptr, [&](const Definition& d, const Definition* container) {
    if (!all && !isPublished(d, container)) return;
    const std::string anchor = anchorOf(d, container), address = file + "#" + anchor;
    links.emplace(anchor, address);
    if (d.kind == Kind::Method) links.emplace("." + std::string(d.name.text()), address);
    if (d.kind == Kind::Variant) links.emplace(std::string(d.name.text()), address);
  });
}

std::string DocModule::summary() const {
  const std::string comment = moduleComment(forms_, {sources_.text(start_), layout_, start_});
  return comment.substr(0, comment.find('\n'));
}

std::string DocModule::importedAs(const std::optional<Package>& package) const {
  if (!package) return "\"" + name + "\"";
  // From outside "index" is the main module, whatever its name.
  const bool isMain = name == package->mainModule;
  if (name == "index" && !isMain) return "";
  return (isMain ? "\"index\"" : "\"" + name + "\"") + " ^pkg \"" + package->name + "\"";
}

}  // namespace gene::driver
