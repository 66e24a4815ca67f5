#include "codegen/image/EncodeConstant.h"

#include <bit>

#include "runtime/image/ImageFormat.h"

namespace gene {
namespace {

class Encoder {
 public:
  Encoder(const SymbolIndex& symbolIndex, std::vector<uint8_t>& out)
      : symbolIndex_(symbolIndex), out_(out) {}

  EncodedParts parts;

  void form(const Form& root) {
    pending_.push_back(&root);
    while (!pending_.empty()) {
      const Form* next = pending_.back();
      pending_.pop_back();
      node(*next);
    }
  }
  void tag(FormKind kind, const Form* form = nullptr) {
    uint8_t byte = static_cast<uint8_t>(kind);
    if (form && form->frozen) byte |= image::FrozenFlag;
    if (form && form->discard) byte |= image::DiscardFlag;
    out_.push_back(byte);
  }
  void number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<uint8_t>(value | 0x80));
    out_.push_back(static_cast<uint8_t>(value));
  }
  void integer(int64_t value) {
    number(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
  }
  void floating(double value) {
    const uint64_t bits = std::bit_cast<uint64_t>(value);
    for (unsigned i = 0; i < 8; i++) out_.push_back(static_cast<uint8_t>(bits >> (8 * i)));
  }
  void text(std::string_view text) {
    number(text.size());
    out_.insert(out_.end(), text.begin(), text.end());
  }
  void symbol(Symbol symbol) { number(symbolIndex_(symbol)); }

 private:
  /// Writes one node and leaves its parts pending, the first one on top.
  void node(const Form& form) {
    tag(form.kind, &form);
    switch (form.kind) {
      case FormKind::Nil:
      case FormKind::Void:
      case FormKind::True:
      case FormKind::False:
      case FormKind::NotFound: break;
      case FormKind::Int: integer(as<IntForm>(form).value); break;
      case FormKind::Float: floating(as<FloatForm>(form).value); break;
      case FormKind::Char: number(as<CharForm>(form).value); break;
      case FormKind::String:
      case FormKind::Bytes: text(as<StringForm>(form).text); break;
      case FormKind::Symbol: symbol(as<SymbolForm>(form).symbol); break;
      case FormKind::Path: {
        const PathForm& path = as<PathForm>(form);
        number(path.parts.size());
        for (const Symbol part : path.parts) symbol(part);
        break;
      }
      case FormKind::Array: items(as<ArrayForm>(form).items); break;
      case FormKind::HashMap: items(as<HashMapForm>(form).items); break;
      case FormKind::Map: {
        const MapForm& map = as<MapForm>(form);
        number(map.properties.size());
        keys(map.properties);
        values(map.properties);
        break;
      }
      case FormKind::Gene: {
        const GeneForm& gene = as<GeneForm>(form);
        number(gene.properties.size());
        number(gene.children.size());
        keys(gene.properties);
        push(gene.children);
        values(gene.properties);
        pending_.push_back(gene.head);
        break;
      }
      case FormKind::Quote:
      case FormKind::Unquote: pending_.push_back(as<QuoteForm>(form).value); break;
      case FormKind::Regex: {
        const RegexForm& regex = as<RegexForm>(form);
        parts.regexes = true;
        out_.push_back(static_cast<uint8_t>((regex.hasReplacement ? 1 : 0) |
                                            (regex.ignoreCase ? 2 : 0) |
                                            (regex.multiline ? 4 : 0)));
        text(regex.pattern);
        if (regex.hasReplacement) text(regex.replacement);
        break;
      }
      case FormKind::Date:
      case FormKind::DateTime:
      case FormKind::Time: {
        const DateTimeForm& time = as<DateTimeForm>(form);
        number(static_cast<uint16_t>(time.year));
        for (const uint8_t part : {time.month, time.day, time.hour, time.minute, time.second})
          out_.push_back(part);
        out_.push_back(time.hasOffset);
        number(time.microsecond);
        number(static_cast<uint16_t>(time.offsetMinutes));
        text(time.zone);
        break;
      }
    }
  }
  void push(Span<Form* const> forms) {
    for (size_t i = forms.size(); i-- > 0;) pending_.push_back(forms[i]);
  }
  void items(Span<Form* const> forms) {
    number(forms.size());
    push(forms);
  }
  void keys(Span<const Property> properties) {
    for (const Property& property : properties) symbol(property.key);
  }
  void values(Span<const Property> properties) {
    for (size_t i = properties.size(); i-- > 0;) pending_.push_back(properties[i].value);
  }

  const SymbolIndex& symbolIndex_;
  std::vector<uint8_t>& out_;
  std::vector<const Form*> pending_;
};

}  // namespace

EncodedParts encodeForm(const Form& form, const SymbolIndex& symbolIndex,
                        std::vector<uint8_t>& out) {
  Encoder encoder(symbolIndex, out);
  encoder.form(form);
  return encoder.parts;
}

EncodedParts encodeConstant(const ir::Constant& constant, const SymbolIndex& symbolIndex,
                            std::vector<uint8_t>& out) {
  Encoder encoder(symbolIndex, out);
  switch (constant.constantKind) {
    case ir::ConstantKind::Nil: encoder.tag(FormKind::Nil); break;
    case ir::ConstantKind::Void: encoder.tag(FormKind::Void); break;
    case ir::ConstantKind::True: encoder.tag(FormKind::True); break;
    case ir::ConstantKind::False: encoder.tag(FormKind::False); break;
    case ir::ConstantKind::NotFound: encoder.tag(FormKind::NotFound); break;
    case ir::ConstantKind::Placeholder: out.push_back(image::PlaceholderTag); break;
    case ir::ConstantKind::Absent: out.push_back(image::AbsentTag); break;
    case ir::ConstantKind::Int:
      encoder.tag(FormKind::Int);
      encoder.integer(constant.integer);
      break;
    case ir::ConstantKind::Float:
      encoder.tag(FormKind::Float);
      encoder.floating(constant.number64);
      break;
    case ir::ConstantKind::Char:
      encoder.tag(FormKind::Char);
      encoder.number(static_cast<uint64_t>(constant.integer));
      break;
    case ir::ConstantKind::Symbol:
      encoder.tag(FormKind::Symbol);
      encoder.symbol(constant.symbol);
      break;
    case ir::ConstantKind::String:
      encoder.tag(FormKind::String);
      encoder.text(constant.text);
      break;
    case ir::ConstantKind::Form: encoder.form(*constant.form); break;
  }
  return encoder.parts;
}

}  // namespace gene
