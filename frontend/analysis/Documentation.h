#pragma once
// What authors say of their definitions: comments, ^intent. For editors and references.

#include <string>
#include <string_view>

#include "frontend/analysis/Outline.h"
#include "frontend/syntax/Layout.h"

namespace gene {

/// A text that was read from `start` on, and where its comments lie.
struct CommentedText {
  std::string_view text;
  const Layout& layout;
  Location start;
};

/// The comment lines above a definition or, of a field, variant or variable without one, the comment behind it; then its
/// ^intent. Empty without them. Lines that allow warnings are left out.
std::string documentationOf(const Definition& d, const CommentedText& source);

/// The comment that a module begins with, unless it is that of its first definition, right below.
std::string moduleComment(Span<Form* const> forms, const CommentedText& source);

}  // namespace gene
