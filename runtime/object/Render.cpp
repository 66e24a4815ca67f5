#include "runtime/object/Render.h"

#include <string>

#include "runtime/abi/Entry.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Array.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Members.h"
#include "runtime/object/Print.h"
#include "runtime/object/ToForm.h"

namespace gene {
namespace {

class Renderer {
 public:
  Renderer(Context& context, const Value* values, uint32_t pairs)
      : context_(context), values_(values), pairs_(pairs) {}

  /// The rendered value; absent for a discarded one; 0 when it raised.
  Value render(Value form) {
    if (stackIsFull(context_)) return gene_stack_overflow(&context_);
    if (isKind(form, Kind::Quoted)) {
      const auto* quoted = as<QuotedObject>(form);
      const Value v = evaluate(quoted->value.get());
      return quoted->discard && !v.isPending() ? Value::absent() : v;
    }
    if (isArray(form)) return array(as<ArrayObject>(form));
    if (isMap(form)) return map(as<MapObject>(form));
    if (isGene(form)) return gene(as<GeneObject>(form));
    return form;
  }

 private:
  Value array(const ArrayObject* from) {
    ArrayObject* to = newArray(context_, from->size);
    for (uint32_t i = 0; i < from->size; i++) {
      const Value item = render(arrayAt(from, i));
      if (item.isPending()) return item;
      if (!item.isAbsent()) arrayPush(context_, to, item);
    }
    return Value::object(to);
  }

  /// Copies entries; false when one raised. Discarded ones become nil.
  template <class Put>
  bool entries(const MapObject* from, Put put) {
    for (uint32_t i = 0; (i = mapNext(from, i)) != MapEnd; i++) {
      const Value v = render(from->entries[i].value.get());
      if (v.isPending()) return false;
      put(from->entries[i].key.get().symbol(), v.isAbsent() ? Value::nil() : v);
    }
    return true;
  }

  Value map(const MapObject* from) {
    MapObject* to = newMap(context_, Kind::Map, from->size);
    const bool done = entries(from, [&](Symbol key, Value v) { mapPut(context_, to, key, v); });
    return done ? Value::object(to) : Value::pending();
  }

  Value gene(const GeneObject* from) {
    const Value type = render(from->type.get());
    if (type.isPending()) return type;
    GeneObject* to = newGene(context_, type.isAbsent() ? Value::nil() : type);
    if (isMap(from->properties.get()) &&
        !entries(as<MapObject>(from->properties.get()),
                 [&](Symbol key, Value v) { geneSetProperty(context_, to, key, v); }))
      return Value::pending();
    for (uint32_t i = 0; i < from->size; i++) {
      const Value child = render(from->children[i].get());
      if (child.isPending()) return child;
      genePush(context_, to, child.isAbsent() ? Value::nil() : child);
    }
    return Value::object(to);
  }

  /// The variable, or absent.
  [[nodiscard]] Value variable(Symbol name) const {
    for (uint32_t i = 0; i < pairs_; i++)
      if (values_[2 * i].symbol() == name) return values_[2 * i + 1];
    return Value::absent();
  }

  Value evaluate(Value form) {
    if (form.isSymbol()) {
      const Value v = variable(form.symbol());
      return v.isAbsent() ? form : v;
    }
    if (isGene(form) || isKind(form, Kind::ComplexSymbol)) {
      // An expression that stands in the template at the call was evaluated there, under its own text.
      Arena arena;
      ForeignValues foreign;
      const Form* written = toForm(context_, form, arena, foreign);
      if (!written) return Value::pending();
      const Value v = variable(Symbol::of(printForm(*written)));
      if (!v.isAbsent()) return v;
    }
    if (isKind(form, Kind::ComplexSymbol)) {
      auto* path = as<ComplexSymbolObject>(form);
      Value v = variable(path->parts()[0]);
      if (v.isAbsent()) return gene_undefined(&context_, Value::symbol(path->parts()[0]));
      for (uint32_t i = 1; i < path->count && !v.isPending(); i++) {
        const std::string_view part = path->parts()[i].text();
        v = part.starts_with('.') ? callMethod(context_, Symbol::of(part.substr(1)), &v, 1)
                                  : getElement(context_, v, segment(part));
      }
      return v;
    }
    if (isGene(form)) {
      return gene::evaluate(context_, form, environmentOf(context_, values_, pairs_));
    }
    return render(form);
  }

  /// A path part that parses as an integer is an index.
  static Value segment(std::string_view text) {
    const size_t sign = text.starts_with('-');
    if (text.size() > sign && text.size() - sign <= 14 &&
        text.find_first_not_of("0123456789", sign) == std::string_view::npos)
      return Value::smallInt(std::stoll(std::string(text)));
    return Value::symbol(Symbol::of(text));
  }

  Context& context_;
  const Value* values_;
  uint32_t pairs_;
};

}  // namespace

Value render(Context& context, Value form, const Value* values, uint32_t pairs) {
  const Value result = Renderer(context, values, pairs).render(form);
  return result.isAbsent() ? Value::nil() : result;
}

}  // namespace gene
