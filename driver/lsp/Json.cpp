#include "driver/lsp/Json.h"

#include <rapidjson/reader.h>

namespace gene::lsp {
namespace {

/// Builds a Json from the events of the reader.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  bool Null() { return add({}); }
  bool Bool(bool b) {
    Json json;
    json.type = b ? Json::Type::True : Json::Type::False;
    return add(std::move(json));
  }
  bool Int(int n) { return Int64(n); }
  bool Uint(unsigned n) { return Int64(n); }
  bool Uint64(uint64_t n) { return Double(static_cast<double>(n)); }
  bool Int64(int64_t n) {
    Json json;
    json.type = Json::Type::Integer;
    json.integer = n;
    return add(std::move(json));
  }
  bool Double(double n) {
    Json json;
    json.type = Json::Type::Number;
    json.number = n;
    return add(std::move(json));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    Json json;
    json.type = Json::Type::Text;
    json.text.assign(text, length);
    return add(std::move(json));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    open_.back().keys.emplace_back(text, length);
    return true;
  }
  bool StartObject() { return start(Json::Type::Object); }
  bool StartArray() { return start(Json::Type::Array); }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool EndArray(rapidjson::SizeType) { return end(); }

  Json result;

 private:
  bool start(Json::Type type) {
    open_.emplace_back().type = type;
    return true;
  }
  bool end() {
    Json json = std::move(open_.back());
    open_.pop_back();
    return add(std::move(json));
  }
  bool add(Json json) {
    if (open_.empty())
      result = std::move(json);
    else
      open_.back().items.push_back(std::move(json));
    return true;
  }
  std::vector<Json> open_;
};

}  // namespace

std::optional<Json> parseJson(const std::string& text) {
  rapidjson::Reader reader;
  rapidjson::StringStream stream(text.c_str());
  Builder builder;
  // Iterative: what is nested deeply does not end the server.
  if (!reader.Parse<rapidjson::kParseIterativeFlag>(stream, builder)) return std::nullopt;
  return std::move(builder.result);
}

}  // namespace gene::lsp
