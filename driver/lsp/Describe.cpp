// Hover and signature help.

#include <algorithm>

#include "driver/Reference.h"
#include "driver/lsp/Features.h"
#include "frontend/analysis/Documentation.h"
#include "frontend/analysis/Parameters.h"
#include "frontend/syntax/Reader.h"
#include "runtime/object/Class.h"

namespace gene::lsp {
std::string typeOfForm(const Form& value) {
  switch (value.kind) {
    case FormKind::Int: return "Int";
    case FormKind::Float: return "Float";
    case FormKind::String: return "String";
    case FormKind::Char: return "Char";
    case FormKind::True:
    case FormKind::False: return "Bool";
    case FormKind::Array: return "Array";
    case FormKind::Map: return "Map";
    case FormKind::HashMap: return "HashMap";
    case FormKind::Regex: return "Regexp";
    case FormKind::Gene: {
      const auto& g = as<GeneForm>(value);
      if (isSymbol(g.head, "new") && !g.children.empty()) return printForm(*g.children[0]);
      return isSymbol(g.head, "#Str") ? "String" : isSymbol(g.head, "fn") ? "Function" : "";
    }
    case FormKind::Nil:
    case FormKind::Void:
    case FormKind::NotFound:
    case FormKind::Symbol:
    case FormKind::Path:
    case FormKind::Quote:
    case FormKind::Unquote:
    case FormKind::Date:
    case FormKind::DateTime:
    case FormKind::Time:
    case FormKind::Bytes: return {};
  }
  return {};
}

namespace {

using Kind = Target::Kind;

/// The type of a variable as its text says it: the annotation, or that of a literal or a new instance.
std::string typeOf(const Definition& d) {
  if (d.type) return printForm(*d.type);
  const std::string type = d.value ? typeOfForm(*d.value) : "";
  return type.empty() ? "Any" : type;
}

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string documentationOf(const Document& document, const Definition& d) {
  return documentationOf(d, {document.text, document.layout(), document.location(0)});
}

std::string describe(const Document& document, const Definition& d) {
  using D = Definition::Kind;
  std::string text = "### " + std::string(kindWord(d.kind)) + ": " + code(d.name.text()) + "\n\n";
  if (d.parameters) text += "**Signature:** " + code(d.signature()) + "\n\n";
  if (d.kind == D::Variable || d.kind == D::Constant || d.kind == D::Field)
    text += "**Type:** " + code(typeOf(d)) + "\n\n";
  if (d.kind == D::Type && d.type) text += "**Means:** " + code(printForm(*d.type)) + "\n\n";
  if (d.kind == D::Class && d.value) text += "**Parent:** " + code(printForm(*d.value)) + "\n\n";
  if (!d.children.empty()) {
    text += "**Members:** ";
    for (size_t i = 0; i < d.children.size(); i++)
      text += (i ? ", " : "") + code(d.children[i].signature());
    text += "\n\n";
  }
  const std::string documentation = documentationOf(document, d);
  if (!documentation.empty()) text += documentation;
  return text;
}

std::string describeBuiltin(Context* names, const std::string& name) {
  if (const driver::BuiltinEntry e = driver::findBuiltin(name); e.row)
    return "### Function: " + code(name) + "\n\n**Signature:** " + code(e.signature()) + "\n\n" +
           e.row->documentation + "\n";
  const Value value = names ? namespaceGet(names->globals, Symbol::of(name)) : Value::absent();
  if (isClass(value)) return "### Class: " + code(name) + "\n\nbuilt-in\n";
  if (isKind(value, gene::Kind::Namespace)) return "### Module: " + code(name) + "\n\nbuilt-in\n";
  return {};
}

/// The annotation of a parameter or variable of a function, found in the text before its uses.
std::string describeLocal(const Document& document, const Target& target) {
  std::string type = "Any";
  const std::string_view rest = std::string_view(document.text).substr(target.declaration.to);
  if (rest.starts_with(": ")) {
    // x: Type
    SourceManager sources;
    const size_t size = std::min<size_t>(rest.size(), 400);
    const Location start = sources.add("type", closedPrefix(rest.substr(2), size));
    DiagnosticEngine diagnostics(sources);
    Arena arena;
    const Span<Form*> forms = readForms(start, arena, diagnostics);
    if (!forms.empty()) type = printForm(*forms[0]);
  }
  return "### Variable: " + code(target.name) + "\n\n**Type:** " + code(type) + "\n";
}

}  // namespace

void hover(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  std::string text;
  switch (target.kind) {
    case Kind::None: break;
    case Kind::Local: text = describeLocal(document, target); break;
    case Kind::Module: text = describe(*target.document, *target.definition); break;
    case Kind::Builtin: text = describeBuiltin(workspace.names(), target.name); break;
    case Kind::Form: text = std::string(driver::aboutSpecialForm(target.name)) + "\n"; break;
    case Kind::Method:
    case Kind::Member: {
      const bool isMethod = target.kind == Kind::Method;
      for (const Document* other : workspace.openDocuments())
        forEachDefinition(
            other->outline(), nullptr, [&](const Definition& d, const Definition* container) {
              if (!container || d.name.text() != target.name ||
                  (d.kind == Definition::Kind::Method) != isMethod)
                return;
              text += describe(*other, d) + "of " + code(container->name.text()) + "\n\n";
            });
      if (isMethod)
        for (const driver::BuiltinEntry& e : driver::builtinMethods(target.name))
          text += code(e.signature()) + ": " + e.row->documentation + "\n\n";
      break;
    }
  }
  if (text.empty()) return out.null();
  out.object([&] {
    out.objectMember("contents", [&] {
      out.member("kind", "markdown");
      out.member("value", text);
    });
    out.key("range");
    writeRange(out, document, target.range);
  });
}

namespace {

struct Signature {
  std::string label;
  std::vector<std::string> parameters;  // as they stand in the label
  std::string documentation;
};

/// The parameters of a list as they are written.
Signature signatureOf(const Document& document, const Definition& d) {
  Signature s{d.signature(), {}, documentationOf(document, d)};
  const auto& items = d.parameters->items;
  for (size_t i = 0; i < items.size(); i++) {
    std::string text = printForm(*items[i]);
    const bool typed = text.size() > 1 && text.ends_with(':');
    if (typed && i + 1 < items.size()) text += " " + printForm(*items[++i]);
    if (i + 2 < items.size() && isSymbol(items[i + 1], "=")) {
      text += " = " + printForm(*items[i + 2]);
      i += 2;
    }
    s.parameters.push_back(std::move(text));
  }
  return s;
}

Signature signatureOf(const driver::BuiltinEntry& e) {
  Signature s{e.signature(), {}, e.row->documentation};
  const size_t open = s.label.find('[');
  std::string_view rest = std::string_view(s.label).substr(open + 1, s.label.size() - open - 2);
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(' '));
    s.parameters.emplace_back(one);
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
  }
  return s;
}

}  // namespace

void signatureHelp(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  const std::string prefix = document.text.substr(0, offset);
  const Layout layout = layoutOf(prefix);
  std::vector<Signature> signatures;
  size_t active = 0;
  for (size_t i = layout.open.size(); i-- > 0 && signatures.empty();) {
    const size_t open = layout.open[i];
    if (prefix[open] != '(') continue;
    // What is written of the call so far, as a form.
    SourceManager sources;
    const Location start = sources.add("call", closedPrefix(prefix.substr(open), offset - open));
    DiagnosticEngine errors(sources);
    Arena arena;
    const Span<Form*> forms = readForms(start, arena, errors);
    if (forms.empty() || forms[0]->kind != FormKind::Gene) return out.null();
    const auto& call = as<GeneForm>(*forms[0]);
    size_t count = call.children.size();
    // The argument that is being typed is the last one, unless a blank follows it.
    const bool isTyping = !prefix.empty() && std::string_view(" \t\n([{").find(prefix.back()) ==
                                                 std::string_view::npos;
    if (isTyping && count > 0) count--;
    std::string_view method;
    const Form* name = call.head;
    if (!call.children.empty() && symbolOf(call.children[0]).text().starts_with('.')) {
      method = symbolOf(call.children[0]).text().substr(1);
      count -= count > 0;
    }
    active = count;
    if (!method.empty()) {
      for (const Occurrence& o : workspace.definitionsOf(method, true))
        forEachDefinition(o.document->outline(), nullptr, [&](const Definition& d, const auto*) {
          if (o.document->offset(d.loc) == o.range.from && d.parameters)
            signatures.push_back(signatureOf(*o.document, d));
        });
      for (const driver::BuiltinEntry& e : driver::builtinMethods(method))
        signatures.push_back(signatureOf(e));
      continue;
    }
    const bool isNew = isSymbol(name, "new") && !call.children.empty();
    if (isNew) {
      name = call.children[0];
      active -= active > 0;
    }
    if (name->kind != FormKind::Symbol && name->kind != FormKind::Path) continue;
    const size_t at = open + (name->loc.offset - forms[0]->loc.offset);
    const Target target = workspace.targetAt(document, at + 1);
    if (target.kind == Kind::Module && target.definition->parameters) {
      signatures.push_back(signatureOf(*target.document, *target.definition));
    } else if (target.kind == Kind::Module && isNew) {
      for (const Definition& d : target.definition->children)
        if (d.kind == Definition::Kind::Constructor && d.parameters)
          signatures.push_back(signatureOf(*target.document, d));
    } else {
      const std::string path(printForm(*name));
      if (const driver::BuiltinEntry e = driver::findBuiltin(path); e.row)
        signatures.push_back(signatureOf(e));
    }
  }
  if (signatures.empty()) return out.null();
  out.object([&] {
    out.arrayMember("signatures", [&] {
      for (const Signature& s : signatures)
        out.object([&] {
          out.member("label", s.label);
          if (!s.documentation.empty()) out.member("documentation", s.documentation);
          out.arrayMember("parameters", [&] {
            for (const std::string& p : s.parameters) out.object([&] { out.member("label", p); });
          });
        });
    });
    out.member("activeSignature", 0);
    out.member("activeParameter", static_cast<int64_t>(active));
  });
}

}  // namespace gene::lsp
