#pragma once
// JSON for the language server: members that may be missing, and a writer with scopes.

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gene::lsp {

struct Json {
  enum class Type : uint8_t { Null, False, True, Integer, Number, Text, Array, Object };
  Type type = Type::Null;
  int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<Json> items;
  std::vector<std::string> keys;  // of an object: as many as items
};
/// Nothing for text that is no JSON.
std::optional<Json> parseJson(const std::string& text);

/// The member of an object along a path; null where one is missing.
template <class... Keys>
const Json* member(const Json* value, std::string_view key, Keys... rest) {
  if (!value) return nullptr;
  for (size_t i = 0; i < value->keys.size(); i++) {
    if (value->keys[i] != key) continue;
    if constexpr (sizeof...(rest) == 0)
      return &value->items[i];
    else
      return member(&value->items[i], rest...);
  }
  return nullptr;
}
inline std::string_view textOf(const Json* value) {
  return value ? std::string_view(value->text) : std::string_view{};
}
inline int64_t numberOf(const Json* value, int64_t otherwise) {
  return value && value->type == Json::Type::Integer ? value->integer : otherwise;
}
inline bool isTrue(const Json* value) { return value && value->type == Json::Type::True; }

/// Writes JSON: out.object([&] { out.member("a", 1); }).
class JsonWriter {
 public:
  template <class F>
  void object(F&& members) {
    out_.StartObject();
    members();
    out_.EndObject();
  }
  template <class F>
  void array(F&& items) {
    out_.StartArray();
    items();
    out_.EndArray();
  }
  void key(std::string_view name) { out_.Key(name.data(), static_cast<unsigned>(name.size())); }
  void value(std::string_view text) {
    out_.String(text.data(), static_cast<unsigned>(text.size()));
  }
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(bool b) { out_.Bool(b); }
  void value(int64_t n) { out_.Int64(n); }
  void value(uint32_t n) { out_.Uint(n); }
  void value(int n) { out_.Int(n); }
  void null() { out_.Null(); }
  void number(double n) { out_.Double(n); }
  template <class T>
  void member(std::string_view name, const T& what) {
    key(name);
    value(what);
  }
  template <class F>
  void objectMember(std::string_view name, F&& members) {
    key(name);
    object(members);
  }
  template <class F>
  void arrayMember(std::string_view name, F&& items) {
    key(name);
    array(items);
  }
  [[nodiscard]] std::string_view text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> out_{buffer_};
};

}  // namespace gene::lsp
