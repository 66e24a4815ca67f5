// gene view: a file of code or data on the whole screen, its forms folded and unfolded (19-cli.md §19.9).

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "driver/Command.h"
#include "frontend/syntax/ParsePrinter.h"
#include "frontend/syntax/Reader.h"

namespace gene::driver {
namespace {

/// The terminal without line editing, on its second screen, as long as this lives.
class Screen {
 public:
  Screen() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    write("\033[?1049h\033[?25l");
    ::signal(SIGWINCH, [](int) {});  // ends the wait for a key: the screen is drawn again
  }
  ~Screen() {
    write("\033[?25h\033[?1049l");
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Screen(const Screen&) = delete;

  static void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
      if (n <= 0) return;
      text.remove_prefix(static_cast<size_t>(n));
    }
  }
  static winsize size() {
    winsize s{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &s) != 0 || s.ws_row < 2 || s.ws_col < 10)
      s = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    return s;
  }
  /// A key: a character, or the last one of an escape sequence with 0x80 added. 0: nothing, the size changed. -1: the end.
  static int key() {
    unsigned char c;
    const ssize_t n = ::read(STDIN_FILENO, &c, 1);
    if (n <= 0) return n < 0 && errno == EINTR ? 0 : -1;
    if (c != 033) return c;
    pollfd more{STDIN_FILENO, POLLIN, 0};
    if (::poll(&more, 1, 50) <= 0) return c;
    if (::read(STDIN_FILENO, &c, 1) != 1 || (c != '[' && c != 'O')) return 0;
    int last = 0;
    while (::read(STDIN_FILENO, &c, 1) == 1) {
      if (c == '~') return 0x80 + last;  // ESC [ 5 ~
      if (c < '0' || c > '9') return 0x80 + c;
      last = c;
    }
    return -1;
  }

 private:
  termios before_{};
};

class Viewer {
 public:
  Viewer(std::string title, const std::string& text) : title_(std::move(title)) {
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const std::string line = text.substr(at, end - at);
      const size_t indent = std::min(line.find_first_not_of(' '), line.size());
      lines_.push_back({line, indent, false});
      at = end + 1;
    }
  }

  void run() {
    Screen screen;
    for (;;) {
      draw();
      const int key = Screen::key();
      if (key < 0 || key == 'q' || key == 3) return;
      handle(key);
    }
  }

 private:
  struct Line {
    std::string text;
    size_t indent;
    bool folded;
  };

  /// The lines that no fold hides.
  [[nodiscard]] std::vector<size_t> visible() const {
    std::vector<size_t> result;
    for (size_t i = 0; i < lines_.size(); i++) {
      result.push_back(i);
      if (lines_[i].folded) i = lastOf(i);
    }
    return result;
  }
  /// The last line of the form that begins at line `i`; the line itself if it is no more than that.
  [[nodiscard]] size_t lastOf(size_t i) const {
    size_t end = i + 1;
    while (end < lines_.size() && lines_[end].indent > lines_[i].indent) end++;
    if (end == i + 1) return i;
    const std::string_view closing =
        end < lines_.size() ? std::string_view(lines_[end].text).substr(lines_[end].indent) : "";
    const bool closes = closing == ")" || closing == "]" || closing == "}";
    return closes && lines_[end].indent == lines_[i].indent ? end : end - 1;
  }

  void draw() {
    const winsize size = Screen::size();
    const std::vector<size_t> shown = visible();
    const size_t height = size.ws_row - 1u;
    cursor_ = std::min(cursor_, shown.empty() ? 0 : shown.size() - 1);
    if (cursor_ < top_) top_ = cursor_;
    if (cursor_ >= top_ + height) top_ = cursor_ - height + 1;
    std::string out = "\033[H";
    for (size_t row = 0; row < height; row++) {
      const size_t i = top_ + row;
      if (i < shown.size()) {
        const Line& line = lines_[shown[i]];
        std::string text = clipped(line.text, size.ws_col - (line.folded ? 4u : 0u));
        if (line.folded) text += " ...";
        out += i == cursor_ ? "\033[7m" + text + "\033[m" : text;
      }
      out += "\033[K\r\n";
    }
    const std::string place = title_ + "  " +
                              std::to_string(shown.empty() ? 0 : shown[cursor_] + 1) + "/" +
                              std::to_string(lines_.size());
    const std::string prompt =
        searching_ ? "/" + pattern_ : place + "  Enter folds, / finds, q ends";
    Screen::write(out + "\033[1m" + clipped(prompt, size.ws_col - 1u) + "\033[m\033[K");
  }
  static std::string clipped(const std::string& text, size_t width) {
    size_t at = 0;
    for (size_t column = 0; at < text.size() && column < width; column++)
      for (at++; at < text.size() && (text[at] & 0xC0) == 0x80;) at++;
    return text.substr(0, at);
  }

  void handle(int key) {
    if (searching_) return search(key);
    const size_t page = std::max<size_t>(Screen::size().ws_row - 2u, 1);
    const size_t last = std::max<size_t>(visible().size(), 1) - 1;
    switch (key) {
      case 'j':
      case 0x80 + 'B': cursor_ = std::min(cursor_ + 1, last); break;
      case 'k':
      case 0x80 + 'A': cursor_ -= cursor_ > 0; break;
      case ' ':
      case 0x80 + '6': cursor_ = std::min(cursor_ + page, last); break;
      case 'b':
      case 0x80 + '5': cursor_ -= std::min(cursor_, page); break;
      case 'g':
      case 0x80 + 'H': cursor_ = 0; break;
      case 'G':
      case 0x80 + 'F': cursor_ = last; break;
      case '\r':
      case '\n':
      case '\t': toggle(); break;
      case 'z': foldAll(); break;
      case '/':
        searching_ = true;
        pattern_.clear();
        break;
      case 'n': findNext(); break;
      default: break;
    }
  }

  void toggle() {
    const std::vector<size_t> shown = visible();
    if (shown.empty()) return;
    Line& line = lines_[shown[cursor_]];
    line.folded = !line.folded && lastOf(shown[cursor_]) > shown[cursor_];
  }
  /// Folds all forms of the first level, or unfolds everything.
  void foldAll() {
    bool any = false;
    for (const Line& line : lines_) any |= line.folded;
    for (size_t i = 0; i < lines_.size(); i++)
      lines_[i].folded = !any && lines_[i].indent == 0 && lastOf(i) > i;
  }

  void search(int key) {
    if (key == '\r' || key == '\n') {
      searching_ = false;
      findNext();
    } else if (key == 033) {
      searching_ = false;
    } else if (key == 127 || key == 8) {
      if (!pattern_.empty()) pattern_.pop_back();
    } else if (key >= ' ' && key < 0x80) {
      pattern_ += static_cast<char>(key);
    }
  }
  /// Goes to the next line with the pattern, round the end, and unfolds what hides it.
  void findNext() {
    std::vector<size_t> shown = visible();
    if (pattern_.empty() || shown.empty()) return;
    const size_t from = shown[cursor_];
    for (size_t step = 1; step <= lines_.size(); step++) {
      const size_t i = (from + step) % lines_.size();
      if (lines_[i].text.find(pattern_) == std::string::npos) continue;
      for (size_t j = 0; j < i; j++)
        if (lines_[j].folded && lastOf(j) >= i) lines_[j].folded = false;
      shown = visible();
      cursor_ = static_cast<size_t>(std::ranges::find(shown, i) - shown.begin());
      return;
    }
  }

  const std::string title_;
  std::vector<Line> lines_;
  size_t cursor_ = 0, top_ = 0;  // among the visible ones
  bool searching_ = false;
  std::string pattern_;
};

/// A source as it stands; one with long lines, which is data as a rule, with a line for each part.
std::string textOf(const std::string& file, const std::string& text) {
  constexpr size_t Long = 160;
  bool isLong = false;
  for (size_t at = 0; at < text.size() && !isLong;) {
    const size_t end = std::min(text.find('\n', at), text.size());
    isLong = end - at > Long;
    at = end + 1;
  }
  if (!isLong) return text;
  SourceManager sources;
  const Location start = sources.add(file, text);
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readForms(start, arena, diagnostics);
  return diagnostics.hasErrors() ? text : printParsed(forms, ParseFormat::Pretty);
}

}  // namespace

int view(Arguments args) {
  static const std::vector<OptionSpec> specs = {{"help,h", nullptr, "this text"}};
  Options options;
  if (args.empty()) {
    std::fputs(commandHelp("view", specs).c_str(), stdout);
    return Success;
  }
  if (const auto code = readCommandLine("view", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Failure, options))
    return *code;
  if (options.positional.size() != 1) return fail("view accepts exactly one file path");
  const std::string& file = options.positional[0];
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) return fail("Viewer file not found: " + file);
  Expected<std::string> text = readFile(file);
  if (!text) return fail(text.message());
  if (!::isatty(STDIN_FILENO) || !::isatty(STDOUT_FILENO))
    return fail("gene view requires an interactive terminal");
  return onLargeStack(runtimeOptionsFromEnvironment(), [&] {
    Viewer(std::filesystem::path(file).filename().string(), textOf(file, *text)).run();
    return Success;
  });
}

}  // namespace gene::driver
