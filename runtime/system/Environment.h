#pragma once
// The environment variables of the process, which all its threads read and set: the C library leaves them without a lock.

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace gene {

/// The value of a variable, where it is set.
std::optional<std::string> environmentValue(const char* name);
void setEnvironmentValue(const char* name, const char* value);
/// All variables, each as NAME=value.
std::vector<std::string> environmentEntries();
/// To be held while the C library reads variables by itself.
std::mutex& environmentMutex();

}  // namespace gene
