#include "runtime/vm/Limits.h"

#include <algorithm>
#include <string>

#include "runtime/Budget.h"
#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/vm/Code.h"

namespace gene {
bool stopForMemory(Context& context);  // of runtime/heap/Limit.cpp
}

namespace gene::vm {

void Limits::begin() {
  reason_ = StopReason::None;
  interrupted_ = false;
  stepsLeft_ = maxSteps;
  deadline_ = maxTime.count() == 0 ? Clock::time_point::max() : Clock::now() + maxTime;
  nextSlice();
}

void Limits::nextSlice() {
  slice_ = Slice;
  if (maxSteps == 0) return;
  slice_ = static_cast<int64_t>(std::min<uint64_t>(stepsLeft_, Slice)) + 1;
  stepsLeft_ -= static_cast<uint64_t>(slice_ - 1);
}

bool Limits::endsWait() {
  if (stopping()) return true;
  if (interrupted_)
    reason_ = StopReason::Interrupt;
  else if (deadline_ != Clock::time_point::max() && Clock::now() >= deadline_)
    reason_ = StopReason::Time;
  return stopping();
}

bool Limits::spent(Context& context, Value* base) {
  if (!endsWait() && maxSteps != 0 && stepsLeft_ == 0) reason_ = StopReason::Steps;
  if (!stopping()) {
    nextSlice();
    return true;
  }
  if (endsProcess) budgetIsSpent("it has run " + std::to_string(maxSteps) + " instructions");
  slice_ = 1;  // whoever takes the exception is told again at once
  context.vm->top = frameTop(base);
  raiseStopped(context, *this);
  return false;
}

Value Limits::exit(Context& context, int code) {
  reason_ = StopReason::Exit;
  exitCode_ = code;
  slice_ = 1;
  return raiseStopped(context, *this);
}

void Limits::memoryIsOut() {
  if (!stopping()) reason_ = StopReason::Memory;
  slice_ = 1;
}

Value raiseStopped(Context& context, const Limits& limits) {
  switch (limits.reason()) {
    case StopReason::None: break;
    case StopReason::Steps:
      return raise(context, ErrorClass::Timeout,
                   "the program was stopped: it has run " + std::to_string(limits.maxSteps) +
                       " instructions");
    case StopReason::Time:
      return raise(context, ErrorClass::Timeout,
                   "the program was stopped: it has run for " +
                       std::to_string(limits.maxTime.count()) + " milliseconds");
    case StopReason::Memory:
      return raise(context, ErrorClass::Runtime,
                   "the program was stopped: the heap has reached its limit");
    case StopReason::Exit:
      return raise(context, ErrorClass::Cancellation,
                   "the program has ended with exit code " + std::to_string(limits.exitCode()));
    case StopReason::Interrupt:
      return raise(context, ErrorClass::Cancellation, "the program was stopped");
  }
  return Value::pending();
}

}  // namespace gene::vm

namespace gene {

bool stopForMemory(Context& context) {
  if (!isEmbedded(context)) return false;
  context.vm->limits->memoryIsOut();
  return true;
}

bool isEmbedded(const Context& context) { return context.vm && context.vm->limits; }

Value exitProgram(Context& context, int code) {
  if (isEmbedded(context)) return context.vm->limits->exit(context, code);
  exitProcess(code);
}

}  // namespace gene
