#include "runtime/object/ToForm.h"

#include <string>

#include "runtime/abi/Entry.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/OpenObjects.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

class Converter {
 public:
  Converter(Context& context, Arena& arena, ForeignValues& foreign)
      : context_(context), arena_(arena), foreign_(foreign) {}

  /// After a failure the forms that are still made mean nothing.
  [[nodiscard]] bool failed() const { return failed_; }

  Form* convert(Value v) {
    if (!v.isObject()) return immediate(v);
    if (failed_ || !enter(v.object())) return literal(FormKind::Nil);
    Form* form = nullptr;
    dispatch<trait::Data>(v.object(), [&](auto* object) { form = formOf(object); });
    open_.leave();
    return form ? form : foreign(v);
  }

 private:
  /// Code may be nested this deep; the compiler says where it draws the line.
  static constexpr uint32_t DeepestNesting = 40000;

  bool enter(const Object* object) {
    if (stackIsFull(context_)) {
      gene_stack_overflow(&context_);
    } else if (open_.depth() >= DeepestNesting) {
      raise(context_, ErrorClass::Exception, "Data is nested too deeply to be code");
    } else if (!open_.enter(object)) {
      raise(context_, ErrorClass::Exception, "Data that contains itself is no code");
    } else {
      return true;
    }
    failed_ = true;
    return false;
  }

  Form* formOf(BoxedIntObject* number) { return make<IntForm>(number->value); }
  Form* formOf(StringObject* string) {
    return arena_.make<StringForm>(FormKind::String, Location{}, arena_.copy(string->view()));
  }
  Form* formOf(ComplexSymbolObject* symbol) {
    return make<PathForm>(arena_.copy(Span<Symbol>(symbol->parts(), symbol->count)));
  }
  Form* formOf(ArrayObject* array) {
    return frozen(make<ArrayForm>(items(array->items, array->size)), array);
  }
  Form* formOf(MapObject* map) {
    if (map->is(Kind::Map)) return frozen(make<MapForm>(properties(map)), map);
    std::vector<Form*> entries;
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
      entries.push_back(convert(map->entries[i].key.get()));
      entries.push_back(convert(map->entries[i].value.get()));
    }
    return frozen(make<HashMapForm>(arena_.copy(Span<Form*>(entries))), map);
  }
  Form* formOf(GeneObject* gene) {
    const Value map = gene->properties.get();
    return frozen(make<GeneForm>(convert(gene->type.get()),
                                 isMap(map) ? properties(as<MapObject>(map)) : Span<Property>(),
                                 items(gene->children, gene->size)),
                  gene);
  }
  Form* formOf(QuotedObject* quoted) {
    auto* form =
        arena_.make<QuoteForm>(FormKind::Unquote, Location{}, convert(quoted->value.get()));
    form->discard = quoted->discard;
    return form;
  }

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
  Form* frozen(T* form, const Object* object) {
    form->frozen = object->sealed();
    return form;
  }
  Span<Form*> items(const Slot* slots, uint32_t count) {
    Span<Form*> result(arena_.array<Form*>(count), count);
    for (uint32_t i = 0; i < count; i++) result[i] = convert(slots[i].get());
    return result;
  }
  Span<Property> properties(MapObject* map) {
    std::vector<Property> result;
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
      result.push_back(
          {map->entries[i].key.get().symbol(), convert(map->entries[i].value.get()), Location{}});
    return arena_.copy(Span<Property>(result));
  }

  Context& context_;
  Arena& arena_;
  ForeignValues& foreign_;
  OpenObjects open_;
  bool failed_ = false;
};

}  // namespace

Symbol ForeignValues::name(uint32_t index) { return Symbol::of("\x01" + std::to_string(index)); }

Form* toForm(Context& context, Value v, Arena& arena, ForeignValues& foreign) {
  Converter converter(context, arena, foreign);
  Form* form = converter.convert(v);
  return converter.failed() ? nullptr : form;
}

}  // namespace gene
