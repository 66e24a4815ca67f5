#include "driver/TestReport.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace gene::driver {
namespace {

std::string number(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

/// Text as XML has it: control characters that it does not know become blanks.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      case '\t': out += "&#9;"; break;
      default: out += static_cast<uint8_t>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string attribute(const char* name, std::string_view value) {
  return std::string(" ") + name + "=\"" + escaped(value) + "\"";
}

std::string counts(size_t tests, size_t failures, size_t skipped, double seconds) {
  return attribute("tests", std::to_string(tests)) +
         attribute("failures", std::to_string(failures)) +
         attribute("skipped", std::to_string(skipped)) + attribute("time", number(seconds));
}

std::string caseElement(const TestCase& test, const TestFile& file) {
  std::string out = "    <testcase" +
                    attribute("classname", test.suites.empty() ? file.name : test.suites) +
                    attribute("name", test.name) + attribute("time", number(test.seconds));
  switch (test.state) {
    case TestCase::State::Passed: return out + "/>\n";
    case TestCase::State::Skipped: return out + "><skipped/></testcase>\n";
    case TestCase::State::Failed: break;
  }
  return out + "><failure" + attribute("message", test.message) + ">" + escaped(test.place) +
         "</failure></testcase>\n";
}

}  // namespace

size_t TestFile::count(TestCase::State state) const {
  return static_cast<size_t>(
      std::ranges::count_if(cases, [&](const TestCase& test) { return test.state == state; }));
}

std::vector<TestCase> readTestRecords(std::string_view text) {
  std::vector<TestCase> cases;
  for (size_t end; (end = text.find('\x1e')) != std::string_view::npos;
       text.remove_prefix(end + 1)) {
    std::array<std::string, 6> fields;
    std::string_view rest = text.substr(0, end);
    for (std::string& field : fields) {
      const size_t stop = std::min(rest.find('\x1f'), rest.size());
      field = rest.substr(0, stop);
      rest.remove_prefix(std::min(stop + 1, rest.size()));
    }
    TestCase& test = cases.emplace_back();
    test.state = fields[0] == "PASS"   ? TestCase::State::Passed
                 : fields[0] == "SKIP" ? TestCase::State::Skipped
                                       : TestCase::State::Failed;
    test.seconds = std::strtod(fields[1].c_str(), nullptr);
    test.suites = fields[2];
    test.name = fields[3];
    test.place = fields[4];
    test.message = fields[5];
  }
  return cases;
}

std::string junitReport(const std::vector<TestFile>& files) {
  size_t tests = 0, failures = 0, skipped = 0;
  double seconds = 0;
  std::string suites;
  for (const TestFile& file : files) {
    const size_t failed = file.count(TestCase::State::Failed);
    const size_t left = file.count(TestCase::State::Skipped);
    suites += "  <testsuite" + attribute("name", file.name) +
              counts(file.cases.size(), failed, left, file.seconds) + ">\n";
    for (const TestCase& test : file.cases) suites += caseElement(test, file);
    if (!file.output.empty())
      suites += "    <system-out>" + escaped(file.output) + "</system-out>\n";
    suites += "  </testsuite>\n";
    tests += file.cases.size();
    failures += failed;
    skipped += left;
    seconds += file.seconds;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
         counts(tests, failures, skipped, seconds) + ">\n" + suites + "</testsuites>\n";
}

}  // namespace gene::driver
