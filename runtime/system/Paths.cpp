#include "runtime/system/Paths.h"

#include <pwd.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "runtime/system/Environment.h"

namespace gene {
namespace {

/// The names between the separators, without empty ones and `.`; `..` takes one back where there is one.
std::vector<std::string_view> namesOf(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string_view> names;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (name.empty() || name == ".") continue;
    if (name != "..")
      names.push_back(name);
    else if (!names.empty() && names.back() != "..")
      names.pop_back();
    else if (!rooted)
      names.push_back(name);
  }
  return names;
}

std::string joined(const std::vector<std::string_view>& names, bool rooted) {
  std::string path = rooted ? "/" : "";
  for (size_t i = 0; i < names.size(); i++) {
    if (i) path += '/';
    path += names[i];
  }
  return path.empty() ? "." : path;
}

}  // namespace

std::string joinPaths(std::string_view a, std::string_view b) {
  if (b.empty()) return std::string(a);
  if (a.empty()) return std::string(b);
  while (a.size() > 1 && a.ends_with('/')) a.remove_suffix(1);
  while (b.size() > 1 && b.starts_with('/')) b.remove_prefix(1);
  std::string path(a);
  if (!path.ends_with('/') && !b.starts_with('/')) path += '/';
  return path.append(path.ends_with('/') && b.starts_with('/') ? b.substr(1) : b);
}

std::string_view baseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view directoryName(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  while (slash > 0 && path[slash - 1] == '/') slash--;
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view extensionOf(std::string_view path) {
  const std::string_view name = baseName(path);
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.find_first_not_of('.') > dot || dot + 1 == name.size())
    return "";
  return name.substr(dot);
}

std::string normalizePath(std::string_view path) {
  return joined(namesOf(path), path.starts_with('/'));
}

std::string absolutePath(std::string_view path) {
  return normalizePath(path.starts_with('/') ? std::string(path)
                                             : currentDirectory() + "/" + std::string(path));
}

std::string relativePath(std::string_view path, std::string_view from) {
  const std::string target = absolutePath(path), base = absolutePath(from);
  const std::vector<std::string_view> to = namesOf(target), start = namesOf(base);
  size_t common = 0;
  while (common < to.size() && common < start.size() && to[common] == start[common]) common++;
  std::vector<std::string_view> names(start.size() - common, "..");
  names.insert(names.end(), to.begin() + static_cast<std::ptrdiff_t>(common), to.end());
  return joined(names, false);
}

std::string currentDirectory() {
  char path[PATH_MAX];
  return ::getcwd(path, sizeof path) ? path : "";
}

std::string homeDirectory() {
  if (auto home = environmentValue("HOME"); home && !home->empty()) return *std::move(home);
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found)
    return found->pw_dir;
  return "/";
}

std::string temporaryDirectory() {
  auto folder = environmentValue("TMPDIR");
  return folder && !folder->empty() ? *std::move(folder) : "/tmp";
}

std::string expandHome(std::string_view path) {
  if (path == "~") return homeDirectory();
  return path.starts_with("~/") ? joinPaths(homeDirectory(), path.substr(2)) : std::string(path);
}

}  // namespace gene
