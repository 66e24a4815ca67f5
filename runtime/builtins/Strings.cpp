// String methods (14 §2): by characters; ASCII texts take the short way.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "runtime/builtins/Letters.h"
#include "runtime/builtins/Regexes.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/Search.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

StringObject* self(const Value* args) { return as<StringObject>(args[0]); }
std::string_view text(const Value* args) { return stringView(args[0]); }

/// An Int argument; raises "Value is not an integer" otherwise.
bool integer(Context& context, Value v, int64_t* result) {
  if (isInt(v)) {
    *result = asInt(v);
    return true;
  }
  raiseType(context, "Value is not an integer");
  return false;
}

Value length(Context&, const Value* args, uint32_t) { return Value::smallInt(self(args)->chars); }
Value byteSize(Context&, const Value* args, uint32_t) { return Value::smallInt(self(args)->bytes); }
Value isEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(self(args)->bytes == 0);
}
Value isNotEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(self(args)->bytes != 0);
}

template <class F>
Value mapCharacters(Context& context, StringObject* s, F&& f) {
  std::string out;
  out.reserve(s->bytes);
  const char* p = s->data();
  const char* end = p + s->bytes;
  while (p < end) utf8::append(out, f(utf8::decode(p, end)));
  return newString(context, out);
}

Value changeCase(Context& context, StringObject* s, char first, char last,
                 char32_t (*map)(char32_t)) {
  if (!s->ascii()) return mapCharacters(context, s, map);
  StringObject* out = newStringBuffer(context, s->bytes);
  for (uint32_t i = 0; i < s->bytes; i++) {
    const char c = s->data()[i];
    out->ownBytes()[i] = c >= first && c <= last ? static_cast<char>(c ^ 0x20) : c;
  }
  return finishString(out);
}

Value toUpper(Context& context, const Value* args, uint32_t) {
  return changeCase(context, self(args), 'a', 'z', upperLetter);
}
Value toLower(Context& context, const Value* args, uint32_t) {
  return changeCase(context, self(args), 'A', 'Z', lowerLetter);
}

Value capitalize(Context& context, const Value* args, uint32_t) {
  bool first = true;
  return mapCharacters(context, self(args), [&](char32_t c) {
    const char32_t mapped = first ? upperLetter(c) : lowerLetter(c);
    first = false;
    return mapped;
  });
}

Value reverse(Context& context, const Value* args, uint32_t) {
  StringObject* s = self(args);
  StringObject* out = newStringBuffer(context, s->bytes);
  char* to = out->ownBytes() + s->bytes;
  for (uint32_t i = 0; i < s->bytes;) {
    uint32_t next = i + 1;
    while (next < s->bytes && utf8::isContinuation(s->data()[next])) next++;
    to -= next - i;
    std::memcpy(to, s->data() + i, next - i);
    i = next;
  }
  return finishString(out);
}

Value append(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.append requires a value to append");
  if (std::all_of(args, args + count, isString)) return joinStrings(context, args, count);
  std::string out(text(args));
  for (uint32_t i = 1; i < count; i++) out += toText(context, args[i]);
  return newString(context, out);
}

/// Both ends inclusive, negative from the end, clamped; false when nothing is left.
bool inclusiveRange(int64_t size, int64_t first, int64_t last, int64_t* from, int64_t* to) {
  if (first < 0) first = std::max<int64_t>(0, first + size);
  if (last < 0) last = std::max<int64_t>(0, last + size);
  last = std::min(last, size - 1);
  *from = first;
  *to = last + 1;
  return first < size && last >= first;
}

Value substring(Context& context, StringObject* s, int64_t from, int64_t to) {
  const uint32_t begin = byteOffset(context, s, static_cast<uint32_t>(from));
  const uint32_t end = byteOffset(context, s, static_cast<uint32_t>(to));
  return newString(context, std::string_view(s->data() + begin, end - begin));
}

Value substr(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.substr requires start index");
  StringObject* s = self(args);
  int64_t first, last = -1, from, to;
  if (!integer(context, args[1], &first) ||
      (count > 2 && !args[2].isNil() && !integer(context, args[2], &last)))
    return Value::pending();
  if (!inclusiveRange(s->chars, first, last, &from, &to)) return newString(context, "");
  return substring(context, s, from, to);
}

Value split(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.split requires separator");
  if (!isString(args[1]) && !isRegex(args[1]))
    return raiseType(context, "split separator must be a string or Regexp");
  int64_t limit = INT64_MAX;
  if (count > 2 && !args[2].isNil()) {
    if (!integer(context, args[2], &limit)) return Value::pending();
    limit = std::max<int64_t>(limit, 1);
  }
  if (isRegex(args[1])) return regexSplit(context, args[1], args[0], limit);
  const std::string_view separator = stringView(args[1]);
  std::string_view rest = text(args);
  ArrayObject* pieces = newArray(context, 0);
  if (!separator.empty()) {
    while (pieces->size + 1 < limit) {
      const size_t at = findText(rest, separator);
      if (at == std::string_view::npos) break;
      arrayPush(context, pieces, newString(context, rest.substr(0, at)));
      rest.remove_prefix(at + separator.size());
    }
  }
  arrayPush(context, pieces, newString(context, rest));
  return Value::object(pieces);
}

Value index(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.index requires a pattern");
  if (!isString(args[1]) && !isRegex(args[1]))
    return raiseType(context, "String.index expects a Regexp or string pattern");
  StringObject* s = self(args);
  int64_t start = 0;
  if (count > 2 && !args[2].isNil() && !integer(context, args[2], &start)) return Value::pending();
  if (start < 0) start = std::max<int64_t>(0, start + s->chars);
  if (isRegex(args[1])) {
    if (start > s->chars) return Value::smallInt(-1);
    const int64_t found =
        regexIndex(context, args[1], args[0], byteOffset(context, s, static_cast<uint32_t>(start)));
    if (found == -2) return Value::pending();
    return Value::smallInt(
        found < 0 ? -1 : int64_t{characterIndex(context, s, static_cast<uint32_t>(found))});
  }
  const std::string_view pattern = stringView(args[1]);
  if (start > s->chars) return Value::smallInt(pattern.empty() ? int64_t{s->chars} : -1);
  const size_t at =
      findText(text(args), pattern, byteOffset(context, s, static_cast<uint32_t>(start)));
  return Value::smallInt(at == std::string_view::npos
                             ? -1
                             : int64_t{characterIndex(context, s, static_cast<uint32_t>(at))});
}

Value rindex(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.rindex requires a pattern");
  if (!isString(args[1]) && !isRegex(args[1]))
    return raiseType(context, "String.rindex expects a Regexp or string pattern");
  StringObject* s = self(args);
  int64_t limit = s->chars;
  const bool limited = count > 2 && !args[2].isNil();
  if (limited) {
    if (!integer(context, args[2], &limit)) return Value::pending();
    if (limit < 0) limit += s->chars;
    if (limit < 0) return Value::smallInt(-1);
    limit = std::min<int64_t>(limit, s->chars);
  }
  if (isRegex(args[1])) {
    const int64_t found = regexLastIndex(context, args[1], args[0],
                                         byteOffset(context, s, static_cast<uint32_t>(limit)));
    if (found == -2) return Value::pending();
    return Value::smallInt(
        found < 0 ? -1 : int64_t{characterIndex(context, s, static_cast<uint32_t>(found))});
  }
  const std::string_view pattern = stringView(args[1]);
  if (pattern.empty())
    return Value::smallInt(limited ? std::min<int64_t>(limit + 1, s->chars) : s->chars);
  const size_t at = text(args).rfind(pattern, byteOffset(context, s, static_cast<uint32_t>(limit)));
  return Value::smallInt(at == std::string_view::npos
                             ? -1
                             : int64_t{characterIndex(context, s, static_cast<uint32_t>(at))});
}

/// Unicode's White_Space, and the separators of ASCII.
bool isSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::string_view trimmed(std::string_view t, bool left, bool right) {
  while (left && !t.empty()) {
    const char* p = t.data();
    if (!isSpace(utf8::decode(p, t.data() + t.size()))) break;
    t.remove_prefix(static_cast<size_t>(p - t.data()));
  }
  while (right && !t.empty()) {
    size_t at = t.size() - 1;
    while (at > 0 && utf8::isContinuation(t[at])) at--;
    const char* p = t.data() + at;
    if (!isSpace(utf8::decode(p, t.data() + t.size()))) break;
    t = t.substr(0, at);
  }
  return t;
}

Value trim(Context& context, const Value* args, uint32_t) {
  return newString(context, trimmed(text(args), true, true));
}
Value lstrip(Context& context, const Value* args, uint32_t) {
  return newString(context, trimmed(text(args), true, false));
}
Value rstrip(Context& context, const Value* args, uint32_t) {
  return newString(context, trimmed(text(args), false, true));
}

Value startsWith(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.starts_with requires prefix");
  if (!isString(args[1])) return raiseType(context, "starts_with expects string arguments");
  return Value::boolean(text(args).starts_with(stringView(args[1])));
}

Value endsWith(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.ends_with requires suffix");
  if (!isString(args[1])) return raiseType(context, "ends_with expects string arguments");
  return Value::boolean(text(args).ends_with(stringView(args[1])));
}

Value contain(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.contain requires a pattern");
  if (isRegex(args[1])) return regexTest(context, args[1], args[0]);
  if (!isString(args[1]))
    return raiseType(context, "String.contain expects a Regexp or string pattern");
  return Value::boolean(findText(text(args), stringView(args[1])) != std::string_view::npos);
}

Value contains(Context& context, const Value* args, uint32_t count) {
  if (count < 2 || !isString(args[1]))
    return raiseArgument(context, "String.contains requires a string argument");
  return Value::boolean(findText(text(args), stringView(args[1])) != std::string_view::npos);
}

Value charAt(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.char_at requires index");
  if (!isInt(args[1])) return raiseType(context, "char_at expects string and integer");
  StringObject* s = self(args);
  const int64_t i = asInt(args[1]);
  if (i < 0 || i >= s->chars)
    return raise(context, ErrorClass::Exception, "char_at index out of bounds");
  const char* p = s->data() + byteOffset(context, s, static_cast<uint32_t>(i));
  return Value::character(utf8::decode(p, s->data() + s->bytes));
}

Value chars(Context& context, const Value* args, uint32_t) {
  StringObject* s = self(args);
  ArrayObject* result = newArray(context, s->chars);
  const char* p = s->data();
  const char* end = p + s->bytes;
  while (p < end) arrayPush(context, result, Value::character(utf8::decode(p, end)));
  return Value::object(result);
}

Value byteAt(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.byte_at requires index");
  if (!isInt(args[1])) return raiseType(context, "byte_at expects string and integer");
  StringObject* s = self(args);
  int64_t i = asInt(args[1]);
  if (i < 0) i += s->bytes;
  if (i < 0 || i >= s->bytes)
    return raise(context, ErrorClass::Exception, "byte_at index out of bounds");
  return Value::smallInt(static_cast<uint8_t>(s->data()[i]));
}

Value eachByte(Context& context, const Value* args, uint32_t) {
  StringObject* s = self(args);
  ArrayObject* result = newArray(context, s->bytes);
  for (uint32_t i = 0; i < s->bytes; i++)
    arrayPush(context, result, Value::smallInt(static_cast<uint8_t>(s->data()[i])));
  return Value::object(result);
}

Value bytesOf(Context& context, std::string_view t) {
  return newBytes(context, {reinterpret_cast<const uint8_t*>(t.data()), t.size()});
}
Value bytes(Context& context, const Value* args, uint32_t) { return bytesOf(context, text(args)); }

Value byteSlice(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "String.byteslice requires start index");
  int64_t first, last = -1, from, to;
  if (!integer(context, args[1], &first) ||
      (count > 2 && !args[2].isNil() && !integer(context, args[2], &last)))
    return Value::pending();
  if (!inclusiveRange(self(args)->bytes, first, last, &from, &to)) return bytesOf(context, {});
  return bytesOf(context,
                 text(args).substr(static_cast<size_t>(from), static_cast<size_t>(to - from)));
}

bool findPattern(Context& context, const Value* args, uint32_t count, const char* name) {
  const std::string who = std::string("String.") + name;
  if (count < 2) {
    raiseArgument(context, who + " requires a pattern");
    return false;
  }
  if (isRegex(args[1])) return true;
  if (!isString(args[1])) {
    raiseType(context, who + " expects a Regexp or string pattern");
    return false;
  }
  if (!stringView(args[1]).empty()) return true;
  raiseArgument(context, who + " pattern cannot be empty");
  return false;
}

Value find(Context& context, const Value* args, uint32_t count) {
  if (!findPattern(context, args, count, "find")) return Value::pending();
  if (isRegex(args[1])) return regexFind(context, args[1], args[0]);
  const size_t at = findText(text(args), stringView(args[1]));
  return at == std::string_view::npos ? Value::nil() : args[1];
}

Value findAll(Context& context, const Value* args, uint32_t count) {
  if (!findPattern(context, args, count, "find_all")) return Value::pending();
  if (isRegex(args[1])) return regexFindAll(context, args[1], args[0]);
  const std::string_view pattern = stringView(args[1]);
  ArrayObject* result = newArray(context, 0);
  for (size_t at = 0; (at = findText(text(args), pattern, at)) != std::string_view::npos;
       at += pattern.size())
    arrayPush(context, result, args[1]);
  return Value::object(result);
}

Value replacement(Context& context, const Value* args, uint32_t count, const char* name, bool all) {
  const std::string who = std::string("String.") + name;
  if (count < 2) return raiseArgument(context, who + " requires a pattern");
  if (isRegex(args[1]))
    return regexReplace(context, args[1], args[0], argument(args, count, 2), all);
  if (!isString(args[1])) return raiseType(context, who + " expects a Regexp or string pattern");
  if (count < 3) return raiseArgument(context, who + " requires target and replacement");
  if (!isString(args[2])) return raiseType(context, "replace expects string replacement");
  const std::string_view source = text(args), from = stringView(args[1]), to = stringView(args[2]);
  if (all && from.empty()) return args[0];
  std::string out;
  size_t copied = 0;
  out.reserve(source.size());
  for (size_t at = 0; (at = findText(source, from, at)) != std::string_view::npos;) {
    out.append(source, copied, at - copied).append(to);
    at += from.size();
    copied = at;
    if (!all) break;
  }
  if (copied == 0 && out.empty()) return args[0];
  return newString(context, out.append(source, copied));
}

Value replace(Context& context, const Value* args, uint32_t count) {
  return replacement(context, args, count, "replace", false);
}
Value replaceAll(Context& context, const Value* args, uint32_t count) {
  return replacement(context, args, count, "replace_all", true);
}

Value match(Context& context, const Value* args, uint32_t count) {
  if (count > 1 && isRegex(args[1])) return regexMatchData(context, args[1], args[0]);
  return raiseType(context, "String.match requires a Regexp");
}
Value isMatch(Context& context, const Value* args, uint32_t count) {
  if (count > 1 && isRegex(args[1])) return regexTest(context, args[1], args[0]);
  return raiseType(context, "String.match? requires a Regexp");
}

Value toInt(Context& context, const Value* args, uint32_t) {
  std::string_view t = trimmed(text(args), true, true);
  const bool negative = t.starts_with('-');
  if (negative || t.starts_with('+')) t.remove_prefix(1);
  uint64_t value = 0;
  bool valid = !t.empty() && t.front() != '_' && t.back() != '_';
  for (char c : t) {
    if (c == '_') continue;
    valid = valid && c >= '0' && c <= '9' && !__builtin_mul_overflow(value, uint64_t{10}, &value) &&
            !__builtin_add_overflow(value, static_cast<uint64_t>(c - '0'), &value);
  }
  if (!valid || value > static_cast<uint64_t>(INT64_MAX) + negative)
    return raiseArgument(context, "to_i requires a numeric string");
  return newInt(context, static_cast<int64_t>(negative ? 0 - value : value));
}

Value toFloat(Context& context, const Value* args, uint32_t) {
  std::string_view t = trimmed(text(args), true, true);
  if (t.starts_with('+') && !t.substr(1).starts_with('-')) t.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(t).c_str(), nullptr);
  if (t.empty() || end != t.data() + t.size() || error == std::errc::invalid_argument)
    return raiseArgument(context, "to_f requires a numeric string");
  return Value::floating(value);
}

Value toS(Context&, const Value* args, uint32_t) { return args[0]; }

constexpr BuiltinRow rows[] = {
    {"length size", length, 0, 0, 0, "the number of characters"},
    {"bytesize", byteSize, 0, 0, 0, "the number of UTF-8 bytes"},
    {"empty empty?", isEmpty, 0, 0, 0, "true for `\"\"`"},
    {"not_empty?", isNotEmpty, 0, 0, 0, "true unless empty"},
    {"to_upper to_uppercase upper upcase", toUpper, 0, 0, 0, "upper case, character by character"},
    {"to_lower to_lowercase lower downcase", toLower, 0, 0, 0, "lower case"},
    {"capitalize", capitalize, 0, 0, 0, "first character upper, the rest lower"},
    {"reverse", reverse, 0, 0, 0, "the characters in reverse order"},
    {"append", append, 1, -1, 0, "with the texts of all arguments behind it"},
    {"substr", substr, 1, 2, 0, "characters first..last, inclusive; negative from the end"},
    {"split", split, 1, 2, 0, "the pieces between separators, at most `limit`"},
    {"index", index, 1, 2, 0, "the first position of a pattern, or -1"},
    {"rindex", rindex, 1, 2, 0, "the last position, or -1"},
    {"trim strip", trim, 0, 0, 0, "without surrounding white space"},
    {"lstrip", lstrip, 0, 0, 0, "without leading white space"},
    {"rstrip", rstrip, 0, 0, 0, "without trailing white space"},
    {"starts_with start_with?", startsWith, 1, 1, 0, "does it begin with this string?"},
    {"ends_with end_with?", endsWith, 1, 1, 0, "does it end with this string?"},
    {"contain include?", contain, 1, 1, 0, "does it contain the pattern?"},
    {"contains", contains, 1, 1, 0, "does it contain this string?"},
    {"char_at", charAt, 1, 1, 0, "the character at an index"},
    {"chars each_char", chars, 0, 0, 0, "an array of its characters"},
    {"byte_at", byteAt, 1, 1, 0, "the byte at an index, negative from the end"},
    {"each_byte", eachByte, 0, 0, 0, "an array of its bytes"},
    {"bytes to_bytes", bytes, 0, 0, 0, "its UTF-8 bytes"},
    {"byteslice byte_slice", byteSlice, 1, 2, 0, "bytes first..last, inclusive"},
    {"find", find, 1, 1, 0, "the matched text, or nil"},
    {"find_all scan", findAll, 1, 1, 0, "all matches that do not overlap"},
    {"replace sub", replace, 2, 2, 0, "with the first match replaced"},
    {"replace_all gsub", replaceAll, 2, 2, 0, "with all matches replaced"},
    {"match", match, 1, 1, 0, "match data of a regex"},
    {"match?", isMatch, 1, 1, 0, "does a regex match?"},
    {"to_i", toInt, 0, 0, 0, "the Int it spells"},
    {"to_f", toFloat, 0, 0, 0, "the Float it spells"},
    {"to_s", toS, 0, 0, 0, "itself"},
};

Value construct(Context& context, const Value* args, uint32_t count) {
  std::string out;
  for (uint32_t i = 0; i < count; i++) out += toText(context, args[i]);
  return newString(context, out);
}
constexpr BuiltinRow constructors[] = {
    {"new", construct, 0, -1, Constructor, "the texts of all arguments, joined"},
};

}  // namespace

extern const BuiltinTable stringTable, stringConstructors;
constinit const BuiltinTable stringTable{"String", true, rows};
constinit const BuiltinTable stringConstructors{"String", false, constructors};

}  // namespace gene
