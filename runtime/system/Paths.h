#pragma once
// Paths as texts: nothing here looks at the disk, but absolutePath() asks for the current directory.

#include <string>
#include <string_view>
#include <vector>

namespace gene {

/// `a/b` with one separator; an empty part adds nothing.
std::string joinPaths(std::string_view a, std::string_view b);
/// Behind the last separator.
std::string_view baseName(std::string_view path);
/// Before the last separator; "." of a bare name, "/" of what lies in the root.
std::string_view directoryName(std::string_view path);
/// The extension with its dot; a name that begins with its only dot has none.
std::string_view extensionOf(std::string_view path);
/// Without `.`, `..` where that can be told, and repeated separators.
std::string normalizePath(std::string_view path);
/// From the root, normalized.
std::string absolutePath(std::string_view path);
/// How to get from the directory `from` to `path`; both are made absolute first.
std::string relativePath(std::string_view path, std::string_view from);
std::string currentDirectory();
/// $HOME, else what the system has of the user; $TMPDIR, else /tmp.
std::string homeDirectory();
std::string temporaryDirectory();
/// ~ and ~/… with the home directory.
std::string expandHome(std::string_view path);

}  // namespace gene
