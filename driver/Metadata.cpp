#include "driver/Metadata.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include "codegen/bytecode/Disassembler.h"
#include "frontend/analysis/ModuleFacts.h"
#include "frontend/analysis/Outline.h"
#include "frontend/analysis/Parameters.h"

namespace gene::driver {
namespace {

using Kind = Definition::Kind;

/// The type expressions of a module, each once.
class Types {
 public:
  static constexpr int Untyped = -1;

  /// The number of a type expression; Untyped for null.
  int of(const Form* type) {
    if (!type) return Untyped;
    std::string text = printForm(*type);
    const auto known = numbers_.find(text);
    if (known != numbers_.end()) return known->second;
    std::vector<int> parts;
    std::string kind = "named";
    if (type->kind == FormKind::Gene) {
      const auto& g = as<GeneForm>(*type);
      const std::string_view head = symbolOf(g.head).text();
      const bool isUnion =
          std::ranges::any_of(g.children, [](const Form* child) { return isSymbol(child, "|"); });
      kind = isUnion ? "union" : head == "Fn" ? "function" : "applied";
      if (isUnion) parts.push_back(of(g.head));
      for (const Form* child : g.children) {
        if (child->kind == FormKind::Array)
          for (const Form* item : as<ArrayForm>(*child).items) parts.push_back(of(item));
        else if (!isSymbol(child, "|") && !isSymbol(child, "->"))
          parts.push_back(of(child));
      }
    }
    const int number = static_cast<int>(all_.size());
    all_.push_back({text, kind, std::move(parts)});
    numbers_[std::move(text)] = number;
    return number;
  }

  struct Type {
    std::string text, kind;
    std::vector<int> parts;
  };
  [[nodiscard]] const std::vector<Type>& all() const { return all_; }

 private:
  std::vector<Type> all_;
  std::map<std::string, int> numbers_;
};

const char* typeKind(Kind kind) {
  switch (kind) {
    case Kind::Class:
    case Kind::Object: return "class";
    case Kind::Enum: return "enum";
    case Kind::Interface: return "interface";
    case Kind::Type: return "alias";
    case Kind::Namespace: return "namespace";
    case Kind::Function:
    case Kind::Macro:
    case Kind::Method:
    case Kind::Constructor:
    case Kind::Variant:
    case Kind::Variable:
    case Kind::Constant:
    case Kind::Field:
    case Kind::Import: return nullptr;
  }
  return nullptr;
}

class Writer {
 public:
  Writer(const SourceManager& sources, Span<Form* const> forms, const std::string& name)
      : sources_(sources), forms_(forms), name_(name), definitions_(outlineOf(forms)) {
    out_.SetIndent(' ', 2);
    std::filesystem::path path(name);
    modulePath_ = path.replace_extension().string();
  }

  std::string run(size_t instructions) {
    out_.StartObject();
    text("format", "ai-metadata");
    text("source", name_);
    text("module_path", modulePath_);
    number("instruction_count", static_cast<int64_t>(instructions));
    list("module_exports", [&] { exports(); });
    list("module_imports", [&] { imports(); });
    list("module_types", [&] { types(definitions_, ""); });
    list("callables", [&] { callables(definitions_, ""); });
    list("type_aliases", [&] { aliases(); });
    text("type_registry_module_path", modulePath_);
    list("type_descriptors", [&] { descriptors(); });
    out_.EndObject();
    return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n";
  }

 private:
  void key(std::string_view name) { out_.Key(name.data(), unsigned(name.size())); }
  void value(std::string_view text) { out_.String(text.data(), unsigned(text.size())); }
  void text(std::string_view name, std::string_view what) {
    key(name);
    value(what);
  }
  void number(std::string_view name, int64_t what) {
    key(name);
    out_.Int64(what);
  }
  template <class F>
  void list(std::string_view name, F&& items) {
    key(name);
    out_.StartArray();
    items();
    out_.EndArray();
  }

  /// What (export …) says, or all definitions.
  void exports() {
    bool any = false;
    for (const Form* form : forms_) {
      if (form->kind != FormKind::Gene) continue;
      const auto& g = as<GeneForm>(*form);
      if (!isSymbol(g.head, "export")) continue;
      any = true;
      for (const Symbol name : exportedNames(g)) value(name.text());
    }
    if (any) return;
    for (const Definition& d : definitions_) {
      const bool isVariable = d.kind == Kind::Variable || d.kind == Kind::Constant;
      if (!isVariable) value(d.name.text());
    }
  }

  void imports() {
    for (const Form* form : forms_) {
      if (form->kind != FormKind::Gene || !isSymbol(as<GeneForm>(*form).head, "import")) continue;
      const auto& g = as<GeneForm>(*form);
      out_.StartObject();
      for (size_t i = 0; i + 1 < g.children.size(); i++)
        for (const char* word : {"from", "of"})
          if (isSymbol(g.children[i], word) && g.children[i + 1]->kind == FormKind::String)
            text(word == std::string_view("from") ? "module" : "package",
                 as<StringForm>(*g.children[i + 1]).text);
      list("names", [&] {
        for (const Definition& d : definitions_)
          if (d.form == form) value(d.name.text());
      });
      out_.EndObject();
    }
  }

  void types(const std::vector<Definition>& definitions, const std::string& prefix) {
    for (const Definition& d : definitions) {
      const char* const kind = typeKind(d.kind);
      if (!kind) continue;
      const std::string name = prefix + std::string(d.name.text());
      out_.StartObject();
      text("name", name);
      text("kind", kind);
      list("children", [&] {
        for (const Definition& child : d.children) value(child.name.text());
      });
      out_.EndObject();
      types(d.children, name + "/");
    }
  }

  void callables(const std::vector<Definition>& definitions, const std::string& prefix) {
    for (const Definition& d : definitions) {
      const std::string name = prefix + std::string(d.name.text());
      if (d.parameters) callable(d, name);
      callables(d.children, name + (d.kind == Kind::Namespace ? "/" : "."));
    }
  }

  void callable(const Definition& d, const std::string& name) {
    const Parameters parameters = parametersOf(*d.parameters);
    const int result = types_.of(d.result);
    std::vector<std::pair<std::string_view, int>> all;
    for (const Parameters::Positional& p : parameters.positional)
      all.emplace_back(p.name.text(), types_.of(p.type));
    for (const Symbol k : parameters.keywords) all.emplace_back(k.text(), Types::Untyped);
    const bool typed = result != Types::Untyped || std::ranges::any_of(all, [](const auto& p) {
                         return p.second != Types::Untyped;
                       });
    const Position at = sources_.position(d.loc);
    out_.StartObject();
    text("name", name);
    key("typed");
    out_.Bool(typed);
    list("params", [&] {
      for (const auto& [parameter, type] : all) {
        out_.StartObject();
        text("name", parameter);
        number("type_id", type);
        out_.EndObject();
      }
    });
    list("param_type_ids", [&] {
      for (const auto& [parameter, type] : all) out_.Int64(type);
    });
    number("return_type_id", result);
    number("line", at.line);
    number("column", at.column);
    out_.EndObject();
  }

  void aliases() {
    for (const Definition& d : definitions_) {
      if (d.kind != Kind::Type) continue;
      out_.StartObject();
      text("name", d.name.text());
      number("type_id", types_.of(d.type));
      out_.EndObject();
    }
  }

  void descriptors() {
    int id = 0;
    for (const Types::Type& type : types_.all()) {
      out_.StartObject();
      number("id", id++);
      text("kind", type.kind);
      text("module_path", modulePath_);
      text("name", type.text);
      if (!type.parts.empty())
        list("parts", [&] {
          for (const int part : type.parts) out_.Int64(part);
        });
      out_.EndObject();
    }
  }

  const SourceManager& sources_;
  const Span<Form* const> forms_;
  const std::string name_;
  const std::vector<Definition> definitions_;
  std::string modulePath_;
  Types types_;
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> out_{buffer_};
};

}  // namespace

std::string metadataOf(const SourceManager& sources, Span<Form* const> forms,
                       const std::string& name, Span<const uint8_t> image) {
  return Writer(sources, forms, name).run(instructionTexts(image).size());
}

}  // namespace gene::driver
