// Arithmetic, comparison, logic and text: the general cases behind the fast paths of both engines (03 §3-6).

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/abi/Entry.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/DateTime.h"
#include "runtime/object/Equality.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"

using namespace gene;

namespace {

bool canBeJoined(Value v) { return isString(v) || isArray(v) || isMap(v); }

[[gnu::cold]] Value wrongKinds(Context* context, const char* verb, Value lhs, const char* link,
                               Value rhs) {
  const Value result = raise(*context, ErrorClass::Type,
                             std::string("Cannot ") + verb + " " + kindName(*context, lhs) + " " +
                                 link + " " + kindName(*context, rhs));
  if (std::string_view(verb) == "add" && (canBeJoined(lhs) || canBeJoined(rhs)))
    explainJoining(*context, canBeJoined(lhs) && !isString(rhs) ? lhs : rhs);
  else
    explainOperands(
        *context, lhs, rhs,
        std::string_view(verb) == "multiply" ? OperatorUse::Product : OperatorUse::Arithmetic);
  if (lhs.isVoid() || rhs.isVoid()) explainMissing(*context);
  if (isKind(lhs, Kind::Future) || isKind(rhs, Kind::Future)) explainFuture(*context);
  return result;
}

[[gnu::cold]] Value wrongComparison(Context* context, Value lhs, const char* op, Value rhs) {
  const Value result =
      raise(*context, ErrorClass::Type,
            "Cannot compare " + kindName(*context, lhs) + " " + op + " " + kindName(*context, rhs));
  explainOperands(*context, lhs, rhs, OperatorUse::Comparison);
  if (lhs.isVoid() || rhs.isVoid()) explainMissing(*context);
  return result;
}

enum Overflow : uint64_t { Addition, Subtraction, Multiplication, Negation };

/// The order of two values that have one: numbers, or dates and times of one kind. False and an exception for others.
bool compare(Context* context, Value lhs, const char* op, Value rhs, int* order) {
  if (isNumber(lhs) && isNumber(rhs)) {
    *order = compareNumbers(lhs, rhs);
    return true;
  }
  if (isKind(lhs, Kind::DateTime) && isKind(rhs, Kind::DateTime)) {
    const auto &a = *as<DateTimeObject>(lhs), &b = *as<DateTimeObject>(rhs);
    if (a.what == DateAndTime && b.what == DateAndTime && a.hasOffset != b.hasOffset) {
      raise(*context, ErrorClass::Type, "Cannot compare naive and offset-aware datetimes");
      return false;
    }
    if (a.what == b.what) {
      const int64_t difference = compareDateTimes(a, b);
      *order = difference < 0 ? -1 : difference > 0;
      return true;
    }
  }
  wrongComparison(context, lhs, op, rhs);
  return false;
}

// --- bytes ----------------------------------------------------------------------------------------------------------------

bool isBytes(Value v) { return isKind(v, Kind::Bytes); }
std::vector<uint8_t> bytesOf(Value v) {
  const auto* bytes = as<BytesObject>(v);
  return {bytes->data, bytes->data + bytes->size};
}

template <class Operation>
Value combineBytes(Context* context, Value lhs, Value rhs, const char* name, Operation operation) {
  std::vector<uint8_t> a = bytesOf(lhs);
  const std::vector<uint8_t> b = bytesOf(rhs);
  if (a.size() != b.size())
    return raise(*context, ErrorClass::Argument,
                 std::string("Bitwise ") + name + " requires same-size bytes, got " +
                     std::to_string(a.size()) + " and " + std::to_string(b.size()));
  for (size_t i = 0; i < a.size(); i++) a[i] = static_cast<uint8_t>(operation(a[i], b[i]));
  return newBytes(*context, a);
}

/// The bytes as one big-endian number, moved by `amount` bits; what falls off is lost.
Value shiftBytes(Context* context, Value value, int64_t amount, bool left) {
  const std::vector<uint8_t> from = bytesOf(value);
  const auto size = static_cast<int64_t>(from.size());
  std::vector<uint8_t> to(from.size());
  const int64_t whole = amount / 8;
  const int bits = static_cast<int>(amount % 8);
  auto at = [&](int64_t i) { return i >= 0 && i < size ? from[static_cast<size_t>(i)] : 0; };
  for (int64_t i = 0; i < size; i++) {
    const int64_t source = left ? i + whole : i - whole;
    const int both = left ? at(source) << 8 | at(source + 1) : at(source - 1) << 8 | at(source);
    to[static_cast<size_t>(i)] = static_cast<uint8_t>(left ? both >> (8 - bits) : both >> bits);
  }
  return newBytes(*context, to);
}

Value shift(Context* context, Value lhs, Value rhs, bool left) {
  if (!isInt(rhs) || !(isInt(lhs) || isBytes(lhs)))
    return wrongKinds(context, "shift", lhs, "by", rhs);
  const int64_t amount = asInt(rhs);
  if (isBytes(lhs)) {
    if (amount < 0) return raise(*context, ErrorClass::Exception, "Invalid shift amount");
    return shiftBytes(context, lhs, amount, left);
  }
  if (amount < 0 || amount > 63)
    return raise(*context, ErrorClass::Exception, "Invalid shift amount");
  const int64_t i = asInt(lhs);
  return newInt(*context,
                left ? static_cast<int64_t>(static_cast<uint64_t>(i) << amount) : i >> amount);
}

}  // namespace

// --- arithmetic ------------------------------------------------------------------------------------------------------------

Value gene_add(Context* context, Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) {
    int64_t result;
    if (__builtin_add_overflow(asInt(lhs), asInt(rhs), &result))
      return gene_overflow(context, Addition);
    return newInt(*context, result);
  }
  if (isNumber(lhs) && isNumber(rhs)) return Value::floating(asDouble(lhs) + asDouble(rhs));
  return wrongKinds(context, "add", lhs, "and", rhs);
}

Value gene_sub(Context* context, Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) {
    int64_t result;
    if (__builtin_sub_overflow(asInt(lhs), asInt(rhs), &result))
      return gene_overflow(context, Subtraction);
    return newInt(*context, result);
  }
  if (isNumber(lhs) && isNumber(rhs)) return Value::floating(asDouble(lhs) - asDouble(rhs));
  return wrongKinds(context, "subtract", rhs, "from", lhs);
}

Value gene_mul(Context* context, Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) {
    int64_t result;
    if (__builtin_mul_overflow(asInt(lhs), asInt(rhs), &result))
      return gene_overflow(context, Multiplication);
    return newInt(*context, result);
  }
  if (isNumber(lhs) && isNumber(rhs)) return Value::floating(asDouble(lhs) * asDouble(rhs));
  return wrongKinds(context, "multiply", lhs, "and", rhs);
}

Value gene_div(Context* context, Value lhs, Value rhs) {
  if (isNumber(lhs) && isNumber(rhs)) return Value::floating(asDouble(lhs) / asDouble(rhs));
  return wrongKinds(context, "divide", lhs, "by", rhs);
}

Value gene_mod(Context* context, Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) {
    const int64_t divisor = asInt(rhs);
    if (divisor == 0) return raise(*context, ErrorClass::Runtime, "Modulo by zero");
    return newInt(*context, divisor == -1 ? 0 : asInt(lhs) % divisor);
  }
  if (isNumber(lhs) && isNumber(rhs))
    return Value::floating(std::fmod(asDouble(lhs), asDouble(rhs)));
  return wrongKinds(context, "take the remainder of", lhs, "by", rhs);
}

Value gene_neg(Context* context, Value value) {
  if (value.isFloat()) return Value::floating(-value.floating());
  if (!isInt(value))
    return raise(*context, ErrorClass::Type, "Cannot negate " + kindName(*context, value));
  if (asInt(value) == INT64_MIN) return gene_overflow(context, Negation);
  return newInt(*context, -asInt(value));
}

Value gene_overflow(Context* context, uint64_t op) {
  static constexpr const char* names[] = {"addition", "subtraction", "multiplication", "negation"};
  return raise(*context, ErrorClass::Runtime, std::string("Integer overflow in ") + names[op & 3]);
}

Value gene_box_int(Context* context, int64_t value) { return newInt(*context, value); }

// --- comparison -----------------------------------------------------------------------------------------------------------

Value gene_lt(Context* context, Value lhs, Value rhs) {
  int order;
  return compare(context, lhs, "<", rhs, &order) ? Value::boolean(order == -1) : Value::pending();
}
Value gene_le(Context* context, Value lhs, Value rhs) {
  int order;
  return compare(context, lhs, "<=", rhs, &order) ? Value::boolean(order <= 0) : Value::pending();
}
Value gene_gt(Context* context, Value lhs, Value rhs) {
  int order;
  return compare(context, lhs, ">", rhs, &order) ? Value::boolean(order == 1) : Value::pending();
}
Value gene_ge(Context* context, Value lhs, Value rhs) {
  int order;
  return compare(context, lhs, ">=", rhs, &order) ? Value::boolean(order == 0 || order == 1)
                                                  : Value::pending();
}

Value gene_eq(Context* context, Value lhs, Value rhs) {
  if (isString(lhs) && isString(rhs))
    return Value::boolean(stringsEqual(as<StringObject>(lhs), as<StringObject>(rhs)));
  if (isNumber(lhs) && isNumber(rhs)) return Value::boolean(compareNumbers(lhs, rhs) == 0);
  if (isInstance(lhs) && !context->customEquality) return Value::boolean(lhs == rhs);
  return equalOperator(*context, lhs, rhs);
}
Value gene_ne(Context* context, Value lhs, Value rhs) {
  const Value result = gene_eq(context, lhs, rhs);
  return result.isPending() ? result : Value::boolean(result.isFalsy());
}

// --- logic and bits ---------------------------------------------------------------------------------------------------------

Value gene_not(Context* context, Value value) {
  if (isInt(value)) return newInt(*context, ~asInt(value));
  if (isBytes(value)) {
    std::vector<uint8_t> bytes = bytesOf(value);
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(~b);
    return newBytes(*context, bytes);
  }
  return Value::boolean(value.isFalsy());
}

static Value truncated(Context* context, double number) {
  if (number >= -9223372036854775808.0 && number < 9223372036854775808.0)
    return newInt(*context, static_cast<int64_t>(number));
  return raise(*context, ErrorClass::Type, "Type error: cannot convert Float to Int");
}

Value gene_truncate(Context* context, Value value) {
  if (GENE_UNLIKELY(!isNumber(value))) damagedCode();
  return isInt(value) ? value : truncated(context, value.floating());
}

Value gene_quotient(Context* context, Value lhs, Value rhs) {
  if (GENE_UNLIKELY(!isInt(lhs) || !isInt(rhs))) damagedCode();
  return truncated(context, static_cast<double>(asInt(lhs)) / static_cast<double>(asInt(rhs)));
}

Value gene_bit_and(Context* context, Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) return newInt(*context, asInt(lhs) & asInt(rhs));
  if (isBytes(lhs) && isBytes(rhs))
    return combineBytes(context, lhs, rhs, "AND", [](uint8_t a, uint8_t b) { return a & b; });
  return lhs.isFalsy() ? lhs : rhs;
}

Value gene_bit_or(Context* context, Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) return newInt(*context, asInt(lhs) | asInt(rhs));
  if (isBytes(lhs) && isBytes(rhs))
    return combineBytes(context, lhs, rhs, "OR", [](uint8_t a, uint8_t b) { return a | b; });
  return lhs.isFalsy() ? rhs : lhs;
}

Value gene_bit_xor(Context* context, Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) return newInt(*context, asInt(lhs) ^ asInt(rhs));
  if (isBytes(lhs) && isBytes(rhs))
    return combineBytes(context, lhs, rhs, "XOR", [](uint8_t a, uint8_t b) { return a ^ b; });
  return Value::boolean(lhs.isFalsy() != rhs.isFalsy());
}

Value gene_shl(Context* context, Value lhs, Value rhs) { return shift(context, lhs, rhs, true); }
Value gene_shr(Context* context, Value lhs, Value rhs) { return shift(context, lhs, rhs, false); }

// --- text -------------------------------------------------------------------------------------------------------------------

Value gene_sqrt(Context* context, Value value) {
  if (GENE_LIKELY(value.isFloat())) return Value::floating(std::sqrt(value.floating()));
  return squareRoot(*context, {&value, 1});
}

Value gene_concat(Context* context, const Value* parts, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    if (!isString(parts[i])) {
      raise(*context, ErrorClass::Argument, "++ expects String arguments");
      explainJoining(*context, parts[i]);
      return Value::pending();
    }
  return joinStrings(*context, parts, count);
}

Value gene_interpolate(Context* context, const Value* parts, uint64_t count) {
  // Strings, small ints and characters, which most parts are, go straight into the result.
  constexpr uint64_t Few = 12;
  constexpr size_t MostDigits = 16;  // of 48 bits, and a sign; more than the bytes of a character
  if (count > 0 && count <= Few) {
    std::string_view texts[Few];
    char digits[Few * MostDigits];
    uint64_t chars = 0, done = 0;
    char* free = digits;
    for (; done < count; done++) {
      const Value part = parts[done];
      if (isString(part)) {
        texts[done] = stringView(part);
        chars += as<StringObject>(part)->chars;
      } else if (part.isSmallInt()) {
        char* const end = std::to_chars(free, free + MostDigits, part.smallInt()).ptr;
        texts[done] = {free, static_cast<size_t>(end - free)};
        chars += texts[done].size();
        free = end;
      } else if (part.isChar()) {
        char* const end = utf8::write(free, part.character());
        texts[done] = {free, static_cast<size_t>(end - free)};
        chars++;
        free = end;
      } else {
        break;
      }
    }
    if (done == count) {
      if (isString(parts[0]) && texts[0].size() > 128)
        return joinTexts(*context, parts[0], {texts + 1, count - 1},
                         chars - as<StringObject>(parts[0])->chars);
      size_t bytes = 0;
      for (uint64_t i = 0; i < count; i++) bytes += texts[i].size();
      if (bytes > UINT32_MAX - 64) return raise(*context, ErrorClass::Runtime, "String too long");
      if (context->outOfMemory || !hasRoom(*context, bytes)) return raiseOutOfMemory(*context);
      if (count == 1) return newString(*context, texts[0]);
      StringObject* const result = newStringBuffer(*context, static_cast<uint32_t>(bytes));
      char* to = result->ownBytes();
      for (uint64_t i = 0; i < count; i++) {
        std::memcpy(to, texts[i].data(), texts[i].size());
        to += texts[i].size();
      }
      result->chars = static_cast<uint32_t>(chars);
      return Value::object(result);
    }
  }
  std::string text;
  for (uint64_t i = 0; i < count; i++) printHole(*context, parts[i], text);
  return newString(*context, text);
}

namespace {

/// The items of an array that nobody else has: it keeps them alive.
std::vector<Value> itemsOf(Value array) {
  const auto* from = operand<ArrayObject>(array, Kind::Array);
  std::vector<Value> items;
  items.reserve(from->size);
  for (uint32_t i = 0; i < from->size; i++) items.push_back(arrayAt(from, i));
  return items;
}

}  // namespace

Value gene_concat_all(Context* context, Value array) {
  const std::vector<Value> parts = itemsOf(array);
  return gene_concat(context, parts.data(), parts.size());
}

Value gene_interpolate_all(Context* context, Value array) {
  const std::vector<Value> parts = itemsOf(array);
  return gene_interpolate(context, parts.data(), parts.size());
}
