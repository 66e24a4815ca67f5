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

/// The letters and digits in lower case: toUpper, to_upper and to_upper! are one name to whoever looks for it.
std::string plainName(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (c != '_' && c != '?' && c != '!')
      plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return plain;
}

bool sameButSpelling(std::string_view a, std::string_view b) {
  const std::string plain = plainName(a);
  return !plain.empty() && plain == plainName(b);
}

bool hasWord(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

struct Advice {
  std::string_view words, text;
};

std::string_view textOf(Span<const Advice> table, std::string_view word) {
  for (const Advice& row : table)
    if (hasWord(row.words, word)) return row.text;
  return {};
}

}  // namespace

std::string_view nearest(std::string_view word, Span<const std::string_view> candidates) {
  std::string_view best;
  const size_t most = std::max<size_t>(word.size() / 3, 1);
  size_t bestDistance = most + 1;
  for (std::string_view candidate : candidates) {
    if (candidate == word) continue;
    if (sameButSpelling(word, candidate)) return candidate;
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

std::string_view nearestMethod(std::string_view word, Span<const std::string_view> candidates) {
  // to_i is not what is meant by to_s, near as they are.
  const auto isConversion = [](std::string_view name) {
    return name.size() == 4 && name.starts_with("to_");
  };
  const std::string_view near = nearest(word, candidates);
  if (!near.empty() && !(isConversion(word) && isConversion(near))) return near;
  // In the order of what is most probably meant.
  static constexpr std::string_view synonyms[] = {
      "size length len count bytesize",
      "push append add push_back insert",
      "to_upper upper upcase uppercase toUpperCase",
      "to_lower lower downcase lowercase toLowerCase",
      "contains include? includes has member? has_key has_key? key? contains_key hasOwnProperty in",
      "index_of index find_index indexOf position",
      "trim strip",
      "to_s to_string toString str inspect repr",
      "to_i to_int parse_int int toInt",
      "to_f to_float parse_float float toFloat",
      "each forEach for_each each_char",
      "map collect",
      "filter select find_all",
      "reduce fold inject foldl",
      "any some any?",
      "all every all?",
      "get at fetch dig nth",
      "set put store insert",
      "del delete remove erase remove_at delete_at pop_item unset",
      "substr substring slice mid",
      "slice sub_array subarray substr",
      "skip drop",
      "take limit",
      "replace_all gsub",
      "replace sub",
      "pairs items entries each_pair",
      "char_at charAt char_code_at at",
      "chars characters",
      "has_next hasNext",
      "merge update extend assign",
      "clear empty!",
      "split explode",
      "join implode",
      "class type typeof",
  };
  for (const std::string_view group : synonyms) {
    if (!hasWord(group, word)) continue;
    std::string_view rest = group;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      const auto found = std::ranges::find(candidates, rest.substr(0, end));
      if (found != candidates.end()) return *found;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return {};
}

constexpr Advice foreignWords[] = {
    {"defn defun func function fun proc", "a function is (fn name [parameters] body)"},
    {"constructor initialize __init__ initializer", "a constructor is (ctor [parameters] body)"},
    {"super", "what the parent's methods do is (super .method arguments)"},
    {"implements",
     "a class has an interface by (class Name implements Interface ...), or (implement Interface "
     "for Class ...)"},
    {"fn* function* generator", "the name of a generator ends in *: (fn name* [parameters] body)"},
    {"sorted sort_by",
     "an array is sorted by (items .sort), in another order by (items .sort (fn [a b] ...))"},
    {"def define defvar local auto",
     "a variable is (var name value), a function (fn name [parameters] body)"},
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
    {"catch finally ensure",
     "catch and finally stand in try without brackets: (try ... catch error ... finally ...)"},
    {"else elif then",
     "else and elif stand in if without brackets: (if a ... elif b ... else ...)"},
    {"default otherwise", "all other cases are else: (case value when 1 ... else ...)"},
    {"do-while do_while repeat-until dowhile", "write (loop body (if (! condition) (break)))"},
    {"do",
     "a block is a function, (items .each (fn [item] ...)); the body of a loop has no word before "
     "it"},
    {"for",
     "a loop is a form of its own, (for x in items ...); an array of what is made of each item is "
     "(items .map (fn [x] ...))"},
    {"when", "when stands in case without brackets: (case value when 1 ... else ...)"},
    {"cond switch match unless", "write (if ... elif ... else ...), or (case value when ...)"},
    {"foreach for-each doseq", "write (for item in items body), or (items .each (item -> body))"},
    {"puts echo print_line printf console.log display", "write (println value)"},
    {"raise error", "write (throw value)"},
    {"Error Throwable StandardError RuntimeError ValueError TypeError KeyError IndexError "
     "ZeroDivisionError "
     "ArithmeticException NullPointerException",
     "the class of errors is Exception; RuntimeException, IOError and others are below it"},
    {"except rescue", "an error is handled by catch inside of try"},
    {"require include use using from", "write (import name from \"path\")"},
    {"and", "write &&"},
    {"or", "write ||"},
    {"begin progn", "write (do ...)"},
    {"& | ~ xor bitand bitor bitxor bit-and bit-or bit-xor band bor bxor lnot",
     "bits of ints are joined by (a && b), (a || b), (a &|& b), and turned by (! a)"},
    {"shl shr lsl lsr", "bits are moved by (a << n) and (a >> n)"},
    {"**", "powers are (pow base exponent)"},
    {"^", "powers are (pow base exponent), exclusive or is &|&"},
    {"//", "a comment begins with # and a blank; a division without remainder is ((a / b) .to_i)"},
    {";", "a comment begins with # and a blank"},
    {"== != < > <= >=", "a comparison stands in brackets: (a == b)"},
    {"===", "write =="},
    {"!== <> =/= /= ~=", "write !="},
    {":=", "a variable is (var name value), an assignment (name = value)"},
    {"=", "an assignment is (name = value), a comparison (a == b)"},
    {"++", "adding one is (name += 1), strings are joined by (a ++ b)"},
    {"--", "subtracting one is (name -= 1); a comment begins with # and a blank"},
    {"+ - * / % && || &| &&& << >>",
     "an operation stands in brackets of its own: (a + b); as a function it is ([a b] -> (a + b))"},
    {"=>", "a function without a name is (x -> body)"},
    {"length count size strlen sizeof", "the number of items is (len items)"},
    {"println! print! System.out.println fmt.Println print_endline writeln",
     "write (println value)"},
    {"input gets read_line scanf raw_input getline", "a line of standard input is (readline)"},
    {"parseInt parse_int int Integer atoi toInt to_int str2int tonumber",
     "the number in a text is (text .to_i), or (text .to_f)"},
    {"parseFloat parse_float float atof to_float", "the number in a text is (text .to_f)"},
    {"toString to_string repr inspect str tostring", "the text of a value is (value .to_s)"},
    {"typeof type_of class_of", "the class of a value is (value .class)"},
    {"isinstance is_a instanceof instance_of instance? is_instance is_a? string? int? integer? "
     "float? number? array? map? list? "
     "vector? fn? symbol? isArray is_string is_array",
     "write (value is Class)"},
    {"json_parse parse_json JSON.parse json.loads json JSON",
     "JSON text is read by (gene/json/parse text), and written by (value .to_json)"},
    {"JSON.stringify json.dumps to_json stringify json_generate",
     "JSON text is written by (value .to_json)"},
    {"abs sqrt floor ceil round sin cos tan pow log min max random random_int Math Math.abs "
     "Math.sqrt Math.floor "
     "Math.max Math.min Math.random Math.pow Math.round math.sqrt math.floor math.pi rand "
     "randint",
     "these functions stand in math: (math/sqrt x), (math/random_int 10)"},
    {"car first head", "the first item is items/0"},
    {"cdr rest tail", "all items but the first are (items .skip 1)"},
    {"get nth dig", "a value is read by (items .get key), or items/key"},
    {":",
     "a type stands behind a name and its colon: (var x: Int 5), [a: Int]; the type of a result "
     "behind "
     "->: (fn name [a: Int] -> Int ...)"},
    {"->", "a function without a name is (x -> body), of several parameters ([a b] -> body)"},
    {"..", "numbers from a to b are (range a b)"},
    {"times", "a number of rounds is (repeat n body)"},
    {"read_file readFile slurp file_get_contents read_lines fs.readFile fs.readFileSync",
     "a file is read by (File/read path)"},
    {"write_file writeFile spit file_put_contents fs.writeFile",
     "a file is written by (File/write path text)"},
    {"spawn thread Thread Thread.new goroutine go fork",
     "what runs beside the rest is (async body), its value (await future)"},
    {"Promise", "the class is Future; (async body) makes one"},
    {"?", "one of two values is (ifel condition a b)"},
    {"now current_time time.time Time.now Date.now datetime.now",
     "the local time is (gene/now), seconds since 1970 are (time/now)"},
    {"cons conj push append add", "an item is added by (items .push item)"},
    {"map filter reduce each sort join reverse keys values contains split replace trim",
     "it is a method of collections and strings: (items .map (x -> ...))"},
    {"inc dec succ pred", "write (n + 1), (n - 1); a variable is changed by (n += 1)"},
    {"assoc put", "a key is set by (map .set key value), or (map/key = value)"},
    {"dissoc", "a key is taken out by (map .del key)"},
    {"get-in get_in", "members of members are read by a path: map/key/0"},
    {"drop", "all items but the first n are (items .skip n)"},
    {"apply", "the items of an array become arguments by (f items...)"},
    {"partial comp compose identity", "write a function: (x -> (f 1 x)), (x -> (f (g x)))"},
    {"even? odd? zero? pos? neg? even odd",
     "write a comparison: ((n % 2) == 0), (n == 0), (n > 0)"},
    {"attr_accessor attr_reader attr_writer attr",
     "fields need no accessors: object/name reads one, (object/name = value) sets it"},
    {"sum", "a sum is (items .reduce 0 (fn [sum x] (sum + x)))"},
    {"enumerate each_with_index ipairs each-with-index",
     "items with their index are (for i x in items ...)"},
    {"sprintf format printf", "values are put into a text by #\"a #{value}\""},
    {"mod modulo rem", "the remainder is (a % b)"},
    {"div quot idiv floordiv", "a division without remainder is ((a / b) .to_i)"},
    {"nil? null? is_nil isnull", "write (value == nil)"},
    {"open fopen File.open", "a file is read by (File/read path)"},
    {"argv ARGV sys.argv process.argv args", "the arguments of the program are $args"},
    {"until", "write (while (! condition) ...)"},
    {"in",
     "in stands in a loop: (for x in items ...); whether something is an item says (items "
     ".contains x)"},
    {"??", "another value for nil is (a || b)"},
    {"with", "forms run with self being a value by ($with value forms...)"},
    {"recur", "the next round of a loop is (continue); a while goes on while its condition holds"},
    {"atom swap! reset! deref ref alter", "a variable is changed by (name = value)"},
    {"end endif fi done", "a form ends with its bracket"},
    {"as", "another name for an import is (import name:other from \"module\")"},
    {"public private protected",
     "there is no such word: a method is (method name [parameters] body)"},
    {"static", "what needs no object is a function beside the class: (fn name [parameters] body)"},
    {"assert_equal assertEqual assertEquals expect", "write (assert (a == b))"},
    {"pass", "an empty body is nil"},
    {"module namespace package", "a namespace is (ns name ...)"},
    {"extends", "a class with a parent is (class Name < Parent ...)"},
    {"await_all Promise.all", "write (for f in futures (await f))"},
    {"list vector array", "an array is [a b c]"},
    {"dict hash object map hash-map", "a map is {^key value}"},
    {"concat string", "strings are joined by (a ++ b), or in #\"a#{b}\""},
    {"fs io", "a file is read by (File/read path), written by (File/write path text)"},
    {"os sys process",
     "write (system/cwd), (system/exec \"ls\"), (system/exit 1), $env/HOME, $args"},
    {"http requests axios fetch urllib curl", "a page is (await (http_get url))"},
    {"sqlite sqlite3", "a database is opened by (genex/sqlite/open path)"},
    {"=~", "a regex is looked for by (text .match #/a+/)"},
    {"Set set", "a set is (new HashSet items...)"},
    {"Queue Stack Deque queue stack deque",
     "an array is one: (items .push x), (items .pop); the first is items/0, and (items .del 0) "
     "takes it out"},
};

bool definesFunction(std::string_view word) {
  return hasWord("fn def define defn defun func function fun proc sub", word);
}

std::string_view foreignWord(std::string_view word) {
  if (word.size() > 1 && word[0] == '!' && word[1] != '=') return "write (! value)";
  if (word.size() > 1 && word[0] == '#') return "a comment begins with # and a blank";
  if (word.size() > 3 && word.starts_with("..."))
    return "the items of an array stand where its name has dots behind it: items...";
  // name++ and ++name are symbols.
  for (const std::string_view step : {"++", "--"})
    if (word.ends_with(step) || word.starts_with(step)) word = step;
  return textOf(foreignWords, word);
}

std::string_view foreignType(std::string_view name) {
  static constexpr Advice table[] = {
      {"uint Integer integer Long long Short i32 u64 u32 usize", "Int"},
      {"Double double Real f32", "Float"},
      {"Number number num", "Numeric"},
      {"str Str Text", "String"},
      {"boolean Boolean", "Bool"},
      {"list List Vec Vector vector array ArrayList", "Array"},
      {"dict Dict Hash Object map hash", "Map"},
      {"Set set", "HashSet"},
      {"None null Null unit Unit", "Nil"},
      {"char Character", "Char"},
      {"func function Proc Lambda fn", "Function"},
      {"any object Anything", "Any"},
      {"Error Throwable", "Exception"},
  };
  return textOf(table, name);
}

std::string_view foreignMethod(std::string_view name) {
  static constexpr Advice table[] = {
      {"new", "an object is made by (new Class arguments)"},
      {"then", "the value of a future is (await future); (future .on_success f) calls f with it"},
      {"getMessage get_message", "the message of an exception is its field: error/message"},
      {"flatten flat", "arrays are joined by [a... b...]"},
      {"unshift prepend push_front", "an item stands in front by [item items...]"},
      {"lines splitlines", "the lines of a text are (text .split \"\\n\")"},
      {"concat", "strings are joined by (a ++ b), arrays by [a... b...]"},
      {"sort_by sortBy sorted sort_with order_by sort!",
       "an array is sorted by (items .sort), in another order by (items .sort (fn [a b] ...))"},
      {"shift pop_front popleft", "the first item is items/0, and (items .del 0) takes it out"},
      {"sum", "a sum is (items .reduce 0 (fn [sum x] (sum + x)))"},
      {"div quo idiv", "a division without remainder is ((a / b) .to_i)"},
      {"mod modulo rem remainder", "the remainder is (a % b)"},
      {"ord code char_code charCodeAt code_at codepoint",
       "the number of a character is (text .byte_at index)"},
      {"abs", "it is a function: (math/abs x)"},
      {"sqrt", "it is a function: (math/sqrt x)"},
      {"floor", "it is a function: (math/floor x)"},
      {"ceil", "it is a function: (math/ceil x)"},
      {"round", "it is a function: (math/round x)"},
      {"sin", "it is a function: (math/sin x)"},
      {"cos", "it is a function: (math/cos x)"},
      {"tan", "it is a function: (math/tan x)"},
      {"log", "it is a function: (math/log x)"},
      {"pow", "a power is (math/pow base exponent)"},
      {"min", "the smallest is (math/min a b), of an array (math/min items...)"},
      {"max", "the largest is (math/max a b), of an array (math/max items...)"},
      {"times upto downto step", "a number of rounds is (for i in (range 0 n) ...)"},
      {"uniq unique distinct to_set", "a set of the items is (new HashSet items...)"},
      {"each_with_index enumerate", "items with their index are (for i x in items ...)"},
      {"format sprintf", "values are put into a text by #\"a #{value}\""},
      {"nil? is_nil null?", "write (value == nil)"},
      {"is_a is_a? isinstance instance_of kind_of?", "write (value is Class)"},
      {"even? is_even", "write ((n % 2) == 0)"},
      {"odd? is_odd", "write ((n % 2) == 1)"},
      {"zero?", "write (n == 0)"},
      {"apply bind send invoke",
       "a function is called by (f arguments), a method by (value . name arguments)"},
  };
  return textOf(table, name);
}

}  // namespace gene
