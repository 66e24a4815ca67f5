// Properties: keys with their values, nested keys, what is said twice.

#include <algorithm>

#include "frontend/syntax/ReaderState.h"

namespace gene {

/// ^key, ^^key, ^!key, ^a^b …, ^a^^b, ^a^!b: true and false at once, others when their value comes.
void FormReader::property() {
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
void FormReader::addProperty(Location loc, Form* value) {
  Frame& frame = frames_.back();
  const size_t first = frame.keys;
  for (size_t i = keys_.size(); i-- > first + 1;) {
    Property inner[] = {{keys_[i], value, loc}};
    value = arena_.make<MapForm>(loc, arena_.copy(Span<Property>(inner)));
    nestedMaps_.insert(value);
    frame.nested = true;
  }
  const Symbol key = keys_[first];
  keys_.resize(first);
  if (key.empty()) return;  // reported already
  properties_.push_back({key, value, loc});
}

/// Nested keys with a common beginning become one map; a key twice is an error.
std::vector<Property> FormReader::merged(Span<Property> all) {
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
    same->value = arena_.make<MapForm>(a.loc, arena_.copy(Span<Property>(both)));
    nestedMaps_.insert(same->value);
  }
  return result;
}

Span<Property> FormReader::takeProperties(Frame& frame) {
  Span<Property> own = Span<Property>(properties_).subspan(frame.properties);
  if (frame.nested) {
    std::vector<Property> result = merged(own);
    properties_.resize(frame.properties);
    return arena_.copy(Span<Property>(result));
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

}  // namespace gene
