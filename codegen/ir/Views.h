#pragma once
// Instructions by the names of their operands and immediates (Instructions.def), checked while compiling:
//
//   inst.as<Op::CallMethod>().receiver()                  // Value*&
//   inst.as<Op::GlobalGet, Op::GlobalCheck>().global()    // what both have at the same place
//   if (const auto call = inst.tryAs<Op::CallKnown>()) …  // null for another instruction
//   if (const auto made = madeBy<Op::Closure>(value)) …   // null for a value that is no such instruction
//
// A name of operands that end in "..." gives the span of them. Part of Ir.h.

#include <utility>

#include "runtime/support/Span.h"

namespace gene::ir {

namespace detail {

/// Where an instruction has something of a name.
struct Place {
  enum What : uint8_t { Nowhere, Operand, Operands, Immediate } what = Nowhere;
  size_t index = 0;
  ImmKind kind = ImmKind::Cache;
  friend constexpr bool operator==(const Place&, const Place&) = default;
};

/// By the words of the row, which name the operands and then, apart, the immediates.
constexpr Place placeOf(Op op, std::string_view name) {
  const RowWords& row = RowWordsTable[static_cast<size_t>(op)];
  Place place;
  size_t i = 0;
  forEachWord(row.operands, [&](std::string_view word) {
    if (withoutDots(word) == name && place.what == Place::Nowhere)
      place = {word.ends_with("...") ? Place::Operands : Place::Operand, i};
    i++;
  });
  i = 0;
  forEachWord(row.immediates, [&](std::string_view word) {
    const auto kind = static_cast<ImmKind>(immediateNamed(kindOf(word)));
    if (word.substr(0, word.find(':')) == name && kind != ImmKind::Cache &&
        place.what == Place::Nowhere)
      place = {Place::Immediate, i, kind};
    i++;
  });
  return place;
}

template <Place place>
constexpr decltype(auto) at(const Instruction& inst) {
  if constexpr (place.what == Place::Operand) {
    return static_cast<Value*&>(inst.operands[place.index]);
  } else if constexpr (place.what == Place::Operands) {
    return inst.operands.subspan(place.index);
  } else {
    ir::Immediate& immediate = inst.immediates[place.index];
    if constexpr (place.kind == ImmKind::Int)
      return (immediate.integer);
    else if constexpr (place.kind == ImmKind::Symbol)
      return (immediate.symbol);
    else if constexpr (place.kind == ImmKind::Function)
      return (immediate.function);
    else if constexpr (place.kind == ImmKind::Global)
      return (immediate.global);
    else if constexpr (place.kind == ImmKind::Shape)
      return (immediate.shape);
    else
      return (immediate.form);
  }
}

}  // namespace detail

/// An instruction that is one of these.
template <Op One, Op... More>
class View {
 public:
  explicit View(const Instruction* inst) : inst_(inst) {}
  explicit operator bool() const { return inst_ != nullptr; }
  const Instruction* operator->() const { return inst_; }
  const Instruction& operator*() const { return *inst_; }

#define NAME(name)                                                                   \
  [[nodiscard]] constexpr decltype(auto) name() const                                \
    requires(detail::placeOf(One, #name).what != detail::Place::Nowhere &&           \
             ((detail::placeOf(More, #name) == detail::placeOf(One, #name)) && ...)) \
  {                                                                                  \
    return detail::at<detail::placeOf(One, #name)>(*inst_);                          \
  }
#include "runtime/abi/Instructions.def"

 private:
  const Instruction* inst_;
};

template <Op... ops>
View<ops...> Instruction::as() const {
  GENE_ASSERT(is<ops...>(), "another instruction");
  return View<ops...>(this);
}
template <Op... ops>
View<ops...> Instruction::tryAs() const {
  return View<ops...>(is<ops...>() ? this : nullptr);
}

/// The instruction that gives the value, if it is one of these; else a null view.
template <Op... ops>
View<ops...> madeBy(const Value* value) {
  if (!value || value->kind != ValueKind::Instruction) return View<ops...>(nullptr);
  return static_cast<const Instruction*>(value)->tryAs<ops...>();
}

}  // namespace gene::ir
