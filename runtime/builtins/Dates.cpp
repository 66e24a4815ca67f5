// Date, DateTime and Time methods, today's date and the clock (14 system §14.1).

#include <algorithm>
#include <ctime>

#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Dates.h"
#include "runtime/object/DateTime.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

DateTimeObject* self(Arguments args) { return as<DateTimeObject>(args[0]); }

Value year(Context&, Arguments args) { return Value::smallInt(self(args)->year); }
Value month(Context&, Arguments args) { return Value::smallInt(self(args)->month); }
Value day(Context&, Arguments args) { return Value::smallInt(self(args)->day); }
Value hour(Context&, Arguments args) { return Value::smallInt(self(args)->hour); }
Value minute(Context&, Arguments args) { return Value::smallInt(self(args)->minute); }
Value second(Context&, Arguments args) { return Value::smallInt(self(args)->second); }
Value microsecond(Context&, Arguments args) { return Value::smallInt(self(args)->microsecond); }

Value offset(Context&, Arguments args) {
  const DateTimeObject* t = self(args);
  return t->hasOffset || !t->zone.get().isNil() ? Value::smallInt(t->offsetMinutes) : Value::nil();
}

Value timezone(Context& context, Arguments args) {
  const DateTimeObject* t = self(args);
  if (!t->zone.get().isNil()) return t->zone.get();
  return t->hasOffset && t->offsetMinutes == 0 ? newString(context, "UTC") : Value::nil();
}

Value toInt(Context& context, Arguments args) {
  const int64_t instant = instantOf(*self(args)) - self(args)->microsecond;
  return newInt(context, instant / 1000);
}

/// A DateTime has all of them, a Date the first three, a Time all but those and the last.
constexpr BuiltinRow rows[] = {
    {"year", year, "-> Int", "", "the year"},
    {"month", month, "-> Int", "", "the month, 1 to 12"},
    {"day", day, "-> Int", "", "the day of the month"},
    {"hour", hour, "-> Int", "", "the hour"},
    {"minute", minute, "-> Int", "", "the minute"},
    {"second", second, "-> Int", "", "the second"},
    {"microsecond", microsecond, "-> Int", "", "the fraction of the second, 0 to 999999"},
    {"offset", offset, "-> Int|Nil", "", "minutes east of UTC, or nil"},
    {"timezone", timezone, "-> String|Nil", "a", "the zone's name, `\"UTC\"` for Z, or nil"},
    {"to_i", toInt, "-> Int", "a", "whole seconds since 1970 in milliseconds"},
};
constexpr auto dateRows = someOf<0, 3>(rows);
constexpr auto timeRows = someOf<3, 6>(rows);

// --- now ---------------------------------------------------------------------------------------------------------------

int64_t clockMicroseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000;
}

/// The local date (and time) some days from an instant.
DateTimeObject* localTime(Context& context, uint8_t what, int days, int64_t microseconds) {
  const int64_t fraction = (microseconds % 1000000 + 1000000) % 1000000;
  const time_t seconds = (microseconds - fraction) / 1000000;
  tm parts{};
  ::localtime_r(&seconds, &parts);
  if (days != 0) {  // noon: no change of the clocks moves it into another day
    parts.tm_mday += days;
    parts.tm_hour = 12;
    parts.tm_isdst = -1;
    ::mktime(&parts);
  }
  DateTimeObject* t = newDateTime(context, what);
  t->year = static_cast<int16_t>(parts.tm_year + 1900);
  t->month = static_cast<uint8_t>(parts.tm_mon + 1);
  t->day = static_cast<uint8_t>(parts.tm_mday);
  if (what == DateOnly) return t;
  t->hour = static_cast<uint8_t>(parts.tm_hour);
  t->minute = static_cast<uint8_t>(parts.tm_min);
  t->second = static_cast<uint8_t>(std::min(parts.tm_sec, 59));
  t->microsecond = static_cast<uint32_t>(fraction);
  t->hasOffset = true;
  t->offsetMinutes = static_cast<int16_t>(parts.tm_gmtoff / 60);
  return t;
}

Value today(Context& context, Arguments) {
  return Value::object(localTime(context, DateOnly, 0, clockMicroseconds()));
}
Value yesterday(Context& context, Arguments) {
  return Value::object(localTime(context, DateOnly, -1, clockMicroseconds()));
}
Value tomorrow(Context& context, Arguments) {
  return Value::object(localTime(context, DateOnly, 1, clockMicroseconds()));
}
Value nowLocal(Context& context, Arguments) {
  return Value::object(localTime(context, DateAndTime, 0, clockMicroseconds()));
}
Value nowSeconds(Context& context, Arguments) {
  return newInt(context, clockMicroseconds() / 1000000);
}
Value nowMicroseconds(Context& context, Arguments) { return newInt(context, clockMicroseconds()); }

// --- the stopwatch -----------------------------------------------------------------------------------------------------

double stopwatchStart = -1;  // microseconds; of the process

double steadyMicroseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

Value durationStart(Context&, Arguments) {
  return Value::floating(stopwatchStart = steadyMicroseconds());
}
Value duration(Context& context, Arguments) {
  if (stopwatchStart < 0) return raise(context, ErrorClass::Exception, "duration_start is not set");
  return Value::floating(steadyMicroseconds() - stopwatchStart);
}

constexpr BuiltinRow todayRows[] = {
    {"today", today, "-> Date", "rwa", "the local date"},
    {"yesterday", yesterday, "-> Date", "rwa", "the local date of yesterday"},
    {"tomorrow", tomorrow, "-> Date", "rwa", "the local date of tomorrow"},
    {"now", nowLocal, "-> DateTime", "rwa", "the local time with its offset"},
    {"duration_start", durationStart, "-> Float", "rw",
     "starts the stopwatch: what `$duration_start` means"},
    {"duration", duration, "-> Float", "Rrw", "microseconds since then: what `$duration` means"},
};

constexpr BuiltinRow clockRows[] = {
    {"now", nowSeconds, "-> Int", "rwa", "seconds since 1970"},
    {"now_us", nowMicroseconds, "-> Int", "rwa", "microseconds since 1970"},
};

}  // namespace

Value localDateTime(Context& context, int64_t microseconds) {
  return Value::object(localTime(context, DateAndTime, 0, microseconds));
}

BUILTIN_TABLE(dateTable, "Date", Methods, dateRows)
BUILTIN_TABLE(dateTimeTable, "DateTime", Methods, rows)
BUILTIN_TABLE(timeTable, "Time", Methods, timeRows)
BUILTIN_TABLE(todayTable, "gene", Functions, todayRows)
BUILTIN_TABLE(clockTable, "time", Functions, clockRows)
BUILTIN_TABLE(geneClockTable, "gene/time", Functions, clockRows)

}  // namespace gene
