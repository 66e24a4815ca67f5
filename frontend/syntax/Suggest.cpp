#include "frontend/syntax/Suggest.h"

#include <algorithm>
#include <vector>

namespace gene {
namespace {

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      row[j] =
          std::min({last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

bool sameButCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  const size_t most = std::max<size_t>(word.size() / 3, 1);
  size_t bestDistance = most + 1;
  for (std::string_view candidate : candidates) {
    if (candidate == word) continue;
    if (sameButCase(word, candidate)) return candidate;
    const size_t longer = std::max(word.size(), candidate.size());
    const size_t shorter = std::min(word.size(), candidate.size());
    // Of one letter nothing is near, and what has nothing in common is not near either; two letters may be swapped.
    if (word.size() < 2 || longer - shorter > most) continue;
    if (longer == 2 && (shorter != 2 || word[0] != candidate[1] || word[1] != candidate[0]))
      continue;
    const size_t distance = editDistance(word, candidate);
    if (distance >= bestDistance || distance >= longer) continue;
    bestDistance = distance;
    best = candidate;
  }
  return best;
}

std::string_view foreignWord(std::string_view word) {
  static constexpr struct {
    std::string_view words, text;
  } table[] = {
      {"defn defun def define func function fun sub proc",
       "a function is (fn name [parameters] body)"},
      {"lambda λ", "a function without a name is (fn [parameters] body), or (x -> body)"},
      {"defmacro macro", "a macro is (fn name! [parameters] body)"},
      {"defclass struct record defstruct",
       "a class is (class Name (ctor [/field] ...) (method name [] ...))"},
      {"val const final", "a variable is (var name value), a constant (let name value)"},
      {"set! setq setf", "an assignment is (name = value)"},
      {"null None undefined NULL nullptr Nil none", "the value for nothing is nil"},
      {"True TRUE", "write true"},
      {"False FALSE", "write false"},
      {"this @self", "the object of a method is self; its field x is /x"},
      {"elseif elsif elsefi", "a further condition is elif"},
      {"cond switch match when unless",
       "write (if ... elif ... else ...), or (case value when ...)"},
      {"foreach for-each doseq", "write (for item in items body), or (items .each (item -> body))"},
      {"puts echo print_line printf console.log display", "write (println value)"},
      {"raise error", "write (throw value)"},
      {"Error Throwable", "the class of errors is Exception"},
      {"except rescue", "an error is handled by catch inside of try"},
      {"require include use using", "write (import name from \"path\")"},
      {"and", "write &&"},
      {"or", "write ||"},
      {"begin progn", "write (do ...)"},
      {"**", "powers are (pow base exponent)"},
      {"^", "powers are (pow base exponent), exclusive or is &|&"},
      {"//",
       "a comment begins with # and a blank; a division without remainder is ((a / b) .to_i)"},
      {";", "a comment begins with # and a blank"},
      {"== != < > <= >=", "a comparison stands in brackets: (a == b)"},
      {"===", "write =="},
      {"!== <> =/= /=", "write !="},
      {":=", "a variable is (var name value), an assignment (name = value)"},
      {"=", "an assignment is (name = value), a comparison (a == b)"},
      {"++", "adding one is (name += 1)"},
      {"=>", "a function without a name is (x -> body)"},
      {"length count size", "the number of items is (items .size)"},
      {"list vector array", "an array is [a b c]"},
      {"dict hash object map hash-map", "a map is {^key value}"},
      {"str concat string", "strings are joined by (a ++ b), or in #\"a#{b}\""},
  };
  for (const auto& row : table) {
    std::string_view rest = row.words;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      if (rest.substr(0, end) == word) return row.text;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return {};
}

}  // namespace gene
