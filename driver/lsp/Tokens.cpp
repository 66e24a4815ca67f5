// Semantic tokens: what each word of a document is.

#include <algorithm>

#include "driver/Reference.h"
#include "driver/lsp/Features.h"
#include "runtime/object/Class.h"

namespace gene::lsp {
namespace {

enum TokenType : uint8_t {
  Keyword,
  Function,
  Method,
  Type,
  Variable,
  Parameter,
  PropertyName,
  Namespace,
  EnumMember,
  Macro,
  Text,
  Number,
  Comment,
  Regexp,
};
constexpr std::string_view names[] = {
    "keyword",   "function",   "method", "type",   "variable", "parameter", "property",
    "namespace", "enumMember", "macro",  "string", "number",   "comment",   "regexp"};

struct Token {
  size_t from, to;
  TokenType type;
};

class Collector {
 public:
  /// Of the forms that reach into the range.
  Collector(Workspace& workspace, const Document& document, Range range)
      : workspace_(workspace), document_(document), range_(range) {}

  std::vector<Token> run() {
    forms(document_.forms());
    for (const Layout::Piece& piece : document_.layout().pieces)
      if (piece.kind == Layout::Kind::Comment) tokens_.push_back({piece.from, piece.to, Comment});
    std::ranges::sort(tokens_, {}, &Token::from);
    // Of tokens that overlap, as a string and the names in its holes, the later one begins.
    std::vector<Token> result;
    for (const Token& token : tokens_) {
      if (!result.empty() && result.back().to > token.from) {
        if (result.back().from == token.from) continue;
        result.back().to = token.from;
      }
      result.push_back(token);
    }
    return result;
  }

 private:
  void add(const Form* form, TokenType type) {
    if (!form->end.valid()) return;
    tokens_.push_back({document_.offset(form->loc), document_.offset(form->end), type});
  }
  void forms(Span<Form* const> all) {
    std::vector<const Form*> work;
    pushForms(work, all);
    while (!work.empty()) {
      const Form* form = work.back();
      work.pop_back();
      const bool isOutside = form->end.valid() && (document_.offset(form->end) < range_.from ||
                                                   document_.offset(form->loc) > range_.to);
      if (!isOutside) one(form, work);
    }
  }

  void one(const Form* form, std::vector<const Form*>& work) {
    const auto push = [&](Span<Form* const> more) { pushForms(work, more); };
    const auto properties = [&](Span<const Property> all) {
      for (const Property& p : all) {
        const size_t from = document_.offset(p.loc);
        const size_t size = p.key.text().size() + 1;
        if (p.loc.valid() && document_.text[from] == '^')
          tokens_.push_back({from, from + size, PropertyName});
        work.push_back(p.value);
      }
    };
    switch (form->kind) {
      case FormKind::Int:
      case FormKind::Float:
      case FormKind::Date:
      case FormKind::DateTime:
      case FormKind::Time: return add(form, Number);
      case FormKind::String:
      case FormKind::Char:
      case FormKind::Bytes: return add(form, Text);
      case FormKind::Regex: return add(form, Regexp);
      case FormKind::True:
      case FormKind::False:
      case FormKind::Nil:
      case FormKind::Void: return constant(form);
      case FormKind::Symbol:
      case FormKind::Path: return name(form, false);
      case FormKind::Quote:
      case FormKind::Unquote: work.push_back(as<QuoteForm>(*form).value); return;
      case FormKind::Array: return push(as<ArrayForm>(*form).items);
      case FormKind::HashMap: return push(as<HashMapForm>(*form).items);
      case FormKind::Map: return properties(as<MapForm>(*form).properties);
      case FormKind::Gene: {
        const auto& g = as<GeneForm>(*form);
        push(g.children);
        properties(g.properties);
        if (g.head->kind == FormKind::Symbol || g.head->kind == FormKind::Path)
          name(g.head, true);
        else
          work.push_back(g.head);
        return;
      }
      case FormKind::NotFound: return;
    }
  }

  void constant(const Form* form) {
    // ^^flag has the value true, which stands nowhere.
    const char c = document_.text[document_.offset(form->loc)];
    if (c != '^' && c != '(') add(form, Keyword);
  }

  void name(const Form* form, bool isHead) {
    if (!form->end.valid()) return;
    const size_t from = document_.offset(form->loc), end = document_.offset(form->end);
    if (form->kind == FormKind::Path) {
      // The first part is a name, others are members or methods.
      size_t at = from;
      bool isFirst = true;
      for (const Symbol part : as<PathForm>(*form).parts) {
        const size_t to = std::min(at + part.text().size(), end);
        if (!part.empty())
          tokens_.push_back({at, to,
                             isFirst                        ? typeOf(part.text(), at, false)
                             : part.text().starts_with('.') ? Method
                                                            : memberType(part.text())});
        at = to + 1;
        isFirst = false;
      }
      return;
    }
    const std::string_view text = symbolOf(form).text();
    if (text == "#Str") return add(form, Text);
    if (std::string_view(document_.text).substr(from, text.size()) != text) return;
    tokens_.push_back({from, from + text.size(), typeOf(text, from, isHead)});
  }

  static TokenType memberType(std::string_view part) {
    return part[0] >= 'A' && part[0] <= 'Z' ? EnumMember : PropertyName;
  }

  TokenType typeOf(std::string_view text, size_t from, bool isHead) {
    if (text.starts_with('.') && text.size() > 1) return Method;
    if (!driver::aboutSpecialForm(text).empty()) return Keyword;
    while (text.size() > 1 && text.ends_with(':')) text.remove_suffix(1);
    if (isLocal(text, from)) return isHead ? Function : Variable;
    if (const Definition* d = document_.definition(text)) return typeOf(d->kind);
    if (Context* context = workspace_.names()) {
      const Value value = namespaceGet(context->globals, Symbol::of(text));
      if (isClass(value)) return Type;
      if (isKind(value, Kind::Namespace)) return Namespace;
      if (isKind(value, Kind::Function)) return Function;
    }
    return isHead ? Function : Variable;
  }
  static TokenType typeOf(Definition::Kind kind) {
    switch (kind) {
      case Definition::Kind::Function:
      case Definition::Kind::Import: return Function;
      case Definition::Kind::Macro: return Macro;
      case Definition::Kind::Method:
      case Definition::Kind::Constructor: return Method;
      case Definition::Kind::Class:
      case Definition::Kind::Object:
      case Definition::Kind::Enum:
      case Definition::Kind::Interface:
      case Definition::Kind::Type: return Type;
      case Definition::Kind::Namespace: return Namespace;
      case Definition::Kind::Variant: return EnumMember;
      case Definition::Kind::Field: return PropertyName;
      case Definition::Kind::Variable:
      case Definition::Kind::Constant: return Variable;
    }
    return Variable;
  }

  /// Does the name at this place mean a variable of a function?
  bool isLocal(std::string_view text, size_t from) {
    const Document::Analysis& a = workspace_.analysis(document_);
    const uint32_t at = a.start.offset + static_cast<uint32_t>(from);
    const auto& uses = a.index.uses();
    const auto use =
        std::ranges::lower_bound(uses, at, {}, [](const Index::Use& u) { return u.at.offset; });
    return use != uses.end() && use->at.offset == at && use->name.text() == text &&
           use->declaration.valid();
  }

  Workspace& workspace_;
  const Document& document_;
  const Range range_;
  std::vector<Token> tokens_;
};

}  // namespace

Span<const std::string_view> tokenTypes() { return names; }

namespace {

/// The numbers of the tokens in a range: line and character after the one before, length, type, no modifiers.
std::vector<uint32_t> numbersOf(Workspace& workspace, const Document& document, Range range) {
  std::vector<uint32_t> data;
  Place last;
  for (const Token& token : Collector(workspace, document, range).run()) {
    if (token.from >= range.to || token.to <= range.from) continue;
    // Line by line: tokens do not go over line ends.
    for (size_t from = token.from; from < token.to;) {
      const size_t end = std::min(document.text.find('\n', from), token.to);
      const Place at = document.place(from);
      const Place to = document.place(end);
      if (to.character > at.character) {
        const uint32_t before = at.line == last.line ? last.character : 0;
        for (const uint32_t n :
             {at.line - last.line, at.character - before, to.character - at.character,
              static_cast<uint32_t>(token.type), 0u})
          data.push_back(n);
        last = at;
      }
      from = end + 1;
    }
  }
  return data;
}

void writeNumbers(JsonWriter& out, Span<const uint32_t> data) {
  out.arrayMember("data", [&] {
    for (const uint32_t n : data) out.value(n);
  });
}

}  // namespace

std::vector<uint32_t> semanticTokensOf(Workspace& workspace, const Document& document) {
  return numbersOf(workspace, document, {0, document.text.size() + 1});
}

void semanticTokens(JsonWriter& out, SentTokens& sent, std::vector<uint32_t> data) {
  sent = {sent.id + 1, std::move(data)};
  out.object([&] {
    out.member("resultId", std::to_string(sent.id));
    writeNumbers(out, sent.data);
  });
}

void semanticTokensDelta(JsonWriter& out, SentTokens& sent, std::vector<uint32_t> data) {
  const std::vector<uint32_t>& old = sent.data;
  const size_t least = std::min(old.size(), data.size());
  size_t from = 0, same = 0;  // at the beginning and at the end
  while (from < least && old[from] == data[from]) from++;
  while (same < least - from && old[old.size() - 1 - same] == data[data.size() - 1 - same]) same++;
  const auto removed = static_cast<uint32_t>(old.size() - from - same);
  const std::vector<uint32_t> fresh(data.begin() + static_cast<std::ptrdiff_t>(from),
                                    data.end() - static_cast<std::ptrdiff_t>(same));
  sent = {sent.id + 1, std::move(data)};
  out.object([&] {
    out.member("resultId", std::to_string(sent.id));
    out.arrayMember("edits", [&] {
      if (removed == 0 && fresh.empty()) return;
      out.object([&] {
        out.member("start", static_cast<uint32_t>(from));
        out.member("deleteCount", removed);
        writeNumbers(out, fresh);
      });
    });
  });
}

void semanticTokensIn(JsonWriter& out, Workspace& workspace, const Document& document,
                      Range range) {
  out.object([&] { writeNumbers(out, numbersOf(workspace, document, range)); });
}

}  // namespace gene::lsp
