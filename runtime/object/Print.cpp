#include "runtime/object/Print.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "runtime/object/Class.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Future.h"
#include "runtime/object/Map.h"
#include "runtime/object/OpenObjects.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"

namespace gene {

void printFloat(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::fabs(value);
  if (value == 0) {
    out += "0.0";
    return;
  }
  // Shortest digits d1..dn, and p with value = 0.d1..dn * 10^p (00 §3).
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const char* const e = std::find(buffer, end, 'e');
  std::string digits(1, buffer[0]);
  if (buffer[1] == '.') digits.append(static_cast<const char*>(buffer + 2), e);
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  const int p = exponent + 1;
  const auto n = static_cast<int>(digits.size());
  if (p < -6 || p > 17) {
    out += digits[0];
    if (n > 1) out.append(".").append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(exponent < 0 ? -exponent : exponent);
  } else if (p <= 0) {
    out.append("0.").append(static_cast<size_t>(-p), '0').append(digits);
  } else if (p < n) {
    out.append(digits, 0, static_cast<size_t>(p))
        .append(".")
        .append(digits, static_cast<size_t>(p));
  } else {
    out.append(digits).append(static_cast<size_t>(p - n), '0').append(".0");
  }
}

namespace {

void printTwoDigits(unsigned value, std::string& out) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

void printDateTime(const DateTimeObject& d, std::string& out) {
  if (d.what != 2) {
    printTwoDigits(static_cast<unsigned>(d.year) / 100, out);
    printTwoDigits(static_cast<unsigned>(d.year) % 100, out);
    out += '-';
    printTwoDigits(d.month, out);
    out += '-';
    printTwoDigits(d.day, out);
    if (d.what == 0) return;
    out += 'T';
  }
  printTwoDigits(d.hour, out);
  out += ':';
  printTwoDigits(d.minute, out);
  const bool hasZone = !d.zone.get().isNil();
  if (d.second || d.microsecond || d.hasOffset) {
    out += ':';
    printTwoDigits(d.second, out);
  }
  if (d.microsecond) {
    std::string digits = std::to_string(1000000 + d.microsecond).substr(1);
    digits.resize(digits.find_last_not_of('0') + 1);
    out += '.' + digits;
  }
  if (d.hasOffset && d.offsetMinutes == 0) {
    out += 'Z';
  } else if (d.hasOffset) {
    const int minutes = std::abs(d.offsetMinutes);
    out += d.offsetMinutes < 0 ? '-' : '+';
    printTwoDigits(static_cast<unsigned>(minutes / 60), out);
    out += ':';
    printTwoDigits(static_cast<unsigned>(minutes % 60), out);
  }
  if (hasZone) out.append("[").append(stringView(d.zone.get())).append("]");
}

void printRegex(const RegexObject& regex, std::string& out) {
  // Reading takes `\\` for a backslash and `\/` for a slash, and leaves every other `\c` as it is.
  auto segment = [&](std::string_view text) {
    for (size_t i = 0; i < text.size(); i++) {
      const char next = i + 1 < text.size() ? text[i + 1] : '/';
      if (text[i] == '/' || (text[i] == '\\' && (next == '\\' || next == '/'))) out += '\\';
      out += text[i];
    }
    out += '/';
  };
  out += "#/";
  segment(stringView(regex.pattern.get()));
  if (!regex.replacement.get().isNil()) segment(stringView(regex.replacement.get()));
  if (regex.ignoreCase) out += 'i';
  if (regex.multiline) out += 'm';
}

/// Prints without recursion: what is still to be printed lies on a stack of steps.
class Printer {
 public:
  Printer(std::string& out, bool sealMarks) : out_(out), sealMarks_(sealMarks) {}

  void print(Value v, Rendering rendering) {
    push(v, rendering);
    while (!steps_.empty()) {
      const Step step = steps_.back();
      steps_.pop_back();
      switch (step.kind) {
        case Step::Text: out_ += step.text; break;
        case Step::SymbolText: out_ += step.value.symbol().text(); break;
        case Step::Close: open_.leave(); break;
        case Step::Print: value(step.value, step.rendering); break;
      }
    }
  }

 private:
  struct Step {
    enum : uint8_t { Print, Text, SymbolText, Close } kind;
    Rendering rendering;
    Value value;
    std::string_view text;
  };

  void push(Value v, Rendering r) { steps_.push_back({Step::Print, r, v, {}}); }
  void text(std::string_view t) {
    steps_.push_back({Step::Text, Rendering::Display, Value::nil(), t});
  }

  /// False if the container is being printed already: `...` stands for it.
  bool enter(Object* object) {
    if (!open_.enter(object)) {
      out_ += "...";
      return false;
    }
    steps_.push_back({Step::Close, Rendering::Display, Value::nil(), {}});
    return true;
  }
  void mark(const Object* object) {
    if (sealMarks_ && (object->countAndFlags & Object::Sealed)) out_ += '#';
  }
  /// The steps pushed since `first` come off in the order they were pushed.
  void ordered(size_t first) {
    std::reverse(steps_.begin() + static_cast<ptrdiff_t>(first), steps_.end());
  }

  void property(Value key, Value v, Rendering r, std::string_view before) {
    text(before);
    if (key.isSymbol())
      steps_.push_back({Step::SymbolText, r, key, {}});
    else
      push(key, Rendering::Display);
    text(" ");
    push(v, r);
  }

  void value(Value v, Rendering r) {
    if (v.isObject()) return object(v, r);
    if (v.isSmallInt()) {
      char buffer[24];
      out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v.smallInt()).ptr);
    } else if (v.isFloat()) {
      printFloat(v.floating(), out_);
    } else if (v.isSymbol()) {
      out_ += withoutIdentity(v.symbol().text());
    } else if (v.isChar()) {
      if (r == Rendering::Literal) out_ += '\'';
      utf8::append(out_, v.character());
      if (r == Rendering::Literal) out_ += '\'';
    } else {
      switch (v.bits) {
        case Value::nil().bits: out_ += "nil"; return;
        case Value::void_().bits: out_ += "void"; return;
        case Value::true_().bits: out_ += "true"; return;
        case Value::false_().bits: out_ += "false"; return;
        case Value::notFound().bits: out_ += "not_found"; return;
        case Value::placeholder().bits: out_ += "_"; return;
        default: out_ += "absent"; return;
      }
    }
  }

  void object(Value v, Rendering r) {
    Object* o = v.object();
    if (dispatch<trait::PrintedByParts>(o, [&](auto* object) { print(object, r); })) return;
    static constexpr const char* printed[] = {
#define IMMEDIATE(Name, Class, Typeof) "",
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) Printed,
#include "runtime/value/Kinds.def"
    };
    out_ += printed[static_cast<size_t>(o->kind())];
  }

  void print(const FutureObject* future, Rendering) { out_ += futureText(*future); }
  void print(const BoxedIntObject* number, Rendering) { out_ += std::to_string(number->value); }
  void print(const StringObject* string, Rendering r) {
    if (r == Rendering::Literal) out_ += '"';
    out_ += string->view();
    if (r == Rendering::Literal) out_ += '"';
  }
  void print(ComplexSymbolObject* symbol, Rendering) {
    for (uint32_t i = 0; i < symbol->count; i++) {
      if (i) out_ += '/';
      out_ += symbol->parts()[i].text();
    }
  }
  void print(const RangeObject* range, Rendering r) {
    const size_t first = steps_.size();
    push(range->from.get(), r);
    text("..");
    push(range->to.get(), r);
    if (!range->step.get().isAbsent()) {
      text(" step ");
      push(range->step.get(), r);
    }
    ordered(first);
  }
  void print(const FunctionObject* function, Rendering) {
    const FunctionInfo* info = function->info;
    out_ += info->isNative() ? "VkNativeFn" : info->isBlock ? "VkBlock" : "VkFunction";
  }
  void print(const SelectorObject* selector, Rendering) {
    auto* segments = as<ArrayObject>(selector->segments.get());
    const size_t first = steps_.size();
    text("@(");
    for (uint32_t i = 0; i < segments->size; i++) {
      if (i) text("/");
      push(segments->items[i].get(), Rendering::Display);
    }
    text(")");
    ordered(first);
  }
  void print(const EnumObject* owner, Rendering) { out_ += owner->name.get().symbol().text(); }
  void print(const TypeObject* type, Rendering) {
    push(type->expression.get(), Rendering::Display);
  }
  void print(const InterfaceObject* interface, Rendering r) {
    if (r == Rendering::Literal)
      out_.append("<Interface ").append(interface->name.get().symbol().text()).append(">");
    else
      out_ += "VkInterface";
  }
  void print(EnumValueObject* value, Rendering) {
    if (!enter(value)) return;
    out_ += '(';
    print(variantOf(Value::object(value)), Rendering::Display);
    const size_t first = steps_.size();
    for (uint32_t i = 0; i < value->count; i++) {
      text(" ");
      push(value->values()[i].get(), Rendering::Literal);
    }
    text(")");
    ordered(first);
  }
  void print(const RegexObject* regex, Rendering) { printRegex(*regex, out_); }
  void print(const DateTimeObject* date, Rendering) { printDateTime(*date, out_); }
  void print(const BytesObject* bytes, Rendering) {
    constexpr char hex[] = "0123456789abcdef";
    out_ += "0#";
    for (uint32_t i = 0; i < bytes->size; i++) {
      out_ += hex[bytes->data[i] >> 4];
      out_ += hex[bytes->data[i] & 15];
    }
  }
  void print(const QuotedObject* quoted, Rendering) {
    out_ += quoted->discard ? "%_" : "%";
    push(quoted->value.get(), Rendering::Literal);
  }

  void print(const VariantObject* variant, Rendering) {
    out_ += ownerOf(variant)->name.get().symbol().text();
    out_ += '/';
    out_ += variant->name.get().symbol().text();
  }

  void print(ArrayObject* a, Rendering r) {
    mark(a);
    if (!enter(a)) return;
    out_ += '[';
    const size_t first = steps_.size();
    for (uint32_t i = 0; i < a->size; i++) {
      if (i) text(" ");
      push(a->items[i].get(), r);
    }
    text("]");
    ordered(first);
  }

  void print(MapObject* m, Rendering r) {
    mark(m);
    if (!enter(m)) return;
    const size_t first = steps_.size();
    bool separated = false;
    if (m->is(Kind::HashMap)) {
      out_ += "{{";
      for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
        if (separated) text(" ");
        separated = true;
        push(m->entries[i].key.get(), r);
        text(" ");
        push(m->entries[i].value.get(), r);
      }
      text("}}");
    } else if (m->is(Kind::HashSet)) {
      out_ += "(HashSet";
      for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
        text(" ");
        push(m->entries[i].key.get(), r);
      }
      text(")");
    } else {
      out_ += '{';
      for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
        property(m->entries[i].key.get(), m->entries[i].value.get(), r, separated ? " ^" : "^");
        separated = true;
      }
      text("}");
    }
    ordered(first);
  }

  void print(GeneObject* g, Rendering) {
    mark(g);
    if (!enter(g)) return;
    out_ += '(';
    const size_t first = steps_.size();
    push(g->type.get(), Rendering::Literal);
    if (!g->properties.get().isNil()) {
      auto* properties = as<MapObject>(g->properties.get());
      for (uint32_t i = 0; (i = mapNext(properties, i)) != MapEnd; i++)
        property(properties->entries[i].key.get(), properties->entries[i].value.get(),
                 Rendering::Literal, " ^");
    }
    for (uint32_t i = 0; i < g->size; i++) {
      text(" ");
      push(g->children[i].get(), Rendering::Literal);
    }
    text(")");
    ordered(first);
  }

  std::string& out_;
  bool sealMarks_;
  std::vector<Step> steps_;
  OpenObjects open_;
};

}  // namespace

void printValue(Context&, Value v, Rendering rendering, std::string& out) {
  if (isString(v) && rendering == Rendering::Display) {
    out += stringView(v);
    return;
  }
  Printer(out, true).print(v, rendering);
}

std::string displayText(Context& context, Value v) {
  std::string out;
  printValue(context, v, Rendering::Display, out);
  return out;
}

std::string literalText(Context& context, Value v) {
  std::string out;
  printValue(context, v, Rendering::Literal, out);
  return out;
}

std::string toText(Context&, Value v) {
  if (v.isNil()) return {};
  if (isString(v)) return std::string(stringView(v));
  std::string out;
  Printer(out, false).print(v, Rendering::Literal);
  return out;
}

void printHole(Context& context, Value v, std::string& out) {
  printValue(context, v, isString(v) || v.isChar() ? Rendering::Display : Rendering::Literal, out);
}

}  // namespace gene
