#include "runtime/object/Regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "runtime/heap/Allocate.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

pcre2_code* codeOf(const RegexObject* regex) { return static_cast<pcre2_code*>(regex->compiled); }

/// Reads digits at `i`.
size_t number(std::string_view text, size_t& i) {
  size_t n = 0;
  while (i < text.size() && text[i] >= '0' && text[i] <= '9')
    n = std::min<size_t>(n * 10 + (text[i++] - '0'), 9999);
  return n;
}

/// The position behind the part of a pattern at `at` that has to stay as it is: an escape, a class, a group's name, a
/// comment, quoted text; `at` itself for an ordinary character.
size_t behindSyntax(std::string_view pattern, size_t at) {
  auto behind = [&](std::string_view end, size_t from) {
    const size_t found = pattern.find(end, from);
    return found == std::string_view::npos ? pattern.size() : found + end.size();
  };
  const std::string_view rest = pattern.substr(at);
  if (rest.starts_with("\\Q")) return behind("\\E", at + 2);
  if (rest.starts_with("\\k") || rest.starts_with("\\g")) {
    const char open = rest.size() > 2 ? rest[2] : '\0';
    if (open == '<') return behind(">", at + 3);
    if (open == '\'') return behind("'", at + 3);
    if (open == '{') return behind("}", at + 3);
  }
  if (rest.starts_with('\\')) return std::min(at + 2, pattern.size());
  if (rest.starts_with("(?#") || rest.starts_with("(?&") || rest.starts_with("(?P=") ||
      rest.starts_with("(?P>"))
    return behind(")", at);
  if (rest.starts_with("(?P<")) return behind(">", at);
  if (rest.starts_with("(?'")) return behind("'", at + 3);
  if (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!"))
    return behind(">", at);
  if (rest.starts_with('[')) {
    size_t i = at + 1;
    if (i < pattern.size() && pattern[i] == '^') i++;
    if (i < pattern.size() && pattern[i] == ']') i++;  // a leading ] is a member
    for (; i < pattern.size() && pattern[i] != ']'; i++) {
      if (pattern[i] == '\\') i++;
      if (pattern.substr(i).starts_with("[:")) i = behind(":]", i) - 1;
    }
    return std::min(i + 1, pattern.size());
  }
  return at;
}

bool isForeign(char c) { return static_cast<uint8_t>(c) >= 0x80; }
bool isLetter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/// A class under `i` as one without it: with both cases of its ASCII letters.
std::string widenClass(std::string_view cls) {
  std::string members;
  const size_t end = cls.ends_with(']') ? cls.size() - 1 : cls.size();
  for (size_t i = 1; i < end; i++) {
    if (cls[i] == '\\' || cls.substr(i).starts_with("[:")) {
      const size_t close = cls[i] == '[' ? cls.find(":]", i) : i;
      i = close == std::string_view::npos ? end : close + 1;
    } else if (isLetter(cls[i])) {
      members += static_cast<char>(cls[i] ^ 32);
      if (i + 2 < end && cls[i + 1] == '-' && isLetter(cls[i + 2])) {
        members += '-';
        members += static_cast<char>(cls[i + 2] ^ 32);
        i += 2;
      }
    }
  }
  size_t first = cls.substr(1).starts_with('^') ? 2 : 1;
  if (cls.substr(first).starts_with(']')) first++;  // a leading ] is a member
  return std::string("(?-i:")
      .append(cls.substr(0, first))
      .append(members)
      .append(cls.substr(first))
      .append(")");
}

/// Only ASCII letters fold (13 §7), while PCRE folds all of Unicode: other characters are taken out of `i`.
std::string foldAsciiOnly(std::string_view pattern, bool ignoreCase) {
  std::string out;
  for (size_t i = 0; i < pattern.size();) {
    size_t end = behindSyntax(pattern, i);
    const bool foreign = end == i && isForeign(pattern[i]);
    const std::string_view part = pattern.substr(i, end - i);
    if (ignoreCase && part.starts_with('[') && std::any_of(part.begin(), part.end(), isForeign)) {
      out += widenClass(part);
      i = end;
      continue;
    }
    if (end == i) end = i + 1;
    while (foreign && end < pattern.size() && utf8::isContinuation(pattern[end])) end++;
    if (foreign) out += "(?-i:";
    out += pattern.substr(i, end - i);
    if (foreign) out += ')';
    i = end;
  }
  return out;
}

}  // namespace

Value newRegex(Context& context, std::string_view pattern, Value replacement, bool ignoreCase,
               bool multiline) {
  const Value text = newString(context, pattern);
  auto* regex = allocate<RegexObject>(context, Kind::Regex);
  regex->pattern.init(text);
  regex->replacement.init(replacement);
  regex->ignoreCase = ignoreCase;
  regex->multiline = multiline;
  regex->compiled = nullptr;
  return Value::object(regex);
}

bool compileRegex(Context& context, RegexObject* regex) {
  if (regex->compiled) return true;
  const std::string_view written = stringView(regex->pattern.get());
  const bool foreign = std::any_of(written.begin(), written.end(), isForeign);
  const std::string pattern =
      foreign ? foldAsciiOnly(written, regex->ignoreCase) : std::string(written);
  uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK;
  if (regex->ignoreCase) options |= PCRE2_CASELESS;
  if (regex->multiline) options |= PCRE2_DOTALL;
  int error;
  PCRE2_SIZE at;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   options, &error, &at, nullptr);
  if (!code) {
    PCRE2_UCHAR text[256];
    pcre2_get_error_message(error, text, sizeof text);
    raise(context, ErrorClass::Exception,
          "Invalid regex /" + std::string(written) + "/ at position " + std::to_string(at) + ": " +
              reinterpret_cast<const char*>(text));
    return false;
  }
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where there is no JIT the interpreter serves
  regex->compiled = code;
  return true;
}

bool matchRegex(RegexObject* regex, std::string_view text, size_t from, RegexMatch* match) {
  pcre2_match_data* data = pcre2_match_data_create_from_pattern(codeOf(regex), nullptr);
  const int count = pcre2_match(codeOf(regex), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                text.size(), from, PCRE2_NO_UTF_CHECK, data, nullptr);
  if (count >= 0) {
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data);
    const uint32_t pairs = pcre2_get_ovector_count(data);
    match->offsets.clear();
    for (uint32_t i = 0; i < pairs * 2; i++)
      match->offsets.push_back(offsets[i] == PCRE2_UNSET ? -1 : static_cast<int64_t>(offsets[i]));
  }
  pcre2_match_data_free(data);
  return count >= 0;
}

std::vector<std::pair<std::string, uint32_t>> regexGroups(RegexObject* regex) {
  uint32_t count = 0, size = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(codeOf(regex), PCRE2_INFO_NAMECOUNT, &count);
  pcre2_pattern_info(codeOf(regex), PCRE2_INFO_NAMEENTRYSIZE, &size);
  pcre2_pattern_info(codeOf(regex), PCRE2_INFO_NAMETABLE, &table);
  std::vector<std::pair<std::string, uint32_t>> groups;
  for (uint32_t i = 0; i < count; i++, table += size)
    groups.emplace_back(reinterpret_cast<const char*>(table + 2),
                        static_cast<uint32_t>(table[0] << 8 | table[1]));
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  return groups;
}

void expandReplacement(RegexObject* regex, std::string_view replacement, std::string_view text,
                       const RegexMatch& match, std::string& out) {
  auto group = [&](size_t n) {
    if (2 * n + 1 >= match.offsets.size() || match.offsets[2 * n] < 0) return;
    const auto begin = static_cast<size_t>(match.offsets[2 * n]);
    out += text.substr(begin, static_cast<size_t>(match.offsets[2 * n + 1]) - begin);
  };
  for (size_t i = 0; i < replacement.size();) {
    const char c = replacement[i++];
    if (c != '\\' || i == replacement.size()) {
      out += c;
      continue;
    }
    const char next = replacement[i];
    if (next >= '0' && next <= '9') {
      group(number(replacement, i));
    } else if (next == '\\') {
      out += '\\';
      i++;
    } else if ((next == 'k' || next == 'g') && i + 1 < replacement.size() &&
               (replacement[i + 1] == '<' || replacement[i + 1] == '\'')) {
      const size_t close = replacement.find(replacement[i + 1] == '<' ? '>' : '\'', i + 2);
      if (close == std::string_view::npos) {
        out += c;
        continue;
      }
      const std::string_view name = replacement.substr(i + 2, close - i - 2);
      for (const auto& [groupName, n] : regexGroups(regex))
        if (groupName == name) group(n);
      i = close + 1;
    } else {
      out += c;
      out += next;
      i++;
    }
  }
}

size_t nextSearch(std::string_view text, const RegexMatch& match) {
  if (match.end() > match.begin() || match.end() >= text.size())
    return match.end() + (match.end() == match.begin());
  size_t next = match.end() + 1;
  while (next < text.size() && utf8::isContinuation(text[next])) next++;
  return next;
}

void freeRegex(RegexObject* regex) {
  if (regex->compiled) pcre2_code_free(codeOf(regex));
  regex->compiled = nullptr;
}

}  // namespace gene
