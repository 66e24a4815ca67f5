#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "runtime/support/Activity.h"
#include "runtime/support/Sandbox.h"
#include "runtime/system/Files.h"
#include "runtime/system/Paths.h"

// Directories as trees: listing, walking, removing, patterns.

namespace gene {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// The names of an open directory, which is closed.
IoStatus readNames(DIR* opened, std::vector<std::string>* names) {
  const std::unique_ptr<DIR, CloseDirectory> directory(opened);
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (!entry) return errno == 0 ? IoStatus() : IoStatus::lastError();
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names->emplace_back(name);
  }
}

bool isRealDirectory(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool exists(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

// --- patterns ----------------------------------------------------------------------------------------------------------

/// a{b,c}d as abd and acd; braces may be nested. What has no closing brace is taken as it is.
void expandBraces(const std::string& pattern, std::vector<std::string>* all) {
  size_t open = pattern.find('{');
  while (open != std::string::npos && open > 0 && pattern[open - 1] == '\\')
    open = pattern.find('{', open + 1);
  if (open == std::string::npos) return all->push_back(pattern);
  std::vector<std::string> choices(1);
  int depth = 1;
  size_t i = open + 1;
  for (; i < pattern.size() && depth > 0; i++) {
    const char c = pattern[i];
    depth += (c == '{') - (c == '}');
    if (depth == 0) break;
    if (c == ',' && depth == 1)
      choices.emplace_back();
    else
      choices.back() += c;
  }
  if (depth != 0) return all->push_back(pattern);
  for (const std::string& choice : choices)
    expandBraces(pattern.substr(0, open) + choice + pattern.substr(i + 1), all);
}

bool hasWildcard(std::string_view name) {
  return name.find_first_of("*?[\\") != std::string_view::npos;
}

/// `at` with a name behind it, as the pattern writes paths.
std::string below(const std::string& at, std::string_view name) {
  return at.empty() || at.ends_with('/') ? at + std::string(name) : at + "/" + std::string(name);
}

/// The paths of `pattern` below `at`, which exists.
void matchBelow(const std::string& at, std::string_view pattern, std::vector<std::string>* found) {
  const size_t slash = pattern.find('/');
  const std::string name(pattern.substr(0, slash));
  const bool isLast = slash == std::string_view::npos;
  std::string_view rest = isLast ? std::string_view() : pattern.substr(slash + 1);
  const std::string folder = at.empty() ? "." : at;
  const auto go = [&](const std::string& path) {
    if (isLast)
      found->push_back(path);
    else if (isDirectory(path))
      matchBelow(path + (rest.empty() ? "/" : ""), rest, found);
  };
  if (name.empty()) {  // a//b, or the end of a/
    if (isLast) return found->push_back(at);
    return matchBelow(at, rest, found);
  }
  if (name == "**") {  // no directory, or each one below that is not hidden
    if (isLast) rest = "*";
    matchBelow(at, rest, found);
    std::vector<std::string> names;
    static_cast<void>(listDirectory(folder, &names));
    for (const std::string& entry : names)
      if (!entry.starts_with('.') && isRealDirectory(below(at, entry)))
        matchBelow(below(at, entry), isLast ? std::string_view("**") : pattern, found);
    return;
  }
  if (!hasWildcard(name)) {
    if (exists(below(at, name))) go(below(at, name));
    return;
  }
  std::vector<std::string> names;
  static_cast<void>(listDirectory(folder, &names));  // what cannot be read has no paths
  for (const std::string& entry : names)
    if (::fnmatch(name.c_str(), entry.c_str(), FNM_PERIOD) == 0) go(below(at, entry));
}

}  // namespace

// --- listing and walking -----------------------------------------------------------------------------------------------

IoStatus listDirectory(const std::string& path, std::vector<std::string>* names) {
  if (!sandbox::allowsPath(Permission::Read, path))
    return IoStatus::because(sandbox::refusal(Permission::Read, path));
  DIR* directory = ::opendir(path.c_str());
  if (!directory) return IoStatus::lastError();
  if (IoStatus read = readNames(directory, names); !read) return read;
  std::ranges::sort(*names);
  return {};
}

IoStatus walkTree(const std::string& path, const std::function<bool(const std::string&)>& visit) {
  std::vector<std::string> waiting;
  const auto enter = [&](const std::string& folder) {
    std::vector<std::string> names;
    IoStatus listed = listDirectory(folder, &names);
    for (size_t i = names.size(); i-- > 0;) waiting.push_back(joinPaths(folder, names[i]));
    return listed;
  };
  if (IoStatus listed = enter(path); !listed) return listed;
  while (!waiting.empty()) {
    const std::string next = std::move(waiting.back());
    waiting.pop_back();
    if (!visit(next)) return {};
    if (isRealDirectory(next))
      if (IoStatus listed = enter(next); !listed) return listed;
  }
  return {};
}

IoStatus removeTree(const std::string& path) {
  if (!sandbox::allowsPath(Permission::Write, path))
    return IoStatus::because(sandbox::refusal(Permission::Write, path));
  GENE_NOTE(outside);
  if (!isRealDirectory(path)) {
    if (!exists(path)) return {};
    return IoStatus::error(ENOTDIR);
  }
  std::vector<std::string> directories{path};
  for (size_t i = 0; i < directories.size(); i++) {
    std::vector<std::string> names;
    if (IoStatus listed = listDirectory(directories[i], &names); !listed) return listed;
    for (const std::string& name : names) {
      const std::string entry = joinPaths(directories[i], name);
      if (isRealDirectory(entry))
        directories.push_back(entry);
      else if (::unlink(entry.c_str()) != 0 && errno != ENOENT)
        return IoStatus::lastError();
    }
  }
  for (size_t i = directories.size(); i-- > 0;)
    if (::rmdir(directories[i].c_str()) != 0 && errno != ENOENT) return IoStatus::lastError();
  return {};
}

std::vector<std::string> globPaths(std::string_view pattern) {
  std::vector<std::string> patterns, found;
  expandBraces(std::string(pattern), &patterns);
  for (const std::string& one : patterns) {
    if (one.empty()) continue;
    const size_t rooted = std::min(one.find_first_not_of('/'), one.size());
    matchBelow(rooted ? "/" : "", std::string_view(one).substr(rooted), &found);
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace gene
