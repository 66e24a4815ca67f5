#pragma once
// A row of a table of built-in functions: what each says, and the check of its words while compiling.
//
//   {"split", split, "separator limit? -> Array", "Ra", "the pieces between separators, at most `limit`",
//    Missing{"String.split requires separator"}}
//
// names      aliases are blank-separated
// function   what does it
// signature  the arguments, without the receiver of a method: `name`, `name?` (may be left out), `name...` (any number); then
//            keywords: `^name`, and `^...` where others are taken as well; `->` and the classes of what it gives,
//            with `|` between several; Value: anything. `name:Class` says that it raises for values of other classes
// effects    letters: R may raise, other than for what the signature forbids · r reads what others may change · w changes
//            what others may see, or the world outside · a allocates · c may run Gene code. What runs Gene code
//            has all of them; a function without letters gives the same for the same arguments.
//            And what it reaches of the world outside, which a sandbox refuses (runtime/support/Permissions.def): F reads files ·
//            W writes them · N the network · E the environment · P starts programs · X what no sandbox has · - something that
//            every program may, or asks for itself. test/lint/permissions.py knows which rows need one
// a line     of documentation
// and what few rows have, in any order: Missing{…}, Surplus{…} (what is said of too few, too many arguments, where the
// language fixes it), Constructor, Initializer, an operation that passes and back ends know

#include <string_view>

#include "runtime/abi/Operations.h"
#include "runtime/object/Function.h"
#include "runtime/support/Sandbox.h"

namespace gene {

struct Missing {
  const char* text;
};
struct Surplus {
  const char* text;
};

/// Not a constant expression: the compiler points to the row.
void wrongRow(const char* why);

/// The kinds of values that a word behind the arrow stands for; 0: there is no such class.
consteval uint64_t kindsNamed(std::string_view word) {
  struct {
    std::string_view name;
    Kind kind;
  } constexpr classes[] = {
#define IMMEDIATE(Name, Class, Typeof) {Class, Kind::Name},
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) {Class, Kind::Name},
#include "runtime/value/Kinds.def"
      {"Date", Kind::DateTime},     {"Time", Kind::DateTime},     {"DateTime", Kind::DateTime},
      {"Iterator", Kind::Iterator}, {"Instance", Kind::Instance},
  };
  if (word == "Value") return ~uint64_t{0};
  uint64_t kinds = 0;
  for (const auto& row : classes)
    if (!word.empty() && row.name == word) kinds |= uint64_t{1} << static_cast<uint32_t>(row.kind);
  return kinds;
}

struct BuiltinRow {
  BuiltinFunction function{};
  const char* documentation;
  BuiltinClaims claims;
  BuiltinOperation operation;

  template <class... More>
  consteval BuiltinRow(const char* names, Builtin code, const char* arguments, const char* effects,
                       const char* sentence, More... more)
      : documentation(sentence) {
    function.names = names;
    function.signature = arguments;
    function.function = code;
    if (!*names || *names == ' ') wrongRow("a name is missing");
    if (!*sentence) wrongRow("the documentation is missing");
    for (const char* letter = effects; *letter; letter++) readEffect(*letter);
    readSignature(arguments);
    if (claims.runsCode && !(claims.mayRaise && claims.reads && claims.writes && claims.allocates))
      wrongRow("Gene code may have all effects");
    (add(more), ...);
    if (function.needs && !claims.mayRaise) wrongRow("what may be refused raises");
    if (function.missing && function.least == 0) wrongRow("no argument can be missing");
    if (function.surplus && function.most == BuiltinFunction::AnyNumber)
      wrongRow("there cannot be too many arguments");
#ifdef GENE_ASSERTS
    function.claims = claims;
#endif
  }

 private:
  consteval void add(Missing m) { function.missing = m.text; }
  consteval void add(Surplus s) { function.surplus = s.text; }
  consteval void add(BuiltinFlags f) { function.flags = f; }
  consteval void add(ArrayMethod m) { operation.array = m; }
  consteval void add(TableMethod m) { operation.table = m; }
  consteval void add(StringMethod m) { operation.string = m; }
  consteval void add(NumberFunction f) { operation.number = f; }

  consteval void readEffect(char letter) {
    switch (letter) {
      case 'R': claims.mayRaise = true; break;
      case 'r': claims.reads = true; break;
      case 'w': claims.writes = true; break;
      case 'a': claims.allocates = true; break;
      case 'c': claims.runsCode = true; break;
      case '-': break;
#define PERMISSION(name, letter, option, value, what, help) \
  case letter: function.needs |= 1 << static_cast<int>(Permission::name); break;
#include "runtime/support/Permissions.def"
      default: wrongRow("there is no such effect");
    }
  }

  consteval void readSignature(const char* start) {
    std::string_view rest = start;
    bool optional = false, many = false, hasKinds = false;
    for (;;) {
      const size_t blank = rest.find(' ');
      const std::string_view word = rest.substr(0, blank);
      if (word == "->") break;
      if (word.empty() || blank == std::string_view::npos) wrongRow("the arrow is missing");
      if (word.starts_with('^')) {
        if (word.size() == 1) wrongRow("a keyword has no name");
        if (!function.keywords) function.keywords = rest.data();
      } else {
        if (many || function.keywords) wrongRow("an argument stands behind the last one");
        const size_t colon = word.find(':');
        const std::string_view name = word.substr(0, colon);
        many = name.ends_with("...");
        if (!many && !name.ends_with('?')) {
          if (optional) wrongRow("an argument that is needed stands behind an optional one");
          function.least++;
        }
        optional |= name.ends_with('?');
        if (colon != std::string_view::npos) {
          if (many || function.most >= BuiltinClaims::TypedArguments)
            wrongRow("only the first arguments have kinds");
          claims.arguments[function.most] = readKinds(word.substr(colon + 1));
          hasKinds = true;
        }
        function.most++;
      }
      rest.remove_prefix(blank + 1);
    }
    if (many) function.most = BuiltinFunction::AnyNumber;
    if (hasKinds && !claims.mayRaise) wrongRow("what takes kinds of arguments raises for others");
    rest.remove_prefix(std::string_view("-> ").size());
    claims.results = readKinds(rest);
  }

  /// A|B
  static consteval uint64_t readKinds(std::string_view words) {
    uint64_t all = 0;
    while (!words.empty()) {
      const size_t bar = words.find('|');
      const uint64_t kinds = kindsNamed(words.substr(0, bar));
      if (kinds == 0) wrongRow("there is no such class");
      all |= kinds;
      words.remove_prefix(bar == std::string_view::npos ? words.size() : bar + 1);
    }
    if (all == 0) wrongRow("a class is missing");
    return all;
  }
};

}  // namespace gene
