// Where types are defined, and who has what they promise.

#include <algorithm>

#include "driver/lsp/Features.h"

namespace gene::lsp {
namespace {

using D = Definition::Kind;
using Kind = Target::Kind;

void writePlaces(JsonWriter& out, const std::vector<Occurrence>& found) {
  if (found.empty()) return out.null();
  out.array([&] {
    for (const Occurrence& o : found) writeLocation(out, *o.document, o.range);
  });
}

Occurrence placeOf(const Document& document, const Definition& d) {
  return {&document, {document.offset(d.loc), document.offset(d.end)}, true};
}

/// The variable, field or parameter that is declared at an offset, with what says its type.
struct Declared {
  const Form* type = nullptr;
  const Form* value = nullptr;
};
Declared declaredAt(const Document& document, size_t offset) {
  std::vector<const Form*> work;
  pushForms(work, document.forms());
  Declared found;
  const auto isHere = [&](const Form* form) {
    return form->kind == FormKind::Symbol && document.offset(form->loc) == offset;
  };
  while (!work.empty()) {
    const Form* form = work.back();
    work.pop_back();
    if (form->kind == FormKind::Array) {
      const Span<Form* const> items = as<ArrayForm>(*form).items;
      for (size_t i = 0; i + 1 < items.size(); i++)
        if (isHere(items[i]) && symbolOf(items[i]).text().ends_with(':')) found.type = items[i + 1];
    } else if (form->kind == FormKind::Gene) {
      const Span<Form* const> c = as<GeneForm>(*form).children;
      for (size_t i = 0; i + 1 < c.size() && i < 1; i++) {
        if (!isHere(c[i])) continue;
        const bool isTyped = symbolOf(c[i]).text().ends_with(':');
        (isTyped ? found.type : found.value) = c[i + 1];
      }
    }
    forEachPart(*form, [&](const Form* part) { work.push_back(part); });
  }
  return found;
}

/// The first name in a type that is a definition: User in (Array User), too.
std::vector<Occurrence> inType(Workspace& workspace, const Document& document, const Form* type) {
  std::vector<const Form*> work;
  if (type) work.push_back(type);
  while (!work.empty()) {
    const Form* form = work.back();
    work.pop_back();
    if (form->kind == FormKind::Symbol && form->end.valid()) {
      const Target target = workspace.targetAt(document, document.offset(form->loc) + 1);
      if (target.kind == Kind::Module) return {placeOf(*target.document, *target.definition)};
    }
    const size_t first = work.size();
    forEachPart(*form, [&](Form* part) { work.push_back(part); });
    std::reverse(work.begin() + static_cast<std::ptrdiff_t>(first), work.end());
  }
  return {};
}

/// (new Class …) gives Class, a call of a function its result.
const Form* typeOfValue(Workspace& workspace, const Document& document, const Form* value,
                        const Document** home) {
  *home = &document;
  if (!value || value->kind != FormKind::Gene) return nullptr;
  const auto& g = as<GeneForm>(*value);
  if (isSymbol(g.head, "new") && !g.children.empty()) return g.children[0];
  if (g.head->kind == FormKind::Path) return g.head;  // Enum/Variant
  if (g.head->kind != FormKind::Symbol) return nullptr;
  const Target target = workspace.targetAt(document, document.offset(g.head->loc) + 1);
  if (target.kind != Kind::Module) return nullptr;
  *home = target.document;
  return target.definition->result;
}

/// Does the class come from the one with this definition, or is it implemented for it?
bool isNamed(Workspace& workspace, const Document& document, const Form* name,
             const Definition* wanted) {
  if (!name || name->kind != FormKind::Symbol || !name->end.valid()) return false;
  return workspace.targetAt(document, document.offset(name->loc) + 1).definition == wanted;
}

/// The (implement Interface for Class …) forms in a document, also those within classes.
template <class F>
void forEachImplementation(const Document& document, F&& visit) {
  std::vector<const Form*> work;
  pushForms(work, document.forms());
  while (!work.empty()) {
    const Form* form = work.back();
    work.pop_back();
    if (form->kind != FormKind::Gene) continue;
    const auto& g = as<GeneForm>(*form);
    if (isSymbol(g.head, "implement") && !g.children.empty()) visit(g);
    pushForms(work, g.children);
  }
}

}  // namespace

void typeDefinition(JsonWriter& out, Workspace& workspace, const Document& document,
                    size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  if (target.kind == Kind::Module) {
    const Definition& d = *target.definition;
    const bool isValue = d.kind == D::Variable || d.kind == D::Constant || d.kind == D::Field;
    if (!isValue) return writePlaces(out, {placeOf(*target.document, d)});
    if (d.type) return writePlaces(out, inType(workspace, *target.document, d.type));
    const Document* home = nullptr;
    const Form* type = typeOfValue(workspace, *target.document, d.value, &home);
    return writePlaces(out, inType(workspace, *home, type));
  }
  if (target.kind != Kind::Local) return out.null();
  const Declared declared = declaredAt(*target.document, target.declaration.from);
  const Document* home = target.document;
  const Form* type = declared.type
                         ? declared.type
                         : typeOfValue(workspace, *target.document, declared.value, &home);
  writePlaces(out, inType(workspace, *home, type));
}

void implementations(JsonWriter& out, Workspace& workspace, const Document& document,
                     size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  std::vector<Occurrence> found;
  if (target.kind == Kind::Method) found = workspace.definitionsOf(target.name, true);
  if (target.kind == Kind::Module) {
    const Definition* wanted = target.definition;
    for (const Document* other : workspace.all()) {
      forEachDefinition(other->outline(), nullptr, [&](const Definition& d, const Definition*) {
        if (d.kind == D::Class && isNamed(workspace, *other, d.value, wanted))
          found.push_back(placeOf(*other, d));
      });
      forEachImplementation(*other, [&](const GeneForm& g) {
        if (isNamed(workspace, *other, g.children[0], wanted))
          found.push_back({other, {other->offset(g.loc), other->offset(g.end)}, true});
      });
    }
  }
  writePlaces(out, found);
}

}  // namespace gene::lsp
