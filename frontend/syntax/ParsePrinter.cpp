#include "frontend/syntax/ParsePrinter.h"

namespace gene {
namespace {

void compactProperties(Span<const Property> properties, std::string& out) {
  for (const Property& p : properties)
    out.append(" ^").append(p.key.text()).append(" ").append(printForm(*p.value));
}

/// Head and properties on the first line, each child on its own, two blanks deeper.
void pretty(const Form& form, size_t indent, std::string& out) {
  const std::string inner(indent + 2, ' ');
  auto children = [&](Span<Form* const> items) {
    for (const Form* item : items) {
      out += "\n" + inner;
      pretty(*item, indent + 2, out);
    }
    out += "\n" + std::string(indent, ' ');
  };
  if (form.kind == FormKind::Gene && !as<GeneForm>(form).children.empty()) {
    const auto& gene = as<GeneForm>(form);
    out += (form.frozen ? "#(" : "(") + printForm(*gene.head);
    compactProperties(gene.properties, out);
    children(gene.children);
    out += ')';
  } else if (form.kind == FormKind::Array && !as<ArrayForm>(form).items.empty()) {
    out += form.frozen ? "#[" : "[";
    children(as<ArrayForm>(form).items);
    out += ']';
  } else if (form.kind == FormKind::Map && !as<MapForm>(form).properties.empty()) {
    out += form.frozen ? "#{" : "{";
    for (const Property& p : as<MapForm>(form).properties)
      out.append("\n")
          .append(inner)
          .append("^")
          .append(p.key.text())
          .append(" ")
          .append(printForm(*p.value));
    out += "\n" + std::string(indent, ' ') + "}";
  } else {
    out += printForm(form);
  }
}

/// Compact, the outer form's properties as :name value.
std::string sexp(const Form& form) {
  if (form.kind != FormKind::Gene) return printForm(form);
  const auto& gene = as<GeneForm>(form);
  std::string out = (form.frozen ? "#(" : "(") + printForm(*gene.head);
  for (const Property& p : gene.properties)
    out.append(" :").append(p.key.text()).append(" ").append(printForm(*p.value));
  for (const Form* child : gene.children) out += " " + printForm(*child);
  return out + ")";
}

}  // namespace

std::string printParsed(Span<Form* const> forms, ParseFormat format) {
  if (forms.empty()) return "(empty)\n";
  std::string out;
  for (const Form* form : forms) {
    if (!out.empty()) out += '\n';
    switch (format) {
      case ParseFormat::Pretty: pretty(*form, 0, out); break;
      case ParseFormat::Compact: out += printForm(*form); break;
      case ParseFormat::Sexp: out += sexp(*form); break;
    }
    out += '\n';
  }
  return out;
}

}  // namespace gene
