// What the reader keeps of a text beside its forms: comments, texts, brackets.

#include "frontend/syntax/Layout.h"

#include <gtest/gtest.h>

namespace gene {
namespace {

/// The pieces, each with its text and a bar: c(omments), t(exts), and the brackets.
std::string shown(std::string_view text) {
  std::string out;
  for (const Layout::Piece& piece : layoutOf(text).pieces) {
    const std::string_view whole = text.substr(piece.from, piece.to - piece.from);
    if (piece.kind == Layout::Kind::Comment) out += "c";
    if (piece.kind == Layout::Kind::Text) out += "t";
    out += std::string(whole) + "|";
  }
  return out;
}

TEST(Layout, HasCommentsTextsAndBrackets) {
  EXPECT_EQ(shown("(a \"x)\" '(' #/b[/ ) # c (\n"), "(|t\"x)\"|t'('|t#/b[/|)|c# c (|");
  EXPECT_EQ(shown("#< a ( >#[1]#{^a 1}"), "c#< a ( >#|[|]|{|}|");
  EXPECT_EQ(shown("{{1 2}} #[] a\\( b#c"), "{|{|}|}|[|]|");
}

TEST(Layout, TakesAStringWithItsHolesAsOneText) {
  EXPECT_EQ(shown("#\"a #{(f \"b\")} # c\" 1"), "t#\"a #{(f \"b\")} # c\"|");
  EXPECT_EQ(shown("(#\"#{^k 1}\" [#\"#[1 2]\"])"), "(|t#\"#{^k 1}\"|[|t#\"#[1 2]\"|]|)|");
}

TEST(Layout, GoesOnToTheEndOfWhatIsNotClosed) {
  EXPECT_EQ(shown("(a \"b ) c"), "(|t\"b ) c|");
  EXPECT_EQ(shown("[ #\"a #{(b ["), "[|t#\"a #{(b [|");
  EXPECT_EQ(shown("(a #< b )"), "(|c#< b )|");
}

TEST(Layout, KnowsWhatIsOpen) {
  const auto open = [](std::string_view text) { return layoutOf(text).open; };
  EXPECT_EQ(open("(a [b {^k (c)"), (std::vector<uint32_t>{0, 3, 6}));
  EXPECT_EQ(open("(a [b) c]"), (std::vector<uint32_t>{0}));
  EXPECT_EQ(open("(a {{1 #[2"), (std::vector<uint32_t>{0, 3, 4, 8}));
  EXPECT_EQ(open("(a)) ]"), (std::vector<uint32_t>{}));
  EXPECT_EQ(open("(a #\"#{^k 1} #{(b"), (std::vector<uint32_t>{0}));
}

TEST(Layout, TellsWhatLiesAround) {
  const std::string_view text = "(a \"b\nc\") # d\n";
  const Layout layout = layoutOf(text);
  EXPECT_EQ(layout.around(3), nullptr);
  ASSERT_NE(layout.around(6), nullptr);
  EXPECT_EQ(layout.around(6)->kind, Layout::Kind::Text);
  EXPECT_EQ(layout.around(8), nullptr);
  EXPECT_EQ(layout.around(text.size()), nullptr);
}

TEST(Layout, FindsTheCommentAbove) {
  const auto above = [](std::string_view text) {
    return commentAbove(text, layoutOf(text), text.find("(f"));
  };
  EXPECT_EQ(above("# a\n## b\n  # c\n  (f)"), "a\nb\nc\n");
  EXPECT_EQ(above("# a\n\n# b\r\n(f)"), "b\n");
  EXPECT_EQ(above("#! /usr/bin/gene\n(f)"), "");
  EXPECT_EQ(above("\"\n# no comment\n\"\n(f)"), "");
  EXPECT_EQ(above("(g) # of g\n(f)"), "");
  EXPECT_EQ(above("(f)"), "");
}

}  // namespace
}  // namespace gene
