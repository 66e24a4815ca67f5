#pragma once
// What the reader is in the middle of, and its steps: Reader.cpp, ReadProperties.cpp.

#include <string>
#include <unordered_set>
#include <vector>

#include "frontend/syntax/Lexer.h"

namespace gene {

class FormReader : Lexer {
 public:
  using Lexer::Lexer;
  Span<Form*> read();

 private:
  enum class FrameKind : uint8_t {
    Top,
    Array,
    Map,
    HashMap,
    Gene,
    Property,  // waits for the value of the keys in keys_
    Quote,
    Unquote,
    Decorator,  // waits for two values
    Interpolation,
    Hole,      // waits for one value, then `}`
    OpenHole,  // waits for one value; its closing bracket is the value's own
  };
  struct Frame {
    FrameKind kind;
    bool frozen = false;
    bool discard = false;
    bool hasHead = false;  // Gene
    bool nested = false;   // Map, Gene: some property was written ^a^b
    bool triple = false;   // Interpolation
    bool isNoMap = false;  // Map: it has something else than keys, which was reported
    Location loc;
    Form* head = nullptr;
    size_t items = 0;       // where its items begin in items_
    size_t properties = 0;  // where its properties begin in properties_
    size_t keys = 0;        // Property: where its keys begin in keys_
  };

  static std::string_view closingOf(FrameKind kind) {
    return kind == FrameKind::Array     ? "]"
           : kind == FrameKind::HashMap ? "}}"
           : kind == FrameKind::Map     ? "}"
           : kind == FrameKind::Gene    ? ")"
                                        : "the end of this";
  }
  void open(FrameKind kind, Location loc, bool frozen = false) {
    frames_.push_back({.kind = kind,
                       .frozen = frozen,
                       .loc = loc,
                       .items = items_.size(),
                       .properties = properties_.size(),
                       .keys = keys_.size()});
  }
  /// A string, character or regex.
  void deliverText(Location from, Form* form) {
    layout_.text(offset(from), offset(here()));
    deliver(form);
  }
  /// A form in brackets; the cursor is behind the first ones.
  void openForm(FrameKind kind, Location loc, bool frozen = false) {
    layout_.open(offset(here()), kind == FrameKind::HashMap ? 2 : 1);
    open(kind, loc, frozen);
  }
  /// Hands a finished value to what waits for it.
  void deliver(Form* form);
  void close(char bracket);
  Form* finish(Frame& frame);
  void value();
  void hash();
  void property();
  void addProperty(Location loc, Form* value);
  void continueInterpolation();
  void finishInterpolation(Frame& frame);
  void semicolon();
  void missingValue(Frame& frame);
  void unclosed();
  Span<Property> takeProperties(Frame& frame);
  std::vector<Property> merged(Span<Property> all);
  template <class T>
  Span<T> take(std::vector<T>& from, size_t start) {
    auto result = arena_.copy(Span<T>(from).subspan(start));
    from.resize(start);
    return result;
  }

  std::vector<Frame> frames_;
  std::vector<Form*> items_;
  std::vector<Property> properties_;
  std::vector<Symbol> keys_;
  std::unordered_set<const Form*> nestedMaps_;  // made by ^a^b
  std::string text_;
};

}  // namespace gene
