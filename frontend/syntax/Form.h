#pragma once
// Forms: what the reader makes of source text, code and data at once. Forms are immutable, live in an Arena and know
// where they stand. `#"a#{b}"` is the gene (#Str "a" b); `;` chains are nested already; `#@d v` is (d v).

#include <cstdint>
#include <string>
#include <string_view>

#include "frontend/syntax/Source.h"
#include "runtime/support/Check.h"
#include "runtime/support/Span.h"
#include "runtime/support/Symbol.h"

namespace gene {

enum class FormKind : uint8_t {
#define ATOM(name) name,
#define NAME(name) name,
#define TREE(name) name,
#include "frontend/syntax/FormKinds.def"
};

struct Form {
  FormKind kind;
  bool frozen = false;   // #[ #{ #{{ #(
  bool discard = false;  // %_
  Location loc;          // first character
  Location end;          // behind the last one; nowhere for forms that the reader did not make
  Form(FormKind kind, Location loc) : kind(kind), loc(loc) {}
  [[nodiscard]] SourceRange range() const { return {loc, end}; }
};

struct IntForm : Form {
  int64_t value;
  IntForm(Location loc, int64_t value) : Form(FormKind::Int, loc), value(value) {}
};
struct FloatForm : Form {
  double value;
  FloatForm(Location loc, double value) : Form(FormKind::Float, loc), value(value) {}
};
struct CharForm : Form {
  char32_t value;
  CharForm(Location loc, char32_t value) : Form(FormKind::Char, loc), value(value) {}
};
struct StringForm : Form {  // String and Bytes
  std::string_view text;
  StringForm(FormKind kind, Location loc, std::string_view text) : Form(kind, loc), text(text) {}
};
struct SymbolForm : Form {
  Symbol symbol;  // escapes removed
  SymbolForm(Location loc, Symbol symbol) : Form(FormKind::Symbol, loc), symbol(symbol) {}
};
struct PathForm : Form {
  Span<Symbol> parts;  // two or more; the first is empty for /x, the last for x/
  PathForm(Location loc, Span<Symbol> parts) : Form(FormKind::Path, loc), parts(parts) {}
};
struct ArrayForm : Form {
  Span<Form*> items;
  ArrayForm(Location loc, Span<Form*> items) : Form(FormKind::Array, loc), items(items) {}
};
struct Property {
  Symbol key;  // `...`, `...1` for spreads: see isSpread
  Form* value;
  Location loc;
  [[nodiscard]] bool isSpread() const { return key.text().starts_with("..."); }
};
struct MapForm : Form {
  Span<Property> properties;  // nested keys ^a^b are nested MapForms already
  MapForm(Location loc, Span<Property> properties)
      : Form(FormKind::Map, loc), properties(properties) {}
};
struct HashMapForm : Form {
  Span<Form*> items;  // key value key value
  HashMapForm(Location loc, Span<Form*> items) : Form(FormKind::HashMap, loc), items(items) {}
};
struct GeneForm : Form {
  Form* head;  // never null: () has a Nil head
  Span<Property> properties;
  Span<Form*> children;
  GeneForm(Location loc, Form* head, Span<Property> properties, Span<Form*> children)
      : Form(FormKind::Gene, loc), head(head), properties(properties), children(children) {}
};
struct QuoteForm : Form {  // Quote and Unquote
  Form* value;
  QuoteForm(FormKind kind, Location loc, Form* value) : Form(kind, loc), value(value) {}
};
struct RegexForm : Form {
  std::string_view pattern;      // as written, without the slashes
  std::string_view replacement;  // empty without one
  bool hasReplacement = false;
  bool ignoreCase = false;  // i
  bool multiline = false;   // m
  RegexForm(Location loc, std::string_view pattern)
      : Form(FormKind::Regex, loc), pattern(pattern) {}
};
struct DateTimeForm
    : Form {  // Date: year month day; Time: hour minute second microsecond; DateTime: all
  int16_t year = 0;
  uint8_t month = 0, day = 0, hour = 0, minute = 0, second = 0;
  uint32_t microsecond = 0;
  bool hasOffset = false;
  int16_t offsetMinutes = 0;
  std::string_view zone;  // Area/City, or empty
  DateTimeForm(FormKind kind, Location loc) : Form(kind, loc) {}
};

/// `form` as a T; the kind must fit (asserted by the caller's switch).
template <class T>
const T& as(const Form& form) {
  return static_cast<const T&>(form);
}
/// The symbol of a SymbolForm, or the empty symbol.
inline Symbol symbolOf(const Form* form) {
  return form->kind == FormKind::Symbol ? as<SymbolForm>(*form).symbol : Symbol{};
}
inline bool isSymbol(const Form* form, std::string_view text) {
  return form->kind == FormKind::Symbol && as<SymbolForm>(*form).symbol.text() == text;
}

/// Calls f(part) for the parts of a form, in the order of the text: items, values of properties, a head. No recursion.
template <class F>
void forEachPart(const Form& form, F&& f) {
  const auto values = [&](Span<const Property> properties) {
    for (const Property& p : properties) f(p.value);
  };
  switch (form.kind) {
#define ATOM(name) case FormKind::name:
#define NAME(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
    return;
    case FormKind::Array:
      for (Form* item : as<ArrayForm>(form).items) f(item);
      return;
    case FormKind::HashMap:
      for (Form* item : as<HashMapForm>(form).items) f(item);
      return;
    case FormKind::Map: return values(as<MapForm>(form).properties);
    case FormKind::Gene:
      f(as<GeneForm>(form).head);
      values(as<GeneForm>(form).properties);
      for (Form* child : as<GeneForm>(form).children) f(child);
      return;
    case FormKind::Quote:
    case FormKind::Unquote: f(as<QuoteForm>(form).value); return;
  }
}

/// A symbol, or the key of a property without its ^, as text that reads back as it: with escapes where it would be something
/// else. The empty one has no such text.
void printName(std::string_view name, std::string& out);
void printKey(std::string_view key, std::string& out);
/// Gene text that reads back as an equal form, on one line: strings escaped, quotes kept.
std::string printForm(const Form& form);

}  // namespace gene
