#include "driver/repl/Editor.h"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <filesystem>

#include "runtime/Output.h"

namespace gene::driver {
namespace {

volatile std::sig_atomic_t lineInterrupted = 0;

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
    // A Ctrl-D that was typed while something ran comes as NUL: the terminal took it for an end of file.
    el_set(edit_, EL_BIND, "^@", "em-delete-or-list", nullptr);
    el_set(edit_, EL_GETCFN, &TerminalEditor::readCharacter);
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
    // Before the prompt: libedit does it behind the prompt, and what is typed between the two would be lost.
    el_set(edit_, EL_PREP_TERM, 1);
    const char* text = el_gets(edit_, &count);
    line->clear();
    if (!text || count <= 0) {
      const bool interrupted = lineInterrupted;
      lineInterrupted = 0;
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

  /// The next character; -1 when the line was interrupted. SIGINT is let through only while it waits, so that none is lost
  /// that comes between two characters.
  static int readCharacter(EditLine* edit, wchar_t* into) {
    sigset_t interrupt, before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    const int result = waitForCharacter(&before, &of(edit)->decoding_, into);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return result;
  }
  static int waitForCharacter(const sigset_t* whileWaiting, std::mbstate_t* decoding,
                              wchar_t* into) {
    for (;;) {
      if (lineInterrupted) return -1;
      pollfd input{STDIN_FILENO, POLLIN, 0};
      if (::ppoll(&input, 1, nullptr, whileWaiting) < 0) {
        if (errno == EINTR) continue;
        return -1;
      }
      char byte;
      const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
      if (count <= 0) return static_cast<int>(count);
      const size_t length = std::mbrtowc(into, &byte, 1, decoding);
      if (length == static_cast<size_t>(-2)) continue;  // a part of a character
      if (length != static_cast<size_t>(-1)) return 1;
      *decoding = {};  // no character: left out
    }
  }

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
  std::mbstate_t decoding_{};
};

}  // namespace

void interruptLine() { lineInterrupted = 1; }

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
