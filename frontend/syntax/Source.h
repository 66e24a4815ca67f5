#pragma once
// Source texts and locations in them. A Location is one 32-bit number that names a byte of one of the process's
// sources; file, line and column (1-based, in characters) are computed when somebody asks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gene {

template <class T>
class Expected;  // runtime/support/Expected.h

/// A byte of a source text; 0 is "nowhere".
struct Location {
  uint32_t offset = 0;
  [[nodiscard]] bool valid() const { return offset != 0; }
  friend bool operator==(Location, Location) = default;
};

/// A stretch of one source. Without an end it is a place alone: how far what stands there goes is seen in the text (extentAt).
struct SourceRange {
  Location begin, end;  // its first byte, and the one behind its last
  SourceRange(Location begin = {}, Location end = {}) : begin(begin), end(end) {}
};

struct Position {
  std::string_view file;  // as it was named on the command line or in an import
  uint32_t line = 0;
  uint32_t column = 0;
};

/// A file that was read, and what it contained.
struct InputFile {
  std::string name, path;  // as messages show it; as it was opened
  uint64_t hash = 0;       // contentHash of the text
};
/// Is the file there, and its content the same?
bool isCurrent(const InputFile& file);

/// The sources of one compilation. Texts never move.
class SourceManager {
 public:
  SourceManager();
  ~SourceManager();
  SourceManager(const SourceManager&) = delete;

  /// Adds a text under a display name; returns the location of its first byte.
  Location add(std::string name, std::string text);
  /// Reads and adds a file; fails with "File not found: PATH" or a reason. `name`: the display name, if it is another one.
  Expected<Location> addFile(const std::string& path, const std::string& name = {});

  /// Adds what is left of a source that was compiled elsewhere: `outline` has its lines and characters, so that places in it have
  /// their positions, and not what it said. `hash`: contentHash of its text.
  Location addCompiled(std::string name, std::string outline, uint64_t hash);

  /// From now on this text is what addFile finds under `path`, which must be canonical: a file that is being edited.
  void overlay(const std::string& path, std::string text);

  /// The whole text of the source that `loc` lies in, terminated by a zero byte.
  [[nodiscard]] std::string_view text(Location loc) const;
  [[nodiscard]] std::string_view name(Location loc) const;
  /// Where it was read from.
  [[nodiscard]] const std::string& path(Location loc) const;
  /// contentHash of the text of the source that `loc` lies in.
  [[nodiscard]] uint64_t hash(Location loc) const;
  [[nodiscard]] Location start(Location loc) const;
  [[nodiscard]] Position position(Location loc) const;
  /// The source line that `loc` lies in, without its line end.
  [[nodiscard]] std::string_view line(Location loc) const;

  struct Source {
    std::string_view name, text;
    Location start;
  };
  /// The files among them, in the order they were added: texts whose names begin with `<` are none. Hashes all texts.
  [[nodiscard]] std::vector<InputFile> dependencies() const;
  /// All sources, in the order they were added.
  [[nodiscard]] std::vector<Source> all() const;
  [[nodiscard]] bool contains(std::string_view name) const;

 private:
  struct File;
  struct Files;
  [[nodiscard]] const File& file(Location loc) const;
  Files* const files_;
};

}  // namespace gene
