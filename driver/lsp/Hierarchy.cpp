// Who calls a function and whom it calls; which classes a class comes from and which come from it.

#include <algorithm>

#include "driver/lsp/Features.h"

namespace gene::lsp {
namespace {

using D = Definition::Kind;
using Kind = Target::Kind;

/// A definition, or without one a document as a whole: the code outside of its functions.
struct Item {
  const Document* document;
  const Definition* definition;
  bool operator==(const Item&) const = default;
};

Range nameOf(const Item& item) {
  if (!item.definition) return {0, 0};
  return {item.document->offset(item.definition->loc), item.document->offset(item.definition->end)};
}
Range wholeOf(const Item& item) {
  if (!item.definition) return {0, item.document->text.size()};
  const Form& form = *item.definition->form;
  const Range name = nameOf(item);
  return form.end.valid() ? Range{item.document->offset(form.loc), item.document->offset(form.end)}
                          : name;
}

void writeItem(JsonWriter& out, const Item& item) {
  constexpr int File = 1;
  const std::string& path = item.document->path;
  out.object([&] {
    if (item.definition)
      out.member("name", item.definition->name.text());
    else
      out.member("name", path.substr(path.rfind('/') + 1));
    out.member("kind", item.definition ? symbolKind(item.definition->kind) : File);
    if (item.definition && item.definition->parameters)
      out.member("detail", item.definition->signature());
    out.member("uri", item.document->uri);
    out.key("range");
    writeRange(out, *item.document, wholeOf(item));
    out.key("selectionRange");
    writeRange(out, *item.document, nameOf(item));
  });
}

bool isCalled(D kind) {
  return kind == D::Function || kind == D::Method || kind == D::Macro || kind == D::Constructor;
}
bool isType(D kind) { return kind == D::Class || kind == D::Interface || kind == D::Object; }

/// The innermost definition whose name or text is at the offset.
template <class F>
Item innermost(const Document& document, size_t offset, F&& fits) {
  Item found{&document, nullptr};
  forEachDefinition(document.outline(), nullptr, [&](const Definition& d, const Definition*) {
    const Item item{&document, &d};
    const Range whole = wholeOf(item);
    if (fits(d.kind) && whole.from <= offset && offset < whole.to) found = item;
  });
  return found;
}

/// What the name at the offset means, as definitions: methods of that name are of any class.
std::vector<Item> itemsAt(Workspace& workspace, const Document& document, size_t offset) {
  const Target target = workspace.targetAt(document, offset);
  if (target.kind == Kind::Module) return {{target.document, target.definition}};
  std::vector<Item> items;
  // The name of a method where it is defined.
  forEachDefinition(document.outline(), nullptr, [&](const Definition& d, const Definition*) {
    const Range name = nameOf({&document, &d});
    if (d.kind == D::Method && name.from <= offset && offset <= name.to)
      items.push_back({&document, &d});
  });
  if (!items.empty() || target.kind != Kind::Method) return items;
  for (const Document* other : workspace.all())
    forEachDefinition(other->outline(), nullptr, [&](const Definition& d, const Definition*) {
      if (d.kind == D::Method && d.name.text() == target.name) items.push_back({other, &d});
    });
  return items;
}

void prepare(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
             bool (*fits)(D)) {
  std::vector<Item> items = itemsAt(workspace, document, offset);
  std::erase_if(items,
                [&](const Item& item) { return !item.definition || !fits(item.definition->kind); });
  if (items.empty()) return out.null();
  out.array([&] {
    for (const Item& item : items) writeItem(out, item);
  });
}

/// Calls of one item, or by it, with their places.
struct Calls {
  Item item;
  std::vector<Range> places;
};
void add(std::vector<Calls>& all, const Item& item, Range place) {
  auto found = std::ranges::find(all, item, &Calls::item);
  if (found == all.end()) found = all.insert(all.end(), {item, {}});
  found->places.push_back(place);
}

/// `places` are of `document`, or where that is null of each item's own.
void writeCalls(JsonWriter& out, const std::vector<Calls>& all, const char* key,
                const Document* document) {
  out.array([&] {
    for (const Calls& calls : all)
      out.object([&] {
        out.key(key);
        writeItem(out, calls.item);
        out.arrayMember("fromRanges", [&] {
          for (const Range& place : calls.places)
            writeRange(out, document ? *document : *calls.item.document, place);
        });
      });
  });
}

/// Where the methods of this name are named: the calls of whatever class's.
std::vector<Occurrence> callsOfMethod(Workspace& workspace, std::string_view name) {
  Target target;
  target.kind = Kind::Method;
  target.name = name;
  return workspace.occurrences(target);
}

}  // namespace

void prepareCalls(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  prepare(out, workspace, document, offset, isCalled);
}

void incomingCalls(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  std::vector<Calls> all;
  for (const Item& item : itemsAt(workspace, document, offset)) {
    const bool isMethod = item.definition && item.definition->kind == D::Method;
    const std::vector<Occurrence> named =
        isMethod ? callsOfMethod(workspace, item.definition->name.text())
                 : workspace.occurrences(workspace.targetAt(document, offset));
    for (const Occurrence& o : named) {
      const Item caller = innermost(*o.document, o.range.from, isCalled);
      // Where it is imported it is not called.
      const Item around =
          innermost(*o.document, o.range.from, [](D kind) { return kind == D::Import; });
      if (!o.isDeclaration && !around.definition) add(all, caller, o.range);
    }
  }
  writeCalls(out, all, "from", nullptr);
}

void outgoingCalls(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  std::vector<Calls> all;
  const Item caller = innermost(document, offset, isCalled);
  std::vector<const Form*> work;
  if (caller.definition) work.push_back(caller.definition->form);
  while (!work.empty()) {
    const Form* form = work.back();
    work.pop_back();
    if (form->kind == FormKind::Quote) continue;
    const size_t first = work.size();
    forEachPart(*form, [&](Form* part) { work.push_back(part); });
    std::reverse(work.begin() + static_cast<std::ptrdiff_t>(first), work.end());
    const bool isName = form->kind == FormKind::Symbol && form->end.valid();
    if (!isName || document.offset(form->loc) == nameOf(caller).from) continue;
    const Range place{document.offset(form->loc), document.offset(form->end)};
    for (const Item& callee : itemsAt(workspace, document, place.from + 1))
      if (callee.definition && isCalled(callee.definition->kind)) add(all, callee, place);
  }
  writeCalls(out, all, "to", &document);
}

void prepareTypes(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  prepare(out, workspace, document, offset, isType);
}

namespace {

/// The class that a class names as the one it comes from; no definition: a built-in one, or none.
Item parentOf(Workspace& workspace, const Item& item) {
  const Form* parent = item.definition->kind == D::Class ? item.definition->value : nullptr;
  if (!parent || parent->kind != FormKind::Symbol) return {};
  const Target target = workspace.targetAt(*item.document, item.document->offset(parent->loc) + 1);
  return target.kind == Kind::Module ? Item{target.document, target.definition} : Item{};
}

}  // namespace

void supertypes(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  out.array([&] {
    for (const Item& item : itemsAt(workspace, document, offset))
      if (item.definition)
        if (const Item parent = parentOf(workspace, item); parent.definition)
          writeItem(out, parent);
  });
}

void subtypes(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset) {
  const std::vector<Item> parents = itemsAt(workspace, document, offset);
  out.array([&] {
    for (const Document* other : workspace.all())
      forEachDefinition(other->outline(), nullptr, [&](const Definition& d, const Definition*) {
        const Item item{other, &d};
        if (std::ranges::find(parents, parentOf(workspace, item)) != parents.end() &&
            parentOf(workspace, item).definition)
          writeItem(out, item);
      });
  });
}

}  // namespace gene::lsp
