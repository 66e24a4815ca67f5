#include "runtime/object/FromForm.h"

#include <algorithm>
#include <vector>

#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/DateTime.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

Value dateTime(Context& context, const DateTimeForm& form) {
  const Value zone = form.zone.empty() ? Value::nil() : newString(context, form.zone);
  DateTimeObject* d = newDateTime(context, form.kind == FormKind::Date       ? DateOnly
                                           : form.kind == FormKind::DateTime ? DateAndTime
                                                                             : TimeOnly);
  d->zone.set(zone);
  d->year = form.year;
  d->month = form.month;
  d->day = form.day;
  d->hour = form.hour;
  d->minute = form.minute;
  d->second = form.second;
  d->microsecond = form.microsecond;
  d->hasOffset = form.hasOffset;
  d->offsetMinutes = form.offsetMinutes;
  return Value::object(d);
}

Value regex(Context& context, const RegexForm& form) {
  const Value pattern = newString(context, form.pattern);
  const Value replacement =
      form.hasReplacement ? newString(context, form.replacement) : Value::nil();
  auto* r = allocate<RegexObject>(context, Kind::Regex);
  r->pattern.init(pattern);
  r->replacement.init(replacement);
  r->ignoreCase = form.ignoreCase;
  r->multiline = form.multiline;
  r->compiled = nullptr;
  return Value::object(r);
}

/// Is the value of the form no heap object?
bool isImmediate(const Form* form) {
  switch (form->kind) {
    case FormKind::Nil:
    case FormKind::Void:
    case FormKind::True:
    case FormKind::False:
    case FormKind::Float:
    case FormKind::Char:
    case FormKind::Symbol: return true;
    case FormKind::Int: return Value::fitsSmallInt(as<IntForm>(*form).value);
    default: return false;
  }
}

/// A container is made with its slots nil and put into its place at once, so that everything hangs from the root; the
/// slots are filled in later, from the work list. Their addresses stay: nothing grows any more.
struct FormTask {
  const Form* form;
  Slot* to;
};

void fillLater(Slot* slots, Span<Form* const> items, std::vector<FormTask>& work) {
  for (size_t i = 0; i < items.size(); i++) {
    slots[i].init(Value::nil());
    work.push_back({items[i], slots + i});
  }
}

Value shallow(Context& context, const Form& form, std::vector<FormTask>& work) {
  auto seal = [&](Object* o) {
    if (form.frozen) o->countAndFlags |= Object::Sealed;
    return Value::object(o);
  };
  auto fill = [&](Slot* slots, Span<Form* const> items) { fillLater(slots, items, work); };
  switch (form.kind) {
    case FormKind::Nil: return Value::nil();
    case FormKind::Void: return Value::void_();
    case FormKind::True: return Value::true_();
    case FormKind::False: return Value::false_();
    case FormKind::NotFound: return Value::notFound();
    case FormKind::Int: return newInt(context, as<IntForm>(form).value);
    case FormKind::Float: return Value::floating(as<FloatForm>(form).value);
    case FormKind::Char: return Value::character(as<CharForm>(form).value);
    case FormKind::String: return checkedString(context, as<StringForm>(form).text);
    case FormKind::Bytes: {
      const std::string_view text = as<StringForm>(form).text;
      return newBytes(context, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    }
    case FormKind::Symbol: return Value::symbol(as<SymbolForm>(form).symbol);
    case FormKind::Path: return newComplexSymbol(context, as<PathForm>(form).parts);
    case FormKind::Regex: return regex(context, as<RegexForm>(form));
    case FormKind::Date:
    case FormKind::DateTime:
    case FormKind::Time: return dateTime(context, as<DateTimeForm>(form));
    case FormKind::Quote: return shallow(context, *as<QuoteForm>(form).value, work);
    case FormKind::Unquote: {
      const Value quoted = newQuoted(context, Value::nil(), form.discard);
      work.push_back({as<QuoteForm>(form).value, &as<QuotedObject>(quoted)->value});
      return quoted;
    }
    case FormKind::Array: {
      const auto& items = as<ArrayForm>(form).items;
      ArrayObject* array = newArray(context, static_cast<uint32_t>(items.size()));
      fill(array->items, items);
      if (!std::ranges::all_of(items, isImmediate)) arrayExpectObjects(array);
      array->size = static_cast<uint32_t>(items.size());
      return seal(array);
    }
    case FormKind::Map: {
      const auto& properties = as<MapForm>(form).properties;
      MapObject* map = newMap(context, Kind::Map, static_cast<uint32_t>(properties.size()));
      for (const Property& p : properties) mapPut(context, map, p.key, Value::nil());
      for (const Property& p : properties)
        work.push_back({p.value, &map->entries[mapFind(map, p.key)].value});
      return seal(map);
    }
    case FormKind::HashMap: {
      const auto& items = as<HashMapForm>(form).items;
      MapObject* map = newMap(context, Kind::HashMap, static_cast<uint32_t>(items.size() / 2));
      for (size_t i = 0; i + 1 < items.size(); i += 2) {
        const Value key = fromForm(context, *items[i]);
        const Value value = fromForm(context, *items[i + 1]);
        if (!tablePut(context, map, key, value))
          context.exception = Value::pending();  // data that cannot be a key
      }
      return seal(map);
    }
    case FormKind::Gene: {
      const auto& g = as<GeneForm>(form);
      const auto children = static_cast<uint32_t>(g.children.size());
      GeneObject* gene = newGene(context, Value::nil(), children);
      work.push_back({g.head, &gene->type});
      for (const Property& p : g.properties) geneSetProperty(context, gene, p.key, Value::nil());
      for (const Property& p : g.properties) {
        auto* map = as<MapObject>(gene->properties.get());
        work.push_back({p.value, &map->entries[mapFind(map, p.key)].value});
      }
      fill(gene->children, g.children);
      gene->size = children;
      return seal(gene);
    }
  }
  GENE_UNREACHABLE("form kind");
}

}  // namespace

Value fromForm(Context& context, const Form& form) {
  std::vector<FormTask> work;
  const Value root = shallow(context, form, work);
  while (!work.empty()) {
    const FormTask task = work.back();
    work.pop_back();
    task.to->set(shallow(context, *task.form, work));
  }
  asm volatile("" : : "r"(root.bits) : "memory");  // the root holds everything until here
  return root;
}

Value copyData(Context& context, Value v) {
  struct Task {
    Value from;
    Slot* to;
  };
  std::vector<Task> work;
  auto one = [&](Value from) -> Value {
    if (!from.isObject()) return from;
    const uint32_t sealed = from.object()->countAndFlags & Object::Sealed;
    auto fill = [&](Slot* slots, const Slot* old, uint32_t count) {
      for (uint32_t i = 0; i < count; i++) {
        slots[i].init(old[i].get());
        if (old[i].get().isObject()) work.push_back({old[i].get(), slots + i});
      }
    };
    auto entries = [&](MapObject* map) {
      MapObject* copy = mapCopy(context, map);
      copy->countAndFlags |= map->countAndFlags & Object::Sealed;
      for (uint32_t i = 0; i < copy->used; i++)
        if (copy->entries[i].value.get().isObject())
          work.push_back({copy->entries[i].value.get(), &copy->entries[i].value});
      return copy;
    };
    if (isArray(from)) {
      auto* array = as<ArrayObject>(from);
      ArrayObject* copy = newArray(context, array->size);
      fill(copy->items, array->items, array->size);
      copy->elements = array->elements;
      copy->size = array->size;
      copy->countAndFlags |= sealed;
      return Value::object(copy);
    }
    if (isMap(from) || isKind(from, Kind::HashMap))
      return Value::object(entries(as<MapObject>(from)));
    if (isGene(from)) {
      auto* gene = as<GeneObject>(from);
      GeneObject* copy = newGene(context, gene->type.get(), gene->size);
      if (gene->type.get().isObject()) work.push_back({gene->type.get(), &copy->type});
      if (!gene->properties.get().isNil())
        copy->properties.set(Value::object(entries(as<MapObject>(gene->properties.get()))));
      fill(copy->children, gene->children, gene->size);
      copy->size = gene->size;
      copy->countAndFlags |= sealed;
      return Value::object(copy);
    }
    return from;
  };
  const Value root = one(v);
  while (!work.empty()) {
    const Task task = work.back();
    work.pop_back();
    const Value copy = one(task.from);
    if (!(copy == task.from)) task.to->set(copy);
  }
  asm volatile("" : : "r"(root.bits) : "memory");
  return root;
}

}  // namespace gene
