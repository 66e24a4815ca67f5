#include "runtime/image/Constants.h"

#include <bit>
#include <cstring>

#include "runtime/image/ImageFormat.h"

namespace gene::image {

Form* ConstantReader::fail() {
  failed_ = true;
  at_ = end_;
  return nullptr;
}

uint8_t ConstantReader::byte() {
  if (at_ == end_) {
    fail();
    return 0;
  }
  return *at_++;
}

uint64_t ConstantReader::number() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const uint8_t b = byte();
    value |= uint64_t{b & 0x7Fu} << shift;
    if (b < 0x80) return value;
  }
  fail();
  return 0;
}

uint32_t ConstantReader::count() {
  const uint64_t n = number();
  if (n > static_cast<uint64_t>(end_ - at_)) {
    fail();
    return 0;
  }
  return static_cast<uint32_t>(n);
}

double ConstantReader::floating() {
  if (end_ - at_ < 8) {
    fail();
    return 0;
  }
  uint64_t bits;
  std::memcpy(&bits, at_, sizeof bits);
  at_ += sizeof bits;
  return std::bit_cast<double>(bits);
}

std::string_view ConstantReader::text() {
  const uint32_t length = count();
  const std::string_view text(reinterpret_cast<const char*>(at_), length);
  at_ += length;
  return arena_.copy(text);
}

Symbol ConstantReader::symbol() {
  const uint64_t index = number();
  if (index < symbols_.size()) return symbols_[index];
  fail();
  return {};
}

void ConstantReader::pending(Span<Form*> places) {
  for (size_t i = places.size(); i-- > 0;) places_.push_back(&places[i]);
}

Span<Property> ConstantReader::properties(uint32_t count) {
  Property* items = arena_.array<Property>(count);
  for (uint32_t i = 0; i < count; i++) items[i] = {symbol(), nullptr, {}};
  for (uint32_t i = count; i-- > 0;) places_.push_back(&items[i].value);
  return {items, count};
}

Form* ConstantReader::read(Special* special) {
  *special = Special::None;
  if (at_ != end_ && (*at_ & KindMask) == PlaceholderTag) *special = Special::Placeholder;
  if (at_ != end_ && (*at_ & KindMask) == AbsentTag) *special = Special::Absent;
  if (*special != Special::None) {
    at_++;
    return nullptr;
  }
  Form* root = readNode();
  while (!places_.empty() && !failed_) {
    Form** place = places_.back();
    places_.pop_back();
    *place = readNode();
  }
  places_.clear();
  return failed_ ? nullptr : root;
}

Form* ConstantReader::regex() {
  const uint8_t flags = byte();
  RegexForm* form = arena_.make<RegexForm>(Location{}, text());
  form->hasReplacement = flags & 1;
  form->ignoreCase = flags & 2;
  form->multiline = flags & 4;
  if (form->hasReplacement) form->replacement = text();
  return form;
}

Form* ConstantReader::dateTime(FormKind kind) {
  DateTimeForm* form = arena_.make<DateTimeForm>(kind, Location{});
  form->year = static_cast<int16_t>(number());
  form->month = byte();
  form->day = byte();
  form->hour = byte();
  form->minute = byte();
  form->second = byte();
  form->hasOffset = byte();
  form->microsecond = static_cast<uint32_t>(number());
  form->offsetMinutes = static_cast<int16_t>(number());
  form->zone = text();
  return form;
}

Form* ConstantReader::gene() {
  const uint32_t propertyCount = count();
  const uint32_t childCount = count();
  const Span<Form*> children(arena_.array<Form*>(childCount), childCount);
  pending(children);
  const Span<Property> items = properties(propertyCount);
  GeneForm* form = arena_.make<GeneForm>(Location{}, nullptr, items, children);
  places_.push_back(&form->head);
  return form;
}

Form* ConstantReader::readNode() {
  const uint8_t tag = byte();
  if (failed_ || (tag & KindMask) > static_cast<uint8_t>(FormKind::Bytes)) return fail();
  const FormKind kind = static_cast<FormKind>(tag & KindMask);
  Form* form = nullptr;
  switch (kind) {
    case FormKind::Nil:
    case FormKind::Void:
    case FormKind::True:
    case FormKind::False:
    case FormKind::NotFound: form = arena_.make<Form>(kind, Location{}); break;
    case FormKind::Int: {
      const uint64_t zigzag = number();
      form = arena_.make<IntForm>(
          Location{}, static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1));
      break;
    }
    case FormKind::Float: form = arena_.make<FloatForm>(Location{}, floating()); break;
    case FormKind::Char:
      form = arena_.make<CharForm>(Location{}, static_cast<char32_t>(number()));
      break;
    case FormKind::String:
    case FormKind::Bytes: form = arena_.make<StringForm>(kind, Location{}, text()); break;
    case FormKind::Symbol: form = arena_.make<SymbolForm>(Location{}, symbol()); break;
    case FormKind::Path: {
      const uint32_t parts = count();
      if (parts < 2) return fail();
      Symbol* items = arena_.array<Symbol>(parts);
      for (uint32_t i = 0; i < parts; i++) items[i] = symbol();
      form = arena_.make<PathForm>(Location{}, Span<Symbol>(items, parts));
      break;
    }
    case FormKind::Array:
    case FormKind::HashMap: {
      const uint32_t size = count();
      if (kind == FormKind::HashMap && size % 2 != 0) return fail();
      const Span<Form*> items(arena_.array<Form*>(size), size);
      pending(items);
      form = kind == FormKind::Array ? static_cast<Form*>(arena_.make<ArrayForm>(Location{}, items))
                                     : arena_.make<HashMapForm>(Location{}, items);
      break;
    }
    case FormKind::Map: form = arena_.make<MapForm>(Location{}, properties(count())); break;
    case FormKind::Gene: form = gene(); break;
    case FormKind::Quote:
    case FormKind::Unquote: {
      QuoteForm* quote = arena_.make<QuoteForm>(kind, Location{}, nullptr);
      places_.push_back(&quote->value);
      form = quote;
      break;
    }
    case FormKind::Regex: form = regex(); break;
    case FormKind::Date:
    case FormKind::DateTime:
    case FormKind::Time: form = dateTime(kind); break;
  }
  if (failed_) return nullptr;
  form->frozen = tag & FrozenFlag;
  form->discard = tag & DiscardFlag;
  return form;
}

}  // namespace gene::image
