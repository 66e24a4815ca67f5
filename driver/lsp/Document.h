#pragma once
// An open document, or a file that one refers to, and what the compiler's analysis found in it.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codegen/compile/Session.h"
#include "frontend/analysis/Index.h"
#include "frontend/analysis/Outline.h"
#include "frontend/syntax/Layout.h"

namespace gene::lsp {

/// A place as the protocol counts: lines from 0, characters from 0 in UTF-16 units, or in bytes where the client wants it.
struct Place {
  uint32_t line = 0, character = 0;
};
struct Range {
  size_t from = 0, to = 0;  // offsets in the text
};

/// Puts forms on a stack of those that are still to be walked: the first one is taken off first.
inline void pushForms(std::vector<const Form*>& work, Span<Form* const> forms) {
  for (size_t i = forms.size(); i-- > 0;) work.push_back(forms[i]);
}

/// The lines of a text.
class Lines {
 public:
  /// Are characters counted in bytes? Said once, when the client and the server begin.
  static inline bool countsBytes = false;

  explicit Lines(std::string_view text);
  [[nodiscard]] Place place(std::string_view text, size_t offset) const;
  /// The offset of a place; beyond the end of a line its end.
  [[nodiscard]] size_t offset(std::string_view text, Place place) const;
  [[nodiscard]] uint32_t lineOf(size_t offset) const;
  [[nodiscard]] size_t start(uint32_t line) const { return starts_[line]; }
  [[nodiscard]] uint32_t count() const { return static_cast<uint32_t>(starts_.size()); }

 private:
  std::vector<size_t> starts_;
};

class Document {
 public:
  Document(std::string uri, std::string path, std::string text, int64_t version);

  const std::string uri, path;  // path: canonical; empty for documents that are no files
  const std::string text;
  const int64_t version;
  const Lines lines;

  /// What the reader could make of it.
  [[nodiscard]] Span<Form* const> forms() const { return forms_; }
  /// Where its comments, texts and brackets lie.
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] const std::vector<Definition>& outline() const { return outline_; }
  /// The definition of the module with this name; null without one.
  [[nodiscard]] const Definition* definition(std::string_view name) const;

  [[nodiscard]] size_t offset(Location loc) const { return loc.offset - start_.offset; }
  [[nodiscard]] Location location(size_t offset) const {
    return {start_.offset + static_cast<uint32_t>(offset)};
  }
  [[nodiscard]] Place place(size_t at) const { return lines.place(text, at); }

  /// What the compiler says about it, and what its names mean; `edited` are the texts of open files by path.
  struct Analysis {
    Session session;
    std::unique_ptr<ir::Program> program;
    Location start;
    Index index;
  };
  const Analysis& analysis(const std::map<std::string, std::string>& edited, Context* names) const;
  [[nodiscard]] bool isAnalysed() const { return analysis_ != nullptr; }
  /// The text of a file has changed. What was found is forgotten if that may have to do with it: the file was read, or something
  /// was wrong, perhaps that a module was missing.
  void noticeChange(const std::string& file) const;

 private:
  SourceManager sources_;
  Location start_;
  Arena arena_;
  Span<Form* const> forms_;
  Layout layout_;
  std::vector<Definition> outline_;
  mutable std::unique_ptr<Analysis> analysis_;
};

/// The text up to `offset`, with all that is open in it closed.
std::string closedPrefix(std::string_view text, size_t offset);

/// The characters that end a name.
inline constexpr std::string_view Delimiters = " \t\r\n()[]{},;`'\"%^";
/// The token around `offset`: a name or path.
Range tokenAt(std::string_view text, size_t offset);

/// file:///a%20b gives /a b; empty for other URIs.
std::string pathOfUri(std::string_view uri);
std::string uriOfPath(std::string_view path);

}  // namespace gene::lsp
