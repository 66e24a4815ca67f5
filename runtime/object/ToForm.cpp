#include "runtime/object/ToForm.h"

#include <string>

#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

class Converter {
 public:
  Converter(Arena& arena, ForeignValues& foreign) : arena_(arena), foreign_(foreign) {}

  Form* convert(Value v) {
    if (!v.isObject()) return immediate(v);
    if (v.object()->isInstance()) return foreign(v);
    switch (v.object()->kind()) {
      case Kind::BoxedInt: return make<IntForm>(asInt(v));
      case Kind::String:
        return arena_.make<StringForm>(FormKind::String, Location{}, arena_.copy(stringView(v)));
      case Kind::ComplexSymbol: {
        auto* symbol = as<ComplexSymbolObject>(v);
        return make<PathForm>(arena_.copy(std::span<Symbol>(symbol->parts(), symbol->count)));
      }
      case Kind::Array: {
        auto* array = as<ArrayObject>(v);
        return frozen(make<ArrayForm>(items(array->items, array->size)), v);
      }
      case Kind::Map: return frozen(make<MapForm>(properties(as<MapObject>(v))), v);
      case Kind::HashMap: {
        auto* map = as<MapObject>(v);
        std::vector<Form*> entries;
        for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
          entries.push_back(convert(map->entries[i].key.get()));
          entries.push_back(convert(map->entries[i].value.get()));
        }
        return frozen(make<HashMapForm>(arena_.copy(std::span<Form*>(entries))), v);
      }
      case Kind::Gene: {
        auto* gene = as<GeneObject>(v);
        const Value map = gene->properties.get();
        return frozen(
            make<GeneForm>(convert(gene->type.get()),
                           isMap(map) ? properties(as<MapObject>(map)) : std::span<Property>(),
                           items(gene->children, gene->size)),
            v);
      }
      case Kind::Quoted: {
        auto* quoted = as<QuotedObject>(v);
        auto* form =
            arena_.make<QuoteForm>(FormKind::Unquote, Location{}, convert(quoted->value.get()));
        form->discard = quoted->discard;
        return form;
      }
      default: return foreign(v);
    }
  }

 private:
  template <class T, class... Args>
  T* make(Args&&... args) {
    return arena_.make<T>(Location{}, std::forward<Args>(args)...);
  }
  Form* literal(FormKind kind) { return arena_.make<Form>(kind, Location{}); }

  Form* immediate(Value v) {
    if (v.isSmallInt()) return make<IntForm>(v.smallInt());
    if (v.isFloat()) return make<FloatForm>(v.floating());
    if (v.isChar()) return make<CharForm>(v.character());
    if (v.isSymbol()) return make<SymbolForm>(v.symbol());
    switch (v.bits) {
      case Value::void_().bits: return literal(FormKind::Void);
      case Value::true_().bits: return literal(FormKind::True);
      case Value::false_().bits: return literal(FormKind::False);
      case Value::notFound().bits: return literal(FormKind::NotFound);
      case Value::placeholder().bits: return make<SymbolForm>(sym::Underscore);
      default: return literal(FormKind::Nil);
    }
  }

  Form* foreign(Value v) {
    foreign_.values.push_back(v);
    return make<SymbolForm>(ForeignValues::name(static_cast<uint32_t>(foreign_.values.size() - 1)));
  }
  template <class T>
  Form* frozen(T* form, Value v) {
    form->frozen = v.object()->sealed();
    return form;
  }
  std::span<Form*> items(const Slot* slots, uint32_t count) {
    std::span<Form*> result(arena_.array<Form*>(count), count);
    for (uint32_t i = 0; i < count; i++) result[i] = convert(slots[i].get());
    return result;
  }
  std::span<Property> properties(MapObject* map) {
    std::vector<Property> result;
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
      result.push_back(
          {map->entries[i].key.get().symbol(), convert(map->entries[i].value.get()), Location{}});
    return arena_.copy(std::span<Property>(result));
  }

  Arena& arena_;
  ForeignValues& foreign_;
};

}  // namespace

Symbol ForeignValues::name(uint32_t index) { return Symbol::of("\x01" + std::to_string(index)); }

Form* toForm(Value v, Arena& arena, ForeignValues& foreign) {
  return Converter(arena, foreign).convert(v);
}

}  // namespace gene
