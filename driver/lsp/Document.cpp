#include "driver/lsp/Document.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "frontend/syntax/Reader.h"
#include "runtime/support/Utf8.h"

namespace gene::lsp {
namespace {

/// The units in which a text is counted.
uint32_t units(std::string_view text) {
  if (Lines::countsBytes) return static_cast<uint32_t>(text.size());
  uint32_t count = 0;
  for (const char c : text) {
    if (utf8::isContinuation(c)) continue;
    count += static_cast<uint8_t>(c) >= 0xF0 ? 2 : 1;
  }
  return count;
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

Lines::Lines(std::string_view text) {
  starts_.push_back(0);
  for (size_t i = 0; i < text.size(); i++)
    if (text[i] == '\n') starts_.push_back(i + 1);
}

uint32_t Lines::lineOf(size_t offset) const {
  return static_cast<uint32_t>(std::ranges::upper_bound(starts_, offset) - starts_.begin()) - 1;
}

Place Lines::place(std::string_view text, size_t offset) const {
  offset = std::min(offset, text.size());
  const uint32_t line = lineOf(offset);
  return {line, units(text.substr(starts_[line], offset - starts_[line]))};
}

size_t Lines::offset(std::string_view text, Place place) const {
  if (place.line >= starts_.size()) return text.size();
  size_t at = starts_[place.line];
  const size_t end = place.line + 1 < starts_.size() ? starts_[place.line + 1] - 1 : text.size();
  if (countsBytes) return std::min(at + place.character, end);
  for (uint32_t left = place.character; left > 0 && at < end;) {
    const bool isPair = static_cast<uint8_t>(text[at]) >= 0xF0;
    if (isPair && left == 1) break;  // in the middle of a character
    left -= isPair ? 2 : 1;
    for (at++; at < end && utf8::isContinuation(text[at]);) at++;
  }
  return at;
}

Document::Document(std::string uri_, std::string path_, std::string text_, int64_t version_)
    : uri(std::move(uri_)),
      path(std::move(path_)),
      text(std::move(text_)),
      version(version_),
      lines(text) {
  start_ = sources_.add(path.empty() ? uri : path, text);
  DiagnosticEngine diagnostics(sources_);
  forms_ = readProgram(start_, arena_, diagnostics);
  outline_ = outlineOf(forms_);
  layout_ = layoutOf(text);
}

std::string closedPrefix(std::string_view text, size_t offset) {
  std::string prefix(text.substr(0, offset));
  const Layout layout = layoutOf(prefix);
  for (size_t i = layout.open.size(); i-- > 0;) {
    const char c = prefix[layout.open[i]];
    prefix += c == '(' ? ')' : c == '[' ? ']' : '}';
  }
  return prefix;
}

const Definition* Document::definition(std::string_view name) const {
  for (const Definition& d : outline_)
    if (d.name.text() == name) return &d;
  return nullptr;
}

const Document::Analysis& Document::analysis(const std::map<std::string, std::string>& edited,
                                             Context* names) const {
  if (analysis_) return *analysis_;
  analysis_ = std::make_unique<Analysis>();
  Session& session = analysis_->session;
  for (const auto& [file, content] : edited)
    if (file != path) session.sources.overlay(file, content);
  analysis_->start = session.sources.add(path.empty() ? uri : path, text);
  session.diagnostics.keepAll();
  session.options.names = names;
  analysis_->program = session.analyze(analysis_->start, analysis_->index);
  analysis_->index.finish();
  return *analysis_;
}

void Document::noticeChange(const std::string& file) const {
  if (!analysis_) return;
  const std::vector<InputFile> read = analysis_->session.dependencies();
  if (analysis_->session.diagnostics.hasErrors() ||
      std::ranges::find(read, file, &InputFile::path) != read.end())
    analysis_ = nullptr;
}

Range tokenAt(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  size_t from = offset, to = offset;
  const auto isName = [](char c) { return Delimiters.find(c) == std::string_view::npos; };
  while (from > 0 && isName(text[from - 1])) from--;
  while (to < text.size() && isName(text[to])) to++;
  return {from, to};
}

std::string pathOfUri(std::string_view uri) {
  if (!uri.starts_with("file://")) return {};
  uri.remove_prefix(7);
  if (!uri.starts_with('/')) uri.remove_prefix(std::min(uri.find('/'), uri.size()));  // a host
  std::string path;
  for (size_t i = 0; i < uri.size(); i++) {
    if (uri[i] == '%' && i + 2 < uri.size() && hexDigit(uri[i + 1]) >= 0 &&
        hexDigit(uri[i + 2]) >= 0) {
      path += static_cast<char>(hexDigit(uri[i + 1]) * 16 + hexDigit(uri[i + 2]));
      i += 2;
    } else {
      path += uri[i];
    }
  }
  std::error_code failed;
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(path, failed);
  return failed ? path : canonical.string();
}

std::string uriOfPath(std::string_view path) {
  std::string uri = "file://";
  for (const char c : path) {
    const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || std::strchr("/-_.~", c) != nullptr;
    if (isPlain && c != '\0') {
      uri += c;
      continue;
    }
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<uint8_t>(c));
    uri += escaped;
  }
  return uri;
}

}  // namespace gene::lsp
