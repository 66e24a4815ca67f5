// Array patterns (12 §1): (var [a b = 2 rest... ^k] v). A pattern arrives as quoted data and is parsed once.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/abi/Entry.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Array.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"

using namespace gene;

namespace {

struct Pattern {
  struct Item {
    enum Kind : uint8_t { Positional, Rest, Named, NamedRest } kind;
    Symbol name;
    bool bound;                       // not `_`
    bool optional;                    // has a default
    std::unique_ptr<Pattern> nested;  // Positional: [ … ]
  };
  std::vector<Item> items;
};

bool isSymbolText(Value v, std::string_view text) {
  return v.isSymbol() && v.symbol().text() == text;
}

/// The analyser has seen to it that the pattern is well-formed.
std::unique_ptr<Pattern> parse(const ArrayObject* from) {
  auto pattern = std::make_unique<Pattern>();
  for (uint32_t i = 0; i < from->size; i++) {
    const Value v = arrayAt(from, i);
    Pattern::Item item{Pattern::Item::Positional, {}, true, false, nullptr};
    if (isArray(v)) {
      item.nested = parse(as<ArrayObject>(v));
    } else if (!v.isSymbol()) {
      item.bound = false;  // `_`
    } else {
      std::string_view text = v.symbol().text();
      const bool named = text.starts_with('^');
      if (named) text.remove_prefix(1);
      bool rest = text.ends_with("...");
      if (rest) text.remove_suffix(3);
      if (!rest && i + 1 < from->size && isSymbolText(arrayAt(from, i + 1), "...")) {
        rest = true;
        i++;
      }
      item.kind = named ? (rest ? Pattern::Item::NamedRest : Pattern::Item::Named)
                        : (rest ? Pattern::Item::Rest : Pattern::Item::Positional);
      item.name = Symbol::of(text);
      item.bound = text != "_";
    }
    if (i + 2 < from->size && isSymbolText(arrayAt(from, i + 1), "=")) {
      item.optional = true;
      i += 2;
    }
    pattern->items.push_back(std::move(item));
  }
  return pattern;
}

/// Patterns are immortal constants, so their addresses name them.
struct ParsedPatterns : ContextPart {
  static constexpr Name Part = Patterns;
  std::unordered_map<const ArrayObject*, std::unique_ptr<Pattern>> byForm;
};

const Pattern& patternOf(Context& context, const ArrayObject* form) {
  std::unique_ptr<Pattern>& pattern = partOf<ParsedPatterns>(context).byForm[form];
  if (!pattern) pattern = parse(form);
  return *pattern;
}

bool mismatch(Context& context, const std::string& text) {
  raise(context, ErrorClass::Exception, "Destructuring pattern mismatch: " + text);
  return false;
}
bool countMismatch(Context& context, uint64_t expected, uint64_t got) {
  return mismatch(
      context, "Expected " + std::to_string(expected) + " arguments, got " + std::to_string(got));
}

/// What a value offers to a pattern: elements and named entries. An object of its own is one element.
struct Input {
  const Slot* elements = nullptr;
  uint32_t size = 0;
  const MapObject* named = nullptr;
  Value self;
  bool single = false;

  explicit Input(Value v) : self(v) {
    if (isArray(v)) {
      elements = as<ArrayObject>(v)->items;
      size = as<ArrayObject>(v)->size;
    } else if (isGene(v)) {
      elements = as<GeneObject>(v)->children;
      size = as<GeneObject>(v)->size;
      if (isMap(as<GeneObject>(v)->properties.get()))
        named = as<MapObject>(as<GeneObject>(v)->properties.get());
    } else if (isMap(v)) {
      named = as<MapObject>(v);
    } else {
      single = true;
      size = 1;
    }
  }
  [[nodiscard]] Value at(uint32_t i) const { return single ? self : elements[i].get(); }
};

class Matcher {
 public:
  Matcher(Context& context, ArrayObject* bound) : context_(context), bound_(bound) {}

  bool match(const Pattern& pattern, Value value) {
    const Input input(value);
    ValueList found;  // one value per item
    if (!named(pattern, input, found) || !positional(pattern, input, found)) return false;
    if (!leftOver(pattern, input, found)) return false;
    for (uint32_t i = 0; i < pattern.items.size(); i++) {
      const Pattern::Item& item = pattern.items[i];
      const Value v = found.data()[i];
      if (item.nested) {
        if (v.isAbsent()) {
          bindDefaults(*item.nested);
        } else if (!match(*item.nested, v)) {
          return false;
        }
      } else if (item.bound) {
        arrayPush(context_, bound_, v);
      }
    }
    return true;
  }

 private:
  bool named(const Pattern& pattern, const Input& input, ValueList& found) {
    for (const Pattern::Item& item : pattern.items) {
      Value v = Value::absent();
      if (item.kind == Pattern::Item::Named) {
        if (input.named) v = mapGet(input.named, item.name);
        if (v.isAbsent() && !item.optional)
          return mismatch(context_, "Missing keyword argument: " + std::string(item.name.text()));
      }
      found.push(context_, v);
    }
    return true;
  }

  bool positional(const Pattern& pattern, const Input& input, ValueList& found) {
    uint32_t after = 0, requiredAfter = 0;
    for (const Pattern::Item& item : pattern.items) {
      after += item.kind == Pattern::Item::Positional;
      requiredAfter += item.kind == Pattern::Item::Positional && !item.optional;
    }
    for (uint32_t i = 0; i < pattern.items.size(); i++) {
      const Pattern::Item& item = pattern.items[i];
      const uint32_t left = input.size - used_;
      if (item.kind == Pattern::Item::Rest) {
        const uint32_t taken = left > after ? left - after : 0;
        ArrayObject* rest = newArray(context_, taken);
        for (uint32_t j = 0; j < taken; j++) arrayPush(context_, rest, input.at(used_ + j));
        used_ += taken;
        hasRest_ = true;
        found.data()[i] = Value::object(rest);
      } else if (item.kind == Pattern::Item::Positional) {
        after--;
        requiredAfter -= !item.optional;
        if (item.optional) {
          if (left > requiredAfter) found.data()[i] = input.at(used_++);
        } else {
          if (left == 0) {
            countMismatch(context_, i + 1, input.size);
            if (input.single) explainPattern(context_, input.self);
            return false;
          }
          found.data()[i] = input.at(used_++);
        }
      }
    }
    return true;
  }

  bool leftOver(const Pattern& pattern, const Input& input, ValueList& found) {
    const uint32_t used = used_;
    const bool hasRest = hasRest_;
    used_ = 0;
    hasRest_ = false;
    MapObject* rest = nullptr;
    for (uint32_t i = 0; i < pattern.items.size(); i++) {
      if (pattern.items[i].kind != Pattern::Item::NamedRest) continue;
      rest = newMap(context_);
      found.data()[i] = Value::object(rest);
    }
    if (input.named) {
      for (uint32_t e = 0; (e = mapNext(input.named, e)) != MapEnd; e++) {
        const Symbol key = input.named->entries[e].key.get().symbol();
        bool taken = false;
        for (const Pattern::Item& item : pattern.items)
          taken |= item.kind == Pattern::Item::Named && item.name == key;
        if (taken) continue;
        if (!rest)
          return mismatch(context_, "Unexpected keyword argument: " + std::string(key.text()));
        mapPut(context_, rest, key, input.named->entries[e].value.get());
      }
    }
    if (used < input.size && !hasRest) return countMismatch(context_, used, input.size);
    return true;
  }

  /// The default of a nested pattern is not destructured: its names have no values.
  void bindDefaults(const Pattern& pattern) {
    for (const Pattern::Item& item : pattern.items) {
      if (item.nested)
        bindDefaults(*item.nested);
      else if (item.bound)
        arrayPush(context_, bound_, Value::nil());
    }
  }

  Context& context_;
  ArrayObject* bound_;
  uint32_t used_ = 0;  // elements taken, at the level being matched
  bool hasRest_ = false;
};

}  // namespace

Value gene_destructure(Context* context, Value pattern, Value value) {
  ArrayObject* bound = newArray(*context, 0);
  if (!Matcher(*context, bound)
           .match(patternOf(*context, operand<ArrayObject>(pattern, Kind::Array)), value))
    return Value::pending();
  return Value::object(bound);
}

Value gene_destructure_plain(Context* context, Value pattern, Value value) {
  const bool fits =
      isArray(value) && as<ArrayObject>(value)->size == as<ArrayObject>(pattern)->size;
  return GENE_LIKELY(fits) ? value : gene_destructure(context, pattern, value);
}
