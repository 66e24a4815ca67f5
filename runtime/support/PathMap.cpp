#include "runtime/support/PathMap.h"

#include <filesystem>

namespace gene {

Status PathMap::add(std::string_view option) {
  const size_t equals = option.find('=');
  if (equals == 0 || equals == std::string_view::npos)
    return Failure{"--path-prefix-map requires OLD=NEW, not '" + std::string(option) + "'"};
  const std::string from(option.substr(0, equals)), to(option.substr(equals + 1));
  // Modules have the names of files behind all links, which the folder's own name may lead through.
  std::error_code failed;
  std::string real = std::filesystem::weakly_canonical(from, failed).string();
  if (from.ends_with('/') && !real.ends_with('/')) real += '/';
  if (!failed && from.starts_with('/') && real != from) prefixes_.emplace_back(real, to);
  prefixes_.emplace_back(from, to);
  return {};
}

std::string PathMap::operator()(std::string_view path) const {
  for (auto prefix = prefixes_.rbegin(); prefix != prefixes_.rend(); ++prefix) {
    const auto& [from, to] = *prefix;
    if (!path.starts_with(from)) continue;
    std::string_view rest = path.substr(from.size());
    const bool isWhole = from.ends_with('/') || rest.empty() || rest[0] == '/';
    if (!isWhole) continue;
    if (to.empty() && rest.starts_with('/')) rest.remove_prefix(1);
    if (to.empty() && rest.empty()) return ".";
    return to + std::string(rest);
  }
  return std::string(path);
}

std::string PathMap::text() const {
  std::string text;
  for (const auto& [from, to] : prefixes_) text += from + "=" + to + "\n";
  return text;
}

}  // namespace gene
