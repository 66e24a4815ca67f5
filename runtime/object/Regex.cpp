#include "runtime/object/Regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "runtime/heap/Allocate.h"
#include "runtime/object/RegexPattern.h"
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

/// How matching goes: with a JIT stack that grows where a pattern needs it.
pcre2_match_context* matchContext() {
  constexpr size_t first = size_t{32} << 10, most = size_t{64} << 20;
  static thread_local pcre2_match_context* const shared = [] {
    pcre2_match_context* made = pcre2_match_context_create(nullptr);
    pcre2_jit_stack_assign(made, nullptr, pcre2_jit_stack_create(first, most, nullptr));
    return made;
  }();
  return shared;
}

std::string messageOf(int error) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(error, text, sizeof text);
  return reinterpret_cast<const char*>(text);
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
  const std::string pattern = foldAsciiOnly(written, regex->ignoreCase);
  uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK;
  if (regex->ignoreCase) options |= PCRE2_CASELESS;
  if (regex->multiline) options |= PCRE2_DOTALL;
  int error;
  PCRE2_SIZE at;
  const auto compile = [&](std::string_view text) {
    return pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), options, &error,
                         &at, nullptr);
  };
  pcre2_code* code = compile(pattern);
  if (!code) {
    // The position is one of the pattern as it was written.
    const int why = error;
    if (pcre2_code* other = compile(written)) {
      pcre2_code_free(other);
      error = why;
    }
    raise(context, ErrorClass::Exception,
          "Invalid regex /" + std::string(written) + "/ at position " + std::to_string(at) + ": " +
              messageOf(error));
    return false;
  }
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where there is no JIT the interpreter serves
  regex->compiled = code;
  return true;
}

RegexOutcome matchRegex(Context& context, RegexObject* regex, std::string_view text, size_t from,
                        RegexMatch* match) {
  pcre2_match_data* data = pcre2_match_data_create_from_pattern(codeOf(regex), nullptr);
  const auto attempt = [&](uint32_t options) {
    return pcre2_match(codeOf(regex), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                       PCRE2_NO_UTF_CHECK | options, data, matchContext());
  };
  int count = attempt(0);
  if (count == PCRE2_ERROR_JIT_STACKLIMIT) count = attempt(PCRE2_NO_JIT);
  if (count >= 0) {
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data);
    const uint32_t pairs = pcre2_get_ovector_count(data);
    match->offsets.clear();
    for (uint32_t i = 0; i < pairs * 2; i++)
      match->offsets.push_back(offsets[i] == PCRE2_UNSET ? -1 : static_cast<int64_t>(offsets[i]));
  }
  pcre2_match_data_free(data);
  if (count >= 0) return RegexOutcome::Match;
  if (count == PCRE2_ERROR_NOMATCH) return RegexOutcome::NoMatch;
  raise(
      context, ErrorClass::Runtime,
      "Regex /" + std::string(stringView(regex->pattern.get())) + "/ gave up: " + messageOf(count));
  return RegexOutcome::Failed;
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
