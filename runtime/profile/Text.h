#pragma once
// Text of profiles, the exact one's and the sampled one's.

#include <cstdint>
#include <cstdio>
#include <string>

namespace gene::profile {

/// What printf makes of `text`; cut behind 511 characters.
template <class... Arguments>
std::string format(const char* text, Arguments... arguments) {
  char line[512];
  std::snprintf(line, sizeof line, text, arguments...);
  return line;
}

/// `part` in percent of `whole`; 0 where that is 0.
inline double share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace gene::profile
