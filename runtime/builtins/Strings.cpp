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

StringObject* self(Arguments args) { return as<StringObject>(args[0]); }
std::string_view text(Arguments args) { return stringView(args[0]); }

/// An Int argument; raises "Value is not an integer" otherwise.
bool integer(Context& context, Value v, int64_t* result) {
  if (isInt(v)) {
    *result = asInt(v);
    return true;
  }
  raiseType(context, "Value is not an integer");
  return false;
}

Value length(Context&, Arguments args) { return Value::smallInt(self(args)->chars); }
Value byteSize(Context&, Arguments args) { return Value::smallInt(self(args)->bytes); }
Value isEmpty(Context&, Arguments args) { return Value::boolean(self(args)->bytes == 0); }
Value isNotEmpty(Context&, Arguments args) { return Value::boolean(self(args)->bytes != 0); }

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
  const uint32_t size = s->bytes;
  StringObject* out = newStringBuffer(context, size);
  const char* from = s->data();
  std::transform(from, from + size, out->ownBytes(),
                 [=](char c) { return c >= first && c <= last ? static_cast<char>(c ^ 0x20) : c; });
  return finishString(out);
}

Value toUpper(Context& context, Arguments args) {
  return changeCase(context, self(args), 'a', 'z', upperLetter);
}
Value toLower(Context& context, Arguments args) {
  return changeCase(context, self(args), 'A', 'Z', lowerLetter);
}

Value capitalize(Context& context, Arguments args) {
  bool first = true;
  return mapCharacters(context, self(args), [&](char32_t c) {
    const char32_t mapped = first ? upperLetter(c) : lowerLetter(c);
    first = false;
    return mapped;
  });
}

Value reverse(Context& context, Arguments args) {
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

Value append(Context& context, Arguments args) {
  if (std::ranges::all_of(args, isString)) return joinStrings(context, args.values, args.count);
  std::string out(text(args));
  for (uint32_t i = 1; i < args.count; i++) out += toText(context, args[i]);
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

Value substr(Context& context, Arguments args) {
  StringObject* s = self(args);
  int64_t first, last = -1, from, to;
  if (!integer(context, args[1], &first) ||
      (args.count > 2 && !args[2].isNil() && !integer(context, args[2], &last)))
    return Value::pending();
  if (!inclusiveRange(s->chars, first, last, &from, &to)) return newString(context, "");
  return substring(context, s, from, to);
}

Value split(Context& context, Arguments args) {
  if (!isString(args[1]) && !isRegex(args[1]))
    return raiseType(context, "split separator must be a string or Regexp");
  int64_t limit = INT64_MAX;
  if (args.count > 2 && !args[2].isNil()) {
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

Value index(Context& context, Arguments args) {
  if (!isString(args[1]) && !isRegex(args[1]))
    return raiseType(context, "String.index expects a Regexp or string pattern");
  StringObject* s = self(args);
  int64_t start = 0;
  if (args.count > 2 && !args[2].isNil() && !integer(context, args[2], &start))
    return Value::pending();
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

Value rindex(Context& context, Arguments args) {
  if (!isString(args[1]) && !isRegex(args[1]))
    return raiseType(context, "String.rindex expects a Regexp or string pattern");
  StringObject* s = self(args);
  int64_t limit = s->chars;
  const bool limited = args.count > 2 && !args[2].isNil();
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

Value trim(Context& context, Arguments args) {
  return newString(context, trimmed(text(args), true, true));
}
Value lstrip(Context& context, Arguments args) {
  return newString(context, trimmed(text(args), true, false));
}
Value rstrip(Context& context, Arguments args) {
  return newString(context, trimmed(text(args), false, true));
}

Value startsWith(Context& context, Arguments args) {
  if (!isString(args[1])) return raiseType(context, "starts_with expects string arguments");
  return Value::boolean(text(args).starts_with(stringView(args[1])));
}

Value endsWith(Context& context, Arguments args) {
  if (!isString(args[1])) return raiseType(context, "ends_with expects string arguments");
  return Value::boolean(text(args).ends_with(stringView(args[1])));
}

Value contain(Context& context, Arguments args) {
  if (isRegex(args[1])) return regexTest(context, args[1], args[0]);
  if (!isString(args[1]))
    return raiseType(context, "String.contain expects a Regexp or string pattern");
  return Value::boolean(findText(text(args), stringView(args[1])) != std::string_view::npos);
}

Value contains(Context& context, Arguments args) {
  if (!isString(args[1]))
    return raiseArgument(context, "String.contains requires a string argument");
  return Value::boolean(findText(text(args), stringView(args[1])) != std::string_view::npos);
}

Value charAt(Context& context, Arguments args) {
  if (!isInt(args[1])) return raiseType(context, "char_at expects string and integer");
  StringObject* s = self(args);
  const int64_t i = asInt(args[1]);
  if (i < 0 || i >= s->chars)
    return raise(context, ErrorClass::Exception, "char_at index out of bounds");
  const char* p = s->data() + byteOffset(context, s, static_cast<uint32_t>(i));
  return Value::character(utf8::decode(p, s->data() + s->bytes));
}

Value chars(Context& context, Arguments args) {
  StringObject* s = self(args);
  ArrayObject* result = newArray(context, s->chars);
  const char* p = s->data();
  const char* end = p + s->bytes;
  while (p < end) arrayPush(context, result, Value::character(utf8::decode(p, end)));
  return Value::object(result);
}

Value byteAt(Context& context, Arguments args) {
  if (!isInt(args[1])) return raiseType(context, "byte_at expects string and integer");
  StringObject* s = self(args);
  int64_t i = asInt(args[1]);
  if (i < 0) i += s->bytes;
  if (i < 0 || i >= s->bytes)
    return raise(context, ErrorClass::Exception, "byte_at index out of bounds");
  return Value::smallInt(static_cast<uint8_t>(s->data()[i]));
}

Value eachByte(Context& context, Arguments args) {
  StringObject* s = self(args);
  ArrayObject* result = newArray(context, s->bytes);
  for (uint32_t i = 0; i < s->bytes; i++)
    arrayPush(context, result, Value::smallInt(static_cast<uint8_t>(s->data()[i])));
  return Value::object(result);
}

Value bytesOf(Context& context, std::string_view t) {
  return newBytes(context, {reinterpret_cast<const uint8_t*>(t.data()), t.size()});
}
Value bytes(Context& context, Arguments args) { return bytesOf(context, text(args)); }

Value byteSlice(Context& context, Arguments args) {
  int64_t first, last = -1, from, to;
  if (!integer(context, args[1], &first) ||
      (args.count > 2 && !args[2].isNil() && !integer(context, args[2], &last)))
    return Value::pending();
  if (!inclusiveRange(self(args)->bytes, first, last, &from, &to)) return bytesOf(context, {});
  return bytesOf(context,
                 text(args).substr(static_cast<size_t>(from), static_cast<size_t>(to - from)));
}

bool findPattern(Context& context, Arguments args, const char* name) {
  const std::string who = std::string("String.") + name;
  if (isRegex(args[1])) return true;
  if (!isString(args[1])) {
    raiseType(context, who + " expects a Regexp or string pattern");
    return false;
  }
  if (!stringView(args[1]).empty()) return true;
  raiseArgument(context, who + " pattern cannot be empty");
  return false;
}

Value find(Context& context, Arguments args) {
  if (!findPattern(context, args, "find")) return Value::pending();
  if (isRegex(args[1])) return regexFind(context, args[1], args[0]);
  const size_t at = findText(text(args), stringView(args[1]));
  return at == std::string_view::npos ? Value::nil() : args[1];
}

Value findAll(Context& context, Arguments args) {
  if (!findPattern(context, args, "find_all")) return Value::pending();
  if (isRegex(args[1])) return regexFindAll(context, args[1], args[0]);
  const std::string_view pattern = stringView(args[1]);
  ArrayObject* result = newArray(context, 0);
  for (size_t at = 0; (at = findText(text(args), pattern, at)) != std::string_view::npos;
       at += pattern.size())
    arrayPush(context, result, args[1]);
  return Value::object(result);
}

Value replacement(Context& context, Arguments args, const char* name, bool all) {
  const std::string who = std::string("String.") + name;
  if (isRegex(args[1])) return regexReplace(context, args[1], args[0], args.at(2), all);
  if (!isString(args[1])) return raiseType(context, who + " expects a Regexp or string pattern");
  if (args.count < 3) return raiseArgument(context, who + " requires target and replacement");
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

Value replace(Context& context, Arguments args) {
  return replacement(context, args, "replace", false);
}
Value replaceAll(Context& context, Arguments args) {
  return replacement(context, args, "replace_all", true);
}

Value match(Context& context, Arguments args) {
  if (isRegex(args[1])) return regexMatchData(context, args[1], args[0]);
  return raiseType(context, "String.match requires a Regexp");
}
Value isMatch(Context& context, Arguments args) {
  if (isRegex(args[1])) return regexTest(context, args[1], args[0]);
  return raiseType(context, "String.match? requires a Regexp");
}

Value toInt(Context& context, Arguments args) {
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

Value toFloat(Context& context, Arguments args) {
  std::string_view t = trimmed(text(args), true, true);
  if (t.starts_with('+') && !t.substr(1).starts_with('-')) t.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(t).c_str(), nullptr);
  if (t.empty() || end != t.data() + t.size() || error == std::errc::invalid_argument)
    return raiseArgument(context, "to_f requires a numeric string");
  return Value::floating(value);
}

Value toS(Context&, Arguments args) { return args[0]; }

constexpr BuiltinRow rows[] = {
    {"length size", length, "-> Int", "", "the number of characters", StringMethod::Size},
    {"bytesize", byteSize, "-> Int", "", "the number of UTF-8 bytes"},
    {"empty empty?", isEmpty, "-> Bool", "", "true for `\"\"`"},
    {"not_empty?", isNotEmpty, "-> Bool", "", "true unless empty"},
    {"to_upper to_uppercase upper upcase", toUpper, "-> String", "a",
     "upper case, character by character"},
    {"to_lower to_lowercase lower downcase", toLower, "-> String", "a", "lower case"},
    {"capitalize", capitalize, "-> String", "a", "first character upper, the rest lower"},
    {"reverse", reverse, "-> String", "a", "the characters in reverse order"},
    {"append", append, "value more... -> String", "Rrwac",
     "with the texts of all arguments behind it",
     Missing{"String.append requires a value to append"}},
    {"substr", substr, "first:Int last?:Int|Nil -> String", "Ra",
     "characters first..last, inclusive; negative from the end",
     Missing{"String.substr requires start index"}},
    {"split", split, "separator:String|Regexp limit?:Int|Nil -> Array", "Ra",
     "the pieces between separators, at most `limit`", Missing{"String.split requires separator"}},
    {"index", index, "pattern:String|Regexp start?:Int|Nil -> Int", "Ra",
     "the first position of a pattern, or -1", Missing{"String.index requires a pattern"}},
    {"rindex", rindex, "pattern:String|Regexp start?:Int|Nil -> Int", "Ra",
     "the last position, or -1", Missing{"String.rindex requires a pattern"}},
    {"trim strip", trim, "-> String", "a", "without surrounding white space"},
    {"lstrip", lstrip, "-> String", "a", "without leading white space"},
    {"rstrip", rstrip, "-> String", "a", "without trailing white space"},
    {"starts_with start_with?", startsWith, "prefix:String -> Bool", "R",
     "does it begin with this string?", Missing{"String.starts_with requires prefix"}},
    {"ends_with end_with?", endsWith, "suffix:String -> Bool", "R", "does it end with this string?",
     Missing{"String.ends_with requires suffix"}},
    {"contain include?", contain, "pattern:String|Regexp -> Bool", "Ra",
     "does it contain the pattern?", Missing{"String.contain requires a pattern"}},
    {"contains", contains, "text:String -> Bool", "R", "does it contain this string?",
     Missing{"String.contains requires a string argument"}},
    {"char_at", charAt, "index:Int -> Char", "Ra", "the character at an index",
     Missing{"String.char_at requires index"}, StringMethod::CharAt},
    {"chars each_char", chars, "-> Array", "a", "an array of its characters"},
    {"byte_at", byteAt, "index:Int -> Int", "R", "the byte at an index, negative from the end",
     Missing{"String.byte_at requires index"}},
    {"each_byte", eachByte, "-> Array", "a", "an array of its bytes"},
    {"bytes to_bytes", bytes, "-> Bytes", "a", "its UTF-8 bytes"},
    {"byteslice byte_slice", byteSlice, "first:Int last?:Int|Nil -> Bytes", "Ra",
     "bytes first..last, inclusive", Missing{"String.byteslice requires start index"}},
    {"find", find, "pattern:String|Regexp -> String|Nil", "Ra", "the matched text, or nil",
     Missing{"String.find requires a pattern"}},
    {"find_all scan", findAll, "pattern:String|Regexp -> Array", "Ra",
     "all matches that do not overlap", Missing{"String.find_all requires a pattern"}},
    {"replace sub", replace, "pattern:String|Regexp replacement? -> String", "Rrwac",
     "with the first match replaced", Missing{"String.replace requires a pattern"}},
    {"replace_all gsub", replaceAll, "pattern:String|Regexp replacement? -> String", "Rrwac",
     "with all matches replaced", Missing{"String.replace_all requires a pattern"}},
    {"match", match, "regex:Regexp -> RegexMatch|Nil", "Ra", "match data of a regex",
     Missing{"String.match requires a Regexp"}},
    {"match?", isMatch, "regex:Regexp -> Bool", "Ra", "does a regex match?",
     Missing{"String.match? requires a Regexp"}},
    {"to_i", toInt, "-> Int", "Ra", "the Int it spells"},
    {"to_f", toFloat, "-> Float", "R", "the Float it spells"},
    {"to_s", toS, "-> String", "", "itself"},
};

Value construct(Context& context, Arguments args) {
  std::string out;
  for (uint32_t i = 0; i < args.count; i++) out += toText(context, args[i]);
  return newString(context, out);
}
constexpr BuiltinRow constructors[] = {
    {"new", construct, "value... -> String", "Rrwac", "the texts of all arguments, joined",
     Constructor},
};

}  // namespace

BUILTIN_TABLE(stringTable, "String", Methods, rows)
BUILTIN_TABLE(stringConstructors, "String", Functions, constructors)

}  // namespace gene
