// Regexp and match data (13 §2-5).

#include "runtime/builtins/Regexes.h"

#include <algorithm>

#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

RegexObject* regexOf(Value v) { return as<RegexObject>(v); }

/// Calls use(match) for each match from left to right; an empty one moves on by a character. False if the pattern is
/// malformed, or the search was given up. `use` gives false to stop.
template <class F>
bool forEachMatch(Context& context, Value regex, Value text, F&& use) {
  if (!compileRegex(context, regexOf(regex))) return false;
  const std::string_view subject = stringView(text);
  RegexMatch match;
  for (size_t from = 0; from <= subject.size(); from = nextSearch(subject, match)) {
    const RegexOutcome found = matchRegex(context, regexOf(regex), subject, from, &match);
    if (found != RegexOutcome::Match) return found == RegexOutcome::NoMatch;
    if (!use(match)) break;
  }
  return true;
}

Value part(Context& context, std::string_view text, int64_t begin, int64_t end) {
  if (begin < 0) return newString(context, "");
  return newString(context,
                   text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
}

}  // namespace

Value regexMatchData(Context& context, Value regex, Value text) {
  if (!compileRegex(context, regexOf(regex))) return Value::pending();
  const std::string_view subject = stringView(text);
  RegexMatch match;
  const RegexOutcome found = matchRegex(context, regexOf(regex), subject, 0, &match);
  if (found == RegexOutcome::Failed) return Value::pending();
  if (found == RegexOutcome::NoMatch) return Value::nil();
  MapObject* members = newMap(context);
  auto member = [&](const char* name, Value v) { mapPut(context, members, Symbol::of(name), v); };
  member("value", part(context, subject, match.offsets[0], match.offsets[1]));
  ArrayObject* captures = newArray(context, 0);
  member("captures", Value::object(captures));
  for (size_t i = 2; i + 1 < match.offsets.size(); i += 2)
    arrayPush(context, captures, part(context, subject, match.offsets[i], match.offsets[i + 1]));
  MapObject* named = newMap(context);
  member("named_captures", Value::object(named));
  for (const auto& [name, n] : regexGroups(regexOf(regex)))
    mapPut(context, named, Symbol::of(name), arrayAt(captures, n - 1));
  auto characters = [&](size_t offset) {
    return Value::smallInt(static_cast<int64_t>(utf8::count(subject.substr(0, offset))));
  };
  member("start", characters(match.begin()));
  member("end", characters(match.end()));
  member("pre_match", newString(context, subject.substr(0, match.begin())));
  member("post_match", newString(context, subject.substr(match.end())));
  auto* data = allocate<RegexMatchObject>(context, Kind::RegexMatch);
  data->members.init(Value::object(members));
  return Value::object(data);
}

Value regexTest(Context& context, Value regex, Value text) {
  bool found = false;
  const bool ok = forEachMatch(context, regex, text, [&](const RegexMatch&) {
    found = true;
    return false;
  });
  return ok ? Value::boolean(found) : Value::pending();
}

Value regexFind(Context& context, Value regex, Value text) {
  Value found = Value::nil();
  const bool ok = forEachMatch(context, regex, text, [&](const RegexMatch& m) {
    found = part(context, stringView(text), m.offsets[0], m.offsets[1]);
    return false;
  });
  return ok ? found : Value::pending();
}

Value regexFindAll(Context& context, Value regex, Value text) {
  ArrayObject* all = newArray(context, 0);
  const bool ok = forEachMatch(context, regex, text, [&](const RegexMatch& m) {
    arrayPush(context, all, part(context, stringView(text), m.offsets[0], m.offsets[1]));
    return true;
  });
  return ok ? Value::object(all) : Value::pending();
}

Value regexSplit(Context& context, Value regex, Value text, int64_t limit) {
  const std::string_view subject = stringView(text);
  ArrayObject* pieces = newArray(context, 0);
  size_t from = 0;
  const bool ok = forEachMatch(context, regex, text, [&](const RegexMatch& m) {
    if (pieces->size + 1 >= limit) return false;
    // An empty match at either end separates nothing.
    if (m.begin() == m.end() && (m.begin() == 0 || m.begin() >= subject.size())) return true;
    arrayPush(context, pieces, newString(context, subject.substr(from, m.begin() - from)));
    from = m.end();
    return true;
  });
  if (!ok) return Value::pending();
  arrayPush(context, pieces, newString(context, subject.substr(from)));
  return Value::object(pieces);
}

Value regexReplace(Context& context, Value regex, Value text, Value replacement, bool all) {
  if (replacement.isNil() || replacement.isVoid()) replacement = regexOf(regex)->replacement.get();
  if (replacement.isNil()) return raiseArgument(context, "Replacement string is required");
  if (!isString(replacement)) return raiseType(context, "Replacement must be a string");
  const std::string_view subject = stringView(text);
  std::string out;
  size_t copied = 0;
  const bool ok = forEachMatch(context, regex, text, [&](const RegexMatch& m) {
    out += subject.substr(copied, m.begin() - copied);
    expandReplacement(regexOf(regex), stringView(replacement), subject, m, out);
    copied = m.end();
    return all;
  });
  if (!ok) return Value::pending();
  return newString(context, out.append(subject.substr(copied)));
}

int64_t regexIndex(Context& context, Value regex, Value text, size_t from) {
  if (!compileRegex(context, regexOf(regex))) return -2;
  RegexMatch match;
  const std::string_view subject = stringView(text);
  if (from > subject.size()) return -1;
  const RegexOutcome found = matchRegex(context, regexOf(regex), subject, from, &match);
  return found == RegexOutcome::Match ? match.offsets[0] : found == RegexOutcome::NoMatch ? -1 : -2;
}

int64_t regexLastIndex(Context& context, Value regex, Value text, size_t limit) {
  // Every position is tried from the right: matches that overlap an earlier one count.
  if (!compileRegex(context, regexOf(regex))) return -2;
  const std::string_view subject = stringView(text);
  RegexMatch match;
  for (size_t at = std::min(limit, subject.size()) + 1; at-- > 0;) {
    if (at < subject.size() && utf8::isContinuation(subject[at])) continue;
    const RegexOutcome found = matchRegex(context, regexOf(regex), subject, at, &match);
    if (found == RegexOutcome::Failed) return -2;
    if (found == RegexOutcome::Match && match.begin() == at) return static_cast<int64_t>(at);
  }
  return -1;
}

namespace {

/// The subject of a Regexp method; raises when it is missing or no String.
bool subject(Context& context, Arguments args, const char* name) {
  const std::string who = std::string("Regexp.") + name;
  if (isString(args[1])) return true;
  raiseType(context, who + " expects a Regexp and string");
  return false;
}

Value match(Context& c, Arguments a) {
  return subject(c, a, "match") ? regexMatchData(c, a[0], a[1]) : Value::pending();
}
Value process(Context& c, Arguments a) {
  return subject(c, a, "process") ? regexMatchData(c, a[0], a[1]) : Value::pending();
}
Value isMatch(Context& c, Arguments a) {
  return subject(c, a, "match?") ? regexTest(c, a[0], a[1]) : Value::pending();
}
Value find(Context& c, Arguments a) {
  return subject(c, a, "find") ? regexFind(c, a[0], a[1]) : Value::pending();
}
Value findAll(Context& c, Arguments a) {
  return subject(c, a, "find_all") ? regexFindAll(c, a[0], a[1]) : Value::pending();
}
Value split(Context& c, Arguments a) {
  if (!subject(c, a, "split")) return Value::pending();
  int64_t limit = INT64_MAX;
  if (a.count > 2 && !a[2].isNil()) {
    if (!isInt(a[2])) return raiseType(c, "Value is not an integer");
    limit = std::max<int64_t>(asInt(a[2]), 1);
  }
  return regexSplit(c, a[0], a[1], limit);
}
Value replace(Context& c, Arguments a) {
  return subject(c, a, "replace") ? regexReplace(c, a[0], a[1], a.at(2), false) : Value::pending();
}
Value replaceAll(Context& c, Arguments a) {
  return subject(c, a, "replace_all") ? regexReplace(c, a[0], a[1], a.at(2), true)
                                      : Value::pending();
}

constexpr BuiltinRow rows[] = {
    {"match", match, "text -> RegexMatch|Nil", "Ra", "match data of the first match, or nil",
     Missing{"Regexp.match requires an input string"}},
    {"process", process, "text -> RegexMatch|Nil", "Ra", "the same",
     Missing{"Regexp.process requires an input string"}},
    {"match?", isMatch, "text -> Bool", "Ra", "does it match?",
     Missing{"Regexp.match? requires an input string"}},
    {"find", find, "text -> String|Nil", "Ra", "the text of the first match, or nil",
     Missing{"Regexp.find requires an input string"}},
    {"find_all scan", findAll, "text -> Array", "Ra",
     "the texts of all matches that do not overlap",
     Missing{"Regexp.find_all requires an input string"}},
    {"split", split, "text limit? -> Array", "Ra", "the pieces between matches",
     Missing{"Regexp.split requires an input string"}},
    {"replace sub", replace, "text replacement? -> String", "Rrwac",
     "with the first match replaced", Missing{"Regexp.replace requires an input string"}},
    {"replace_all gsub", replaceAll, "text replacement? -> String", "Rrwac",
     "with all matches replaced", Missing{"Regexp.replace_all requires an input string"}},
};

Value construct(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "Regexp.ctor expects a string pattern");
  const Value replacement = args.at(1);
  if (!replacement.isNil() && !isString(replacement))
    return raiseType(context, "Regexp.ctor replacement must be a string or nil");
  bool ignoreCase = false, multiline = false;
  for (uint32_t i = 0; i < args.keywordCount; i++) {
    const std::string_view flag = args.keywordName(i).text();
    const bool on = args.keywordValue(i).isTruthy();
    if (flag == "i")
      ignoreCase = on;
    else if (flag == "m")
      multiline = on;
    else
      return raiseArgument(context, "Regexp.ctor unknown flag: " + std::string(flag));
  }
  return newRegex(context, stringView(args[0]), replacement, ignoreCase, multiline);
}
constexpr BuiltinRow constructors[] = {
    {"new", construct, "pattern replacement? ^... -> Regexp", "Ra",
     "a regex from a pattern, with `^^i` and `^^m`",
     Missing{"Regexp.ctor requires a pattern string"},
     Surplus{"Regexp.ctor accepts at most pattern and replacement"}, Constructor},
};

// --- match data --------------------------------------------------------------------------------------------------------

template <const char* const& Name>
Value member(Context&, Arguments args) {
  return mapGetOr(as<MapObject>(as<RegexMatchObject>(args[0])->members.get()), Symbol::of(Name),
                  Value::void_());
}
constexpr const char *valueName = "value", *capturesName = "captures",
                     *namedName = "named_captures", *startName = "start", *endName = "end",
                     *preName = "pre_match", *postName = "post_match";

constexpr BuiltinRow matchRows[] = {
    {"value", member<valueName>, "-> Value", "r", "the matched text"},
    {"captures", member<capturesName>, "-> Value", "r", "the groups' texts"},
    {"named_captures", member<namedName>, "-> Value", "r", "the named groups' texts"},
    {"start", member<startName>, "-> Value", "r", "where it begins, in characters"},
    {"end", member<endName>, "-> Value", "r", "where it ends"},
    {"pre_match", member<preName>, "-> Value", "r", "the text before"},
    {"post_match", member<postName>, "-> Value", "r", "the text behind"},
};

}  // namespace

#define REGEX_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"
BUILTIN_TABLE(regexTable, "Regexp", Methods, rows)
BUILTIN_TABLE(regexConstructors, "Regexp", Functions, constructors)
BUILTIN_TABLE(regexMatchTable, "RegexMatch", Methods, matchRows)

GENE_LIBRARY(regex) {
  static constexpr const BuiltinTable* tables[] = {
#define REGEX_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  for (const BuiltinTable* table : tables) defineTable(context, *table);
}

}  // namespace gene
