#include "driver/Reference.h"

#include <algorithm>

#include "frontend/analysis/SpecialForms.h"

namespace gene::driver {
namespace {

template <class F>
void forEachRow(F&& f) {
  for (const BuiltinTable* table : builtinTables())
    for (const BuiltinRow& row : table->rows) {
      std::string_view names = row.names;
      while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(' '));
        f(BuiltinEntry{name, table->owner, table, &row});
        names.remove_prefix(std::min(name.size() + 1, names.size()));
      }
    }
}

}  // namespace

std::string BuiltinEntry::signature() const {
  std::string args;
  for (int i = 0; i < row->minArgs; i++)
    args += (args.empty() ? "" : " ") + std::string(1, char('a' + i));
  for (int i = row->minArgs; i < row->maxArgs; i++)
    args += (args.empty() ? "" : " ") + std::string(1, char('a' + i)) + "?";
  if (row->maxArgs < 0) args += args.empty() ? "args..." : " args...";
  if (table->methods) return std::string(owner) + " ." + std::string(name) + " [" + args + "]";
  return (owner.empty() ? "" : std::string(owner) + "/") + std::string(name) + " [" + args + "]";
}

std::string BuiltinEntry::text() const { return signature() + ": " + row->documentation; }

std::vector<BuiltinEntry> builtinFunctions() {
  std::vector<BuiltinEntry> found;
  forEachRow([&](const BuiltinEntry& e) {
    if (!e.table->methods) found.push_back(e);
  });
  return found;
}

std::vector<BuiltinEntry> builtinMethods(std::string_view name) {
  std::vector<BuiltinEntry> found;
  forEachRow([&](const BuiltinEntry& e) {
    if (e.table->methods && e.name == name) found.push_back(e);
  });
  return found;
}

BuiltinEntry findBuiltin(std::string_view name) {
  BuiltinEntry found{name, {}, nullptr, nullptr};
  forEachRow([&](const BuiltinEntry& e) {
    const bool isMember = !e.owner.empty() && name.size() == e.owner.size() + 1 + e.name.size() &&
                          name.starts_with(e.owner) && name[e.owner.size()] == '/' &&
                          name.ends_with(e.name);
    if (!found.row && !e.table->methods && (isMember || (e.owner.empty() && e.name == name)))
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
