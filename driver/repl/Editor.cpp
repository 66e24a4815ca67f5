#include "driver/repl/Editor.h"

#include <histedit.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "runtime/Output.h"

namespace gene::driver {
namespace {

/// From a pipe or file. The prompt is printed all the same: a session in a file reads like one that was typed.
class PlainEditor : public Editor {
 public:
  Got read(const std::string& prompt, std::string* line) override {
    writeOut(prompt);
    flushOut();
    line->clear();
    int c;
    while ((c = std::getchar()) != EOF && c != '\n') *line += static_cast<char>(c);
    if (line->ends_with('\r')) line->pop_back();
    return c == EOF && line->empty() ? Got::End : Got::Line;
  }
  void remember(const std::string&) override {}
};

class TerminalEditor : public Editor {
 public:
  explicit TerminalEditor(Complete complete) : complete_(std::move(complete)) {
    std::setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
    edit_ = el_init("gene", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, 2000);
    history(history_, &event, H_SETUNIQUE, 1);
    file_ = historyFile();
    if (!file_.empty()) history(history_, &event, H_LOAD, file_.c_str());
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &TerminalEditor::promptOf);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_ADDFN, "gene-complete", "complete the name before the cursor",
           &TerminalEditor::completeWord);
    el_set(edit_, EL_BIND, "^I", "gene-complete", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_source(edit_, nullptr);  // ~/.editrc
  }
  ~TerminalEditor() override {
    history_end(history_);
    el_end(edit_);
  }

  Got read(const std::string& prompt, std::string* line) override {
    flushOut();
    prompt_ = prompt;
    int count = 0;
    errno = 0;
    const char* text = el_gets(edit_, &count);
    line->clear();
    if (!text || count <= 0) {
      const bool interrupted = errno == EINTR;
      el_reset(edit_);
      std::fputs("\n", stdout);
      std::fflush(stdout);
      return interrupted ? Got::Interrupted : Got::End;
    }
    line->assign(text, static_cast<size_t>(count));
    while (line->ends_with('\n') || line->ends_with('\r')) line->pop_back();
    return Got::Line;
  }

  void remember(const std::string& entry) override {
    // An entry over several lines becomes one, unless a comment would swallow the rest.
    std::string one = entry;
    const bool isOneLine = one.find('\n') == std::string::npos;
    if (!isOneLine && one.find('#') != std::string::npos) return;
    std::ranges::replace(one, '\n', ' ');
    HistEvent event;
    history(history_, &event, H_ENTER, one.c_str());
    if (file_.empty()) return;
    std::error_code failed;
    std::filesystem::create_directories(std::filesystem::path(file_).parent_path(), failed);
    if (!failed) history(history_, &event, H_SAVE, file_.c_str());
  }

 private:
  static TerminalEditor* of(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return static_cast<TerminalEditor*>(self);
  }
  static char* promptOf(EditLine* edit) { return of(edit)->prompt_.data(); }

  /// Inserts what all possible words begin with; where that is nothing more, lists them.
  static unsigned char completeWord(EditLine* edit, int) {
    const LineInfo* info = el_line(edit);
    const std::string before(info->buffer, static_cast<size_t>(info->cursor - info->buffer));
    Completions found = of(edit)->complete_(before);
    if (found.words.empty()) return CC_ERROR;
    std::string common = found.words[0];
    for (const std::string& word : found.words) {
      const auto differs = std::ranges::mismatch(common, word);
      common.resize(static_cast<size_t>(differs.in1 - common.begin()));
    }
    while (!common.empty() && (common.back() & 0xC0) == 0x80) common.pop_back();
    if (common.size() > found.length) {
      el_insertstr(edit, common.c_str() + found.length);
      return CC_REFRESH;
    }
    if (found.words.size() == 1) return CC_REFRESH;
    list(found.words);
    return CC_REDISPLAY;
  }

  static void list(const std::vector<std::string>& words) {
    constexpr size_t Most = 200, Width = 78;
    size_t longest = 0;
    for (const std::string& word : words) longest = std::max(longest, word.size());
    const size_t columns = std::max<size_t>(Width / (longest + 2), 1);
    std::string text = "\n";
    for (size_t i = 0; i < std::min(words.size(), Most); i++) {
      std::string cell = words[i];
      const bool isLast = (i + 1) % columns == 0;
      if (!isLast) cell.resize(longest + 2, ' ');
      text += cell + (isLast ? "\n" : "");
    }
    if (words.size() > Most) text += "... " + std::to_string(words.size() - Most) + " more";
    while (text.ends_with(' ') || text.ends_with('\n')) text.pop_back();
    std::fputs((text + "\n").c_str(), stdout);
  }

  const Complete complete_;
  EditLine* edit_;
  History* history_;
  std::string prompt_, file_;
};

}  // namespace

std::string historyFile() {
  if (const char* file = std::getenv("GENE_HISTORY")) return file;
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state)
    return std::string(state) + "/gene/history";
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.local/state/gene/history" : std::string{};
}

std::unique_ptr<Editor> Editor::make(Complete complete) {
  if (::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO))
    return std::make_unique<TerminalEditor>(std::move(complete));
  return std::make_unique<PlainEditor>();
}

}  // namespace gene::driver
