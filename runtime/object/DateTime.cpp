#include "runtime/object/DateTime.h"

#include "runtime/heap/Allocate.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// Microseconds of the fields on one line, whatever the offset; 0 is 1970-01-01T00:00.
int64_t fieldTime(const DateTimeObject& t) {
  // Days since 0000-03-01, with years that begin in March.
  const int64_t year = t.year - (t.month <= 2), month = (t.month + 9) % 12;
  const int64_t century = (year >= 0 ? year : year - 399) / 400;
  const int64_t days = century * 146097 + (year - century * 400) * 365 +
                       (year - century * 400) / 4 - (year - century * 400) / 100 +
                       (month * 153 + 2) / 5 + t.day - 1;
  constexpr int64_t DaysTo1970 = 719468;
  const int64_t minutes = ((days - DaysTo1970) * 24 + t.hour) * 60 + t.minute;
  return (minutes * 60 + t.second) * 1000000 + t.microsecond;
}

bool areInstants(const DateTimeObject& a, const DateTimeObject& b) {
  return a.what == DateAndTime && b.what == DateAndTime && a.hasOffset && b.hasOffset;
}

}  // namespace

DateTimeObject* newDateTime(Context& context, uint8_t what) {
  auto* t = allocate<DateTimeObject>(context, Kind::DateTime);
  t->zone.init(Value::nil());
  t->year = t->offsetMinutes = 0;
  t->month = t->day = t->hour = t->minute = t->second = 0;
  t->what = what;
  t->hasOffset = false;
  t->microsecond = 0;
  return t;
}

int64_t instantOf(const DateTimeObject& t) {
  return fieldTime(t) - (t.hasOffset ? int64_t{t.offsetMinutes} * 60000000 : 0);
}

bool sameDateTime(const DateTimeObject& a, const DateTimeObject& b) {
  if (areInstants(a, b)) return instantOf(a) == instantOf(b);
  const Value zoneA = a.zone.get(), zoneB = b.zone.get();
  return a.what == b.what && fieldTime(a) == fieldTime(b) && a.hasOffset == b.hasOffset &&
         a.offsetMinutes == b.offsetMinutes && isString(zoneA) == isString(zoneB) &&
         (!isString(zoneA) || stringView(zoneA) == stringView(zoneB));
}

uint64_t hashDateTime(const DateTimeObject& t) {
  return static_cast<uint64_t>(instantOf(t)) * 4 + t.what;
}

int64_t compareDateTimes(const DateTimeObject& a, const DateTimeObject& b) {
  return areInstants(a, b) ? instantOf(a) - instantOf(b) : fieldTime(a) - fieldTime(b);
}

}  // namespace gene
