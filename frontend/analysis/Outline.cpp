#include "frontend/analysis/Outline.h"

#include <algorithm>

#include "frontend/analysis/SpecialForms.h"

namespace gene {
namespace {

using Kind = Definition::Kind;
using Forms = Span<Form* const>;

std::string_view headOf(const Form* form) {
  return form->kind == FormKind::Gene ? symbolOf(as<GeneForm>(*form).head).text()
                                      : std::string_view{};
}

/// The name in a definition's place for it: without a slash before it, type variables and the colon of a type behind it.
Symbol nameIn(const Form* form, bool* typed = nullptr) {
  std::string_view text = form->kind == FormKind::Path     ? as<PathForm>(*form).parts.back().text()
                          : form->kind == FormKind::String ? as<StringForm>(*form).text
                                                           : symbolOf(form).text();
  if (typed) *typed = text.size() > 1 && text.ends_with(':');
  if (text.starts_with('^') && text.size() > 1) text.remove_prefix(1);
  if (const size_t colon = text.find(':'); colon != std::string_view::npos && colon > 0)
    text = text.substr(0, colon);
  if (text.size() > 3 && text.ends_with("...")) text.remove_suffix(3);
  return Symbol::of(text);
}

/// Where the name in `form` stands: behind a slash or `^`, and before a colon.
void place(Definition& d, const Form* form) {
  d.loc = form->loc;
  d.end = form->end;
  if (!form->end.valid()) return;
  const auto length = static_cast<uint32_t>(d.name.text().size());
  if (form->kind == FormKind::Path) {
    // A path ends in the name, and perhaps what follows it.
    const auto last = static_cast<uint32_t>(as<PathForm>(*form).parts.back().text().size());
    if (last < form->end.offset) d.loc.offset = std::max(form->end.offset - last, d.loc.offset);
  } else if (form->kind == FormKind::String ||
             (form->kind == FormKind::Symbol && symbolOf(form).text().starts_with('^'))) {
    d.loc.offset++;
  }
  d.end.offset = std::min(d.loc.offset + length, form->end.offset);
}

class Outliner {
 public:
  explicit Outliner(std::vector<Definition>& out) : out_(out) {}

  void all(Forms forms) {
    for (const Form* form : forms) one(form);
  }

  void members(Forms forms) {
    for (const Form* form : forms) member(form);
  }

 private:
  Definition* add(Kind kind, const Form* form, const Form* nameForm) {
    Definition d{.kind = kind, .name = nameIn(nameForm), .form = form, .loc = {}, .end = {}};
    if (d.name.empty()) return nullptr;
    place(d, nameForm);
    return &out_.emplace_back(std::move(d));
  }

  /// [args] -> T behind a name.
  static void signature(Definition& d, Forms rest) {
    if (rest.empty() || rest[0]->kind != FormKind::Array) return;
    d.parameters = &as<ArrayForm>(*rest[0]);
    if (rest.size() >= 3 && symbolOf(rest[1]).text() == "->") d.result = rest[2];
  }

  void one(const Form* form) {
    const std::string_view head = headOf(form);
    if (head.empty()) return;
    const auto& g = as<GeneForm>(*form);
    const Forms c = g.children;
    if (head == "import") return imports(g);
    if (hasTrait(head, form_trait::Block)) return all(c);
    if (c.empty()) return;
    if (hasTrait(head, form_trait::Variable)) return variable(g, head == "let");
    if (c[0]->kind == FormKind::Array) return;
    if (head == "fn") {
      const std::string_view name = nameIn(c[0]).text();
      const bool isMacro = name.size() > 1 && name.ends_with('!');
      if (Definition* d = add(isMacro ? Kind::Macro : Kind::Function, form, c[0]))
        signature(*d, c.subspan(1));
    } else if (head == "class" || head == "object") {
      container(head == "class" ? Kind::Class : Kind::Object, g);
    } else if (head == "ns") {
      if (Definition* d = add(Kind::Namespace, form, c[0])) Outliner(d->children).all(c.subspan(1));
    } else if (head == "enum") {
      if (Definition* d = add(Kind::Enum, form, c[0])) variants(*d, c.subspan(1));
    } else if (head == "interface") {
      if (Definition* d = add(Kind::Interface, form, c[0]))
        Outliner(d->children).members(c.subspan(1));
    } else if (head == "type") {
      if (Definition* d = add(Kind::Type, form, c[0]); d && c.size() > 1) d->type = c[1];
    }
  }

  void container(Kind kind, const GeneForm& g) {
    Definition* d = add(kind, &g, g.children[0]);
    if (!d) return;
    Forms rest = g.children.subspan(1);
    if (rest.size() >= 2 && symbolOf(rest[0]).text() == "<") {
      d->value = rest[1];
      rest = rest.subspan(2);
    }
    Outliner inner(d->children);
    for (const Property& p : g.properties)
      if (p.key.text() == "fields" && p.value->kind == FormKind::Map)
        for (const Property& field : as<MapForm>(*p.value).properties)
          d->children.push_back(
              {.kind = Kind::Field,
               .name = field.key,
               .form = field.value,
               .loc = {field.loc.offset + 1},
               .end = {field.loc.offset + 1 + static_cast<uint32_t>(field.key.text().size())},
               .type = field.value});
    inner.members(rest);
  }

  void member(const Form* form) {
    const std::string_view head = headOf(form);
    if (head.empty()) return;
    const auto& g = as<GeneForm>(*form);
    const Forms c = g.children;
    if (head == "ctor") {
      Definition d{.kind = Kind::Constructor,
                   .name = Symbol::of("ctor"),
                   .form = form,
                   .loc = g.head->loc,
                   .end = g.head->end};
      signature(d, c);
      out_.push_back(std::move(d));
    } else if (head == "method" && !c.empty()) {
      if (Definition* d = add(Kind::Method, form, c[0])) signature(*d, c.subspan(1));
    } else if ((head == "field" || head == "prop") && !c.empty()) {
      if (Definition* d = add(Kind::Field, form, c[0]); d && c.size() > 1) d->type = c[1];
    } else if (head == "implement") {
      members(c);
    } else {
      one(form);
    }
  }

  void variants(Definition& d, Forms forms) {
    Outliner inner(d.children);
    for (const Form* form : forms) {
      if (form->kind == FormKind::Symbol)
        inner.add(Kind::Variant, form, form);
      else if (form->kind == FormKind::Gene)
        inner.add(Kind::Variant, form, as<GeneForm>(*form).head);
    }
  }

  void variable(const GeneForm& g, bool constant) {
    const Forms c = g.children;
    const Kind kind = constant ? Kind::Constant : Kind::Variable;
    if (c[0]->kind == FormKind::Array || c[0]->kind == FormKind::Map) return pattern(g, c[0], kind);
    Definition* d = add(kind, &g, c[0]);
    if (!d) return;
    bool typed;
    nameIn(c[0], &typed);
    size_t next = 1;
    if (typed && c.size() > 1) d->type = c[next++];
    if (next < c.size() && symbolOf(c[next]).text() == "=") next++;
    if (next < c.size()) d->value = c[next];
  }

  /// The names that a pattern binds.
  void pattern(const GeneForm& g, const Form* form, Kind kind) {
    if (form->kind == FormKind::Symbol) {
      const std::string_view text = symbolOf(form).text();
      if (text != "=" && text != "_" && text != "...") add(kind, &g, form);
    } else if (form->kind == FormKind::Array) {
      for (const Form* item : as<ArrayForm>(*form).items) pattern(g, item, kind);
    } else if (form->kind == FormKind::Map) {
      for (const Property& p : as<MapForm>(*form).properties) pattern(g, p.value, kind);
    }
  }

  void imports(const GeneForm& g) {
    for (size_t i = 0; i < g.children.size(); i++) {
      const Form* item = g.children[i];
      const std::string_view text = symbolOf(item).text();
      if (text == "from" || text == "of") {
        i++;
        continue;
      }
      if (item->kind == FormKind::Array) {
        for (const Form* inner : as<ArrayForm>(*item).items) imported(g, inner);
        continue;
      }
      imported(g, item);
    }
  }
  /// name, or name:local, which binds `local`.
  void imported(const GeneForm& g, const Form* item) {
    const std::string_view text = item->kind == FormKind::Path
                                      ? as<PathForm>(*item).parts.back().text()
                                      : symbolOf(item).text();
    if (text.empty() || text == "*") return;
    const size_t colon = text.find(':');
    const std::string_view local =
        colon == std::string_view::npos || colon == 0 ? text : text.substr(colon + 1);
    if (local.empty()) return;
    Definition d{.kind = Kind::Import,
                 .name = Symbol::of(local),
                 .form = &g,
                 .loc = item->loc,
                 .end = item->end};
    d.original = Symbol::of(text.substr(0, colon == 0 ? std::string_view::npos : colon));
    if (d.end.valid()) d.loc.offset = d.end.offset - static_cast<uint32_t>(local.size());
    out_.push_back(std::move(d));
  }

  std::vector<Definition>& out_;
};

}  // namespace

std::string Definition::signature() const {
  std::string text(name.text());
  if (parameters) text += " " + printForm(*parameters);
  if (result) text += " -> " + printForm(*result);
  return text;
}

std::vector<Definition> outlineOf(Span<Form* const> forms) {
  std::vector<Definition> definitions;
  Outliner(definitions).all(forms);
  return definitions;
}

}  // namespace gene
