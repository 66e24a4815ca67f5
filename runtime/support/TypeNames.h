#pragma once
// Other names of built-in types: lower-case and sized ones.

#include <string_view>

namespace gene {

struct TypeAlias {
  std::string_view alias, name;
};

inline constexpr TypeAlias TypeAliases[] = {
    {"int", "Int"},       {"Int64", "Int"},     {"int64", "Int"},     {"i64", "Int"},
    {"float", "Float"},   {"Float64", "Float"}, {"float64", "Float"}, {"f64", "Float"},
    {"string", "String"}, {"bool", "Bool"},     {"void", "Void"},     {"Regexp", "Regex"},
};

/// The name that an alias stands for; any other name as it is.
constexpr std::string_view canonicalTypeName(std::string_view name) {
  for (const TypeAlias& row : TypeAliases)
    if (row.alias == name) return row.name;
  return name;
}

}  // namespace gene
