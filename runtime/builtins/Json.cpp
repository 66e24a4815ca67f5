#include "runtime/builtins/Json.h"

#define RAPIDJSON_NO_SIZETYPEDEFINE
namespace rapidjson {
typedef std::size_t SizeType;
}
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#pragma clang diagnostic pop

#include <charconv>
#include <cstdlib>
#include <vector>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/OpenObjects.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/JsonText.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

/// What is still to be written: a value, the key of a map, text, or text that ends a container.
struct Step {
  Value value;
  std::string_view text;
  enum : uint8_t { Plain, Key, End } kind = Plain;
};

bool write(Context& context, Value root, std::string& out) {
  std::vector<Step> steps{{root, {}}};
  std::vector<Step> parts;
  OpenObjects open;
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    if (!step.text.empty()) {
      out += step.text;
      if (step.kind == Step::End) open.leave();
      continue;
    }
    const Value v = step.value;
    if ((isArray(v) || isMap(v)) && !open.enter(v.object())) {
      raise(context, ErrorClass::Exception, "JSON cannot hold circular data");
      return false;
    }
    if (step.kind == Step::Key) {
      appendJsonString(v.symbol().text(), out);
    } else if (v.isNil()) {
      out += "null";
    } else if (v.isBool() || isNumber(v)) {
      printValue(context, v, Rendering::Display, out);
    } else if (isString(v)) {
      appendJsonString(stringView(v), out);
    } else if (isArray(v)) {
      auto* a = as<ArrayObject>(v);
      out += '[';
      steps.push_back({{}, "]", Step::End});
      for (uint32_t i = a->size; i-- > 0;) {
        steps.push_back({arrayAt(a, i), {}});
        if (i) steps.push_back({{}, ","});
      }
    } else if (isMap(v)) {
      auto* m = as<MapObject>(v);
      out += '{';
      parts.clear();
      for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
        if (!parts.empty()) parts.push_back({{}, ","});
        parts.push_back({m->entries[i].key.get(), {}, Step::Key});
        parts.push_back({{}, ":"});
        parts.push_back({m->entries[i].value.get(), {}});
      }
      parts.push_back({{}, "}", Step::End});
      for (size_t i = parts.size(); i-- > 0;) steps.push_back(parts[i]);
    } else {
      appendJsonString(toText(context, v), out);
    }
  }
  return true;
}

/// Has the reader, which takes any escape, put half a character into the text?
bool hasLoneSurrogate(std::string_view text) {
  return text.find("\xED") != std::string_view::npos && !utf8::isValid(text);
}

/// Values come from the SAX reader straight into containers. The heap sees what is under way: the handler lies on the
/// machine stack.
struct Handler : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
  Handler(Context& c, bool surrogates)
      : context(c), surrogates(surrogates), open(newArray(c, 0)), keys(newArray(c, 0)) {}
  Context& context;
  const bool surrogates;  // may an escape be half a character?
  ArrayObject* open;      // containers
  ArrayObject* keys;      // the current key of each open map, nil for arrays
  Value result = Value::nil();

  bool put(Value v) {
    if (open->size == 0) {
      result = v;
      return true;
    }
    const Value container = arrayAt(open, open->size - 1);
    if (isArray(container))
      arrayPush(context, as<ArrayObject>(container), v);
    else
      mapPut(context, as<MapObject>(container), arrayAt(keys, keys->size - 1).symbol(), v);
    return true;
  }
  bool begin(Object* o) {
    put(Value::object(o));
    arrayPush(context, open, Value::object(o));
    arrayPush(context, keys, Value::nil());
    return true;
  }
  bool end() {
    result = arrayPop(open);
    arrayPop(keys);
    return true;
  }
  bool Null() { return put(Value::nil()); }
  bool Bool(bool b) { return put(Value::boolean(b)); }
  /// An Int where it has no fraction and no exponent; one beyond 64 bits stays text (15 §1).
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view digits(text, length);
    if (digits.find_first_of(".eE") != std::string_view::npos) {
      double d = 0;
      if (std::from_chars(text, text + length, d).ec == std::errc::result_out_of_range)
        d = std::strtod(std::string(digits).c_str(), nullptr);
      return put(Value::floating(d));
    }
    int64_t i = 0;
    const bool fits = std::from_chars(text, text + length, i).ec == std::errc();
    return put(fits ? newInt(context, i) : newString(context, digits));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (surrogates && hasLoneSurrogate({text, length})) return false;
    return put(newString(context, {text, length}));
  }
  bool StartObject() { return begin(newMap(context)); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (surrogates && hasLoneSurrogate({text, length})) return false;
    keys->items[keys->size - 1].set(Value::symbol(Symbol::of({text, length})));
    return true;
  }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool StartArray() { return begin(newArray(context, 0)); }
  bool EndArray(rapidjson::SizeType) { return end(); }
};

}  // namespace

Value jsonText(Context& context, Value v) {
  std::string out;
  return write(context, v, out) ? newString(context, out) : Value::pending();
}

Value parseJson(Context& context, std::string_view text) {
  Handler handler(context, text.find("\\u") != std::string_view::npos);
  const std::string copy(text);
  rapidjson::StringStream stream(copy.c_str());
  rapidjson::Reader reader;
  constexpr unsigned Flags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
      rapidjson::kParseTrailingCommasFlag | rapidjson::kParseValidateEncodingFlag;
  const rapidjson::ParseResult parsed = reader.Parse<Flags>(stream, handler);
  if (parsed) return handler.result;
  // The handler takes all but lone surrogates, of which the reader sees one half only.
  const rapidjson::ParseErrorCode code = parsed.Code() == rapidjson::kParseErrorTermination
                                             ? rapidjson::kParseErrorStringUnicodeSurrogateInvalid
                                             : parsed.Code();
  return raise(context, ErrorClass::Parse,
               std::string("Invalid JSON: offset ") + std::to_string(parsed.Offset()) + ": " +
                   rapidjson::GetParseError_En(code));
}

namespace {

Value parse(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "json.parse expects a string");
  return parseJson(context, stringView(args[0]));
}

Value stringify(Context& context, Arguments args) { return jsonText(context, args[0]); }

constexpr BuiltinRow rows[] = {
    {"parse", parse, "text:String -> Value", "Ra", "the value of JSON text",
     Missing{"json.parse requires a string argument"}},
    {"stringify", stringify, "value -> String", "Rrwac", "JSON text of a value, without blanks",
     Missing{"json.stringify requires a value"}},
};

}  // namespace

BUILTIN_TABLE(jsonTable, "gene/json", Functions, rows)

}  // namespace gene
