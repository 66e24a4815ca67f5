#include "runtime/http/Text.h"

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <ostream>

namespace gene::http {
namespace {

constexpr std::string_view TokenMarks = "!#$%&'*+-.^_`|~";
constexpr const char* DateFormat = "%a, %d %b %Y %H:%M:%S GMT";

bool isAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

constexpr std::pair<std::string_view, std::string_view> FileTypes[] = {
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"xml", "application/xml"},
    {"json", "application/json"},
    {"pdf", "application/pdf"},
    {"wasm", "application/wasm"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"svg", "image/svg+xml"},
    {"webp", "image/webp"},
    {"ico", "image/x-icon"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
};

}  // namespace

std::string_view reasonOf(int status) {
  const auto text = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return text.empty() || text == "<unknown-status>" ? std::string_view("Unknown")
                                                    : std::string_view(text.data(), text.size());
}

std::string dateText(std::time_t time) {
  std::tm parts;
  gmtime_r(&time, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, DateFormat, &parts)};
}

std::time_t dateOf(std::string_view text) {
  std::tm parts{};
  const std::string whole(text);
  const char* end = strptime(whole.c_str(), DateFormat, &parts);
  return end && !*end ? timegm(&parts) : -1;
}

std::string_view typeOfFile(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot != std::string_view::npos && path.find('/', dot) == std::string_view::npos) {
    const std::string ending = lowerCase(path.substr(dot + 1));
    for (const auto& [name, type] : FileTypes)
      if (name == ending) return type;
  }
  return "application/octet-stream";
}

bool isFieldName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return isAlphanumeric(c) || TokenMarks.find(c) != std::string_view::npos;
  });
}

bool isFieldValue(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::string percentDecoded(std::string_view text, bool isForm) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if (c == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 &&
        hexDigit(text[i + 2]) >= 0) {
      out += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
      i += 2;
    } else {
      out += c == '+' && isForm ? ' ' : c;
    }
  }
  return out;
}

std::string percentEncoded(std::string_view text) {
  constexpr std::string_view Plain = "-._~", Digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (isAlphanumeric(c) || Plain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', Digits[byte >> 4], Digits[byte & 15]};
  }
  return encoded;
}

std::vector<std::pair<std::string, std::string>> formFields(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty()) continue;
    const size_t equals = std::min(part.find('='), part.size());
    fields.emplace_back(percentDecoded(part.substr(0, equals), true),
                        percentDecoded(part.substr(std::min(equals + 1, part.size())), true));
  }
  return fields;
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace gene::http
