#include "runtime/system/TimeZone.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "runtime/system/Environment.h"
#include "runtime/system/Paths.h"
#include "runtime/system/Streams.h"

namespace gene {
namespace {

constexpr int64_t DaySeconds = 86400;

// --- reading -----------------------------------------------------------------------------------------------------------

/// Big-endian numbers of a file, bounds checked: behind its end all is 0 and `ok` is false.
struct Bytes {
  std::string_view rest;
  bool ok = true;

  std::string_view take(size_t n) {
    if (n > rest.size()) {
      ok = false;
      n = rest.size();
    }
    const std::string_view taken = rest.substr(0, n);
    rest.remove_prefix(n);
    return taken;
  }
  int64_t number(size_t bytes) {
    uint64_t value = 0;
    const std::string_view taken = take(bytes);
    for (const char c : taken) value = value << 8 | static_cast<uint8_t>(c);
    return bytes == 4 ? static_cast<int32_t>(value) : static_cast<int64_t>(value);
  }
};

struct Header {
  char version;
  int64_t isUtc, isStandard, leap, times, types, characters;
};
bool readHeader(Bytes& in, Header* h) {
  if (in.take(4) != "TZif") return false;
  const std::string_view version = in.take(1);
  h->version = version.empty() ? '\0' : version[0];
  in.take(15);
  for (int64_t* n : {&h->isUtc, &h->isStandard, &h->leap, &h->times, &h->types, &h->characters}) {
    *n = in.number(4);
    constexpr int64_t Most = 1 << 20;
    if (*n < 0 || *n > Most) return false;
  }
  return in.ok;
}

/// The parts of a POSIX TZ text: CET-1CEST,M3.5.0,M10.5.0/3.
struct RuleText {
  std::string_view rest;
  bool ok = true;

  bool skip(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::string name() {
    size_t n = 0;
    std::string_view found;
    if (skip('<')) {
      n = std::min(rest.find('>'), rest.size());
      found = rest.substr(0, n);
      rest.remove_prefix(n);
      ok &= skip('>');
    } else {
      while (n < rest.size() && ((rest[n] | 32) >= 'a' && (rest[n] | 32) <= 'z')) n++;
      found = rest.substr(0, n);
      rest.remove_prefix(n);
    }
    return std::string(found);
  }
  int64_t digits() {
    int64_t value = 0;
    size_t n = 0;
    while (n < rest.size() && n < 6 && rest[n] >= '0' && rest[n] <= '9')
      value = value * 10 + (rest[n++] - '0');
    ok &= n > 0;
    rest.remove_prefix(n);
    return value;
  }
  /// [+-]h[:m[:s]]
  int64_t time() {
    const bool isNegative = skip('-');
    if (!isNegative) skip('+');
    int64_t seconds = digits() * 3600;
    if (skip(':')) seconds += digits() * 60;
    if (skip(':')) seconds += digits();
    return isNegative ? -seconds : seconds;
  }
  ZoneRule rule() {
    ZoneRule rule;
    if (skip('M')) {
      rule.month = static_cast<int>(digits());
      ok &= skip('.');
      rule.week = static_cast<int>(digits());
      ok &= skip('.');
      rule.day = static_cast<int>(digits());
    } else {
      rule.kind = skip('J') ? ZoneRule::Day::Julian : ZoneRule::Day::ZeroBased;
      rule.day = static_cast<int>(digits());
    }
    if (skip('/')) rule.time = time();
    return rule;
  }
};

// --- rules -------------------------------------------------------------------------------------------------------------

bool isLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/// When the rule applies in a year, in seconds of local time since 1970.
int64_t localTimeOf(const ZoneRule& rule, int64_t year) {
  int64_t days = 0;
  switch (rule.kind) {
    case ZoneRule::Day::Weekday: {
      const int64_t first = daysOfDate(year, rule.month, 1);
      const int64_t next = daysOfDate(year, rule.month + 1, 1);
      const int64_t weekday = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
      days = first + (rule.day - weekday + 7) % 7 + (rule.week - 1) * 7;
      while (days >= next) days -= 7;
      break;
    }
    case ZoneRule::Day::Julian:
      days = daysOfDate(year, 1, 1) + rule.day - 1 + (isLeap(year) && rule.day >= 60);
      break;
    case ZoneRule::Day::ZeroBased: days = daysOfDate(year, 1, 1) + rule.day; break;
  }
  return days * DaySeconds + rule.time;
}

/// Can this be the name of a zone, and not of some other file?
bool isZoneName(std::string_view name) {
  return !name.empty() && name.size() < 100 && name[0] != '/' &&
         name.find("..") == std::string_view::npos &&
         std::ranges::all_of(
             name,
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '/' || c == '_' || c == '-' || c == '+';
             });
}

}  // namespace

int64_t daysOfDate(int64_t year, int64_t month, int64_t day) {
  year += (month - 1) / 12;
  month = (month - 1) % 12 + 1;
  if (month < 1) {
    month += 12;
    year--;
  }
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t ofEra = year - era * 400;
  const int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719468;
}

void dateOfDays(int64_t days, int64_t* year, int64_t* month, int64_t* day) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t ofEra = days - era * 146097;
  const int64_t yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146096) / 365;
  const int64_t dayOfYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const int64_t m = (5 * dayOfYear + 2) / 153;
  *day = dayOfYear - (153 * m + 2) / 5 + 1;
  *month = m < 10 ? m + 3 : m - 9;
  *year = yearOfEra + era * 400 + (*month <= 2);
}

const TimeZone* TimeZone::find(std::string_view name) {
  static std::mutex mutex;
  static auto* const known = new std::map<std::string, std::unique_ptr<TimeZone>, std::less<>>;
  const std::lock_guard lock(mutex);
  if (const auto found = known->find(name); found != known->end()) return found->second.get();
  if (!isZoneName(name)) return nullptr;
  const std::string folder = environmentValue("TZDIR").value_or("");
  // Of the system, whatever the program may read.
  const std::string path = joinPaths(folder.empty() ? "/usr/share/zoneinfo" : folder, name);
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string content;
  if (!file.isOpen()) return nullptr;
  if (InputStream(std::move(file)).rest(&content) != InputStream::Got::Something) return nullptr;
  auto zone = std::make_unique<TimeZone>();
  if (!zone->read(content)) return nullptr;
  return known->emplace(std::string(name), std::move(zone)).first->second.get();
}

bool TimeZone::read(std::string_view file) {
  Bytes in{file};
  Header h{};
  if (!readHeader(in, &h)) return false;
  size_t width = 4;
  if (h.version >= '2') {  // the same again with numbers of 64 bits
    in.take(static_cast<size_t>(h.times * 5 + h.types * 6 + h.characters + h.leap * 8 +
                                h.isStandard + h.isUtc));
    if (!readHeader(in, &h)) return false;
    width = 8;
  }
  for (int64_t i = 0; i < h.times; i++) transitions_.push_back(in.number(width));
  for (int64_t i = 0; i < h.times; i++) typeOf_.push_back(static_cast<uint8_t>(in.number(1)));
  std::vector<size_t> names;
  for (int64_t i = 0; i < h.types; i++) {
    types_.push_back({static_cast<int32_t>(in.number(4)), ""});
    in.number(1);
    names.push_back(static_cast<size_t>(in.number(1)));
  }
  const std::string_view characters = in.take(static_cast<size_t>(h.characters));
  for (size_t i = 0; i < types_.size() && names[i] < characters.size(); i++)
    types_[i].abbreviation = characters.substr(names[i]).substr(
        0, std::min(characters.substr(names[i]).find('\0'), characters.size()));
  in.take(static_cast<size_t>(h.leap) * (width + 4) + static_cast<size_t>(h.isStandard + h.isUtc));
  if (!in.ok || types_.empty() || !std::ranges::is_sorted(transitions_) ||
      std::ranges::any_of(typeOf_, [&](uint8_t t) { return t >= types_.size(); }))
    return false;
  if (width == 8 && in.rest.starts_with('\n')) {
    in.take(1);
    readFuture(in.rest.substr(0, in.rest.find('\n')));
  }
  return true;
}

bool TimeZone::readFuture(std::string_view text) {
  if (text.empty()) return false;
  RuleText in{text};
  Future future;
  future.standard.abbreviation = in.name();
  future.standard.seconds = static_cast<int32_t>(-in.time());
  if (!in.rest.empty()) {
    future.hasDaylight = true;
    future.daylight.abbreviation = in.name();
    future.daylight.seconds = future.standard.seconds + 3600;
    if (!in.rest.starts_with(',')) future.daylight.seconds = static_cast<int32_t>(-in.time());
    in.ok &= in.skip(',');
    future.begin = in.rule();
    in.ok &= in.skip(',');
    future.end = in.rule();
  }
  if (in.ok) future_ = future;
  return in.ok;
}

const TimeZone::Type& TimeZone::futureAt(int64_t instant) const {
  const Future& f = *future_;
  if (!f.hasDaylight) return f.standard;
  int64_t year, month, day;
  const int64_t local = instant + f.standard.seconds;
  dateOfDays((local >= 0 ? local : local - DaySeconds + 1) / DaySeconds, &year, &month, &day);
  const int64_t begin = localTimeOf(f.begin, year) - f.standard.seconds;
  const int64_t end = localTimeOf(f.end, year) - f.daylight.seconds;
  const bool isDaylight =
      begin < end ? instant >= begin && instant < end : instant >= begin || instant < end;
  return isDaylight ? f.daylight : f.standard;
}

TimeZone::Offset TimeZone::at(int64_t instant) const {
  const auto next = std::ranges::upper_bound(transitions_, instant);
  const Type* type = &types_[0];
  if (next == transitions_.end() && future_)
    type = &futureAt(instant);
  else if (next != transitions_.begin())
    type = &types_[typeOf_[static_cast<size_t>(next - transitions_.begin()) - 1]];
  return {type->seconds, type->abbreviation};
}

int64_t TimeZone::instantOf(int64_t local) const {
  // The offsets around: a day before and after no zone has changed more than once.
  const int64_t before = at(local - DaySeconds).seconds, after = at(local + DaySeconds).seconds;
  const int64_t first = local - before, second = local - after;
  if (at(first).seconds == before) return first;
  if (at(second).seconds == after) return second;
  return first;
}

}  // namespace gene
