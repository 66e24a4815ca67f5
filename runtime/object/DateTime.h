#pragma once
// Date, DateTime and Time values (14 system §14.1): fields as written, an offset from UTC in minutes, a zone name that is
// only carried along.

#include "runtime/object/Objects.h"

namespace gene {

enum : uint8_t { DateOnly = 0, DateAndTime = 1, TimeOnly = 2 };  // DateTimeObject::what

DateTimeObject* newDateTime(Context& context, uint8_t what);
/// Microseconds since 1970-01-01T00:00Z; without an offset as if it were UTC.
int64_t instantOf(const DateTimeObject& t);
/// Equal: the same fields, or for two DateTimes with offsets the same instant.
bool sameDateTime(const DateTimeObject& a, const DateTimeObject& b);
/// Equal for what is the same.
uint64_t hashDateTime(const DateTimeObject& t);
/// The order of two values of one kind: negative, 0 or positive. Dates and Times go by their fields, DateTimes with
/// offsets by instant.
int64_t compareDateTimes(const DateTimeObject& a, const DateTimeObject& b);

}  // namespace gene
