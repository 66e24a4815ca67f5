#pragma once
// Files and directories: whole contents, replacing, copying, listing, removing, temporary ones.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/system/Io.h"

namespace gene {

enum class WriteMode : uint8_t {
  Replace,
  Append,
  Create,  // fails where the file exists
};

/// Opens for reading; `size` is that of a regular file, else 0. A directory is an error.
IoStatus openForReading(const std::string& path, FileDescriptor* file, uint64_t* size);
IoStatus openForWriting(const std::string& path, WriteMode mode, FileDescriptor* file);
IoStatus writeWholeFile(const std::string& path, std::string_view bytes, WriteMode mode);
/// Readers see the old content or the new one, whatever happens: a temporary file in the same directory, synchronized and
/// renamed. Keeps the permissions; follows a symbolic link.
IoStatus replaceFile(const std::string& path, std::string_view bytes);
/// Content and permissions; an existing file is replaced.
IoStatus copyFile(const std::string& from, const std::string& to);
/// No error when it is absent.
IoStatus removeFile(const std::string& path);
IoStatus renameFile(const std::string& from, const std::string& to);

bool isDirectory(const std::string& path);
/// Something that is no directory.
bool isFile(const std::string& path);

/// With parents; an existing one is fine.
IoStatus createDirectories(const std::string& path);
/// With all that is in it (links are removed, not followed); no error when it is absent.
IoStatus removeTree(const std::string& path);
/// The names in it, sorted, without `.` and `..`.
IoStatus listDirectory(const std::string& path, std::vector<std::string>* names);
/// Calls `visit` with each path below, parents first, in order; links to directories are not followed. Stops when it
/// says false.
IoStatus walkTree(const std::string& path, const std::function<bool(const std::string&)>& visit);
/// The paths that fit a pattern, sorted: * ? [a-z] within a name, {a,b}, ** for any number of directories.
std::vector<std::string> globPaths(std::string_view pattern);

/// A new empty file (only we may use it) or directory with a name of its own.
IoStatus createTemporary(const std::string& folder, std::string_view prefix,
                         std::string_view suffix, bool directory, std::string* path);

}  // namespace gene
