// The structure: lists, properties, quotes, interpolations. Nothing recurses; what is open lies on a stack of frames,
// so a million nested lists are no deeper than one.

#include "frontend/syntax/Reader.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "frontend/syntax/Lexer.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

class Reader : Lexer {
 public:
  using Lexer::Lexer;
  std::span<Form*> read();

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
  std::span<Property> takeProperties(Frame& frame);
  std::vector<Property> merged(std::span<Property> all);
  template <class T>
  std::span<T> take(std::vector<T>& from, size_t start) {
    auto result = arena_.copy(std::span<T>(from).subspan(start));
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

std::span<Form*> Reader::read() {
  open(FrameKind::Top, here());
  for (;;) {
    skipBlank();
    if (atEnd()) break;
    value();
  }
  for (const Frame& frame : frames_)
    if (frame.kind == FrameKind::Interpolation) layout_.text(offset(frame.loc), offset(here()));
  if (frames_.size() > 1) unclosed();
  return take(items_, 0);
}

void Reader::value() {
  const char c = *p_;
  const Location loc = here();
  Frame& top = frames_.back();
  const bool inMap = top.kind == FrameKind::Map;
  switch (c) {
    case '(':
    case '[':
      if (inMap) break;
      p_++;
      return openForm(c == '(' ? FrameKind::Gene : FrameKind::Array, loc);
    case '{':
      if (inMap) break;
      p_++;
      if (*p_ != '{') return openForm(FrameKind::Map, loc);
      p_++;
      return openForm(FrameKind::HashMap, loc);
    case ')':
    case ']':
    case '}': return close(c);
    case ';': return semicolon();
    default: break;
  }
  if (c == '^' && (inMap || top.kind == FrameKind::Gene)) return property();
  if (inMap) {
    const Position at = diagnostics_.sources().position(loc);
    if (!std::exchange(top.isNoMap, true))
      report(loc, Diag::ExpectedKey,
             {std::to_string(at.line), std::to_string(at.column), std::string_view(p_, 1)})
          .hint(Diag::HintMapKeys);
    // The value is read and dropped: it becomes the value of an unnamed key.
    keys_.push_back(Symbol{});
    open(FrameKind::Property, loc);
    frames_.back().keys--;
    return;
  }
  switch (c) {
    case '"': return deliverText(loc, string());
    case '`': p_++; return open(FrameKind::Quote, loc);
    case '\'': return deliverText(loc, character());
    case '#': return hash();
    case '%': {
      const char next = p_[1];
      if (p_ + 1 == end_ || isClass(next, Blank) || next == ')' || next == ']' || next == '}') {
        p_++;
        return deliver(arena_.make<SymbolForm>(loc, Symbol::of("%")));
      }
      if (next == '=') {
        p_ += 2;
        return deliver(arena_.make<SymbolForm>(loc, Symbol::of("%=")));
      }
      p_++;
      open(FrameKind::Unquote, loc);
      if (*p_ == '_' && (!isClass(p_[1], Terminator) || p_[1] == '(' || p_[1] == '[' ||
                         p_[1] == '{' || p_[1] == '"')) {
        p_++;
        frames_.back().discard = true;
      }
      return;
    }
    default: break;
  }
  if (isClass(c, Digit) || ((c == '+' || c == '-') && isClass(p_[1], Digit)))
    return deliver(number());
  deliver(symbol());
}

/// What begins with `#` and is no comment.
void Reader::hash() {
  const Location loc = here();
  switch (p_[1]) {
    case '[': p_ += 2; return openForm(FrameKind::Array, loc, true);
    case '(': p_ += 2; return openForm(FrameKind::Gene, loc, true);
    case '{':
      p_ += 2;
      if (*p_ != '{') return openForm(FrameKind::Map, loc, true);
      p_++;
      return openForm(FrameKind::HashMap, loc, true);
    case '@': p_ += 2; return open(FrameKind::Decorator, loc);
    case '/': p_ += 2; return deliverText(loc, regex(loc));
    case '"': {
      const bool triple = p_[2] == '"' && p_[3] == '"';
      p_ += triple ? 4 : 2;
      open(FrameKind::Interpolation, loc);
      frames_.back().triple = triple;
      return continueInterpolation();
    }
    default: return deliver(symbol());
  }
}

void Reader::deliver(Form* form) {
  for (;;) {
    if (!form->end.valid()) form->end = here();
    Frame& frame = frames_.back();
    switch (frame.kind) {
      case FrameKind::Gene:
        if (!frame.hasHead) {
          frame.hasHead = true;
          frame.head = form;
          return;
        }
        [[fallthrough]];
      case FrameKind::Top:
      case FrameKind::Array:
      case FrameKind::HashMap: items_.push_back(form); return;
      case FrameKind::Map: return;
      case FrameKind::Property: {
        const Location loc = frame.loc;
        frames_.pop_back();
        addProperty(loc, form);
        return;
      }
      case FrameKind::Quote:
      case FrameKind::Unquote: {
        auto* quote = arena_.make<QuoteForm>(
            frame.kind == FrameKind::Quote ? FormKind::Quote : FormKind::Unquote, frame.loc, form);
        quote->discard = frame.discard;
        frames_.pop_back();
        form = quote;
        continue;
      }
      case FrameKind::Decorator: {
        if (!frame.head) {
          frame.head = form;
          return;
        }
        Form* items[] = {form};
        auto* gene = arena_.make<GeneForm>(frame.loc, frame.head, std::span<Property>{},
                                           arena_.copy(std::span<Form*>(items)));
        frames_.pop_back();
        form = gene;
        continue;
      }
      case FrameKind::Hole:
      case FrameKind::OpenHole: {
        const bool closes = frame.kind == FrameKind::Hole;
        frames_.pop_back();
        items_.push_back(form);
        if (closes) {
          skipBlank();
          if (*p_ == '}') {
            p_++;
          } else {
            report(here(), Diag::ExpectedHoleEnd)
                .hint(Diag::HintText, {"an expression stands in brackets: #{(a + b)}"});
            while (p_ < end_ && *p_ != '}' && *p_ != '"') p_++;
            if (*p_ == '}') p_++;
          }
        }
        return continueInterpolation();
      }
      case FrameKind::Interpolation:
        GENE_UNREACHABLE("holes stand between a value and its interpolation");
    }
  }
}

// --- properties --------------------------------------------------------------------------------------------------------

/// ^key, ^^key, ^!key, ^a^b …, ^a^^b, ^a^!b: true and false at once, others when their value comes.
void Reader::property() {
  const Location loc = here();
  const size_t first = keys_.size();
  FormKind shortcut = FormKind::Nil;
  while (*p_ == '^' && shortcut == FormKind::Nil) {
    p_++;
    if (*p_ == '^') {
      shortcut = FormKind::True;
      p_++;
    } else if (*p_ == '!') {
      shortcut = FormKind::False;
      p_++;
    }
    const char* from = p_;
    bool escaped = false;
    while (p_ < end_ && !isClass(*p_, Terminator) && *p_ != '^') {
      if (*p_ == '\\' && p_ + 1 < end_) {
        escaped = true;
        p_++;
      }
      p_++;
    }
    const std::string_view text(from, static_cast<size_t>(p_ - from));
    if (text.empty()) report(loc, Diag::EmptyKey);
    keys_.push_back(escaped ? Symbol::of(unescaped(text)) : Symbol::of(text));
  }
  Frame& frame = frames_.back();
  if (frame.kind == FrameKind::Gene && !frame.hasHead) {
    frame.hasHead = true;
    frame.head = arena_.make<Form>(FormKind::Nil, frame.loc);
  }
  open(FrameKind::Property, loc);
  frames_.back().keys = first;
  if (shortcut != FormKind::Nil) deliver(arena_.make<Form>(shortcut, loc));
}

/// The container is the top frame again; the keys are those behind its own.
void Reader::addProperty(Location loc, Form* value) {
  Frame& frame = frames_.back();
  const size_t first = frame.keys;
  for (size_t i = keys_.size(); i-- > first + 1;) {
    Property inner[] = {{keys_[i], value, loc}};
    value = arena_.make<MapForm>(loc, arena_.copy(std::span<Property>(inner)));
    nestedMaps_.insert(value);
    frame.nested = true;
  }
  const Symbol key = keys_[first];
  keys_.resize(first);
  if (key.empty()) return;  // reported already
  properties_.push_back({key, value, loc});
}

/// Nested keys with a common beginning become one map; a key twice is an error.
std::vector<Property> Reader::merged(std::span<Property> all) {
  std::vector<Property> result;
  for (const Property& p : all) {
    auto same = std::find_if(result.begin(), result.end(),
                             [&](const Property& q) { return q.key == p.key; });
    if (same == result.end()) {
      result.push_back(p);
      continue;
    }
    if (!nestedMaps_.contains(same->value) || !nestedMaps_.contains(p.value)) {
      report(p.loc, Diag::ConflictingProperty, {p.key.text()});
      continue;
    }
    const auto& a = as<MapForm>(*same->value);
    const auto& b = as<MapForm>(*p.value);
    std::vector<Property> both(a.properties.begin(), a.properties.end());
    both.insert(both.end(), b.properties.begin(), b.properties.end());
    both = merged(both);
    same->value = arena_.make<MapForm>(a.loc, arena_.copy(std::span<Property>(both)));
    nestedMaps_.insert(same->value);
  }
  return result;
}

std::span<Property> Reader::takeProperties(Frame& frame) {
  std::span<Property> own = std::span<Property>(properties_).subspan(frame.properties);
  if (frame.nested) {
    std::vector<Property> result = merged(own);
    properties_.resize(frame.properties);
    return arena_.copy(std::span<Property>(result));
  }
  if (own.size() <= 8) {
    for (size_t i = 1; i < own.size(); i++)
      for (size_t j = 0; j < i; j++)
        if (own[i].key == own[j].key) {
          report(own[i].loc, Diag::ConflictingProperty, {own[i].key.text()});
          break;
        }
  } else {
    std::unordered_set<Symbol> seen;
    for (const Property& p : own)
      if (!seen.insert(p.key).second) report(p.loc, Diag::ConflictingProperty, {p.key.text()});
  }
  return take(properties_, frame.properties);
}

// --- closing -----------------------------------------------------------------------------------------------------------

void Reader::missingValue(Frame& frame) {
  if (frame.kind == FrameKind::Property)
    report(frame.loc, Diag::MissingPropertyValue, {keys_.back().text()});
  else
    report(frame.loc, Diag::MissingQuoted,
           {frame.kind == FrameKind::Quote     ? "`"
            : frame.kind == FrameKind::Unquote ? "%"
                                               : "#@"});
  deliver(arena_.make<Form>(FormKind::Nil, frame.loc));
}

Form* Reader::finish(Frame& frame) {
  Form* form = nullptr;
  switch (frame.kind) {
    case FrameKind::Array:
      form = arena_.make<ArrayForm>(frame.loc, take(items_, frame.items));
      break;
    case FrameKind::Map: form = arena_.make<MapForm>(frame.loc, takeProperties(frame)); break;
    case FrameKind::HashMap:
      form = arena_.make<HashMapForm>(frame.loc, take(items_, frame.items));
      break;
    case FrameKind::Gene: {
      Form* head = frame.hasHead ? frame.head : arena_.make<Form>(FormKind::Nil, frame.loc);
      const std::span<Property> properties = takeProperties(frame);
      auto* gene = arena_.make<GeneForm>(frame.loc, head, properties, take(items_, frame.items));
      form = gene;
      break;
    }
    default: GENE_UNREACHABLE("a container");
  }
  form->frozen = frame.frozen;
  return form;
}

void Reader::close(char bracket) {
  for (;;) {
    Frame& frame = frames_.back();
    const bool waiting = frame.kind == FrameKind::Property || frame.kind == FrameKind::Quote ||
                         frame.kind == FrameKind::Unquote || frame.kind == FrameKind::Decorator;
    if (!waiting) break;
    missingValue(frame);
  }
  Frame frame = frames_.back();
  const bool fits =
      (bracket == ')' && frame.kind == FrameKind::Gene) ||
      (bracket == ']' && frame.kind == FrameKind::Array) ||
      (bracket == '}' && (frame.kind == FrameKind::Map || frame.kind == FrameKind::HashMap));
  if (!fits) {
    if (frame.kind == FrameKind::Hole) {
      report(here(), Diag::ExpectedHoleEnd);
      if (bracket == '}') return deliver(arena_.make<Form>(FormKind::Nil, here()));
    } else {
      Diagnostic& unmatched = report(here(), Diag::UnmatchedDelimiter, {std::string_view(p_, 1)});
      if (frame.kind != FrameKind::Top)
        unmatched.note(frame.loc, Diag::NoteOpened, {closingOf(frame.kind)});
      else if (!items_.empty())
        unmatched.note(items_.back()->loc, Diag::NoteComplete);
    }
    p_++;
    layout_.close(offset(here()), 1, 0);
    return;
  }
  if (frame.kind == FrameKind::HashMap && p_[1] != '}')
    report(here(), Diag::UnmatchedDelimiter, {"}"});
  Form* form = finish(frame);
  const uint32_t size = frame.kind == FrameKind::HashMap && p_[1] == '}' ? 2 : 1;
  p_ += size;
  layout_.close(offset(here()), size, frame.kind == FrameKind::HashMap ? 2 : 1);
  frames_.pop_back();
  deliver(form);
}

/// (a b; c d) is ((a b) c d).
void Reader::semicolon() {
  Frame& frame = frames_.back();
  if (frame.kind != FrameKind::Gene) {
    report(here(), Diag::MisplacedSemicolon).hint(Diag::HintComment);
    while (p_ < end_ && *p_ != '\n') p_++;
    return;
  }
  Form* inner = finish(frame);
  inner->end = here();
  inner->frozen = false;
  frame.head = inner;
  frame.hasHead = true;
  frame.nested = false;
  p_++;
}

void Reader::unclosed() {
  if (unclosedString_) return;  // that was the mistake
  for (size_t i = frames_.size(); i-- > 1;) {
    const Frame& frame = frames_[i];
    const std::string_view bracket = closingOf(frame.kind);
    switch (frame.kind) {
      case FrameKind::Gene:
      case FrameKind::Array:
      case FrameKind::Map:
      case FrameKind::HashMap: break;
      case FrameKind::Interpolation: report(frame.loc, Diag::UnclosedInterpolation); return;
      case FrameKind::Property:
        report(frame.loc, Diag::MissingPropertyValue, {keys_.back().text()});
        continue;
      case FrameKind::Quote: report(frame.loc, Diag::MissingQuoted, {"`"}); continue;
      case FrameKind::Unquote: report(frame.loc, Diag::MissingQuoted, {"%"}); continue;
      case FrameKind::Decorator: report(frame.loc, Diag::MissingQuoted, {"#@"}); continue;
      default: continue;
    }
    const Position at = diagnostics_.sources().position(frame.loc);
    report(frame.loc, Diag::UnclosedForm, {bracket, at.file, std::to_string(at.line)});
    return;
  }
}

// --- interpolation -----------------------------------------------------------------------------------------------------

/// Reads text up to the next hole, which is opened, or to the end, which delivers the whole.
void Reader::continueInterpolation() {
  Frame& frame = frames_.back();
  GENE_ASSERT(frame.kind == FrameKind::Interpolation, "text belongs to an interpolation");
  text_.clear();
  const Location loc = here();
  const bool isFirst = items_.size() == frame.items;
  const bool hole = interpolationText(frame.triple, text_, frame.loc);
  if (frame.triple && isFirst) text_ = trimStart(text_);
  if (frame.triple && !hole) text_ = trimEnd(text_);
  if (!text_.empty())
    items_.push_back(arena_.make<StringForm>(FormKind::String, loc, arena_.copy(text_)));
  if (!hole) {
    Frame done = frame;
    layout_.text(offset(done.loc), offset(here()));
    frames_.pop_back();
    return finishInterpolation(done);
  }
  const Location at = here();
  if (*p_ != '{') {
    open(FrameKind::OpenHole, at);
    const bool isGene = *p_++ == '(';
    return openForm(isGene ? FrameKind::Gene : FrameKind::Array, at);
  }
  p_++;
  const Location inside = here();
  skipBlank();
  if (*p_ == '^') {
    layout_.open(offset(inside), 1);
    open(FrameKind::OpenHole, at);
    return open(FrameKind::Map, at);
  }
  open(FrameKind::Hole, at);
}

/// One string when all parts are literal text, else the gene (#Str part …).
void Reader::finishInterpolation(Frame& frame) {
  std::span<Form*> parts = std::span<Form*>(items_).subspan(frame.items);
  bool literal = true;
  for (Form* part : parts) literal &= part->kind == FormKind::String;
  if (literal) {
    std::string whole;
    for (Form* part : parts) whole += as<StringForm>(*part).text;
    items_.resize(frame.items);
    return deliver(arena_.make<StringForm>(FormKind::String, frame.loc, arena_.copy(whole)));
  }
  auto* head = arena_.make<SymbolForm>(frame.loc, sym::StrHead);
  auto* gene =
      arena_.make<GeneForm>(frame.loc, head, std::span<Property>{}, take(items_, frame.items));
  deliver(gene);
}

}  // namespace

std::span<Form*> readPart(Location at, std::string_view text, Arena& arena,
                          DiagnosticEngine& diagnostics, Layout* layout) {
  return Reader(at, text, arena, diagnostics, layout).read();
}

std::span<Form*> readForms(Location start, Arena& arena, DiagnosticEngine& diagnostics) {
  const std::string_view text = diagnostics.sources().text(start);
  if (const size_t valid = utf8::validPrefix(text); valid < text.size()) {
    diagnostics.report(Location{start.offset + static_cast<uint32_t>(valid)}, Diag::InvalidUtf8,
                       {});
    return {};
  }
  return Reader(start, arena, diagnostics).read();
}

}  // namespace gene
