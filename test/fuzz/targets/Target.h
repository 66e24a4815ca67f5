#pragma once
// The targets of the fuzzers: each takes any bytes, and nothing that it calls may crash, hang, leak or break a rule that it checks.
// TARGET begins one; the names are those of `./dev fuzz NAME`.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace gene::fuzz {

struct Target {
  Target(const char* nameOfIt, void (*function)(std::string_view input));
  const char* name;
  void (*run)(std::string_view input);
  const Target* next;
};
/// The target of this name, or null.
const Target* targetNamed(std::string_view name);
/// Calls f(target) for each of them.
void forEachTarget(void (*f)(const Target& target));

/// Ends the process as a crash: a rule was broken.
[[noreturn]] inline void isBroken(const char* rule, std::string_view what) {
  std::fprintf(stderr, "broken: %s: %.*s\n", rule, static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Takes numbers off the front of the input; 0 when it is used up.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool isEmpty() const { return rest_.empty(); }
  uint64_t take(unsigned bytes) {
    uint64_t number = 0;
    for (; bytes > 0 && !rest_.empty(); bytes--, rest_.remove_prefix(1))
      number = number << 8 | static_cast<uint8_t>(rest_[0]);
    return number;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

#define TARGET(name)                                                   \
  static void fuzz_##name(std::string_view input);                     \
  static const ::gene::fuzz::Target target_##name{#name, fuzz_##name}; \
  static void fuzz_##name([[maybe_unused]] std::string_view input)

}  // namespace gene::fuzz
