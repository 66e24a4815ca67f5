#include "runtime/support/Sandbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>
#include <vector>

namespace gene::sandbox {
namespace {

struct Grants {
  bool all = false;
  std::vector<std::string> names;
  std::vector<std::string>
      places;  // where folders lie; of commands, beside their names, what they mean
};

constexpr const char* Options[] = {
#define PERMISSION(name, letter, option, value, what, help) option,
#include "runtime/support/Permissions.def"
};
constexpr const char* Values[] = {
#define PERMISSION(name, letter, option, value, what, help) value,
#include "runtime/support/Permissions.def"
};
constexpr const char* Actions[] = {
#define PERMISSION(name, letter, option, value, what, help) what,
#include "runtime/support/Permissions.def"
};

bool on = false;
Grants& grantsOf(Permission permission) {
  static Grants* const grants = new Grants[std::size(Options)];
  return grants[static_cast<size_t>(permission)];
}
std::string& moduleFolder() {
  static auto* const folder = new std::string;
  return *folder;
}

// --- paths -------------------------------------------------------------------------------------------------------------

/// The parts of a path, the first one last.
void pushParts(std::string_view path, std::vector<std::string>& parts) {
  while (!path.empty()) {
    const size_t slash = path.rfind('/');
    const std::string_view part = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  }
}

/// Where a path leads, from the root and without links; what is missing at its end is as it was written. `follows`: its last part
/// as well. Empty where that cannot be told.
std::string placeOf(const std::string& path, bool follows) {
  constexpr int MostLinks = 40;
  std::vector<std::string> parts;
  pushParts(path, parts);
  if (!path.starts_with('/')) {
    char here[PATH_MAX];
    if (!::getcwd(here, sizeof here)) return "";
    pushParts(here, parts);
  }
  std::string place;
  bool isMissing = false;
  for (int links = 0; !parts.empty();) {
    const std::string part = std::move(parts.back());
    parts.pop_back();
    if (part == "..") {
      if (isMissing) return "";
      place.resize(place.empty() ? 0 : place.rfind('/'));
      continue;
    }
    const std::string next = place + "/" + part;
    struct stat status{};
    if (!isMissing && ::lstat(next.c_str(), &status) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) return "";
      isMissing = true;
    }
    if (isMissing || !S_ISLNK(status.st_mode) || (!follows && parts.empty())) {
      place = next;
      continue;
    }
    char target[PATH_MAX];
    const ssize_t size = ::readlink(next.c_str(), target, sizeof target);
    if (size <= 0 || size == sizeof target || ++links > MostLinks) return "";
    const std::string_view to(target, static_cast<size_t>(size));
    if (to.starts_with('/')) place.clear();
    pushParts(to, parts);
  }
  return place.empty() ? "/" : place;
}

bool isInside(const std::string& place, const std::string& folder) {
  return !place.empty() && (place == folder || folder == "/" || place.starts_with(folder + "/"));
}

bool isInsideAny(const std::string& place, const std::vector<std::string>& folders) {
  return std::ranges::any_of(folders, [&](const std::string& f) { return isInside(place, f); });
}

/// The program that a command means, as execvp(3) looks for it.
std::string findProgram(const std::string& command) {
  if (command.find('/') != std::string::npos) return placeOf(command, true);
  const char* const path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  for (;;) {
    const size_t colon = rest.find(':');
    const std::string candidate = std::string(rest.substr(0, colon)) + "/" + command;
    struct stat status{};
    if (candidate.starts_with('/') && ::stat(candidate.c_str(), &status) == 0 &&
        S_ISREG(status.st_mode) && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
    if (colon == std::string_view::npos) return "";
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace

bool isOn() { return on; }
void begin() { on = true; }

Status grant(Permission permission, const std::optional<std::string>& what) {
  Grants& grants = grantsOf(permission);
  const bool isFolder = permission == Permission::Read || permission == Permission::Write;
  const std::string option = std::string("--") + Options[static_cast<size_t>(permission)];
  if (!what) {
    grants.all = true;
    return {};
  }
  if (what->empty()) return Failure{option + " requires a value"};
  grants.names.push_back(*what);
  if (isFolder) {
    for (const bool follows : {true, false}) grants.places.push_back(placeOf(*what, follows));
    if (grants.places.back().empty()) return Failure{option + ": there is no folder " + *what};
    grants.all |= std::ranges::find(grants.places, "/") != grants.places.end();
  } else if (permission == Permission::Run) {
    grants.places.push_back(findProgram(*what));
    if (grants.places.back().empty()) return Failure{option + ": there is no program " + *what};
  }
  return {};
}

Status grantOption(std::string_view option) {
  const std::string_view name = option.substr(0, option.find('='));
  for (size_t i = 0; i < std::size(Options); i++) {
    if (!*Options[i] || name != std::string("--") + Options[i]) continue;
    if (name.size() != option.size())
      return grant(static_cast<Permission>(i), std::string(option.substr(name.size() + 1)));
    if (*Values[i] == '[') return grant(static_cast<Permission>(i), {});
    return Failure{std::string(option) + " requires a value"};
  }
  return Failure{"Unknown option: " + std::string(option)};
}

bool grantsAny(Permission permission) {
  return !on || grantsOf(permission).all || !grantsOf(permission).names.empty();
}
bool grantsAll(Permission permission) { return !on || grantsOf(permission).all; }

bool allowsPath(Permission permission, const std::string& path) {
  if (grantsAll(permission)) return true;
  const std::vector<std::string>& folders = grantsOf(permission).places;
  return isInsideAny(placeOf(path, true), folders) && isInsideAny(placeOf(path, false), folders);
}

bool allowsName(Permission permission, std::string_view name) {
  return grantsAll(permission) ||
         std::ranges::find(grantsOf(permission).names, name) != grantsOf(permission).names.end();
}

std::string_view hostOf(std::string_view url) {
  const size_t start = url.find("://");
  if (start == std::string_view::npos) return "";
  std::string_view host = url.substr(start + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  const auto isPlain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(host, isPlain)) return "";
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

std::string programFor(const std::string& command) {
  if (grantsAll(Permission::Run)) return command;
  const Grants& grants = grantsOf(Permission::Run);
  const auto found = std::ranges::find(grants.names, command);
  return found == grants.names.end() ? "" : grants.places[found - grants.names.begin()];
}

void setModuleFolder(const std::string& folder) { moduleFolder() = placeOf(folder, true); }
bool allowsModule(const std::string& path) {
  return !on || (!moduleFolder().empty() && isInside(placeOf(path, true), moduleFolder()));
}

std::string refusal(Permission permission, std::string_view what) {
  const auto number = static_cast<size_t>(permission);
  std::string text = "[GENE.SANDBOX.DENIED] the program may not ";
  text += Actions[number];
  if (!what.empty()) text.append(" '").append(what).append("'");
  if (permission == Permission::Never) return text + ": nothing grants this in a sandbox";
  const std::string_view value = Values[number];
  return text + ": --" + Options[number] + (value.starts_with('[') ? "" : "=") +
         std::string(value) + " grants it";
}

}  // namespace gene::sandbox
