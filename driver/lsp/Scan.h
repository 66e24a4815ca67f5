#pragma once
// The text of a document without its structure: where comments and strings are, which brackets are open. Works on text that
// is being typed.

#include <string>
#include <string_view>
#include <vector>

namespace gene::lsp {

struct Scanned {
  struct Part {
    size_t from, to;
    bool isComment;  // else a string, character or regex
  };
  std::vector<Part> parts;   // comments and strings, in order
  std::vector<size_t> open;  // the brackets that are still open at the end, outermost first
};

/// Looks at the first `size` bytes of the text.
Scanned scan(std::string_view text, size_t size = std::string_view::npos);
/// The text up to `offset`, with all that is open in it closed.
std::string closedPrefix(std::string_view text, size_t offset);

}  // namespace gene::lsp
