#include "driver/Reference.h"

#include <algorithm>

#include "frontend/analysis/SpecialForms.h"

namespace gene::driver {
namespace {

template <class F>
void forEachRow(F&& f) {
  for (const BuiltinDescription* table : builtinDescriptions())
    for (const BuiltinRow& row : table->rows) {
      std::string_view names = row.function.names;
      while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(' '));
        f(BuiltinEntry{name, table->owner, table, &row});
        names.remove_prefix(std::min(name.size() + 1, names.size()));
      }
    }
}

}  // namespace

std::string BuiltinEntry::signature() const {
  const std::string_view words = row->function.signature;
  const size_t arrow = words.find("->");
  const std::string_view args = words.substr(0, arrow == 0 ? 0 : arrow - 1);
  std::string text(owner);
  if (table->members == Methods)
    text += " .";
  else if (!owner.empty())
    text += "/";
  text.append(name).append(" [").append(args).append("]");
  const std::string_view result = words.substr(arrow);
  return result == "-> Value" ? text : text.append(" ").append(result);
}

std::string BuiltinEntry::text() const { return signature() + ": " + row->documentation; }

std::vector<BuiltinEntry> builtinFunctions() {
  std::vector<BuiltinEntry> found;
  forEachRow([&](const BuiltinEntry& e) {
    if (e.table->members == Functions) found.push_back(e);
  });
  return found;
}

std::vector<BuiltinEntry> builtinMethods() {
  std::vector<BuiltinEntry> found;
  forEachRow([&](const BuiltinEntry& e) {
    if (e.table->members == Methods) found.push_back(e);
  });
  return found;
}

std::vector<BuiltinEntry> builtinMethods(std::string_view name) {
  std::vector<BuiltinEntry> found = builtinMethods();
  std::erase_if(found, [&](const BuiltinEntry& e) { return e.name != name; });
  return found;
}

BuiltinEntry findBuiltin(std::string_view name) {
  BuiltinEntry found{name, {}, nullptr, nullptr};
  forEachRow([&](const BuiltinEntry& e) {
    const bool isMember = !e.owner.empty() && name.size() == e.owner.size() + 1 + e.name.size() &&
                          name.starts_with(e.owner) && name[e.owner.size()] == '/' &&
                          name.ends_with(e.name);
    if (!found.row && e.table->members == Functions &&
        (isMember || (e.owner.empty() && e.name == name)))
      found = e;
  });
  return found;
}

std::vector<std::string_view> specialFormNames() {
  std::vector<std::string_view> names;
  for (const SpecialFormRow& row : specialFormRows())
    if (!row.shape.empty()) names.push_back(row.name);
  return names;
}

std::string aboutSpecialForm(std::string_view name) {
  const SpecialFormRow* row = specialFormRow(name);
  if (!row || row->shape.empty()) return {};
  return std::string(row->shape) + ": " + std::string(row->text);
}

}  // namespace gene::driver
