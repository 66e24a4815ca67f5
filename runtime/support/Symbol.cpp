#include "runtime/support/Symbol.h"

#include <deque>
#include <string>
#include <unordered_map>

namespace gene {
namespace {

struct Table {
  std::unordered_map<std::string_view, uint32_t> ids;
  std::deque<std::string> texts;  // never move

  Table() {
    add("");
#define SYMBOL(name, text) add(text);
#include "runtime/support/Symbols.def"
  }
  uint32_t add(std::string_view text) {
    const auto id = static_cast<uint32_t>(texts.size());
    ids.emplace(texts.emplace_back(text), id);
    return id;
  }
};

Table& table() {
  static Table* const instance = new Table;  // lives as long as the process
  return *instance;
}

}  // namespace

Symbol Symbol::of(std::string_view text) {
  Table& t = table();
  if (auto it = t.ids.find(text); it != t.ids.end()) return Symbol{it->second};
  return Symbol{t.add(text)};
}

std::string_view Symbol::text() const { return table().texts[id]; }

}  // namespace gene
