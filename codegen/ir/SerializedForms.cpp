#include "codegen/ir/SerializedForms.h"

#include <bit>

namespace gene::ir {

void FormWriter::write(const Form* form, ByteWriter& out) {
  if (!form) return out.number(0);
  // The number is that of the end: parts come before the form that has them.
  if (const auto known = numbers_.find(form); known != numbers_.end())
    return out.number(known->second + 2);
  out.number(1);
  out.number(static_cast<uint64_t>(form->kind) << 2 | (form->frozen ? 1u : 0u) |
             (form->discard ? 2u : 0u));
  contents(*form, out);
  numbers_.emplace(form, numbers_.size());
}

void FormWriter::items(Span<Form* const> items, ByteWriter& out) {
  out.number(items.size());
  for (const Form* item : items) write(item, out);
}

void FormWriter::properties(Span<const Property> properties, ByteWriter& out) {
  out.number(properties.size());
  for (const Property& p : properties) {
    out.number(texts_.number(p.key.text()));
    write(p.value, out);
  }
}

void FormWriter::contents(const Form& form, ByteWriter& out) {
  const auto text = [&](std::string_view text) { out.number(texts_.number(text)); };
  switch (form.kind) {
    case FormKind::Nil:
    case FormKind::Void:
    case FormKind::True:
    case FormKind::False:
    case FormKind::NotFound: return;
    case FormKind::Int: return out.integer(as<IntForm>(form).value);
    case FormKind::Float: return out.word(std::bit_cast<uint64_t>(as<FloatForm>(form).value));
    case FormKind::Char: return out.number(as<CharForm>(form).value);
    case FormKind::String:
    case FormKind::Bytes: return text(as<StringForm>(form).text);
    case FormKind::Symbol: return text(as<SymbolForm>(form).symbol.text());
    case FormKind::Path:
      out.number(as<PathForm>(form).parts.size());
      for (const Symbol part : as<PathForm>(form).parts) text(part.text());
      return;
    case FormKind::Array: return items(as<ArrayForm>(form).items, out);
    case FormKind::HashMap: return items(as<HashMapForm>(form).items, out);
    case FormKind::Map: return properties(as<MapForm>(form).properties, out);
    case FormKind::Gene:
      write(as<GeneForm>(form).head, out);
      properties(as<GeneForm>(form).properties, out);
      return items(as<GeneForm>(form).children, out);
    case FormKind::Quote:
    case FormKind::Unquote: return write(as<QuoteForm>(form).value, out);
    case FormKind::Regex: {
      const auto& regex = as<RegexForm>(form);
      text(regex.pattern);
      text(regex.replacement);
      return out.number((regex.hasReplacement ? 1u : 0u) | (regex.ignoreCase ? 2u : 0u) |
                        (regex.multiline ? 4u : 0u));
    }
    case FormKind::Date:
    case FormKind::DateTime:
    case FormKind::Time: {
      const auto& when = as<DateTimeForm>(form);
      out.integer(when.year);
      for (const uint32_t part :
           {uint32_t{when.month}, uint32_t{when.day}, uint32_t{when.hour}, uint32_t{when.minute},
            uint32_t{when.second}, when.microsecond, when.hasOffset ? 1u : 0u})
        out.number(part);
      out.integer(when.offsetMinutes);
      return text(when.zone);
    }
  }
  GENE_UNREACHABLE("kind of form");
}

TextReader::TextReader(std::string_view bytes, Arena& arena,
                       const std::function<Symbol(Symbol)>& rename)
    : rename_(rename) {
  ByteReader in(bytes);
  while (!in.isAtEnd() && !in.isDamaged()) texts_.push_back(arena.copy(in.text()));
  symbols_.resize(texts_.size());
  isKnown_.resize(texts_.size());
}

std::string_view TextReader::text(ByteReader& in) const {
  const size_t number = in.below(texts_.size());
  return number < texts_.size() ? texts_[number] : std::string_view{};
}

Symbol TextReader::symbol(ByteReader& in) {
  const size_t number = in.below(texts_.size());
  if (number >= texts_.size()) return {};
  if (!isKnown_[number]) symbols_[number] = rename_(Symbol::of(texts_[number]));
  isKnown_[number] = true;
  return symbols_[number];
}

Form* FormReader::read(ByteReader& in) {
  const uint64_t tag = in.number();
  if (tag == 0 || in.isDamaged()) return nullptr;
  if (tag > 1) {
    if (tag - 2 < forms_.size()) return forms_[tag - 2];
    in.fail();
    return nullptr;
  }
  const uint64_t head = in.number();
  if (head >> 2 > static_cast<uint64_t>(FormKind::Bytes)) {
    in.fail();
    return nullptr;
  }
  Form* const form = contents(static_cast<FormKind>(head >> 2), in);
  form->frozen = head & 1;
  form->discard = head & 2;
  forms_.push_back(form);
  return form;
}

/// A part of a form, which is never null.
Form* FormReader::part(ByteReader& in) {
  if (Form* const form = read(in)) return form;
  in.fail();
  return arena_.make<Form>(FormKind::Nil, Location{});
}

Span<Form*> FormReader::items(ByteReader& in) {
  std::vector<Form*> items(in.count());
  for (Form*& item : items) item = part(in);
  return arena_.copy(Span<Form*>(items));
}

Span<Property> FormReader::properties(ByteReader& in) {
  std::vector<Property> properties(in.count());
  for (Property& p : properties) {
    const Symbol key = texts_.symbol(in);
    p = {key, part(in), {}};
  }
  return arena_.copy(Span<Property>(properties));
}

Form* FormReader::contents(FormKind kind, ByteReader& in) {
  switch (kind) {
    case FormKind::Nil:
    case FormKind::Void:
    case FormKind::True:
    case FormKind::False:
    case FormKind::NotFound: return arena_.make<Form>(kind, Location{});
    case FormKind::Int: return arena_.make<IntForm>(Location{}, in.integer());
    case FormKind::Float:
      return arena_.make<FloatForm>(Location{}, std::bit_cast<double>(in.word()));
    case FormKind::Char:
      return arena_.make<CharForm>(Location{}, static_cast<char32_t>(in.number()));
    case FormKind::String:
    case FormKind::Bytes: return arena_.make<StringForm>(kind, Location{}, texts_.text(in));
    case FormKind::Symbol: return arena_.make<SymbolForm>(Location{}, texts_.symbol(in));
    case FormKind::Path: {
      std::vector<Symbol> parts(in.count());
      for (Symbol& part : parts) part = texts_.symbol(in);
      return arena_.make<PathForm>(Location{}, arena_.copy(Span<Symbol>(parts)));
    }
    case FormKind::Array: return arena_.make<ArrayForm>(Location{}, items(in));
    case FormKind::HashMap: return arena_.make<HashMapForm>(Location{}, items(in));
    case FormKind::Map: return arena_.make<MapForm>(Location{}, properties(in));
    case FormKind::Gene: {
      Form* const head = part(in);
      const Span<Property> given = properties(in);
      return arena_.make<GeneForm>(Location{}, head, given, items(in));
    }
    case FormKind::Quote:
    case FormKind::Unquote: return arena_.make<QuoteForm>(kind, Location{}, part(in));
    case FormKind::Regex: {
      auto* const regex = arena_.make<RegexForm>(Location{}, texts_.text(in));
      regex->replacement = texts_.text(in);
      const uint64_t flags = in.number();
      regex->hasReplacement = flags & 1;
      regex->ignoreCase = flags & 2;
      regex->multiline = flags & 4;
      return regex;
    }
    case FormKind::Date:
    case FormKind::DateTime:
    case FormKind::Time: return dateTime(kind, in);
  }
  GENE_UNREACHABLE("kind of form");
}

Form* FormReader::dateTime(FormKind kind, ByteReader& in) {
  auto* const when = arena_.make<DateTimeForm>(kind, Location{});
  when->year = static_cast<int16_t>(in.integer());
  for (uint8_t* part : {&when->month, &when->day, &when->hour, &when->minute, &when->second})
    *part = static_cast<uint8_t>(in.number());
  when->microsecond = static_cast<uint32_t>(in.number());
  when->hasOffset = in.number() != 0;
  when->offsetMinutes = static_cast<int16_t>(in.integer());
  when->zone = texts_.text(in);
  return when;
}

}  // namespace gene::ir
