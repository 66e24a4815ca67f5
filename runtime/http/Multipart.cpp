#include "runtime/http/Multipart.h"

#include <algorithm>

#include "runtime/http/Text.h"

namespace gene::http {
namespace {

constexpr size_t MostParts = 1000, LongestBoundary = 70, MostOfHead = size_t{16} << 10;

/// The parameter `name` of a field: form-data; name="a"; filename=b. False where there is none.
bool parameter(std::string_view field, std::string_view name, std::string* value) {
  for (size_t at = field.find(';'); at < field.size();) {
    const std::string_view rest = field.substr(at + 1);
    const size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return false;
    const bool isWanted = lowerCase(trimmed(rest.substr(0, equals))) == name;
    size_t i = equals + 1;
    std::string found;
    if (i < rest.size() && rest[i] == '"') {
      for (i++; i < rest.size() && rest[i] != '"'; i++) {
        if (rest[i] == '\\' && i + 1 < rest.size()) i++;
        found += rest[i];
      }
      i = rest.find(';', i);
    } else {
      const size_t start = i;
      i = std::min(rest.find(';', i), rest.size());
      found = trimmed(rest.substr(start, i - start));
    }
    if (isWanted) {
      *value = std::move(found);
      return true;
    }
    if (i >= rest.size()) return false;
    at += 1 + i;
  }
  return false;
}

/// What the fields in front of a part's data say; false without a name.
bool readHead(std::string_view head, FormPart* part) {
  bool hasName = false;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string name = lowerCase(trimmed(line.substr(0, colon)));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "content-type") part->type = value;
    if (name != "content-disposition" || !lowerCase(value).starts_with("form-data")) continue;
    hasName = parameter(value, "name", &part->name);
    part->isFile = parameter(value, "filename", &part->filename);
  }
  return hasName;
}

/// Where the next delimiter begins: a line of its own, not one that begins like it. npos without one.
size_t findDelimiter(std::string_view body, std::string_view delimiter, size_t from) {
  for (;; from++) {
    from = body.find(delimiter, from);
    if (from == std::string_view::npos) return from;
    const std::string_view rest = body.substr(from + delimiter.size());
    if (rest.starts_with("--") || trimmed(rest.substr(0, rest.find("\r\n"))).empty()) return from;
  }
}

}  // namespace

bool readMultipart(std::string_view type, std::string_view body, std::vector<FormPart>* parts) {
  std::string boundary;
  if (!parameter(type, "boundary", &boundary) || boundary.empty() ||
      boundary.size() > LongestBoundary)
    return false;
  const std::string delimiter = "\r\n--" + boundary;
  size_t at = 0;
  if (body.starts_with(std::string_view(delimiter).substr(2))) {
    at = delimiter.size() - 2;
  } else {
    at = findDelimiter(body, delimiter, 0);
    if (at == std::string_view::npos) return false;
    at += delimiter.size();
  }
  for (;;) {
    std::string_view rest = body.substr(at);
    if (rest.starts_with("--")) return true;
    const size_t lineEnd = rest.find("\r\n");
    if (lineEnd == std::string_view::npos || !trimmed(rest.substr(0, lineEnd)).empty() ||
        parts->size() == MostParts)
      return false;
    at += lineEnd;  // before the line end: a part without fields begins with another one
    const size_t headEnd = body.find("\r\n\r\n", at);
    if (headEnd == std::string_view::npos || headEnd - at > MostOfHead) return false;
    FormPart part;
    const size_t headStart = std::min(at + 2, headEnd);
    if (!readHead(body.substr(headStart, headEnd - headStart), &part)) return false;
    const size_t start = headEnd + 4;
    const size_t end = findDelimiter(body, delimiter, headEnd + 2);
    if (end == std::string_view::npos) return false;
    part.data = body.substr(std::min(start, end), end - std::min(start, end));
    parts->push_back(std::move(part));
    at = end + delimiter.size();
  }
}

}  // namespace gene::http
