// gene/serdes (15 §3): values as Gene text, with references to what has a name. Text is data: nothing in it is evaluated.

#include "runtime/builtins/Serdes.h"

#include <vector>

#include "frontend/syntax/Reader.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Origins.h"
#include "runtime/builtins/WriterSteps.h"
#include "runtime/object/Array.h"
#include "runtime/object/Enum.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/OpenObjects.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/JsonText.h"

namespace gene {
namespace {

constexpr std::string_view Wrapper = "gene/serialization";

// --- writing -----------------------------------------------------------------------------------------------------------

/// What a value's kind is called in messages: typeof without the prefix of some names.
std::string kindWord(Context& context, Value v) {
  if (isInstance(v)) return "Instance";
  std::string_view name = typeofName(v, context);
  if (name.starts_with("Vk")) name.remove_prefix(2);
  return std::string(name);
}

class Writer {
 public:
  Writer(Context& context, std::string& out) : context_(context), out_(out) {}

  bool write(Value root) {
    return steps_.run(root, out_, open_, [this](Value v) { return value(v); });
  }

 private:
  bool fail(Value v, std::string_view why) {
    raise(context_, ErrorClass::Exception,
          "Value of kind " + kindWord(context_, v) + " is not serializable" + std::string(why));
    return false;
  }

  bool value(Value v) {
    if (!v.isObject()) {
      if (v.isNotFound() || v == Value::placeholder()) return fail(v, "");
      if (v.isSymbol() && v.symbol().empty()) return fail(v, ": it has no name");
      if (v.isSymbol() && v.symbol().text().starts_with('^'))
        out_ += '\\';  // in a gene it is a key
      if (v.isSymbol())
        printName(v.symbol().text(), out_);
      else
        printValue(context_, v, Rendering::Literal, out_);
      return true;
    }
    if (isInstance(v)) return instance(v);
    if (isInt(v)) {
      out_ += std::to_string(asInt(v));
      return true;
    }
    if (isString(v)) {
      appendJsonString(stringView(v), out_);
      return true;
    }
    if (isArray(v) || isMap(v) || isGene(v)) return container(v);
    if (isKind(v, Kind::Namespace)) return reference("NamespaceRef", v, "");
    if (isClass(v)) return reference("ClassRef", v, "");
    if (isKind(v, Kind::Function)) return reference("FunctionRef", v, "");
    if (isKind(v, Kind::Enum)) return reference("EnumRef", v, "");
    if (isKind(v, Kind::Variant)) return variant(v);
    return isKind(v, Kind::EnumValue) ? enumValue(v) : fail(v, "");
  }

  bool container(Value v) {
    if (!open_.enter(v.object())) {
      raise(context_, ErrorClass::Exception, "Serialization cannot hold circular data");
      return false;
    }
    if (v.object()->countAndFlags & Object::Sealed) out_ += '#';
    const size_t first = steps_.size();
    if (isArray(v)) {
      out_ += '[';
      auto* a = as<ArrayObject>(v);
      for (uint32_t i = 0; i < a->size; i++) {
        if (i) steps_.text(" ");
        steps_.item(arrayAt(a, i));
      }
      steps_.end("]");
    } else if (isMap(v)) {
      out_ += '{';
      entries(as<MapObject>(v), false);
      steps_.end("}");
    } else {
      out_ += '(';
      auto* g = as<GeneObject>(v);
      steps_.item(g->type.get());
      if (isMap(g->properties.get())) entries(as<MapObject>(g->properties.get()), true);
      for (uint32_t i = 0; i < g->size; i++) {
        steps_.text(" ");
        steps_.item(g->children[i].get());
      }
      steps_.end(")");
    }
    steps_.ordered(first);
    return true;
  }

  void entries(const MapObject* m, bool separated) {
    for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
      if (separated) steps_.text(" ");
      separated = true;
      steps_.text("^");
      steps_.property(m->entries[i].key.get().symbol().text());
      steps_.text(" ");
      steps_.item(m->entries[i].value.get());
    }
  }

  /// (HEAD ^path "P" ^module "M"); `below`: a further name behind the path.
  bool reference(std::string_view head, Value v, std::string_view below) {
    Origin origin;
    if (!originOf(context_, v, &origin)) return fail(v, ": no canonical module/path origin");
    out_.append("(").append(head).append(" ^path ");
    appendJsonString(origin.path + std::string(below), out_);
    if (!origin.module.empty()) {
      out_ += " ^module ";
      appendJsonString(origin.module, out_);
    }
    out_ += ')';
    return true;
  }

  bool variant(Value v) {
    const auto* variant = as<VariantObject>(v);
    return reference("EnumRef", Value::object(ownerOf(variant)),
                     "/" + std::string(variant->name.get().symbol().text()));
  }

  bool enumValue(Value v) {
    out_ += "(EnumValue ";
    if (!variant(as<EnumValueObject>(v)->variant.get())) return false;
    out_ += " [";
    if (!open_.enter(v.object())) {
      raise(context_, ErrorClass::Exception, "Serialization cannot hold circular data");
      return false;
    }
    const size_t first = steps_.size();
    auto* e = as<EnumValueObject>(v);
    for (uint32_t i = 0; i < e->count; i++) {
      if (i) steps_.text(" ");
      steps_.item(e->values()[i].get());
    }
    steps_.end("])");
    steps_.ordered(first);
    return true;
  }

  /// One that a module names, or whose class says how it is written.
  bool instance(Value v) {
    const Value cls = Value::object(classOf(context_, v));
    const Value hook = methodOf(context_, v, Symbol::of("serialize"));
    if (!hook.isAbsent() &&
        !classMember(as<ClassObject>(cls), Symbol::of("deserialize")).isAbsent()) {
      const Value state = call(context_, hook, &v, 1);
      if (state.isPending()) return false;
      out_ += "(Instance ";
      if (!reference("ClassRef", cls, "")) return false;
      out_ += ' ';
      if (!states_) states_ = newArray(context_, 1);
      arrayPush(context_, states_, state);
      if (!open_.enter(v.object())) return fail(v, ": circular data");
      steps_.end(")");
      steps_.item(state);
      return true;
    }
    Origin origin;
    if (!originOf(context_, v, &origin))
      return fail(v, ": anonymous instances cannot be serialized");
    return reference("InstanceRef", v, "");
  }

  Context& context_;
  std::string& out_;
  WriterSteps steps_;
  OpenObjects open_;
  ArrayObject* states_ =
      nullptr;  // what hooks gave: kept alive by it, which the machine stack holds
};

// --- reading -----------------------------------------------------------------------------------------------------------

/// Replaces references and enum values in freshly read data, which is a tree: what is within first.
class Resolver {
 public:
  explicit Resolver(Context& context) : context_(context) {}

  Value resolve(Value root) {
    ArrayObject* holder = newArrayFrom(context_, &root, 1);
    arrayExpectObjects(holder);
    visit(holder->items);
    for (size_t i = 0; i < containers_.size(); i++) {
      const Value v = containers_[i]->get();
      if (isArray(v)) {
        auto* a = as<ArrayObject>(v);
        arrayExpectObjects(a);
        for (uint32_t k = 0; k < a->size; k++) visit(a->items + k);
      } else if (isMap(v)) {
        auto* m = as<MapObject>(v);
        for (uint32_t k = 0; (k = mapNext(m, k)) != MapEnd; k++) visit(&m->entries[k].value);
      } else {
        auto* g = as<GeneObject>(v);
        visit(&g->type);
        visit(&g->properties);
        for (uint32_t k = 0; k < g->size; k++) visit(g->children + k);
      }
    }
    for (size_t i = containers_.size(); i-- > 0;)
      if (isGene(containers_[i]->get()) && !finish(containers_[i])) return Value::pending();
    return holder->items[0].get();
  }

 private:
  void visit(Slot* slot) {
    const Value v = slot->get();
    if (isArray(v) || isMap(v) || isGene(v)) containers_.push_back(slot);
  }

  bool fail(const std::string& message) {
    raise(context_, ErrorClass::Exception, message);
    return false;
  }

  /// A property or child that is the text of a path.
  bool pathText(Value v, std::string* text) {
    if (!isString(v) && !v.isSymbol() && !isKind(v, Kind::ComplexSymbol))
      return fail("Serialized reference expects string/symbol ^path");
    *text = displayText(context_, v);
    return true;
  }

  bool finish(Slot* slot) {
    auto* g = as<GeneObject>(slot->get());
    const Value head = g->type.get();
    Value found = slot->get();
    if (isKind(head, Kind::ComplexSymbol) && displayText(context_, head) == "gene/ref") {
      std::string path;
      if (!pathText(g->size ? g->children[0].get() : Value::nil(), &path)) return false;
      found = lookUp({path, ""});
    } else if (head.isSymbol()) {
      const std::string_view name = head.symbol().text();
      if (name == "ClassRef")
        found = reference(g, Kind::Class);
      else if (name == "FunctionRef")
        found = reference(g, Kind::Function);
      else if (name == "NamespaceRef")
        found = reference(g, Kind::Namespace);
      else if (name == "EnumRef")
        found = reference(g, Kind::Enum);
      else if (name == "InstanceRef")
        found = reference(g, Kind::Free);
      else if (name == "EnumValue")
        found = enumValue(g);
      else if (name == "Instance")
        found = instance(g);
    }
    if (found.isPending()) return false;
    slot->set(found);
    return true;
  }

  Value lookUp(const Origin& origin) {
    const Value found = valueAt(context_, origin);
    if (!found.isAbsent()) return found;
    return raise(context_, ErrorClass::Exception,
                 origin.module.empty() ? "path_to_value: not found: " + origin.path
                                       : "Serialized reference not found in module '" +
                                             origin.module + "': " + origin.path);
  }

  /// `kind`: of what the reference names; an enum also of its variants, Free of instances.
  Value reference(GeneObject* g, Kind kind) {
    Origin origin;
    const Value path = geneProperty(g, Symbol::of("path"));
    const Value module = geneProperty(g, Symbol::of("module"));
    if (!pathText(path, &origin.path)) return Value::pending();
    if (isString(module)) origin.module = stringView(module);
    const Value found = lookUp(origin);
    if (found.isPending()) return found;
    const bool fits = kind == Kind::Free   ? isInstance(found)
                      : kind == Kind::Enum ? isKind(found, kind) || isKind(found, Kind::Variant)
                                           : isKind(found, kind);
    if (fits) return found;
    return raise(context_, ErrorClass::Exception,
                 displayText(context_, g->type.get()) + " names something else: " + origin.path);
  }

  /// What kind of reference gave the value.
  std::string referenceName(Value v) {
    if (isClass(v)) return "ClassRef";
    if (isKind(v, Kind::Function)) return "FunctionRef";
    if (isKind(v, Kind::Namespace)) return "NamespaceRef";
    return kindWord(context_, v);
  }

  Value enumValue(GeneObject* g) {
    if (g->size != 2)
      return raise(context_, ErrorClass::Exception,
                   "EnumValue expects an EnumRef and payload array, got " +
                       std::to_string(g->size) + " child(ren)");
    const Value first = g->children[0].get(), payload = g->children[1].get();
    if (!isKind(first, Kind::Variant))
      return raise(context_, ErrorClass::Exception,
                   "EnumValue expects first child to be EnumRef, got " + referenceName(first));
    if (!isArray(payload))
      return raise(context_, ErrorClass::Exception,
                   "EnumValue payload must be an array, got " + kindWord(context_, payload));
    auto* variant = as<VariantObject>(first);
    auto* values = as<ArrayObject>(payload);
    const auto* fields = as<ArrayObject>(variant->fields.get());
    if (values->size != fields->size) {
      std::string names;
      for (uint32_t i = 0; i < fields->size; i++)
        names += (i ? " " : "") + std::string(arrayAt(fields, i).symbol().text());
      return raise(context_, ErrorClass::Exception,
                   "EnumValue " + displayText(context_, first) + " expects " +
                       std::to_string(fields->size) + " payload value(s) (" + names + "), got " +
                       std::to_string(values->size));
    }
    if (fields->size == 0) return first;
    return constructVariant(context_, variant, reinterpret_cast<const Value*>(values->items),
                            values->size, {});
  }

  Value instance(GeneObject* g) {
    if (g->size != 2 || !isClass(g->children[0].get()))
      return raise(context_, ErrorClass::Exception,
                   "Instance expects a class reference and payload");
    const Value hook =
        classMember(as<ClassObject>(g->children[0].get()), Symbol::of("deserialize"));
    if (hook.isAbsent())
      return raise(context_, ErrorClass::Exception,
                   "Legacy anonymous instance serialization is not supported");
    const Value state = g->children[1].get();
    return call(context_, hook, &state, 1);
  }

  Context& context_;
  std::vector<Slot*> containers_;
};

bool isWrapper(Value v) {
  if (!isGene(v)) return false;
  auto* head = asOrNull<ComplexSymbolObject>(as<GeneObject>(v)->type.get(), Kind::ComplexSymbol);
  return head && head->count == 2 && head->parts()[0].text() == "gene" &&
         head->parts()[1].text() == "serialization";
}

}  // namespace

bool serializeValue(Context& context, Value v, std::string& out) {
  out.append("(").append(Wrapper).append(" ");
  if (!Writer(context, out).write(v)) return false;
  out += ')';
  return true;
}

Value deserializeText(Context& context, std::string_view text) {
  SourceManager sources;
  const Location start = sources.add("<serdes>", std::string(text));
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readForms(start, arena, diagnostics);
  if (diagnostics.hasErrors())
    return raise(context, ErrorClass::Parse, diagnostics.all()[0].message);
  if (forms.empty()) return Value::nil();
  Value v = fromForm(context, *forms[0]);
  if (isWrapper(v))
    v = as<GeneObject>(v)->size ? as<GeneObject>(v)->children[0].get() : Value::nil();
  return Resolver(context).resolve(v);
}

namespace {

Value serialize(Context& context, Arguments args) {
  std::string out;
  return serializeValue(context, args[0], out) ? newString(context, out) : Value::pending();
}

Value deserialize(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "deserialize expects a string");
  return deserializeText(context, stringView(args[0]));
}

constexpr BuiltinRow rows[] = {
    {"serialize", serialize, "value -> String", "Rrwac",
     "the value as text, with references to what has a name",
     Missing{"serialize expects 1 argument"}, Surplus{"serialize expects 1 argument"}},
    {"deserialize", deserialize, "text -> Value", "Rrwac", "the value of such a text",
     Missing{"deserialize expects 1 argument"}, Surplus{"deserialize expects 1 argument"}},
};

}  // namespace

BUILTIN_TABLE(serdesTable, "gene/serdes", Functions, rows)

}  // namespace gene
