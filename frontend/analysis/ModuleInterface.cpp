#include "frontend/analysis/ModuleInterface.h"

#include <algorithm>

#include "frontend/analysis/ModuleFacts.h"
#include "frontend/syntax/Reader.h"
#include "runtime/support/ContentHash.h"

namespace gene {
namespace {

constexpr int64_t Format = 1;
constexpr std::string_view Head = "(interface ";

bool isInternal(std::string_view name) {
  return (name.size() > 4 && name.starts_with("__") && name.ends_with("__")) || name == "gene" ||
         name == "genex";
}

std::string inQuotes(std::string_view text) {
  return printForm(StringForm(FormKind::String, {}, text));
}
std::string inQuotes(Symbol name) { return inQuotes(name.text()); }

/// The entries of a map, by the text of the name.
template <class Map>
auto inOrder(const Map& map) {
  std::vector<std::pair<Symbol, const typename Map::mapped_type*>> entries;
  for (const auto& [name, value] : map) entries.push_back({name, &value});
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.first.text(); });
  return entries;
}

/// The definition without its body: (fn name [parameters] -> Type ! [effects]).
std::string signatureText(const GeneForm& definition) {
  const Span<Form* const> parts = definition.children;
  size_t end = 0;
  while (end < parts.size() && parts[end]->kind != FormKind::Array) end++;
  end = std::min(end + 1, parts.size());
  for (const std::string_view sign : {"->", "!"})
    if (end + 1 < parts.size() && isSymbol(parts[end], sign)) end += 2;
  return printForm(
      GeneForm(definition.loc, definition.head, {}, Span<Form*>(definition.children.data(), end)));
}

void printContract(std::string& out, Symbol name, const InterfaceInfo& info) {
  out += "(contract " + inQuotes(name);
  for (const InterfaceInfo::Method& method : info.methods) {
    out += " (method " + inQuotes(method.name);
    if (method.parameters) out += " ^parameters " + printForm(*method.parameters);
    if (method.resultType) out += " ^result " + printForm(*method.resultType);
    out += ')';
  }
  for (const InterfaceInfo::Field& field : info.fields) {
    out += " (field " + inQuotes(field.name);
    if (field.type) out += " ^type " + printForm(*field.type);
    out += ')';
  }
  out += ")\n";
}

/// Reads the forms of a text.
class InterfaceReader {
 public:
  InterfaceReader(ir::Program& program, const LanguageOptions& options)
      : program_(program), options_(options) {}

  /// What is wrong, or empty.
  std::string read(Span<Form*> forms) {
    if (forms.empty()) return "it is empty";
    for (const Form* form : forms) {
      if (form->kind != FormKind::Gene) return damaged();
      const auto& row = as<GeneForm>(*form);
      const Symbol name = text(row, 0);
      if (name.empty()) return damaged();
      if (std::string problem = read(row, symbolOf(row.head).text(), name); !problem.empty())
        return problem;
    }
    return {};
  }
  ModuleInterface result;

 private:
  static std::string damaged() { return "it is damaged"; }

  /// The string that is a part of the row, as a name; empty when it is none.
  static Symbol text(const GeneForm& row, size_t part) {
    if (part >= row.children.size() || row.children[part]->kind != FormKind::String) return {};
    return Symbol::of(as<StringForm>(*row.children[part]).text);
  }
  static Symbol text(const GeneForm& row, std::string_view key) {
    const Form* value = property(row, key);
    return value && value->kind == FormKind::String ? Symbol::of(as<StringForm>(*value).text)
                                                    : Symbol{};
  }
  static int64_t number(const Form* form) {
    return form && form->kind == FormKind::Int ? as<IntForm>(*form).value : -1;
  }

  std::string read(const GeneForm& row, std::string_view head, Symbol name) {
    if (head == "interface") {
      if (number(property(row, "format")) != Format)
        return "another version of the compiler has made it";
      if (number(property(row, "options")) != int64_t{options_.bits()})
        return "it was compiled with other options of the language (--no-type-check, --strict-nil, "
               "--contracts)";
      result.hasExports = property(row, "exports") != nullptr;
      return {};
    }
    if (head == "name") return published(row, name);
    if (head == "function") {
      const bool isWhole = row.children.size() == 3 && row.children[2]->kind == FormKind::Gene;
      if (!isWhole || number(row.children[1]) < 0) return damaged();
      result.functions[name] = {static_cast<size_t>(number(row.children[1])),
                                property(row, "rest") != nullptr, &as<GeneForm>(*row.children[2])};
      return {};
    }
    if (head == "enum") {
      std::vector<Symbol>& variants = result.enums[name];
      for (size_t i = 1; i < row.children.size(); i++) variants.push_back(text(row, i));
      return {};
    }
    if (head == "contract") return contract(row, result.interfaces[name]);
    if (head == "type" && row.children.size() == 2) {
      result.types[name] = row.children[1];
      return {};
    }
    if (head != "identity" || text(row, 1).empty()) return damaged();
    result.identities[name] = text(row, 1);
    return {};
  }

  std::string published(const GeneForm& row, Symbol name) {
    ir::Global* const global = program_.addGlobal(name, row.loc);
    global->constant = property(row, "constant") != nullptr;
    global->resultType = property(row, "result");
    global->from = text(row, "from");
    global->exported = text(row, "exported");
    if (global->from.empty() != global->exported.empty()) return damaged();
    result.published.push_back({name, global});
    return {};
  }

  static std::string contract(const GeneForm& row, InterfaceInfo& info) {
    for (const Form* part : row.children.subspan(1)) {
      if (part->kind != FormKind::Gene) return damaged();
      const auto& member = as<GeneForm>(*part);
      const Symbol name = text(member, 0);
      const Form* parameters = property(member, "parameters");
      if (name.empty() || (parameters && parameters->kind != FormKind::Array)) return damaged();
      if (symbolOf(member.head).text() == "field")
        info.fields.push_back({name, property(member, "type")});
      else
        info.methods.push_back(
            {name, parameters ? &as<ArrayForm>(*parameters) : nullptr, property(member, "result")});
    }
    return {};
  }

  ir::Program& program_;
  const LanguageOptions& options_;
};

}  // namespace

ir::Global* ModuleInterface::find(Symbol name) const {
  const auto found = std::ranges::lower_bound(published, name.text(), {},
                                              [](const Published& p) { return p.name.text(); });
  return found != published.end() && found->name == name ? found->global : nullptr;
}

std::vector<Symbol> ModuleInterface::names() const {
  std::vector<Symbol> names;
  for (const Published& p : published)
    if (!isInternal(p.name.text())) names.push_back(p.name);
  return names;
}

void ModuleInterface::keepPublished() {
  const auto isHidden = [&](const auto& entry) {
    const std::string_view path = entry.first.text();
    return !find(Symbol::of(path.substr(0, path.find('/'))));
  };
  std::erase_if(functions, isHidden);
  std::erase_if(enums, isHidden);
  std::erase_if(interfaces, isHidden);
  std::erase_if(types, isHidden);
  std::erase_if(identities, isHidden);
}

std::string printInterface(const ModuleInterface& interface, std::string_view name,
                           const LanguageOptions& options) {
  std::string out = std::string(Head) + inQuotes(name) + " ^format " + std::to_string(Format) +
                    " ^options " + std::to_string(options.bits());
  out += interface.hasExports ? " ^^exports)\n" : ")\n";
  for (const auto& [published, global] : interface.published) {
    out += "(name " + inQuotes(published);
    if (global->constant) out += " ^^constant";
    if (global->resultType) out += " ^result " + printForm(*global->resultType);
    if (!global->from.empty())
      out += " ^from " + inQuotes(global->from) + " ^exported " + inQuotes(global->exported);
    out += ")\n";
  }
  for (const auto& [function, called] : inOrder(interface.functions)) {
    out += "(function " + inQuotes(function) + " " + std::to_string(called->positional);
    if (called->hasRest) out += " ^^rest";
    out += " " + signatureText(*called->form) + ")\n";
  }
  for (const auto& [type, variants] : inOrder(interface.enums)) {
    out += "(enum " + inQuotes(type);
    for (const Symbol variant : *variants) out += " " + inQuotes(variant);
    out += ")\n";
  }
  for (const auto& [contract, info] : inOrder(interface.interfaces))
    printContract(out, contract, *info);
  for (const auto& [type, meaning] : inOrder(interface.types))
    out += "(type " + inQuotes(type) + " " + printForm(**meaning) + ")\n";
  for (const auto& [path, identity] : inOrder(interface.identities))
    out += "(identity " + inQuotes(path) + " " + inQuotes(*identity) + ")\n";
  return out;
}

uint64_t hashOfNames(std::string_view text, const std::vector<std::string>& names) {
  if (std::ranges::find(names, "*") != names.end()) return contentHash(text);
  std::string said;
  for (bool isFirst = true; !text.empty(); isFirst = false) {
    const std::string_view row = text.substr(0, text.find('\n') + 1);
    const std::string_view named = row.substr(std::min(row.find('"'), row.size()));
    const bool isTaken = std::ranges::any_of(names, [&](const std::string& name) {
      const std::string whole = inQuotes(name);
      const std::string path = whole.substr(0, whole.size() - 1) + "/";
      return named.starts_with(whole) || named.starts_with(path);
    });
    if (isFirst || isTaken) said += row;
    text.remove_prefix(row.size());
  }
  return contentHash(said);
}

std::string moduleOfInterface(std::string_view text) {
  if (!text.starts_with(Head)) return {};
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const std::string_view line = text.substr(0, text.find('\n'));
  const Span<Form*> forms =
      readForms(sources.add("<interface>", std::string(line)), arena, diagnostics);
  if (diagnostics.hasErrors() || forms.empty() || forms[0]->kind != FormKind::Gene) return {};
  const auto& row = as<GeneForm>(*forms[0]);
  if (row.children.size() != 1 || row.children[0]->kind != FormKind::String) return {};
  return std::string(as<StringForm>(*row.children[0]).text);
}

Expected<ModuleInterface> readInterface(SourceManager& sources, Location start,
                                        ir::Program& program, const LanguageOptions& options) {
  DiagnosticEngine diagnostics(sources);
  const Span<Form*> forms = readForms(start, program.arena, diagnostics);
  InterfaceReader reader(program, options);
  std::string problem = diagnostics.hasErrors() ? "it is damaged" : reader.read(forms);
  if (!problem.empty())
    return Failure{"The interface " + std::string(sources.name(start)) +
                   " cannot be used: " + problem};
  return std::move(reader.result);
}

}  // namespace gene
