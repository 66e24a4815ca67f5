#pragma once
// Time zones of the system's database: TZif files (RFC 8536) below $TZDIR or /usr/share/zoneinfo, read once each.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gene {

/// A day of the year by the rule of a POSIX TZ text.
struct ZoneRule {
  enum class Day : uint8_t {
    Weekday,   // the weekday `day` (0: Sunday) in week `week` (5: the last) of month `month`
    Julian,    // day 1 to 365, February 29 is not counted
    ZeroBased  // day 0 to 365
  };
  Day kind = Day::Weekday;
  int month = 0, week = 0, day = 0;
  int64_t time = 7200;  // seconds of local time
};

class TimeZone {
 public:
  /// The zone of this name; null when the database has none.
  static const TimeZone* find(std::string_view name);

  struct Offset {
    int32_t seconds;  // east of UTC
    std::string_view abbreviation;
  };
  /// What clocks show at an instant, seconds since 1970-01-01T00:00Z.
  [[nodiscard]] Offset at(int64_t instant) const;
  /// The instant at which clocks show `local`, seconds since 1970-01-01T00:00. Of two the first; a time that is skipped
  /// counts on from before the skip.
  [[nodiscard]] int64_t instantOf(int64_t local) const;

 private:
  struct Type {
    int32_t seconds;
    std::string abbreviation;
  };
  /// How it goes on behind the last transition.
  struct Future {
    Type standard, daylight;
    bool hasDaylight = false;
    ZoneRule begin, end;
  };

  bool read(std::string_view file);
  bool readFuture(std::string_view text);
  [[nodiscard]] const Type& futureAt(int64_t instant) const;

  std::vector<int64_t> transitions_;
  std::vector<uint8_t> typeOf_;  // from each transition on
  std::vector<Type> types_;      // the first one before all transitions
  std::optional<Future> future_;
};

/// Days since 1970-01-01 of a date; any month and day, counted on.
int64_t daysOfDate(int64_t year, int64_t month, int64_t day);
/// The date of a number of days since 1970-01-01.
void dateOfDays(int64_t days, int64_t* year, int64_t* month, int64_t* day);

}  // namespace gene
