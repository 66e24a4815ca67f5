#pragma once
// Bencode, in which nREPL's messages are written: integers (i42e), strings (5:hello), lists (l…e), dictionaries (d…e).

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gene::nrepl {

struct Bencode {
  using List = std::vector<Bencode>;
  using Dictionary = std::map<std::string, Bencode>;  // keys are written in their order

  Bencode() : value(int64_t{0}) {}
  Bencode(int64_t number) : value(number) {}
  Bencode(uint32_t number) : value(int64_t{number}) {}
  Bencode(std::string text) : value(std::move(text)) {}
  Bencode(std::string_view text) : value(std::string(text)) {}
  Bencode(const char* text) : value(std::string(text)) {}
  Bencode(List list) : value(std::move(list)) {}
  Bencode(Dictionary dictionary) : value(std::move(dictionary)) {}

  std::variant<int64_t, std::string, List, Dictionary> value;
};

/// The text of a value.
std::string encode(const Bencode& value);

enum class Decoded : uint8_t {
  Whole,      // a value, which was taken from the front of the text
  Part,       // the text ends inside of a value
  Malformed,  // no value begins like this, or it is too deep or too long
};
/// Takes a value from the front of `text`, which stays as it is unless it is whole.
Decoded decode(std::string_view* text, Bencode* value);

}  // namespace gene::nrepl
