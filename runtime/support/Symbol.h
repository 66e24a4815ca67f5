#pragma once
// Symbols: names interned once per process, as 32-bit ids. Reader, compiler and runtime share them, so a symbol in
// a form, in IR and in a Value is the same number. Names in Symbols.def have ids known while compiling.

#include <cstdint>
#include <string_view>

namespace gene {

struct Symbol {
  uint32_t id = 0;  // 0 is the empty name

  /// The symbol with this text; the text is copied when it is new.
  static Symbol of(std::string_view text);
  /// The same where hashText(text) is known.
  static Symbol of(std::string_view text, uint32_t hash);
  /// Is there a symbol with this id? For words from outside.
  static bool exists(uint32_t id);
  /// The text; valid for the life of the process.
  [[nodiscard]] std::string_view text() const;
  /// The text with a terminating zero.
  [[nodiscard]] const char* c_str() const { return text().data(); }
  [[nodiscard]] bool empty() const { return id == 0; }
  friend bool operator==(Symbol, Symbol) = default;
  friend auto operator<=>(Symbol, Symbol) = default;
};

/// Where a program defines one name several times, in modules or scopes of their own, each definition but the first has
/// an identity of its own, which annotations go by: a symbol of the name, this character and a number. People see the name.
inline constexpr char IdentityMark = '\x1e';
inline std::string_view withoutIdentity(std::string_view text) {
  return text.substr(0, text.find(IdentityMark));
}
inline Symbol nameOfIdentity(Symbol identity) {
  const std::string_view name = withoutIdentity(identity.text());
  return name.size() == identity.text().size() ? identity : Symbol::of(name);
}

/// Well-known symbols: sym::println and so on.
namespace sym {
enum : uint32_t {
  EmptyId,
#define SYMBOL(name, text) name##Id,
#include "runtime/support/Symbols.def"
  WellKnownCount
};
#define SYMBOL(name, text) inline constexpr Symbol name{name##Id};
#include "runtime/support/Symbols.def"
}  // namespace sym

}  // namespace gene

template <>
struct std::hash<gene::Symbol> {
  size_t operator()(gene::Symbol s) const noexcept { return s.id * 0x9E3779B97F4A7C15ull >> 16; }
};
