// Tagged JSON (15 §2): JSON that keeps Gene types. A string "#GENE#TEXT" stands for the value that TEXT reads as, an object
// with the key `genetype` for a Gene value.

#include <algorithm>
#include <vector>

#include "frontend/syntax/Reader.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Json.h"
#include "runtime/builtins/WriterSteps.h"
#include "runtime/object/Array.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/OpenObjects.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/object/ToForm.h"
#include "runtime/support/JsonText.h"

namespace gene {
namespace {

constexpr std::string_view Tag = "#GENE#";
constexpr int64_t LargestExact = (int64_t{1} << 53) - 1;  // what every JSON reader can hold

Symbol typeKey() { return Symbol::of("genetype"); }
Symbol childrenKey() { return Symbol::of("children"); }

// --- writing -----------------------------------------------------------------------------------------------------------

class Writer {
 public:
  explicit Writer(Context& context) : context_(context) {}

  /// False if something has no tagged form; the exception is pending.
  bool write(Value root) {
    return steps_.run(root, out, open_, [this](Value v) { return value(v); });
  }

  std::string out;

 private:
  bool fail(const std::string& message) {
    raise(context_, ErrorClass::Exception, message);
    return false;
  }
  void tagged(std::string_view text) { appendJsonString(std::string(Tag).append(text), out); }

  bool value(Value v) {
    if (v.isNil()) {
      out += "null";
    } else if (isInt(v) && (asInt(v) > LargestExact || asInt(v) < -LargestExact)) {
      tagged(std::to_string(asInt(v)));
    } else if (v.isBool() || isNumber(v)) {
      printValue(context_, v, Rendering::Display, out);
    } else if (isString(v)) {
      string(stringView(v));
    } else if (v.isSymbol() || isKind(v, Kind::ComplexSymbol)) {
      Arena arena;
      ForeignValues foreign;
      tagged(printForm(*toForm(context_, v, arena, foreign)));
    } else if (isArray(v) || isMap(v) || isGene(v)) {
      if (!open_.enter(v.object())) return fail("JSON cannot hold circular data");
      return isArray(v) ? array(as<ArrayObject>(v)) : isMap(v) ? map(as<MapObject>(v)) : gene(v);
    } else {
      return fail("Tagged Gene JSON does not support " + valueKindName(v));
    }
    return true;
  }

  void string(std::string_view t) {
    if (!t.starts_with(Tag)) return appendJsonString(t, out);
    std::string literal;
    appendJsonString(t, literal);
    tagged(literal);
  }

  bool array(const ArrayObject* a) {
    const size_t first = steps_.size();
    out += '[';
    for (uint32_t i = 0; i < a->size; i++) {
      if (i) steps_.text(",");
      steps_.item(arrayAt(a, i));
    }
    steps_.end("]");
    steps_.ordered(first);
    return true;
  }

  /// The entries in the order of their names.
  void entries(const MapObject* m, bool separated) {
    std::vector<std::pair<std::string_view, Value>> sorted;
    for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++)
      sorted.emplace_back(m->entries[i].key.get().symbol().text(), m->entries[i].value.get());
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, v] : sorted) {
      if (separated) steps_.text(",");
      separated = true;
      steps_.key(key);
      steps_.text(":");
      steps_.item(v);
    }
  }

  bool map(const MapObject* m) {
    if (mapFind(m, typeKey()) >= 0)
      return fail("Tagged Gene JSON cannot serialize a map with key 'genetype'");
    const size_t first = steps_.size();
    out += '{';
    entries(m, false);
    steps_.end("}");
    steps_.ordered(first);
    return true;
  }

  bool gene(Value v) {
    auto* g = as<GeneObject>(v);
    for (const Symbol reserved : {typeKey(), childrenKey()})
      if (!geneProperty(g, reserved).isAbsent())
        return fail("Tagged Gene JSON cannot serialize a Gene with reserved prop '" +
                    std::string(reserved.text()) + "'");
    const size_t first = steps_.size();
    out += "{\"genetype\":";
    steps_.item(g->type.get());
    if (isMap(g->properties.get())) entries(as<MapObject>(g->properties.get()), true);
    if (g->size) {
      steps_.text(",\"children\":[");
      for (uint32_t i = 0; i < g->size; i++) {
        if (i) steps_.text(",");
        steps_.item(g->children[i].get());
      }
      steps_.text("]");
    }
    steps_.end("}");
    steps_.ordered(first);
    return true;
  }

  Context& context_;
  WriterSteps steps_;
  OpenObjects open_;
};

// --- reading -----------------------------------------------------------------------------------------------------------

/// The value of "#GENE#TEXT".
Value untagged(Context& context, std::string_view text) {
  SourceManager sources;
  const Location start = sources.add("<json>", std::string(text.substr(Tag.size())));
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readForms(start, arena, diagnostics);
  if (diagnostics.hasErrors())
    return raise(context, ErrorClass::Parse,
                 "Invalid tagged Gene JSON payload: " + diagnostics.all()[0].message);
  if (forms.size() != 1)
    return raise(context, ErrorClass::Exception,
                 "Tagged Gene JSON payload must contain exactly one Gene value");
  return fromForm(context, *forms[0]);
}

/// Replaces what the values of a container stand for, containers within first. Freshly parsed data is a tree.
class Untagger {
 public:
  explicit Untagger(Context& context) : context_(context) {}

  Value replace(Value root) {
    ArrayObject* holder = newArrayFrom(context_, &root, 1);
    // Containers in the order they are met; each is finished after all within it.
    std::vector<Slot*> containers;
    arrayExpectObjects(holder);
    if (!visit(holder->items, containers)) return Value::pending();
    for (size_t i = 0; i < containers.size(); i++) {
      const Value v = containers[i]->get();
      if (isArray(v)) {
        auto* a = as<ArrayObject>(v);
        arrayExpectObjects(a);
        for (uint32_t k = 0; k < a->size; k++)
          if (!visit(a->items + k, containers)) return Value::pending();
      } else {
        auto* m = as<MapObject>(v);
        for (uint32_t k = 0; (k = mapNext(m, k)) != MapEnd; k++)
          if (!visit(&m->entries[k].value, containers)) return Value::pending();
      }
    }
    for (size_t i = containers.size(); i-- > 0;)
      if (!finish(containers[i])) return Value::pending();
    return holder->items[0].get();
  }

 private:
  bool visit(Slot* slot, std::vector<Slot*>& containers) {
    const Value v = slot->get();
    if (isArray(v) || isMap(v)) containers.push_back(slot);
    if (!isString(v) || !stringView(v).starts_with(Tag)) return true;
    const Value meant = untagged(context_, stringView(v));
    if (meant.isPending()) return false;
    slot->set(meant);
    return true;
  }

  /// A map with `genetype` becomes a Gene value.
  bool finish(Slot* slot) {
    if (!isMap(slot->get())) return true;
    auto* m = as<MapObject>(slot->get());
    const Value type = mapGet(m, typeKey());
    if (type.isAbsent()) return true;
    const Value children = mapGetOr(m, childrenKey(), Value::nil());
    if (!children.isNil() && !isArray(children)) {
      raise(context_, ErrorClass::Exception, "Tagged Gene JSON 'children' must be an array");
      return false;
    }
    GeneObject* g = newGene(context_, type);
    for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
      const Symbol key = m->entries[i].key.get().symbol();
      if (key != typeKey() && key != childrenKey())
        geneSetProperty(context_, g, key, m->entries[i].value.get());
    }
    for (uint32_t i = 0; isArray(children) && i < as<ArrayObject>(children)->size; i++)
      genePush(context_, g, arrayAt(as<ArrayObject>(children), i));
    slot->set(Value::object(g));
    return true;
  }

  Context& context_;
};

Value serialize(Context& context, Arguments args) {
  Writer writer(context);
  return writer.write(args[0]) ? newString(context, writer.out) : Value::pending();
}

Value deserialize(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "json.deserialize expects a string");
  const Value parsed = parseJson(context, stringView(args[0]));
  return parsed.isPending() ? parsed : Untagger(context).replace(parsed);
}

constexpr BuiltinRow rows[] = {
    {"serialize", serialize, "value -> String", "Rrwac", "JSON text that keeps Gene types",
     Missing{"json.serialize requires a value"}},
    {"deserialize", deserialize, "text -> Value", "Rrwac", "the value of such text",
     Missing{"json.deserialize requires a string argument"}},
};

}  // namespace

BUILTIN_TABLE(taggedJsonTable, "gene/json", Functions, rows)

}  // namespace gene
