#pragma once
// The sandbox (gene run --sandbox): a program that is not trusted computes and writes to its standard streams; all else is
// refused but what was granted. It is the process's and is there before the program begins: nothing in it is taken back,
// and no thread changes it. Who asks: the built-ins that take a path, a host, a name (runtime/builtins), whatever opens a file
// (runtime/system/Io.h), comptime, and imports.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/support/Expected.h"

namespace gene {

enum class Permission : uint8_t {
#define PERMISSION(name, letter, option, value, what, help) name,
#include "runtime/support/Permissions.def"
};

namespace sandbox {

/// Is the program in one? Everything below allows all where it is not.
bool isOn();
/// From here on nothing is allowed but what is granted.
void begin();
/// Grants something: a folder, a host, a variable, a command; nothing given: all of them. Fails for a path that leads nowhere.
Status grant(Permission permission, const std::optional<std::string>& what);
/// The same of an option as the command line has it: --allow-read=DIR. Fails for others.
Status grantOption(std::string_view option);
/// Was anything of the kind granted, or all of it?
bool grantsAny(Permission permission);
bool grantsAll(Permission permission);

/// Does a path lead into a folder that was granted? Links are followed, and the path itself has to lie there as well.
bool allowsPath(Permission permission, const std::string& path);
/// A host, or the name of a variable.
bool allowsName(Permission permission, std::string_view name);
/// The host that a URL of http or https leads to, where that is said plainly; else "".
std::string_view hostOf(std::string_view url);
/// What is to be started for a command: where it was granted by name, the program that the name meant then. Empty: refused.
std::string programFor(const std::string& command);

/// The folder that modules may be imported from: that of the program.
void setModuleFolder(const std::string& folder);
bool allowsModule(const std::string& path);

/// The message about something that was refused.
std::string refusal(Permission permission, std::string_view what);

}  // namespace sandbox
}  // namespace gene
