#pragma once
// What the programs of `gene test` said of their tests, and reports of it.

#include <string>
#include <string_view>
#include <vector>

namespace gene::driver {

struct TestCase {
  enum class State { Passed, Failed, Skipped };
  State state = State::Passed;
  std::string suites, name;    // suites: names with / between
  std::string place, message;  // why it failed
  double seconds = 0;
};

/// One run of a program.
struct TestFile {
  std::string name;
  std::vector<TestCase> cases;  // at least one, but where the filter left none
  std::string output;
  double seconds = 0;

  [[nodiscard]] size_t count(TestCase::State state) const;
};

/// Reads the records that runtime/builtins/Tests.cpp writes.
std::vector<TestCase> readTestRecords(std::string_view text);

/// The report in the form that continuous integration reads: JUnit's XML.
std::string junitReport(const std::vector<TestFile>& files);

}  // namespace gene::driver
