#include "driver/nrepl/Bencode.h"

#include <charconv>

namespace gene::nrepl {
namespace {

constexpr uint32_t Deepest = 64;
constexpr uint64_t LongestString = uint64_t{256} << 20;
constexpr size_t LongestNumber = 20;

void write(const Bencode& value, std::string& out) {
  if (const auto* number = std::get_if<int64_t>(&value.value)) {
    out += "i" + std::to_string(*number) + "e";
  } else if (const auto* text = std::get_if<std::string>(&value.value)) {
    out += std::to_string(text->size()) + ":" + *text;
  } else if (const auto* list = std::get_if<Bencode::List>(&value.value)) {
    out += 'l';
    for (const Bencode& item : *list) write(item, out);
    out += 'e';
  } else {
    out += 'd';
    for (const auto& [key, item] : std::get<Bencode::Dictionary>(value.value)) {
      out += std::to_string(key.size()) + ":" + key;
      write(item, out);
    }
    out += 'e';
  }
}

class Decoder {
 public:
  explicit Decoder(std::string_view text) : text_(text) {}

  Decoded value(Bencode* out, uint32_t depth = 0) {
    if (text_.empty()) return Decoded::Part;
    if (depth > Deepest) return Decoded::Malformed;
    const char first = text_[0];
    if (first >= '0' && first <= '9') return string(&out->value.emplace<std::string>());
    if (first != 'i' && first != 'l' && first != 'd') return Decoded::Malformed;
    text_.remove_prefix(1);
    if (first == 'i') return number('e', &out->value.emplace<int64_t>());
    return first == 'l' ? list(&out->value.emplace<Bencode::List>(), depth)
                        : dictionary(&out->value.emplace<Bencode::Dictionary>(), depth);
  }
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  /// A number, up to its end.
  Decoded number(char end, int64_t* out) {
    const size_t length = text_.substr(0, LongestNumber + 1).find(end);
    if (length == std::string_view::npos)
      return text_.size() > LongestNumber ? Decoded::Malformed : Decoded::Part;
    const auto [after, error] = std::from_chars(text_.data(), text_.data() + length, *out);
    if (error != std::errc() || after != text_.data() + length) return Decoded::Malformed;
    text_.remove_prefix(length + 1);
    return Decoded::Whole;
  }
  Decoded string(std::string* out) {
    int64_t length = 0;
    if (const Decoded got = number(':', &length); got != Decoded::Whole) return got;
    if (static_cast<uint64_t>(length) > LongestString) return Decoded::Malformed;
    if (text_.size() < static_cast<uint64_t>(length)) return Decoded::Part;
    out->assign(text_.substr(0, static_cast<size_t>(length)));
    text_.remove_prefix(static_cast<size_t>(length));
    return Decoded::Whole;
  }
  bool atEnd() {
    if (!text_.starts_with('e')) return false;
    text_.remove_prefix(1);
    return true;
  }
  Decoded list(Bencode::List* out, uint32_t depth) {
    while (!atEnd())
      if (const Decoded got = value(&out->emplace_back(), depth + 1); got != Decoded::Whole)
        return got;
    return Decoded::Whole;
  }
  Decoded dictionary(Bencode::Dictionary* out, uint32_t depth) {
    while (!atEnd()) {
      if (text_.empty()) return Decoded::Part;
      if (text_[0] < '0' || text_[0] > '9') return Decoded::Malformed;
      std::string key;
      if (const Decoded got = string(&key); got != Decoded::Whole) return got;
      if (const Decoded got = value(&(*out)[key], depth + 1); got != Decoded::Whole) return got;
    }
    return Decoded::Whole;
  }

  std::string_view text_;
};

}  // namespace

std::string encode(const Bencode& value) {
  std::string out;
  write(value, out);
  return out;
}

Decoded decode(std::string_view* text, Bencode* value) {
  Decoder decoder(*text);
  const Decoded got = decoder.value(value);
  if (got == Decoded::Whole) *text = decoder.rest();
  return got;
}

}  // namespace gene::nrepl
