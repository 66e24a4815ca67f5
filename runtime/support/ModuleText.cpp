#include "runtime/support/ModuleText.h"

#include <cstdint>
#include <cstring>

#include "runtime/support/ContentHash.h"

namespace gene {
namespace {

constexpr std::string_view Letters = "GENETEXT";
struct Tail {
  uint64_t length, hash;
  char letters[Letters.size()];
};

}  // namespace

std::string moduleTrailer(std::string_view text) {
  Tail tail{text.size(), contentHash(text), {}};
  std::memcpy(tail.letters, Letters.data(), Letters.size());
  return std::string(text) + std::string(reinterpret_cast<const char*>(&tail), sizeof tail);
}

std::optional<std::string_view> moduleTextOf(std::string_view file) {
  Tail tail;
  if (file.size() < sizeof tail) return std::nullopt;
  const size_t end = file.size() - sizeof tail;
  std::memcpy(&tail, file.data() + end, sizeof tail);
  if (std::string_view(tail.letters, sizeof tail.letters) != Letters || tail.length > end)
    return std::nullopt;
  const std::string_view text = file.substr(end - tail.length, tail.length);
  if (contentHash(text) != tail.hash) return std::nullopt;
  return text;
}

std::string_view withoutModuleText(std::string_view file) {
  const std::optional<std::string_view> text = moduleTextOf(file);
  return text ? file.substr(0, file.size() - sizeof(Tail) - text->size()) : file;
}

}  // namespace gene
