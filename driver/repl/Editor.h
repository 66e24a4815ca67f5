#pragma once
// Lines that a user types: with editing, history and completion on a terminal (libedit), plain from anywhere else.

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gene::driver {

class Editor {
 public:
  /// What could stand where `before` ends, and how much of that it replaces.
  struct Completions {
    size_t length = 0;  // of what is there already
    std::vector<std::string> words;
  };
  using Complete = std::function<Completions(const std::string& before)>;

  enum class Got : uint8_t { Line, End, Interrupted };

  virtual ~Editor() = default;
  /// Reads a line, without its end.
  virtual Got read(const std::string& prompt, std::string* line) = 0;
  /// Puts an entry into the history.
  virtual void remember(const std::string& entry) = 0;

  /// Editing where standard input and output are a terminal.
  static std::unique_ptr<Editor> make(Complete complete);
};

/// Ends the line that is typed, or else the next one, before its first character: `read` gives Interrupted. May be called by the
/// handler of a signal that came to the thread that reads.
void interruptLine();

/// The file in which the history is kept: $GENE_HISTORY, or below the user's state folder; empty where there is none.
std::string historyFile();

}  // namespace gene::driver
