#pragma once
// The only C++ error channel for what can go wrong with the environment (files, tools, damaged input):
// a value or a message. Mistakes in a user's source are diagnostics, errors of a running program are Gene exceptions.

#include <optional>
#include <string>
#include <utility>

#include "runtime/support/Check.h"

namespace gene {

/// What went wrong, ready to show after "Error: ".
struct Failure {
  std::string message;
};

/// Success, or a Failure.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Failure failure) : failure_(std::move(failure)) {}
  [[nodiscard]] bool ok() const { return !failure_; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const std::string& message() const { return failure_->message; }

 private:
  std::optional<Failure> failure_;
};

/// A T, or a Failure.
template <class T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : value_(std::move(value)) {}
  Expected(Failure failure) : message_(std::move(failure.message)) {}
  [[nodiscard]] bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  T& operator*() { return *value_; }
  T* operator->() { return &*value_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] Failure failure() const { return Failure{message_}; }

 private:
  std::optional<T> value_;
  std::string message_;
};

}  // namespace gene
