// The structure: lists, quotes, interpolations. Nothing recurses; what is open lies on a stack of frames,
// so a million nested lists are no deeper than one.

#include "frontend/syntax/Reader.h"

#include <utility>

#include "frontend/syntax/ReaderState.h"
#include "runtime/support/Utf8.h"

namespace gene {

Span<Form*> FormReader::read() {
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

void FormReader::value() {
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
    const uint32_t opened = offset(top.loc);
    const bool isHole = opened > 0 && begin_[opened - 1] == '$';  // ${name}
    if (!std::exchange(top.isNoMap, true))
      report(loc, Diag::ExpectedKey,
             {std::to_string(at.line), std::to_string(at.column), std::string_view(p_, 1)})
          .hint(isHole     ? Diag::HintHoles
                : c == '(' ? Diag::HintForms
                           : Diag::HintMapKeys);
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
void FormReader::hash() {
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

void FormReader::deliver(Form* form) {
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
        auto* gene = arena_.make<GeneForm>(frame.loc, frame.head, Span<Property>{},
                                           arena_.copy(Span<Form*>(items)));
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

// --- closing -----------------------------------------------------------------------------------------------------------

void FormReader::missingValue(Frame& frame) {
  if (frame.kind == FrameKind::Property)
    report(frame.loc, Diag::MissingPropertyValue, {keys_.back().text()});
  else
    report(frame.loc, Diag::MissingQuoted,
           {frame.kind == FrameKind::Quote     ? "`"
            : frame.kind == FrameKind::Unquote ? "%"
                                               : "#@"});
  deliver(arena_.make<Form>(FormKind::Nil, frame.loc));
}

Form* FormReader::finish(Frame& frame) {
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
      const Span<Property> properties = takeProperties(frame);
      auto* gene = arena_.make<GeneForm>(frame.loc, head, properties, take(items_, frame.items));
      form = gene;
      break;
    }
    default: GENE_UNREACHABLE("a container");
  }
  form->frozen = frame.frozen;
  return form;
}

void FormReader::close(char bracket) {
  const char* const at = p_;
  for (;;) {
    Frame& frame = frames_.back();
    const bool waiting = frame.kind == FrameKind::Property || frame.kind == FrameKind::Quote ||
                         frame.kind == FrameKind::Unquote || frame.kind == FrameKind::Decorator;
    if (!waiting) break;
    missingValue(frame);
    if (p_ != at) return;  // it was the value of a hole, which has passed over the bracket
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
void FormReader::semicolon() {
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

void FormReader::unclosed() {
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
void FormReader::continueInterpolation() {
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
void FormReader::finishInterpolation(Frame& frame) {
  Span<Form*> parts = Span<Form*>(items_).subspan(frame.items);
  bool literal = true;
  for (Form* part : parts) literal &= part->kind == FormKind::String;
  if (literal) {
    std::string whole;
    for (Form* part : parts) whole += as<StringForm>(*part).text;
    items_.resize(frame.items);
    return deliver(arena_.make<StringForm>(FormKind::String, frame.loc, arena_.copy(whole)));
  }
  auto* head = arena_.make<SymbolForm>(frame.loc, sym::StrHead);
  auto* gene = arena_.make<GeneForm>(frame.loc, head, Span<Property>{}, take(items_, frame.items));
  deliver(gene);
}

Span<Form*> readPart(Location at, std::string_view text, Arena& arena,
                     DiagnosticEngine& diagnostics, Layout* layout) {
  return FormReader(at, text, arena, diagnostics, layout).read();
}

Span<Form*> readForms(Location start, Arena& arena, DiagnosticEngine& diagnostics) {
  const std::string_view text = diagnostics.sources().text(start);
  if (const size_t valid = utf8::validPrefix(text); valid < text.size()) {
    diagnostics.report(Location{start.offset + static_cast<uint32_t>(valid)}, Diag::InvalidUtf8,
                       {});
    return {};
  }
  return FormReader(start, arena, diagnostics).read();
}

}  // namespace gene
