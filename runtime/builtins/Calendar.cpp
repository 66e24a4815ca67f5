// Dates and times beyond the reference (14 system §14.1): arithmetic, time zones of the system's database, formatting and
// reading. Calendar steps (years … days) move what clocks show, exact ones (hours … milliseconds) the instant.

#include <algorithm>
#include <cmath>
#include <ctime>

#include "frontend/syntax/Reader.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Dates.h"
#include "runtime/object/DateTime.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"
#include "runtime/system/TimeZone.h"

namespace gene {
namespace {

constexpr int64_t DayMicroseconds = int64_t{86400} * 1000000;

DateTimeObject* self(Arguments args) { return as<DateTimeObject>(args[0]); }
bool isDateTime(Value v) { return isKind(v, Kind::DateTime); }

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// Microseconds of what clocks show; of a Time since midnight.
int64_t wallOf(const DateTimeObject& t) {
  const int64_t days = t.what == TimeOnly ? 0 : daysOfDate(t.year, t.month, t.day);
  return days * DayMicroseconds + ((int64_t{t.hour} * 60 + t.minute) * 60 + t.second) * 1000000 +
         t.microsecond;
}

/// Fills in date and time of day; false with an exception pending outside of years 0 to 9999.
bool setWall(Context& context, DateTimeObject* t, int64_t wall) {
  const int64_t days = floorDivide(wall, DayMicroseconds);
  int64_t year, month, day;
  dateOfDays(days, &year, &month, &day);
  if (year < 0 || year > 9999) {
    raise(context, ErrorClass::Runtime, "Date out of range: year " + std::to_string(year));
    return false;
  }
  t->year = static_cast<int16_t>(year);
  t->month = static_cast<uint8_t>(month);
  t->day = static_cast<uint8_t>(day);
  const int64_t ofDay = wall - days * DayMicroseconds;
  t->microsecond = static_cast<uint32_t>(ofDay % 1000000);
  t->second = static_cast<uint8_t>(ofDay / 1000000 % 60);
  t->minute = static_cast<uint8_t>(ofDay / 60000000 % 60);
  t->hour = static_cast<uint8_t>(ofDay / 3600000000);
  return true;
}

/// The zone that a DateTime names; null without one, and where the database does not have it.
const TimeZone* zoneOf(const DateTimeObject& t) {
  return isString(t.zone.get()) ? TimeZone::find(stringView(t.zone.get())) : nullptr;
}

/// The DateTime of an instant with this offset and zone name (nil: none); 0 when it is out of range.
Value atInstant(Context& context, int64_t microseconds, int64_t offsetSeconds, Value zone) {
  DateTimeObject* t = newDateTime(context, DateAndTime);
  const int64_t minutes =
      floorDivide(offsetSeconds + 30, 60);  // of local mean time there are seconds
  t->hasOffset = true;
  t->offsetMinutes = static_cast<int16_t>(minutes);
  t->zone.set(zone);
  return setWall(context, t, microseconds + minutes * 60000000) ? Value::object(t)
                                                                : Value::pending();
}
Value inZone(Context& context, int64_t microseconds, const TimeZone& zone, Value name) {
  return atInstant(context, microseconds, zone.at(floorDivide(microseconds, 1000000)).seconds,
                   name);
}

/// A DateTime with an offset; raises for others.
bool needsOffset(Context& context, Arguments args, const char* method) {
  if (self(args)->what == DateAndTime && self(args)->hasOffset) return true;
  raiseArgument(context, std::string("DateTime.") + method + " requires a time with an offset");
  return false;
}

// --- zones -------------------------------------------------------------------------------------------------------------

Value toZone(Context& context, Arguments args) {
  if (!isString(args.at(1)))
    return raiseArgument(context, "DateTime.in_zone requires the name of a time zone");
  const std::string_view name = stringView(args[1]);
  const TimeZone* zone = TimeZone::find(name);
  if (!zone && name != "UTC")
    return raiseArgument(context, "Unknown time zone: " + std::string(name));
  const DateTimeObject* t = self(args);
  if (name == "UTC" && t->hasOffset) return atInstant(context, instantOf(*t), 0, Value::nil());
  if (t->hasOffset) return inZone(context, instantOf(*t), *zone, args[1]);
  // What has no offset is what clocks show there.
  const int64_t wall = wallOf(*t);
  const int64_t seconds = floorDivide(wall, 1000000);
  if (name == "UTC") return atInstant(context, wall, 0, Value::nil());
  return inZone(context, zone->instantOf(seconds) * 1000000 + (wall - seconds * 1000000), *zone,
                args[1]);
}

Value toUtc(Context& context, Arguments args) {
  if (!needsOffset(context, args, "utc")) return Value::pending();
  return atInstant(context, instantOf(*self(args)), 0, Value::nil());
}

Value toLocal(Context& context, Arguments args) {
  if (!needsOffset(context, args, "local")) return Value::pending();
  return localDateTime(context, instantOf(*self(args)));
}

Value fromMilliseconds(Context& context, Arguments args) {
  const Value ms = args.at(0);
  constexpr int64_t Most = int64_t{1} << 50;
  if (!isInt(ms) || asInt(ms) > Most || asInt(ms) < -Most)
    return raiseArgument(context, "DateTime/from_i requires milliseconds since 1970");
  return atInstant(context, asInt(ms) * 1000, 0, Value::nil());
}

// --- parts -------------------------------------------------------------------------------------------------------------

Value weekday(Context&, Arguments args) {
  const int64_t days = daysOfDate(self(args)->year, self(args)->month, self(args)->day);
  return Value::smallInt((days + 3 - floorDivide(days + 3, 7) * 7) + 1);
}

Value yearday(Context&, Arguments args) {
  const DateTimeObject* t = self(args);
  return Value::smallInt(daysOfDate(t->year, t->month, t->day) - daysOfDate(t->year, 1, 1) + 1);
}

Value datePart(Context& context, Arguments args) {
  DateTimeObject* d = newDateTime(context, DateOnly);
  d->year = self(args)->year;
  d->month = self(args)->month;
  d->day = self(args)->day;
  return Value::object(d);
}

Value timePart(Context& context, Arguments args) {
  DateTimeObject* t = newDateTime(context, TimeOnly);
  const DateTimeObject* from = self(args);
  t->hour = from->hour;
  t->minute = from->minute;
  t->second = from->second;
  t->microsecond = from->microsecond;
  return Value::object(t);
}

// --- arithmetic --------------------------------------------------------------------------------------------------------

struct Steps {
  int64_t months = 0, days = 0;
  double microseconds = 0;
};

/// What the keywords say, of those that the row has. False with an exception pending.
bool readSteps(Context& context, Arguments args, Steps* steps) {
  for (uint32_t i = 0; i < args.keywordCount; i++) {
    const std::string_view name = args.keywordName(i).text();
    const Value n = args.keywordValue(i);
    constexpr double Most = 1e9;
    const bool isCalendar =
        name == "years" || name == "months" || name == "weeks" || name == "days";
    if (!isNumber(n) || !(std::abs(asDouble(n)) <= Most * (name == "milliseconds" ? 1000 : 1)) ||
        (isCalendar && !isInt(n))) {
      raiseArgument(context, "plus requires ^" + std::string(name) +
                                 (isCalendar ? " to be an integer" : " to be a number"));
      return false;
    }
    if (name == "years") steps->months += asInt(n) * 12;
    if (name == "months") steps->months += asInt(n);
    if (name == "weeks") steps->days += asInt(n) * 7;
    if (name == "days") steps->days += asInt(n);
    if (name == "hours") steps->microseconds += asDouble(n) * 3.6e9;
    if (name == "minutes") steps->microseconds += asDouble(n) * 6e7;
    if (name == "seconds") steps->microseconds += asDouble(n) * 1e6;
    if (name == "milliseconds") steps->microseconds += asDouble(n) * 1e3;
  }
  return true;
}

/// What clocks show after calendar steps: the day is cut to the length of the month.
int64_t steppedWall(const DateTimeObject& t, Steps steps) {
  // Far outside of all years anyway.
  constexpr int64_t MostMonths = 12 * 20000, MostDays = 366 * 20000;
  steps.months = std::clamp(steps.months, -MostMonths, MostMonths);
  steps.days = std::clamp(steps.days, -MostDays, MostDays);
  const int64_t month = t.month + steps.months;
  const int64_t length = daysOfDate(t.year, month + 1, 1) - daysOfDate(t.year, month, 1);
  const int64_t day = std::min<int64_t>(t.day, length);
  const int64_t before = daysOfDate(t.year, t.month, t.day);
  const int64_t days = daysOfDate(t.year, month, 1) + day - 1 + steps.days;
  return wallOf(t) + (days - before) * DayMicroseconds;
}

Value plus(Context& context, Arguments args) {
  const DateTimeObject* t = self(args);
  Steps steps;
  if (!readSteps(context, args, &steps)) return Value::pending();
  const auto exact = static_cast<int64_t>(std::llround(steps.microseconds));
  const int64_t wall = steppedWall(*t, steps);
  if (const TimeZone* zone = zoneOf(*t); zone && t->hasOffset) {
    const int64_t seconds = floorDivide(wall, 1000000);
    // Where the offset that it has is still one of this wall time, it stays.
    int64_t instant = seconds - int64_t{t->offsetMinutes} * 60;
    if (zone->at(instant).seconds != t->offsetMinutes * 60) instant = zone->instantOf(seconds);
    return inZone(context, instant * 1000000 + (wall - seconds * 1000000) + exact, *zone,
                  t->zone.get());
  }
  DateTimeObject* result = newDateTime(context, t->what);
  result->hasOffset = t->hasOffset;
  result->offsetMinutes = t->offsetMinutes;
  result->zone.set(t->zone.get());
  return setWall(context, result, wall + exact) ? Value::object(result) : Value::pending();
}

/// Days between Dates, seconds between others.
Value since(Context& context, Arguments args) {
  const Value other = args.at(1);
  if (!isDateTime(other) || as<DateTimeObject>(other)->what != self(args)->what)
    return raiseType(context, "since requires a value of the same kind");
  const DateTimeObject *a = self(args), *b = as<DateTimeObject>(other);
  if (a->what == DateOnly) return newInt(context, (wallOf(*a) - wallOf(*b)) / DayMicroseconds);
  if (a->hasOffset != b->hasOffset)
    return raiseType(context, "Cannot compare naive and offset-aware datetimes");
  const int64_t microseconds =
      a->what == TimeOnly ? wallOf(*a) - wallOf(*b) : instantOf(*a) - instantOf(*b);
  return Value::floating(static_cast<double>(microseconds) / 1e6);
}

// --- texts -------------------------------------------------------------------------------------------------------------

void appendOffset(const DateTimeObject& t, std::string& out) {
  const int minutes = std::abs(t.offsetMinutes);
  char text[8];
  std::snprintf(text, sizeof text, "%c%02d%02d", t.offsetMinutes < 0 ? '-' : '+',
                minutes / 60 % 100, minutes % 60);
  out += text;
}

void appendZone(const DateTimeObject& t, std::string& out) {
  if (const TimeZone* zone = zoneOf(t))
    out += zone->at(floorDivide(instantOf(t), 1000000)).abbreviation;
  else if (t.hasOffset && t.offsetMinutes == 0)
    out += "UTC";
  else if (t.hasOffset)
    appendOffset(t, out);
}

/// (t .format "%Y-%m-%d"): the holes of strftime, in English; %f microseconds, %z and %Z of the value itself.
Value format(Context& context, Arguments args) {
  if (!isString(args.at(1))) return raiseArgument(context, "format requires a string pattern");
  const std::string_view pattern = stringView(args[1]);
  const DateTimeObject& t = *self(args);
  tm parts{};
  parts.tm_year = (t.what == TimeOnly ? 1970 : t.year) - 1900;
  parts.tm_mon = std::max<int>(t.month, 1) - 1;
  parts.tm_mday = std::max<int>(t.day, 1);
  parts.tm_hour = t.hour;
  parts.tm_min = t.minute;
  parts.tm_sec = t.second;
  parts.tm_yday = static_cast<int>(asInt(yearday(context, args))) - 1;
  parts.tm_wday = static_cast<int>(asInt(weekday(context, args))) % 7;
  std::string out;
  for (size_t i = 0; i < pattern.size(); i++) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      out += pattern[i];
      continue;
    }
    // A flag (- _ 0 ^ #) may stand before the letter.
    const size_t letter = i + 1 + (i + 2 < pattern.size() && std::strchr("-_0^#", pattern[i + 1]));
    char text[128];
    const std::string hole(pattern.substr(i, letter + 1 - i));
    i = letter;
    if (hole == "%f") {
      std::snprintf(text, sizeof text, "%06u", t.microsecond);
      out += text;
    } else if (hole == "%z") {
      if (t.hasOffset) appendOffset(t, out);
    } else if (hole == "%Z") {
      appendZone(t, out);
    } else if (hole == "%s") {
      out += std::to_string(floorDivide(instantOf(t), 1000000));
    } else {
      out.append(text, std::strftime(text, sizeof text, hole.c_str(), &parts));
    }
  }
  return checkedString(context, out);
}

/// The value of a literal in a text; 0 with a ParseException when it is none of the wanted kind.
Value parseLiteral(Context& context, std::string_view text, uint8_t what, const char* name) {
  const size_t first = text.find_first_not_of(" \t\n"), last = text.find_last_not_of(" \t\n");
  std::string source(first == std::string_view::npos ? "" : text.substr(first, last - first + 1));
  // "2026-11-29 08:30" is what people write.
  if (what == DateAndTime && source.size() > 10 && source[10] == ' ') source[10] = 'T';
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readForms(sources.add("<date>", source), arena, diagnostics);
  const bool isOne = !diagnostics.hasErrors() && forms.size() == 1;
  const Value value = isOne ? fromForm(context, *forms[0]) : Value::nil();
  if (isDateTime(value) && as<DateTimeObject>(value)->what == what) return value;
  std::string message = std::string("Invalid ") + name + ": " + std::string(text);
  if (diagnostics.hasErrors()) message += ": " + diagnostics.all()[0].message;
  return raise(context, ErrorClass::Parse, message);
}

/// (DateTime/parse text pattern): by the holes of strptime.
Value parseBy(Context& context, const std::string& text, const std::string& pattern, uint8_t what,
              const char* name) {
  tm parts{};
  parts.tm_mday = 1;
  parts.tm_gmtoff = INT32_MIN;
  const char* end = ::strptime(text.c_str(), pattern.c_str(), &parts);
  if (!end || *end)
    return raise(context, ErrorClass::Parse,
                 std::string("Invalid ") + name + ": " + text + " is not like " + pattern);
  DateTimeObject* t = newDateTime(context, what);
  t->hasOffset = what != DateOnly && parts.tm_gmtoff != INT32_MIN;
  if (t->hasOffset) t->offsetMinutes = static_cast<int16_t>(parts.tm_gmtoff / 60);
  const int64_t days = daysOfDate(int64_t{parts.tm_year} + 1900, parts.tm_mon + 1, parts.tm_mday);
  const int64_t seconds = (int64_t{parts.tm_hour} * 60 + parts.tm_min) * 60 + parts.tm_sec;
  if (!setWall(context, t, days * DayMicroseconds + (what == DateOnly ? 0 : seconds * 1000000)))
    return Value::pending();
  if (what == TimeOnly) t->year = t->month = t->day = 0;
  return Value::object(t);
}

template <uint8_t what>
Value parse(Context& context, Arguments args) {
  const char* const name = what == DateOnly ? "Date" : what == DateAndTime ? "DateTime" : "Time";
  if (!isString(args.at(0)))
    return raiseArgument(context, std::string(name) + "/parse requires a string");
  const Value pattern = args.at(1);
  if (isString(pattern))
    return parseBy(context, std::string(stringView(args[0])), std::string(stringView(pattern)),
                   what, name);
  return parseLiteral(context, stringView(args[0]), what, name);
}

constexpr BuiltinRow dateTimeRows[] = {
    {"weekday", weekday, "-> Int", "", "1 (Monday) to 7"},
    {"yearday", yearday, "-> Int", "", "the day of the year, from 1"},
    {"plus", plus, "^years ^months ^weeks ^days ^hours ^minutes ^seconds ^milliseconds -> DateTime",
     "Ra",
     "a later or earlier one: `^years` `^months` `^weeks` `^days`, with a time `^hours` … "
     "`^milliseconds`",
     Surplus{"plus requires keywords: ^years ^months ^weeks ^days ^hours .."}},
    {"since", since, "other -> Float", "R", "seconds between them",
     Missing{"since requires a value of the same kind"}},
    {"format", format, "pattern -> String", "Ra",
     "its text by a pattern like `%Y-%m-%d %H:%M`, as of strftime",
     Missing{"format requires a string pattern"}},
    {"date", datePart, "-> Date", "a", "its Date"},
    {"time", timePart, "-> Time", "a", "its Time, without offset"},
    {"in_zone", toZone, "zone -> DateTime", "Ra",
     "the same instant in a time zone of the system's database; without an offset: the time there",
     Missing{"DateTime.in_zone requires the name of a time zone"}},
    {"utc", toUtc, "-> DateTime", "Ra", "the same instant in UTC"},
    {"local", toLocal, "-> DateTime", "Ra", "the same instant in local time"},
};
constexpr BuiltinRow dateRows[] = {
    dateTimeRows[0],
    dateTimeRows[1],
    {"plus", plus, "^years ^months ^weeks ^days -> Date", "Ra",
     "a later or earlier one: `^years` `^months` `^weeks` `^days`",
     Surplus{"plus requires keywords: ^years ^months ^weeks ^days ^hours .."}},
    {"since", since, "other -> Int", "R", "days between them",
     Missing{"since requires a value of the same kind"}},
    dateTimeRows[4],
};
constexpr BuiltinRow timeRows[] = {
    {"plus", plus, "^hours ^minutes ^seconds ^milliseconds -> Time", "Ra",
     "a later or earlier one: `^hours` `^minutes` `^seconds` `^milliseconds`",
     Surplus{"plus requires keywords: ^years ^months ^weeks ^days ^hours .."}},
    {"since", since, "other -> Float", "R", "seconds between them",
     Missing{"since requires a value of the same kind"}},
    {"format", format, "pattern -> String", "Ra", "its text by a pattern like `%H:%M`",
     Missing{"format requires a string pattern"}},
};
constexpr BuiltinRow dateFunctions[] = {
    {"parse", parse<DateOnly>, "text pattern? -> Date", "Ra",
     "the Date of a text, as literals are, or by a pattern",
     Missing{"Date/parse requires a string"}},
};
constexpr BuiltinRow dateTimeFunctions[] = {
    {"parse", parse<DateAndTime>, "text pattern? -> DateTime", "Ra",
     "the DateTime of a text, as literals are, or by a pattern",
     Missing{"DateTime/parse requires a string"}},
    {"from_i", fromMilliseconds, "milliseconds -> DateTime", "Ra",
     "the DateTime, in UTC, of milliseconds since 1970",
     Missing{"DateTime/from_i requires milliseconds since 1970"}},
};
constexpr BuiltinRow timeFunctions[] = {
    {"parse", parse<TimeOnly>, "text pattern? -> Time", "Ra",
     "the Time of a text, as literals are, or by a pattern",
     Missing{"Time/parse requires a string"}},
};

}  // namespace

BUILTIN_TABLE(dateMoreTable, "Date", Methods, dateRows)
BUILTIN_TABLE(dateTimeMoreTable, "DateTime", Methods, dateTimeRows)
BUILTIN_TABLE(timeMoreTable, "Time", Methods, timeRows)
BUILTIN_TABLE(dateFunctionTable, "Date", Functions, dateFunctions)
BUILTIN_TABLE(dateTimeFunctionTable, "DateTime", Functions, dateTimeFunctions)
BUILTIN_TABLE(timeFunctionTable, "Time", Functions, timeFunctions)

GENE_LIBRARY(calendar) {
  static constexpr const BuiltinTable* tables[] = {
#define CALENDAR_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  for (const BuiltinTable* table : tables) defineTable(context, *table);
}

}  // namespace gene
