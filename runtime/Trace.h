#pragma once
// Where an exception has been on its way out: the sites of the Gene calls it left, innermost first. Of a long way the
// first and the last part are kept. A caught exception that is raised again continues its trace.

#include <array>
#include <cstdint>
#include <vector>

#include "runtime/Program.h"
#include "runtime/value/Value.h"

namespace gene {

class Trace {
 public:
  static constexpr size_t First = 16, Last = 8;

  /// The last exception caught, or nil. A root: another exception at its address would be taken for it.
  Value caught = Value::nil();

  /// A new exception starts.
  void clear() {
    first_.clear();
    count_ = 0;
    explanation = {};
    subject = Value::nil();
  }
  /// What the report of the pending exception can say besides its message, if nobody catches it (object/Explain.h makes
  /// words of it then: exceptions that are caught cost nothing).
  struct Explanation {
    enum Kind : uint8_t {
      None,
      Method,
      Name,
      Arguments,
      Keyword,
      Signature,
      Callable,
      Joining,
      Operand,
      Pattern,
      SameName,
      Missing,
      Await,
      Key,
      New,
      Future,
      Usage
    };
    Kind kind = None;
    Symbol name;
    const FunctionInfo* callee = nullptr;
    int given = 0;
    const BuiltinFunction* row = nullptr;
  } explanation;
  Value subject = Value::nil();  // what it is about; a root
  /// Those of the last exception caught, for when it is raised again: by a clause of `try` that it leaves, or `finally`.
  Explanation caughtExplanation;
  Value caughtSubject = Value::nil();  // a root
  /// `exception` starts again: with the trace it had when it was caught, if that was the last one caught.
  void begin(Value exception) {
    if (exception == caught && !saved_.empty()) {
      first_.swap(saved_);
      count_ = savedCount_;
      explanation = caughtExplanation;
      subject = caughtSubject;
      continued_ = true;
    } else {
      clear();
    }
    forgetCaught();
  }
  /// `exception` was caught.
  void end(Value exception) {
    caught = exception;
    caughtExplanation = explanation;
    caughtSubject = subject;
    saved_.swap(first_);
    savedCount_ = count_;
    clear();
  }
  /// There is no exception that could be raised again.
  void forgetCaught() {
    caught = caughtSubject = Value::nil();
    caughtExplanation = {};
    saved_.clear();
  }
  /// Refers to no object any more.
  void release() { caught = subject = caughtSubject = Value::nil(); }
  /// Adds a site; true when it is the first one.
  bool add(const TraceSite& site) {
    if (continued_) {
      // The function that raises the exception again is on the trace already.
      continued_ = false;
      return false;
    }
    if (first_.size() < First)
      first_.push_back(&site);
    else
      last_[count_ % Last] = &site;
    return count_++ == 0;
  }

  /// Is a site of the program remembered?
  [[nodiscard]] bool mentions(const Program& program) const {
    const auto isOwn = [&](const TraceSite* site) {
      return site >= program.sites && site < program.sites + program.siteCount;
    };
    for (const auto* sites : {&first_, &saved_})
      for (const TraceSite* site : *sites)
        if (isOwn(site)) return true;
    for (const TraceSite* site : last_)
      if (isOwn(site)) return true;
    for (const Explanation* e : {&explanation, &caughtExplanation})
      if (e->callee && e->callee->program == &program) return true;
    return false;
  }

  [[nodiscard]] uint64_t count() const { return count_; }
  /// Nothing is remembered.
  [[nodiscard]] bool isBlank() const {
    return count_ == 0 && saved_.empty() && caught.isNil() && subject.isNil();
  }
  /// The site number `i`, innermost first; null where it was not kept.
  [[nodiscard]] const TraceSite* at(uint64_t i) const {
    if (i < First) return first_[i];
    return i + Last >= count_ ? last_[i % Last] : nullptr;
  }

 private:
  std::vector<const TraceSite*> first_;
  std::array<const TraceSite*, Last> last_{};
  uint64_t count_ = 0;
  std::vector<const TraceSite*> saved_;
  uint64_t savedCount_ = 0;
  bool continued_ = false;
};

}  // namespace gene
