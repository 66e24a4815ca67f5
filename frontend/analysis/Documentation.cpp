#include "frontend/analysis/Documentation.h"

#include <algorithm>

namespace gene {
namespace {

constexpr std::string_view Blanks = " \t";

/// Without the lines that allow warnings.
std::string withoutOrders(std::string_view comment) {
  std::string kept;
  while (!comment.empty()) {
    const size_t size = std::min(comment.find('\n'), comment.size() - 1) + 1;
    if (!comment.starts_with("allow ")) kept += comment.substr(0, size);
    comment.remove_prefix(size);
  }
  return kept;
}

/// Does nothing but what belongs to the definition stand before `offset` in its line?
bool beginsLine(std::string_view text, size_t offset) {
  const size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const size_t line = before == std::string_view::npos ? 0 : before + 1;
  return text.substr(line, offset - line).find_first_not_of(" \t(^/") == std::string_view::npos;
}

/// The comment at the end of the line that `offset` is in, unless it tells of what is not over there.
std::string commentBehind(const CommentedText& source, size_t offset) {
  const auto& pieces = source.layout.pieces;
  auto piece = std::ranges::lower_bound(pieces, offset, {}, &Layout::Piece::from);
  while (piece != pieces.end() && piece->kind == Layout::Kind::Close) ++piece;
  if (piece == pieces.end() || piece->kind != Layout::Kind::Comment) return {};
  std::string_view between = source.text.substr(offset, piece->from - offset);
  std::string_view comment = source.text.substr(piece->from, piece->to - piece->from);
  if (between.find_first_not_of(" \t,)]}") != std::string_view::npos || !comment.starts_with("# "))
    return {};
  comment.remove_prefix(std::min(comment.find_first_not_of(Blanks, 1), comment.size()));
  return withoutOrders(std::string(comment) + "\n");
}

}  // namespace

std::string documentationOf(const Definition& d, const CommentedText& source) {
  using Kind = Definition::Kind;
  const size_t offset = std::min(d.form->loc.offset, d.loc.offset) - source.start.offset;
  std::string text;
  if (beginsLine(source.text, offset))
    text = withoutOrders(commentAbove(source.text, source.layout, offset));
  const bool isShort = d.kind == Kind::Field || d.kind == Kind::Variant ||
                       d.kind == Kind::Variable || d.kind == Kind::Constant;
  const Location end = d.form->end.valid() ? d.form->end : d.end;
  if (text.empty() && isShort && end.valid())
    text = commentBehind(source, end.offset - source.start.offset);
  if (d.form->kind == FormKind::Gene)
    for (const Property& p : as<GeneForm>(*d.form).properties)
      if (p.key.text() == "intent" && p.value->kind == FormKind::String)
        text += (text.empty() ? "" : "\n") + std::string(as<StringForm>(*p.value).text) + "\n";
  return text;
}

std::string moduleComment(Span<Form* const> forms, const CommentedText& source) {
  const std::string_view text = source.text;
  const auto lineEnd = [&](size_t at) { return std::min(text.find('\n', at), text.size()); };
  size_t at = text.starts_with("#!") ? lineEnd(0) : 0;
  at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  size_t end = at;
  while (end < text.size() && text[end] == '#' && !text.substr(end).starts_with("#<"))
    end = std::min(lineEnd(end) + 1, text.size());
  if (end == at) return {};
  const bool isAbove = lineEnd(end) != end && text.substr(end, lineEnd(end) - end) != "\r";
  const std::vector<Definition> first =
      forms.empty() ? std::vector<Definition>() : outlineOf(forms.subspan(0, 1));
  if (isAbove && !first.empty() && first[0].kind != Definition::Kind::Import) return {};
  return withoutOrders(commentAbove(text, source.layout, end));
}

}  // namespace gene
