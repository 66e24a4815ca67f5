#include "frontend/syntax/Layout.h"

#include <algorithm>

#include "frontend/syntax/Reader.h"

namespace gene {

const Layout::Piece* Layout::around(size_t offset) const {
  auto behind = std::ranges::lower_bound(pieces, offset, {}, &Piece::from);
  if (behind == pieces.begin()) return nullptr;
  const Piece& piece = behind[-1];
  const bool isWide = piece.kind == Kind::Comment || piece.kind == Kind::Text;
  return isWide && piece.to > offset ? &piece : nullptr;
}

void LayoutRecorder::addOpen(uint32_t end, uint32_t size) {
  for (uint32_t at = end - size; at < end; at++) {
    layout_->open.push_back(at);
    layout_->pieces.push_back({at, at + 1, Layout::Kind::Open});
  }
}

void LayoutRecorder::addClose(uint32_t end, uint32_t size, uint32_t opened) {
  for (uint32_t at = end - size; at < end; at++)
    layout_->pieces.push_back({at, at + 1, Layout::Kind::Close});
  layout_->open.resize(layout_->open.size() - opened);
}

void LayoutRecorder::addText(uint32_t from, uint32_t to) {
  std::erase_if(layout_->open, [&](uint32_t bracket) { return bracket >= from; });
  while (!layout_->pieces.empty() && layout_->pieces.back().from >= from)
    layout_->pieces.pop_back();
  layout_->pieces.push_back({from, to, Layout::Kind::Text});
}

Layout layoutOf(std::string_view text) {
  SourceManager sources;
  DiagnosticEngine ignored(sources);
  Arena arena;
  Layout layout;
  const Location start = sources.add("<text>", std::string(text));
  readPart(start, sources.text(start), arena, ignored, &layout);
  return layout;
}

namespace {

/// The words of a line of a comment.
std::string_view wordsOf(std::string_view line) {
  while (line.starts_with('#')) line.remove_prefix(1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string commentAbove(std::string_view text, const Layout& layout, size_t offset) {
  const auto lineStart = [&](size_t at) {
    const size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    return before == std::string_view::npos ? 0 : before + 1;
  };
  std::vector<std::string_view> lines;
  size_t below = lineStart(std::min(offset, text.size()));
  auto piece = std::ranges::lower_bound(layout.pieces, below, {}, &Layout::Piece::from);
  while (piece != layout.pieces.begin()) {
    --piece;
    const size_t line = lineStart(piece->from);
    const std::string_view whole = text.substr(piece->from, piece->to - piece->from);
    const bool isAlone =
        text.substr(line, piece->from - line).find_first_not_of(" \t") == std::string_view::npos;
    if (piece->kind != Layout::Kind::Comment || !isAlone || piece->to + 1 != below ||
        whole.starts_with("#!") || whole.starts_with("#<"))
      break;
    lines.push_back(wordsOf(whole));
    below = line;
  }
  std::string comment;
  for (size_t i = lines.size(); i-- > 0;) comment += std::string(lines[i]) + "\n";
  return comment;
}

}  // namespace gene
